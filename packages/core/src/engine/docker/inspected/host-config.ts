/** The Go type of a container's HostConfig. Model: moby api/types/container/hostconfig.go, api/types/mount. */

import {
  type BasicType,
  BOOL,
  embedded,
  field,
  fields,
  INT,
  INT64,
  type Method,
  mapOf,
  named,
  optional,
  pointer,
  STRING,
  STRING_MAP,
  STRINGS,
  slice,
  struct,
  UINT16,
  UINT32,
  UINT64,
} from "../template/type.ts";
import { isUserDefined } from "../values/network.ts";
import { PORT_MAP, STR_SLICE } from "./common.ts";

const test = (holds: (mode: string) => boolean): Method => ({
  parameters: [],
  returns: BOOL,
  call: (mode) => holds(`${mode}`),
});

const NETWORK_MODE: BasicType = {
  ...named("container.NetworkMode"),
  methods: new Map([
    ["IsBridge", test((mode) => mode === "bridge")],
    ["IsContainer", test((mode) => mode.startsWith("container:"))],
    ["IsDefault", test((mode) => mode === "default")],
    ["IsHost", test((mode) => mode === "host")],
    ["IsNone", test((mode) => mode === "none")],
    ["IsPrivate", test((mode) => mode !== "host" && !mode.startsWith("container:"))],
    ["IsUserDefined", test(isUserDefined)],
  ]),
};

const WEIGHT = slice(pointer(struct("blkiodev.WeightDevice", fields(STRING, "Path"), fields(UINT16, "Weight"))));
const THROTTLE = slice(pointer(struct("blkiodev.ThrottleDevice", fields(STRING, "Path"), fields(UINT64, "Rate"))));
const DEVICE = struct("container.DeviceMapping", fields(STRING, "PathOnHost PathInContainer CgroupPermissions"));
const DEVICE_REQUEST = struct(
  "container.DeviceRequest",
  fields(STRING, "Driver"),
  fields(INT, "Count"),
  fields(STRINGS, "DeviceIDs"),
  fields(slice(STRINGS), "Capabilities"),
  fields(STRING_MAP, "Options"),
);
export const ULIMIT = struct("units.Ulimit", fields(STRING, "Name"), fields(INT64, "Hard Soft"));

const RESOURCES = struct(
  "container.Resources",
  field("CPUShares", INT64, "CpuShares"),
  fields(INT64, "Memory"),
  field("NanoCPUs", INT64, "NanoCpus"),
  fields(STRING, "CgroupParent"),
  fields(UINT16, "BlkioWeight"),
  fields(WEIGHT, "BlkioWeightDevice"),
  fields(THROTTLE, "BlkioDeviceReadBps BlkioDeviceWriteBps BlkioDeviceReadIOps BlkioDeviceWriteIOps"),
  field("CPUPeriod", INT64, "CpuPeriod"),
  field("CPUQuota", INT64, "CpuQuota"),
  field("CPURealtimePeriod", INT64, "CpuRealtimePeriod"),
  field("CPURealtimeRuntime", INT64, "CpuRealtimeRuntime"),
  fields(STRING, "CpusetCpus CpusetMems"),
  fields(slice(DEVICE), "Devices"),
  fields(STRINGS, "DeviceCgroupRules"),
  fields(slice(DEVICE_REQUEST), "DeviceRequests"),
  fields(INT64, "KernelMemory KernelMemoryTCP", { omitEmpty: true }),
  fields(INT64, "MemoryReservation MemorySwap"),
  fields(pointer(INT64), "MemorySwappiness"),
  fields(pointer(BOOL), "OomKillDisable"),
  fields(pointer(INT64), "PidsLimit"),
  fields(slice(pointer(ULIMIT)), "Ulimits"),
  field("CPUCount", INT64, "CpuCount"),
  field("CPUPercent", INT64, "CpuPercent"),
  fields(UINT64, "IOMaximumIOps IOMaximumBandwidth"),
);

