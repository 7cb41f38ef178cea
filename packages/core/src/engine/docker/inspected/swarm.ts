/** The Go types of what a swarm has: services, nodes, secrets and configs. Model: moby api/types/swarm. */
import {
  BOOL,
  BYTES,
  embedded,
  FLOAT64,
  fields,
  INT64,
  named,
  optional,
  pointer,
  STRING,
  STRING_MAP,
  STRINGS,
  type StructType,
  slice,
  struct,
  UINT32,
  UINT64,
} from "../template/type.ts";
import { DURATION, HEALTH_CONFIG, TIME } from "./common.ts";
import { MOUNT, ULIMIT } from "./host-config.ts";

const OMIT = { omitEmpty: true } as const;

export const VERSION = struct("swarm.Version", optional("Index", UINT64));
export const META = struct("swarm.Meta", fields(VERSION, "Version"), fields(TIME, "CreatedAt UpdatedAt"));
export const ANNOTATIONS = struct("swarm.Annotations", optional("Name", STRING), fields(STRING_MAP, "Labels"));
export const DRIVER = struct("swarm.Driver", optional("Name", STRING), optional("Options", STRING_MAP));

const FILE_TARGET = (kind: string): StructType =>
  struct(
    `swarm.${kind}ReferenceFileTarget`,
    fields(STRING, "Name UID GID"),
    fields({ ...UINT32, name: "fs.FileMode" }, "Mode"),
  );
const SECRET_REFERENCE = struct(
  "swarm.SecretReference",
  fields(pointer(FILE_TARGET("Secret")), "File"),
  fields(STRING, "SecretID SecretName"),
);
const CONFIG_REFERENCE = struct(
  "swarm.ConfigReference",
  optional("File", pointer(FILE_TARGET("Config"))),
  optional("Runtime", pointer(struct("swarm.ConfigReferenceRuntimeTarget"))),
  fields(STRING, "ConfigID ConfigName"),
);
const SELINUX_CONTEXT = struct("swarm.SELinuxContext", fields(BOOL, "Disable"), fields(STRING, "User Role Type Level"));
const SECCOMP = struct("swarm.SeccompOpts", optional("Mode", named("swarm.SeccompMode")), optional("Profile", BYTES));
const PRIVILEGES = struct(
  "swarm.Privileges",
  fields(pointer(struct("swarm.CredentialSpec", fields(STRING, "Config File Registry"))), "CredentialSpec"),
  fields(pointer(SELINUX_CONTEXT), "SELinuxContext"),
  optional("Seccomp", pointer(SECCOMP)),
  optional("AppArmor", pointer(struct("swarm.AppArmorOpts", optional("Mode", named("swarm.AppArmorMode"))))),
  fields(BOOL, "NoNewPrivileges"),
);
const DNS_CONFIG = struct("swarm.DNSConfig", fields(STRINGS, "Nameservers Search Options", OMIT));

const CONTAINER_SPEC = struct(
  "swarm.ContainerSpec",
  optional("Image", STRING),
  optional("Labels", STRING_MAP),
  fields(STRINGS, "Command Args", OMIT),
  optional("Hostname", STRING),
  optional("Env", STRINGS),
  fields(STRING, "Dir User", OMIT),
  optional("Groups", STRINGS),
  optional("Privileges", pointer(PRIVILEGES)),
  optional("Init", pointer(BOOL)),
  optional("StopSignal", STRING),
  fields(BOOL, "TTY OpenStdin ReadOnly", OMIT),
  optional("Mounts", slice(MOUNT)),
  optional("StopGracePeriod", pointer(DURATION)),
  optional("Healthcheck", pointer(HEALTH_CONFIG)),
  optional("Hosts", STRINGS),
  optional("DNSConfig", pointer(DNS_CONFIG)),
  optional("Secrets", slice(pointer(SECRET_REFERENCE))),
  optional("Configs", slice(pointer(CONFIG_REFERENCE))),
  optional("Isolation", named("container.Isolation")),
  optional("Sysctls", STRING_MAP),
  fields(STRINGS, "CapabilityAdd CapabilityDrop", OMIT),
  optional("Ulimits", slice(pointer(ULIMIT))),
  optional("OomScoreAdj", INT64),
);

