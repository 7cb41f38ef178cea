/** Bodies of requests about services. @see moby api/types/swarm: ServiceSpec, TaskSpec, ContainerSpec */
import { z } from "zod";
import { HEALTH, MOUNT } from "./create.ts";
import {
  duration,
  fileMode,
  float32,
  goType,
  integer,
  map,
  maybe,
  text,
  texts,
  uint32,
  uint64,
  ulimit,
} from "./fields.ts";
import { PRIVILEGES } from "./privileges.ts";
import { DRIVER } from "./swarm.ts";

const file = (kind: string) =>
  goType(
    z.object({
      Name: text.default(""),
      UID: text.default(""),
      GID: text.default(""),
      Mode: fileMode.default(0),
    }),
    `swarm.${kind}ReferenceFileTarget`,
  );
const secret = goType(
  z.object({ File: maybe(file("Secret")), SecretID: text.default(""), SecretName: text.default("") }),
  "swarm.SecretReference",
  { isPointer: true },
);
const config = goType(
  z.object({
    File: maybe(file("Config")),
    Runtime: maybe(goType(z.object({}), "swarm.ConfigReferenceRuntimeTarget")),
    ConfigID: text.default(""),
    ConfigName: text.default(""),
  }),
  "swarm.ConfigReference",
  { isPointer: true },
);
const dns = goType(
  z.object({ Nameservers: maybe(texts), Search: maybe(texts), Options: maybe(texts) }),
  "swarm.DNSConfig",
);

const container = z.object({
  Image: text.default(""),
  Labels: maybe(map),
  Command: maybe(texts),
  Args: maybe(texts),
  Hostname: maybe(text),
  Env: maybe(texts),
  Dir: maybe(text),
  User: maybe(text),
  Groups: maybe(texts),
  Privileges: maybe(PRIVILEGES),
  Init: maybe(z.boolean()),
  StopSignal: maybe(text),
  TTY: maybe(z.boolean()),
  OpenStdin: maybe(z.boolean()),
  ReadOnly: maybe(z.boolean()),
  Mounts: maybe(z.array(MOUNT)),
  StopGracePeriod: maybe(duration),
  Healthcheck: maybe(HEALTH),
  Hosts: maybe(texts),
  DNSConfig: maybe(dns),
  Secrets: maybe(z.array(secret)),
  Configs: maybe(z.array(config)),
  Isolation: maybe(goType(text, "container.Isolation")),
  Sysctls: maybe(map),
  CapabilityAdd: maybe(texts),
  CapabilityDrop: maybe(texts),
  Ulimits: maybe(z.array(ulimit)),
  OomScoreAdj: maybe(integer),
});

const generic = z.object({
  NamedResourceSpec: maybe(goType(z.object({ Kind: maybe(text), Value: maybe(text) }), "swarm.NamedGenericResource")),
  DiscreteResourceSpec: maybe(
    goType(z.object({ Kind: maybe(text), Value: maybe(integer) }), "swarm.DiscreteGenericResource"),
  ),
});
const resources = z.object({
  Limits: maybe(
    goType(z.object({ NanoCPUs: maybe(integer), MemoryBytes: maybe(integer), Pids: maybe(integer) }), "swarm.Limit"),
  ),
  Reservations: maybe(
    goType(
      z.object({
        NanoCPUs: maybe(integer),
        MemoryBytes: maybe(integer),
        GenericResources: maybe(z.array(goType(generic, "swarm.GenericResource"))),
      }),
      "swarm.Resources",
    ),
  ),
});
const restartPolicy = z.object({
  Condition: maybe(goType(text, "swarm.RestartPolicyCondition")),
  Delay: maybe(duration),
  MaxAttempts: maybe(uint64),
  Window: maybe(duration),
});
const preference = goType(
  z.object({ Spread: maybe(goType(z.object({ SpreadDescriptor: text.default("") }), "swarm.SpreadOver")) }),
  "swarm.PlacementPreference",
);
const platform = goType(z.object({ Architecture: maybe(text), OS: maybe(text) }), "swarm.Platform");
const placement = z.object({
  Constraints: maybe(texts),
  Preferences: maybe(z.array(preference)),
  MaxReplicas: maybe(uint64),
  Platforms: maybe(z.array(platform)),
});
const network = goType(
  z.object({ Target: text.default(""), Aliases: maybe(texts), DriverOpts: maybe(map) }),
  "swarm.NetworkAttachmentConfig",
);

/** What a task of another runtime is: it is read, and a task of containers has none of it. */
const plugin = z.object({
  name: maybe(text),
  remote: maybe(text),
  privileges: maybe(
    z.array(
      goType(
        z.object({ name: maybe(text), description: maybe(text), value: maybe(texts) }),
        "runtime.PluginPrivilege",
        { isPointer: true },
      ),
    ),
  ),
  disabled: maybe(z.boolean()),
  env: maybe(texts),
});
const attachment = z.object({ ContainerID: text.default("") });

const task = z.object({
  ContainerSpec: maybe(goType(container, "swarm.ContainerSpec")),
  PluginSpec: maybe(goType(plugin, "runtime.PluginSpec")),
  NetworkAttachmentSpec: maybe(goType(attachment, "swarm.NetworkAttachmentSpec")),
  Resources: maybe(goType(resources, "swarm.ResourceRequirements")),
  RestartPolicy: maybe(goType(restartPolicy, "swarm.RestartPolicy")),
  Placement: maybe(goType(placement, "swarm.Placement")),
  Networks: maybe(z.array(network)),
  LogDriver: maybe(DRIVER),
  ForceUpdate: uint64.default(0),
  Runtime: maybe(goType(text, "swarm.RuntimeType")),
});

const update = goType(
  z.object({
    Parallelism: uint64.default(0),
    Delay: maybe(duration),
    FailureAction: maybe(text),
    Monitor: maybe(duration),
    MaxFailureRatio: float32.default(0),
    Order: maybe(text),
  }),
  "swarm.UpdateConfig",
);

const port = goType(
  z.object({
    Name: maybe(text),
    Protocol: maybe(goType(text, "swarm.PortConfigProtocol")),
    TargetPort: maybe(uint32),
    PublishedPort: maybe(uint32),
    PublishMode: maybe(goType(text, "swarm.PortConfigPublishMode")),
  }),
  "swarm.PortConfig",
);
const endpoint = z.object({
  Mode: maybe(goType(text, "swarm.ResolutionMode")),
  Ports: maybe(z.array(port)),
});
const job = z.object({ MaxConcurrent: maybe(uint64), TotalCompletions: maybe(uint64) });
const mode = z.object({
  Replicated: maybe(goType(z.object({ Replicas: maybe(uint64) }), "swarm.ReplicatedService")),
  Global: maybe(goType(z.object({}), "swarm.GlobalService")),
  ReplicatedJob: maybe(goType(job, "swarm.ReplicatedJob")),
  GlobalJob: maybe(goType(z.object({}), "swarm.GlobalJob")),
});

export const SERVICE_SPEC = goType(
  z.object({
    Name: text.default(""),
    Labels: map.default({}),
    TaskTemplate: goType(task, "swarm.TaskSpec")
      .transform(({ PluginSpec: _plugin, NetworkAttachmentSpec: _attachment, ...own }) => own)
      .default({ ForceUpdate: 0 }),
    Mode: goType(mode, "swarm.ServiceMode").default({}),
    UpdateConfig: maybe(update),
    RollbackConfig: maybe(update),
    Networks: maybe(z.array(network)),
    EndpointSpec: maybe(goType(endpoint, "swarm.EndpointSpec")),
  }),
  "swarm.ServiceSpec",
);