const BIND_OPTIONS = struct(
  "mount.BindOptions",
  fields(named("mount.Propagation"), "Propagation", { omitEmpty: true }),
  fields(BOOL, "NonRecursive CreateMountpoint ReadOnlyNonRecursive ReadOnlyForceRecursive", { omitEmpty: true }),
);
const VOLUME_DRIVER = struct("mount.Driver", optional("Name", STRING), optional("Options", STRING_MAP));
const VOLUME_OPTIONS = struct(
  "mount.VolumeOptions",
  optional("NoCopy", BOOL),
  optional("Labels", STRING_MAP),
  optional("Subpath", STRING),
  optional("DriverConfig", pointer(VOLUME_DRIVER)),
);
const TMPFS_OPTIONS = struct(
  "mount.TmpfsOptions",
  optional("SizeBytes", INT64),
  optional("Mode", { ...UINT32, name: "fs.FileMode" }),
  optional("Options", slice(STRINGS)),
);
export const MOUNT = struct(
  "mount.Mount",
  optional("Type", named("mount.Type")),
  fields(STRING, "Source Target", { omitEmpty: true }),
  optional("ReadOnly", BOOL),
  optional("Consistency", named("mount.Consistency")),
  optional("BindOptions", pointer(BIND_OPTIONS)),
  optional("VolumeOptions", pointer(VOLUME_OPTIONS)),
  optional("ImageOptions", pointer(struct("mount.ImageOptions", optional("Subpath", STRING)))),
  optional("TmpfsOptions", pointer(TMPFS_OPTIONS)),
);

const RESTART_POLICY = struct(
  "container.RestartPolicy",
  fields(named("container.RestartPolicyMode"), "Name"),
  fields(INT, "MaximumRetryCount"),
);

export const HOST_CONFIG = struct(
  "container.HostConfig",
  fields(STRINGS, "Binds"),
  fields(STRING, "ContainerIDFile"),
  fields(struct("container.LogConfig", fields(STRING, "Type"), fields(STRING_MAP, "Config")), "LogConfig"),
  fields(NETWORK_MODE, "NetworkMode"),
  fields(PORT_MAP, "PortBindings"),
  fields(RESTART_POLICY, "RestartPolicy"),
  fields(BOOL, "AutoRemove"),
  fields(STRING, "VolumeDriver"),
  fields(STRINGS, "VolumesFrom"),
  fields(slice({ ...UINT64, name: "uint" }), "ConsoleSize"),
  optional("Annotations", STRING_MAP),
  fields(STR_SLICE, "CapAdd CapDrop"),
  fields(named("container.CgroupnsMode"), "CgroupnsMode"),
  field("DNS", STRINGS, "Dns"),
  field("DNSOptions", STRINGS, "DnsOptions"),
  field("DNSSearch", STRINGS, "DnsSearch"),
  fields(STRINGS, "ExtraHosts GroupAdd"),
  fields(named("container.IpcMode"), "IpcMode"),
  fields(named("container.CgroupSpec"), "Cgroup"),
  fields(STRINGS, "Links"),
  fields(INT, "OomScoreAdj"),
  fields(named("container.PidMode"), "PidMode"),
  fields(BOOL, "Privileged PublishAllPorts ReadonlyRootfs"),
  fields(STRINGS, "SecurityOpt"),
  fields(STRING_MAP, "StorageOpt Tmpfs", { omitEmpty: true }),
  fields(named("container.UTSMode"), "UTSMode"),
  fields(named("container.UsernsMode"), "UsernsMode"),
  fields(INT64, "ShmSize"),
  optional("Sysctls", mapOf(STRING)),
  optional("Runtime", STRING),
  fields(named("container.Isolation"), "Isolation"),
  embedded(RESOURCES),
  optional("Mounts", slice(MOUNT)),
  fields(STRINGS, "MaskedPaths ReadonlyPaths"),
  optional("Init", pointer(BOOL)),
);