const GENERIC = struct(
  "swarm.GenericResource",
  optional("NamedResourceSpec", pointer(struct("swarm.NamedGenericResource", fields(STRING, "Kind Value", OMIT)))),
  optional(
    "DiscreteResourceSpec",
    pointer(struct("swarm.DiscreteGenericResource", optional("Kind", STRING), optional("Value", INT64))),
  ),
);
const LIMIT = struct("swarm.Limit", fields(INT64, "NanoCPUs MemoryBytes Pids", OMIT));
const RESOURCES = struct(
  "swarm.Resources",
  fields(INT64, "NanoCPUs MemoryBytes", OMIT),
  optional("GenericResources", slice(GENERIC)),
);
const REQUIREMENTS = struct(
  "swarm.ResourceRequirements",
  optional("Limits", pointer(LIMIT)),
  optional("Reservations", pointer(RESOURCES)),
);
const RESTART_POLICY = struct(
  "swarm.RestartPolicy",
  optional("Condition", named("swarm.RestartPolicyCondition")),
  optional("Delay", pointer(DURATION)),
  optional("MaxAttempts", pointer(UINT64)),
  optional("Window", pointer(DURATION)),
);
const PREFERENCE = struct(
  "swarm.PlacementPreference",
  fields(pointer(struct("swarm.SpreadOver", fields(STRING, "SpreadDescriptor"))), "Spread"),
);
const PLATFORM = struct("swarm.Platform", fields(STRING, "Architecture OS", OMIT));
const PLACEMENT = struct(
  "swarm.Placement",
  optional("Constraints", STRINGS),
  optional("Preferences", slice(PREFERENCE)),
  optional("MaxReplicas", UINT64),
  optional("Platforms", slice(PLATFORM)),
);
const ATTACHMENT = struct(
  "swarm.NetworkAttachmentConfig",
  optional("Target", STRING),
  optional("Aliases", STRINGS),
  optional("DriverOpts", STRING_MAP),
);

export const TASK_SPEC = struct(
  "swarm.TaskSpec",
  optional("ContainerSpec", pointer(CONTAINER_SPEC)),
  optional("Resources", pointer(REQUIREMENTS)),
  optional("RestartPolicy", pointer(RESTART_POLICY)),
  optional("Placement", pointer(PLACEMENT)),
  optional("Networks", slice(ATTACHMENT)),
  optional("LogDriver", pointer(DRIVER)),
  fields(UINT64, "ForceUpdate"),
  optional("Runtime", named("swarm.RuntimeType")),
);

const REPLICATED = struct("swarm.ReplicatedService", optional("Replicas", pointer(UINT64)));
const REPLICATED_JOB = struct("swarm.ReplicatedJob", fields(pointer(UINT64), "MaxConcurrent TotalCompletions", OMIT));
const MODE = struct(
  "swarm.ServiceMode",
  optional("Replicated", pointer(REPLICATED)),
  optional("Global", pointer(struct("swarm.GlobalService"))),
  optional("ReplicatedJob", pointer(REPLICATED_JOB)),
  optional("GlobalJob", pointer(struct("swarm.GlobalJob"))),
);
const UPDATE_CONFIG = struct(
  "swarm.UpdateConfig",
  fields(UINT64, "Parallelism"),
  optional("Delay", DURATION),
  optional("FailureAction", STRING),
  optional("Monitor", DURATION),
  fields({ ...FLOAT64, name: "float32" }, "MaxFailureRatio"),
  fields(STRING, "Order"),
);
export const PORT_CONFIG = struct(
  "swarm.PortConfig",
  optional("Name", STRING),
  optional("Protocol", named("network.IPProtocol")),
  fields(UINT32, "TargetPort PublishedPort", OMIT),
  optional("PublishMode", named("swarm.PortConfigPublishMode")),
);
const ENDPOINT_SPEC = struct(
  "swarm.EndpointSpec",
  optional("Mode", named("swarm.ResolutionMode")),
  optional("Ports", slice(PORT_CONFIG)),
);

const SERVICE_SPEC = struct(
  "swarm.ServiceSpec",
  embedded(ANNOTATIONS),
  fields(TASK_SPEC, "TaskTemplate"),
  fields(MODE, "Mode"),
  fields(pointer(UPDATE_CONFIG), "UpdateConfig RollbackConfig", OMIT),
  optional("Networks", slice(ATTACHMENT)),
  optional("EndpointSpec", pointer(ENDPOINT_SPEC)),
);
const VIRTUAL_IP = struct("swarm.EndpointVirtualIP", fields(STRING, "NetworkID Addr", OMIT));
const ENDPOINT = struct(
  "swarm.Endpoint",
  fields(ENDPOINT_SPEC, "Spec"),
  optional("Ports", slice(PORT_CONFIG)),
  optional("VirtualIPs", slice(VIRTUAL_IP)),
);
const UPDATE_STATUS = struct(
  "swarm.UpdateStatus",
  optional("State", named("swarm.UpdateState")),
  fields(pointer(TIME), "StartedAt CompletedAt", OMIT),
  optional("Message", STRING),
);
const JOB_STATUS = struct("swarm.JobStatus", fields(VERSION, "JobIteration"), fields(TIME, "LastExecution"));

