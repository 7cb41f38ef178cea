/** The Go type of `docker container inspect`. Model: moby api/types/container. */
import {
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
import {
  DRIVER_DATA,
  ENDPOINT_SETTINGS,
  HEALTH_CONFIG,
  PORT_MAP,
  PORT_SET,
  STR_SLICE,
  STRING_SET,
  TIME,
} from "./common.ts";
import { DESCRIPTOR } from "./descriptor.ts";
import { HOST_CONFIG } from "./host-config.ts";

const HEALTH_RESULT = struct(
  "container.HealthcheckResult",
  fields(TIME, "Start End"),
  fields(INT, "ExitCode"),
  fields(STRING, "Output"),
);
const HEALTH = struct(
  "container.Health",
  fields(STRING, "Status"),
  fields(INT, "FailingStreak"),
  fields(slice(pointer(HEALTH_RESULT)), "Log"),
);
const STATE = struct(
  "container.State",
  fields(STRING, "Status"),
  fields(BOOL, "Running Paused Restarting OOMKilled Dead"),
  fields(INT, "Pid ExitCode"),
  fields(STRING, "Error StartedAt FinishedAt"),
  optional("Health", pointer(HEALTH)),
);

export const CONTAINER_CONFIG = struct(
  "container.Config",
  fields(STRING, "Hostname Domainname User"),
  fields(BOOL, "AttachStdin AttachStdout AttachStderr"),
  optional("ExposedPorts", PORT_SET),
  fields(BOOL, "Tty OpenStdin StdinOnce"),
  fields(STRINGS, "Env"),
  fields(STR_SLICE, "Cmd"),
  optional("Healthcheck", pointer(HEALTH_CONFIG)),
  optional("ArgsEscaped", BOOL),
  fields(STRING, "Image"),
  fields(STRING_SET, "Volumes"),
  fields(STRING, "WorkingDir"),
  fields(STR_SLICE, "Entrypoint"),
  optional("NetworkDisabled", BOOL),
  optional("MacAddress", STRING),
  fields(STRINGS, "OnBuild"),
  fields(STRING_MAP, "Labels"),
  optional("StopSignal", STRING),
  optional("StopTimeout", pointer(INT)),
  optional("Shell", STR_SLICE),
);

const MOUNT_POINT = struct(
  "container.MountPoint",
  optional("Type", named("mount.Type")),
  optional("Name", STRING),
  fields(STRING, "Source Destination"),
  optional("Driver", STRING),
  fields(STRING, "Mode"),
  fields(BOOL, "RW"),
  fields(named("mount.Propagation"), "Propagation"),
);

const ADDRESS = struct("network.Address", fields(STRING, "Addr"), fields(INT, "PrefixLen"));
const SETTINGS_BASE = struct(
  "container.NetworkSettingsBase",
  fields(STRING, "Bridge SandboxID SandboxKey"),
  fields(PORT_MAP, "Ports"),
  fields(BOOL, "HairpinMode"),
  fields(STRING, "LinkLocalIPv6Address"),
  fields(INT, "LinkLocalIPv6PrefixLen"),
  fields(slice(ADDRESS), "SecondaryIPAddresses SecondaryIPv6Addresses"),
);
const DEFAULT_SETTINGS = struct(
  "container.DefaultNetworkSettings",
  fields(STRING, "EndpointID Gateway GlobalIPv6Address"),
  fields(INT, "GlobalIPv6PrefixLen"),
  fields(STRING, "IPAddress"),
  fields(INT, "IPPrefixLen"),
  fields(STRING, "IPv6Gateway MacAddress"),
);
const NETWORK_SETTINGS = struct(
  "container.NetworkSettings",
  embedded(SETTINGS_BASE),
  embedded(DEFAULT_SETTINGS),
  fields(mapOf(pointer(ENDPOINT_SETTINGS)), "Networks"),
);

const BASE = struct(
  "container.ContainerJSONBase",
  field("ID", STRING, "Id"),
  fields(STRING, "Created Path"),
  fields(STRINGS, "Args"),
  fields(pointer(STATE), "State"),
  fields(STRING, "Image ResolvConfPath HostnamePath HostsPath LogPath Name"),
  fields(INT, "RestartCount"),
  fields(STRING, "Driver Platform MountLabel ProcessLabel AppArmorProfile"),
  fields(STRINGS, "ExecIDs"),
  fields(pointer(HOST_CONFIG), "HostConfig"),
  fields(DRIVER_DATA, "GraphDriver"),
  fields(pointer(INT64), "SizeRw SizeRootFs", { omitEmpty: true }),
);

export const INSPECTED_CONTAINER = struct(
  "container.InspectResponse",
  embedded(pointer(BASE)),
  fields(slice(MOUNT_POINT), "Mounts"),
  fields(pointer(CONTAINER_CONFIG), "Config"),
  fields(pointer(NETWORK_SETTINGS), "NetworkSettings"),
  optional("ImageManifestDescriptor", pointer(DESCRIPTOR)),
);
