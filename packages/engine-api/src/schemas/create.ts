/**
 * The body of `POST /containers/create`, as lenient as Go: what is missing or null has its zero value.
 *
 * @see moby api/types/container
 */
import { z } from "zod";
import {
  consoleSize,
  duration,
  fileMode,
  goType,
  int,
  integer,
  map,
  maybe,
  text,
  texts,
  uint16,
  uint64,
  ulimit,
} from "./fields.ts";

/** Go's `map[string]struct{}`. */
const set = z.record(text, z.object({}));
/** A command: a text alone is one word. */
const command = z.union([texts, text.transform((word) => [word])]);
/** Go's zero value where nothing is given. */
const string = text.default("");

export const HEALTH = goType(
  z.object({
    Test: maybe(texts),
    Interval: maybe(duration),
    Timeout: maybe(duration),
    StartPeriod: maybe(duration),
    StartInterval: maybe(duration),
    Retries: maybe(int),
  }),
  "v1.HealthcheckConfig",
);

const config = {
  Hostname: maybe(text),
  Domainname: maybe(text),
  User: maybe(text),
  AttachStdin: maybe(z.boolean()),
  AttachStdout: maybe(z.boolean()),
  AttachStderr: maybe(z.boolean()),
  ExposedPorts: maybe(goType(set, "nat.PortSet")),
  Tty: maybe(z.boolean()),
  OpenStdin: maybe(z.boolean()),
  StdinOnce: maybe(z.boolean()),
  Env: maybe(texts),
  Cmd: maybe(command),
  Healthcheck: maybe(HEALTH),
  ArgsEscaped: maybe(z.boolean()),
  Image: maybe(text),
  Volumes: maybe(set),
  WorkingDir: maybe(text),
  Entrypoint: maybe(command),
  NetworkDisabled: maybe(z.boolean()),
  MacAddress: maybe(text),
  OnBuild: maybe(texts),
  Labels: maybe(map),
  StopSignal: maybe(text),
  StopTimeout: maybe(int),
  Shell: maybe(command),
};

const weight = goType(z.object({ Path: string, Weight: uint16.default(0) }), "blkiodev.WeightDevice", {
  isPointer: true,
});
const throttle = z.array(
  goType(z.object({ Path: string, Rate: uint64.default(0) }), "blkiodev.ThrottleDevice", { isPointer: true }),
);

const device = goType(
  z.object({ PathOnHost: string, PathInContainer: string, CgroupPermissions: string }),
  "container.DeviceMapping",
);
const deviceRequest = goType(
  z.object({
    Driver: string,
    Count: int.default(0),
    DeviceIDs: texts.nullable().default(null),
    Capabilities: z.array(texts).default([]),
    Options: map.default({}),
  }),
  "container.DeviceRequest",
);

/** What `POST /containers/{id}/update` may change. */
export const RESOURCES = {
  CpuShares: maybe(integer),
  Memory: maybe(integer),
  NanoCpus: maybe(integer),
  CgroupParent: maybe(text),
  BlkioWeight: maybe(uint16),
  BlkioWeightDevice: maybe(z.array(weight)),
  BlkioDeviceReadBps: maybe(throttle),
  BlkioDeviceWriteBps: maybe(throttle),
  BlkioDeviceReadIOps: maybe(throttle),
  BlkioDeviceWriteIOps: maybe(throttle),
  CpuPeriod: maybe(integer),
  CpuQuota: maybe(integer),
  CpuRealtimePeriod: maybe(integer),
  CpuRealtimeRuntime: maybe(integer),
  CpusetCpus: maybe(text),
  CpusetMems: maybe(text),
  Devices: maybe(z.array(device)),
  DeviceCgroupRules: maybe(texts),
  DeviceRequests: maybe(z.array(deviceRequest)),
  KernelMemoryTCP: maybe(integer),
  MemoryReservation: maybe(integer),
  MemorySwap: maybe(integer),
  MemorySwappiness: maybe(integer),
  OomKillDisable: maybe(z.boolean()),
  PidsLimit: maybe(integer),
  Ulimits: maybe(z.array(ulimit)),
  CpuCount: maybe(integer),
  CpuPercent: maybe(integer),
  IOMaximumIOps: maybe(uint64),
  IOMaximumBandwidth: maybe(uint64),
};

export const RESTART_POLICY = goType(
  z.object({ Name: goType(text, "container.RestartPolicyMode").default(""), MaximumRetryCount: int.default(0) }),
  "container.RestartPolicy",
);

