/** The Go types of `docker info` and `docker version`. Model: moby api/types/system; docker/cli system/info.go, version.go. */
import {
  ANY,
  BOOL,
  embedded,
  field,
  fields,
  INT,
  INT64,
  mapOf,
  named,
  optional,
  pointer,
  STRING,
  STRING_MAP,
  STRINGS,
  slice,
  struct,
} from "../template/type.ts";
import { CLUSTER_INFO } from "./swarm.ts";

const PLUGINS = struct("system.PluginsInfo", fields(STRINGS, "Volume Network Authorization Log"));
const COMMIT = struct("system.Commit", fields(STRING, "ID"), optional("Expected", STRING));
const INDEX = struct(
  "registry.IndexInfo",
  fields(STRING, "Name"),
  fields(STRINGS, "Mirrors"),
  fields(BOOL, "Secure Official"),
);
const REGISTRIES = struct(
  "registry.ServiceConfig",
  fields(STRINGS, "AllowNondistributableArtifactsCIDRs AllowNondistributableArtifactsHostnames", { omitEmpty: true }),
  fields(slice(pointer(named("registry.NetIPNet"))), "InsecureRegistryCIDRs"),
  fields(mapOf(pointer(INDEX)), "IndexConfigs"),
  fields(STRINGS, "Mirrors"),
);
const RUNTIME = struct(
  "system.RuntimeWithStatus",
  optional("Path", STRING, "path"),
  optional("Args", STRINGS, "runtimeArgs"),
  optional("Type", STRING, "runtimeType"),
  optional("Options", mapOf(ANY), "options"),
  optional("Status", STRING_MAP, "status"),
);
const SWARM = struct(
  "swarm.Info",
  fields(STRING, "NodeID NodeAddr"),
  fields(named("swarm.LocalNodeState"), "LocalNodeState"),
  fields(BOOL, "ControlAvailable"),
  fields(STRING, "Error"),
  fields(slice(struct("swarm.Peer", fields(STRING, "NodeID Addr"))), "RemoteManagers"),
  fields(INT, "Nodes Managers", { omitEmpty: true }),
  optional("Cluster", pointer(CLUSTER_INFO)),
  optional("Warnings", STRINGS),
);
const CONTAINERD = struct(
  "system.ContainerdInfo",
  optional("Address", STRING),
  fields(struct("system.ContainerdNamespaces", fields(STRING, "Containers Plugins")), "Namespaces"),
);
const FIREWALL = struct("system.FirewallInfo", fields(STRING, "Driver"), optional("Info", slice(STRINGS)));

const SERVER_INFO = struct(
  "system.Info",
  fields(STRING, "ID"),
  fields(INT, "Containers ContainersRunning ContainersPaused ContainersStopped Images"),
  fields(STRING, "Driver"),
  fields(slice(STRINGS), "DriverStatus"),
  optional("SystemStatus", slice(STRINGS)),
  fields(PLUGINS, "Plugins"),
  fields(BOOL, "MemoryLimit SwapLimit"),
  fields(BOOL, "KernelMemory KernelMemoryTCP", { omitEmpty: true }),
  field("CPUCfsPeriod", BOOL, "CpuCfsPeriod"),
  field("CPUCfsQuota", BOOL, "CpuCfsQuota"),
  fields(BOOL, "CPUShares CPUSet PidsLimit IPv4Forwarding Debug"),
  fields(INT, "NFd"),
  fields(BOOL, "OomKillDisable"),
  fields(INT, "NGoroutines"),
  fields(STRING, "SystemTime LoggingDriver CgroupDriver"),
  optional("CgroupVersion", STRING),
  fields(INT, "NEventsListener"),
  fields(STRING, "KernelVersion OperatingSystem OSVersion OSType Architecture IndexServerAddress"),
  fields(pointer(REGISTRIES), "RegistryConfig"),
  fields(INT, "NCPU"),
  fields(INT64, "MemTotal"),
  fields(slice(ANY), "GenericResources"),
  fields(STRING, "DockerRootDir"),
  field("HTTPProxy", STRING, "HttpProxy"),
  field("HTTPSProxy", STRING, "HttpsProxy"),
  fields(STRING, "NoProxy Name"),
  fields(STRINGS, "Labels"),
  fields(BOOL, "ExperimentalBuild"),
  fields(STRING, "ServerVersion"),
  fields(mapOf(RUNTIME), "Runtimes"),
  fields(STRING, "DefaultRuntime"),
  fields(SWARM, "Swarm"),
  fields(BOOL, "LiveRestoreEnabled"),
  fields(named("container.Isolation"), "Isolation"),
  fields(STRING, "InitBinary"),
  fields(COMMIT, "ContainerdCommit RuncCommit InitCommit"),
  fields(STRINGS, "SecurityOptions"),
  optional("ProductLicense", STRING),
  optional(
    "DefaultAddressPools",
    slice(struct("system.NetworkAddressPool", fields(STRING, "Base"), fields(INT, "Size"))),
  ),
  optional("FirewallBackend", pointer(FIREWALL)),
  fields(STRINGS, "CDISpecDirs"),
  optional("DiscoveredDevices", slice(struct("system.DeviceInfo", fields(STRING, "Source ID")))),
  optional("Containerd", pointer(CONTAINERD)),
  fields(STRINGS, "Warnings"),
);

const CLIENT_VERSION = struct(
  "system.clientVersion",
  optional("Platform", pointer(struct("system.platformInfo", optional("Name", STRING)))),
  optional("Version", STRING),
  optional("APIVersion", STRING, "ApiVersion"),
  fields(STRING, "DefaultAPIVersion GitCommit GoVersion Os Arch BuildTime", { omitEmpty: true }),
  fields(STRING, "Context"),
);
const CLIENT_PLUGIN = struct(
  "manager.Plugin",
  fields(STRING, "SchemaVersion Vendor Version ShortDescription URL", { omitEmpty: true }),
  optional("Name", STRING),
  optional("Path", STRING),
);
const CLIENT_INFO = struct(
  "system.clientInfo",
  fields(BOOL, "Debug"),
  embedded(CLIENT_VERSION),
  fields(slice(CLIENT_PLUGIN), "Plugins"),
  fields(STRINGS, "Warnings"),
);

/** The data is the API's answer with `ClientInfo` and its siblings beside it. */
export const INFO = struct(
  "system.dockerInfo",
  embedded(pointer(SERVER_INFO)),
  optional("ServerErrors", STRINGS),
  field("UserName", STRING, "UserName", { hidden: true }),
  optional("ClientInfo", pointer(CLIENT_INFO)),
  optional("ClientErrors", STRINGS),
);

const COMPONENT = struct("types.ComponentVersion", fields(STRING, "Name Version"), optional("Details", STRING_MAP));
const SERVER_VERSION = struct(
  "types.Version",
  optional("Platform", struct("struct { Name string }", fields(STRING, "Name"))),
  optional("Components", slice(COMPONENT)),
  fields(STRING, "Version"),
  field("APIVersion", STRING, "ApiVersion"),
  optional("MinAPIVersion", STRING),
  fields(STRING, "GitCommit GoVersion Os Arch"),
  optional("KernelVersion", STRING),
  optional("Experimental", BOOL),
  optional("BuildTime", STRING),
);

/** The data is `{ Client, Server }`. */
export const VERSION = struct(
  "system.versionInfo",
  fields(CLIENT_VERSION, "Client"),
  fields(pointer(SERVER_VERSION), "Server"),
);