/** Unlike other things of a swarm, the client knows services and nodes by their types alone. */
export const INSPECTED_SERVICE = struct(
  "swarm.Service",
  fields(STRING, "ID"),
  embedded(META),
  fields(SERVICE_SPEC, "Spec"),
  optional("PreviousSpec", pointer(SERVICE_SPEC)),
  fields(ENDPOINT, "Endpoint"),
  optional("UpdateStatus", pointer(UPDATE_STATUS)),
  optional("ServiceStatus", pointer(struct("swarm.ServiceStatus"))),
  optional("JobStatus", pointer(JOB_STATUS)),
);

const TLS_INFO = struct(
  "swarm.TLSInfo",
  optional("TrustRoot", STRING),
  fields(BYTES, "CertIssuerSubject CertIssuerPublicKey", OMIT),
);
const DESCRIPTION = struct(
  "swarm.NodeDescription",
  optional("Hostname", STRING),
  fields(PLATFORM, "Platform"),
  fields(RESOURCES, "Resources"),
  fields(
    struct(
      "swarm.EngineDescription",
      optional("EngineVersion", STRING),
      optional("Labels", STRING_MAP),
      optional("Plugins", slice(struct("swarm.PluginDescription", fields(STRING, "Type Name", OMIT)))),
    ),
    "Engine",
  ),
  fields(TLS_INFO, "TLSInfo"),
);
const MANAGER_STATUS = struct(
  "swarm.ManagerStatus",
  optional("Leader", BOOL),
  optional("Reachability", named("swarm.Reachability")),
  optional("Addr", STRING),
);

export const INSPECTED_NODE = struct(
  "swarm.Node",
  fields(STRING, "ID"),
  embedded(META),
  fields(
    struct(
      "swarm.NodeSpec",
      embedded(ANNOTATIONS),
      optional("Role", named("swarm.NodeRole")),
      optional("Availability", named("swarm.NodeAvailability")),
    ),
    "Spec",
  ),
  fields(DESCRIPTION, "Description"),
  fields(
    struct("swarm.NodeStatus", optional("State", named("swarm.NodeState")), fields(STRING, "Message Addr", OMIT)),
    "Status",
  ),
  optional("ManagerStatus", pointer(MANAGER_STATUS)),
);

const payload = (kind: "Secret" | "Config"): StructType =>
  struct(
    `swarm.${kind}`,
    fields(STRING, "ID"),
    embedded(META),
    fields(
      struct(
        `swarm.${kind}Spec`,
        embedded(ANNOTATIONS),
        optional("Data", BYTES),
        ...(kind === "Secret" ? [optional("Driver", pointer(DRIVER))] : []),
        optional("Templating", pointer(DRIVER)),
      ),
      "Spec",
    ),
  );

export const INSPECTED_SECRET = payload("Secret");
export const INSPECTED_CONFIG = payload("Config");

const CLUSTER_SPEC = struct(
  "swarm.Spec",
  embedded(ANNOTATIONS),
  fields(struct("swarm.OrchestrationConfig", optional("TaskHistoryRetentionLimit", pointer(INT64))), "Orchestration"),
  fields(
    struct(
      "swarm.RaftConfig",
      optional("SnapshotInterval", UINT64),
      optional("KeepOldSnapshots", pointer(UINT64)),
      optional("LogEntriesForSlowFollowers", UINT64),
      fields(INT64, "ElectionTick HeartbeatTick"),
    ),
    "Raft",
  ),
  fields(struct("swarm.DispatcherConfig", optional("HeartbeatPeriod", DURATION)), "Dispatcher"),
  fields(struct("swarm.CAConfig", optional("NodeCertExpiry", DURATION), optional("ForceRotate", UINT64)), "CAConfig"),
  fields(struct("swarm.TaskDefaults", optional("LogDriver", pointer(DRIVER))), "TaskDefaults"),
  fields(struct("swarm.EncryptionConfig", fields(BOOL, "AutoLockManagers")), "EncryptionConfig"),
);

/** What `docker info` says of a swarm. */
export const CLUSTER_INFO = struct(
  "swarm.ClusterInfo",
  fields(STRING, "ID"),
  embedded(META),
  fields(CLUSTER_SPEC, "Spec"),
  fields(TLS_INFO, "TLSInfo"),
  fields(BOOL, "RootRotationInProgress"),
  fields(STRINGS, "DefaultAddrPool"),
  fields(UINT32, "SubnetSize DataPathPort"),
);