const bindOptions = goType(
  z.object({
    Propagation: maybe(goType(text, "mount.Propagation")),
    NonRecursive: maybe(z.boolean()),
    CreateMountpoint: maybe(z.boolean()),
    ReadOnlyNonRecursive: maybe(z.boolean()),
    ReadOnlyForceRecursive: maybe(z.boolean()),
  }),
  "mount.BindOptions",
);
const volumeOptions = goType(
  z.object({
    NoCopy: maybe(z.boolean()),
    Labels: maybe(map),
    Subpath: maybe(text),
    DriverConfig: maybe(goType(z.object({ Name: maybe(text), Options: maybe(map) }), "mount.Driver")),
  }),
  "mount.VolumeOptions",
);
const tmpfsOptions = goType(
  z.object({ SizeBytes: maybe(integer), Mode: maybe(fileMode), Options: maybe(z.array(texts)) }),
  "mount.TmpfsOptions",
);

const mount = z.object({
  Type: maybe(goType(text, "mount.Type")),
  Source: maybe(text),
  Target: maybe(text),
  ReadOnly: maybe(z.boolean()),
  Consistency: maybe(goType(text, "mount.Consistency")),
  BindOptions: maybe(bindOptions),
  VolumeOptions: maybe(volumeOptions),
  ImageOptions: maybe(goType(z.object({ Subpath: maybe(text) }), "mount.ImageOptions")),
  TmpfsOptions: maybe(tmpfsOptions),
});
export const MOUNT = goType(mount, "mount.Mount");

const portMap = goType(
  z.record(text, z.array(goType(z.object({ HostIp: string, HostPort: string }), "nat.PortBinding")).nullable()),
  "nat.PortMap",
);

const hostConfig = z.object({
  ...RESOURCES,
  Binds: maybe(texts),
  ContainerIDFile: maybe(text),
  LogConfig: maybe(goType(z.object({ Type: string, Config: map.default({}) }), "container.LogConfig")),
  NetworkMode: maybe(goType(text, "container.NetworkMode")),
  PortBindings: maybe(portMap),
  RestartPolicy: maybe(RESTART_POLICY),
  AutoRemove: maybe(z.boolean()),
  VolumeDriver: maybe(text),
  VolumesFrom: maybe(texts),
  ConsoleSize: maybe(consoleSize),
  Annotations: maybe(map),
  CapAdd: maybe(command),
  CapDrop: maybe(command),
  CgroupnsMode: maybe(goType(text, "container.CgroupnsMode")),
  Dns: maybe(texts),
  DnsOptions: maybe(texts),
  DnsSearch: maybe(texts),
  ExtraHosts: maybe(texts),
  GroupAdd: maybe(texts),
  IpcMode: maybe(goType(text, "container.IpcMode")),
  Cgroup: maybe(goType(text, "container.CgroupSpec")),
  Links: maybe(texts),
  OomScoreAdj: maybe(int),
  PidMode: maybe(goType(text, "container.PidMode")),
  Privileged: maybe(z.boolean()),
  PublishAllPorts: maybe(z.boolean()),
  ReadonlyRootfs: maybe(z.boolean()),
  SecurityOpt: maybe(texts),
  StorageOpt: maybe(map),
  Tmpfs: maybe(map),
  UTSMode: maybe(goType(text, "container.UTSMode")),
  UsernsMode: maybe(goType(text, "container.UsernsMode")),
  ShmSize: maybe(integer),
  Sysctls: maybe(map),
  Runtime: maybe(text),
  Isolation: maybe(goType(text, "container.Isolation")),
  Mounts: maybe(z.array(MOUNT)),
  MaskedPaths: maybe(texts),
  ReadonlyPaths: maybe(texts),
  Init: maybe(z.boolean()),
});

/** How a container is to be connected to a network. */
const endpoint = z.object({
  IPAMConfig: goType(
    z.object({ IPv4Address: maybe(text), IPv6Address: maybe(text), LinkLocalIPs: maybe(texts) }),
    "network.EndpointIPAMConfig",
  )
    .nullable()
    .default(null),
  Links: texts.nullable().default(null),
  Aliases: texts.nullable().default(null),
  MacAddress: string,
  DriverOpts: map.nullable().default(null),
  GwPriority: int.default(0),
  NetworkID: string,
  EndpointID: string,
  Gateway: string,
  IPAddress: string,
  IPPrefixLen: int.default(0),
  IPv6Gateway: string,
  GlobalIPv6Address: string,
  GlobalIPv6PrefixLen: int.default(0),
  DNSNames: texts.nullable().default(null),
});

export const ENDPOINT = goType(endpoint, "network.EndpointSettings", { isPointer: true });

const networking = z.object({ EndpointsConfig: z.record(text, ENDPOINT.nullable()).default({}) });

export const CREATE = goType(
  z.object({
    ...config,
    HostConfig: maybe(goType(hostConfig, "container.HostConfig")),
    NetworkingConfig: maybe(goType(networking, "network.NetworkingConfig")),
  }),
  "container.CreateRequest",
  { isNameless: true },
);

export const COMMIT_CONFIG = goType(z.object(config), "container.CreateRequest", {
  isNameless: true,
});
