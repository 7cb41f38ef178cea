/**
 * The body of `POST /containers/create`, as lenient as Go: what is missing or null has its zero value.
 *
 * @see moby api/types/container
 */
import { z } from "zod";
import { integer, map, maybe, text, texts } from "./fields.ts";

/** Go's `map[string]struct{}`. */
const set = z.record(text, z.object({}));
/** A command: a text alone is one word. */
const command = z.union([texts, text.transform((word) => [word])]);
/** Go's zero value where nothing is given. */
const string = text.default("");
const number = integer.default(0);
const nothing = z.null().default(null);

export const HEALTH = z.object({
  Test: maybe(texts),
  Interval: maybe(integer),
  Timeout: maybe(integer),
  StartPeriod: maybe(integer),
  StartInterval: maybe(integer),
  Retries: maybe(integer),
});

const config = {
  Hostname: maybe(text),
  Domainname: maybe(text),
  User: maybe(text),
  AttachStdin: maybe(z.boolean()),
  AttachStdout: maybe(z.boolean()),
  AttachStderr: maybe(z.boolean()),
  ExposedPorts: maybe(set),
  Tty: maybe(z.boolean()),
  OpenStdin: maybe(z.boolean()),
  StdinOnce: maybe(z.boolean()),
  Env: maybe(texts),
  Cmd: maybe(command),
  Healthcheck: maybe(HEALTH),
  ArgsEscaped: maybe(z.boolean()),
  Image: string,
  Volumes: maybe(set),
  WorkingDir: maybe(text),
  Entrypoint: maybe(command),
  NetworkDisabled: maybe(z.boolean()),
  MacAddress: maybe(text),
  OnBuild: maybe(texts),
  Labels: maybe(map),
  StopSignal: maybe(text),
  StopTimeout: maybe(integer),
  Shell: maybe(texts),
};

const throttle = z.array(z.object({ Path: string, Rate: number }));

/** What `POST /containers/{id}/update` may change. */
export const RESOURCES = {
  CpuShares: maybe(integer),
  Memory: maybe(integer),
  NanoCpus: maybe(integer),
  CgroupParent: maybe(text),
  BlkioWeight: maybe(integer),
  BlkioWeightDevice: maybe(z.array(z.object({ Path: string, Weight: number }))),
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
  Devices: maybe(z.array(z.object({ PathOnHost: string, PathInContainer: string, CgroupPermissions: string }))),
  DeviceCgroupRules: maybe(texts),
  DeviceRequests: maybe(
    z.array(
      z.object({
        Driver: string,
        Count: number,
        DeviceIDs: texts.or(nothing).default(null),
        Capabilities: z.array(texts).default([]),
        Options: map.default({}),
      }),
    ),
  ),
  MemoryReservation: maybe(integer),
  MemorySwap: maybe(integer),
  MemorySwappiness: maybe(integer),
  OomKillDisable: maybe(z.boolean()),
  PidsLimit: maybe(integer),
  Ulimits: maybe(z.array(z.object({ Name: string, Hard: number, Soft: number }))),
  CpuCount: maybe(integer),
  CpuPercent: maybe(integer),
  IOMaximumIOps: maybe(integer),
  IOMaximumBandwidth: maybe(integer),
};

export const RESTART_POLICY = z.object({ Name: string, MaximumRetryCount: number });

export const MOUNT = z.object({
  Type: maybe(text),
  Source: maybe(text),
  Target: maybe(text),
  ReadOnly: maybe(z.boolean()),
  Consistency: maybe(text),
  BindOptions: maybe(
    z.object({
      Propagation: maybe(text),
      NonRecursive: maybe(z.boolean()),
      CreateMountpoint: maybe(z.boolean()),
      ReadOnlyNonRecursive: maybe(z.boolean()),
      ReadOnlyForceRecursive: maybe(z.boolean()),
    }),
  ),
  VolumeOptions: maybe(
    z.object({
      NoCopy: maybe(z.boolean()),
      Labels: maybe(map),
      Subpath: maybe(text),
      DriverConfig: maybe(z.object({ Name: maybe(text), Options: maybe(map) })),
    }),
  ),
  ImageOptions: maybe(z.object({ Subpath: maybe(text) })),
  TmpfsOptions: maybe(z.object({ SizeBytes: maybe(integer), Mode: maybe(integer), Options: maybe(z.array(texts)) })),
});

const portMap = z.record(
  text,
  z.array(z.object({ HostIp: string, HostPort: z.union([text, integer.transform(String)]).default("") })),
);

const hostConfig = z.object({
  ...RESOURCES,
  Binds: maybe(texts),
  ContainerIDFile: maybe(text),
  LogConfig: maybe(z.object({ Type: string, Config: map.default({}) })),
  NetworkMode: maybe(text),
  PortBindings: maybe(portMap),
  RestartPolicy: maybe(RESTART_POLICY),
  AutoRemove: maybe(z.boolean()),
  VolumeDriver: maybe(text),
  VolumesFrom: maybe(texts),
  ConsoleSize: maybe(z.tuple([integer, integer])),
  Annotations: maybe(map),
  CapAdd: maybe(command),
  CapDrop: maybe(command),
  CgroupnsMode: maybe(text),
  Dns: maybe(texts),
  DnsOptions: maybe(texts),
  DnsSearch: maybe(texts),
  ExtraHosts: maybe(texts),
  GroupAdd: maybe(texts),
  IpcMode: maybe(text),
  Cgroup: maybe(text),
  Links: maybe(texts),
  OomScoreAdj: maybe(integer),
  PidMode: maybe(text),
  Privileged: maybe(z.boolean()),
  PublishAllPorts: maybe(z.boolean()),
  ReadonlyRootfs: maybe(z.boolean()),
  SecurityOpt: maybe(texts),
  StorageOpt: maybe(map),
  Tmpfs: maybe(map),
  UTSMode: maybe(text),
  UsernsMode: maybe(text),
  ShmSize: maybe(integer),
  Sysctls: maybe(map),
  Runtime: maybe(text),
  Isolation: maybe(text),
  Mounts: maybe(z.array(MOUNT)),
  MaskedPaths: maybe(texts),
  ReadonlyPaths: maybe(texts),
  Init: maybe(z.boolean()),
});

/** How a container is to be connected to a network. */
export const ENDPOINT = z.object({
  IPAMConfig: z
    .object({ IPv4Address: maybe(text), IPv6Address: maybe(text), LinkLocalIPs: maybe(texts) })
    .or(nothing)
    .default(null),
  Links: texts.or(nothing).default(null),
  Aliases: texts.or(nothing).default(null),
  MacAddress: string,
  DriverOpts: map.or(nothing).default(null),
  GwPriority: number,
  NetworkID: string,
  EndpointID: string,
  Gateway: string,
  IPAddress: string,
  IPPrefixLen: number,
  IPv6Gateway: string,
  GlobalIPv6Address: string,
  GlobalIPv6PrefixLen: number,
  DNSNames: texts.or(nothing).default(null),
});

/** A network that is named with `null` is one without settings: nulls are gone before this is asked. */
export const CREATE = z.object({
  ...config,
  HostConfig: maybe(hostConfig),
  NetworkingConfig: maybe(z.object({ EndpointsConfig: z.record(text, ENDPOINT).default({}) })),
});

export const COMMIT_CONFIG = z.object({ ...config, Image: maybe(text) });
