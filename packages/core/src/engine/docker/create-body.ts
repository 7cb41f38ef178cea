/**
 * The body of `POST /containers/create`: field names, types and absent-or-null of Docker's Go structures.
 *
 * Optional fields are those that Go leaves out when empty. Sizes are bytes, durations nanoseconds, NanoCpus 1e-9 CPUs.
 * @see moby api/types/container: Config, HostConfig, Resources; api/types/mount; api/types/network
 */

export type StringMap = Readonly<Record<string, string>>;
type Strings = readonly string[];
/** Go's `map[string]struct{}`. */
export type StringSet = Readonly<Record<string, Readonly<Record<string, never>>>>;

export interface HealthConfig {
  readonly Test?: Strings;
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly StartInterval?: number;
  readonly Retries?: number;
}

export interface ContainerConfig {
  readonly Hostname: string;
  readonly Domainname: string;
  readonly User: string;
  readonly AttachStdin: boolean;
  readonly AttachStdout: boolean;
  readonly AttachStderr: boolean;
  /** Keys are `80/tcp`. */
  readonly ExposedPorts?: StringSet;
  readonly Tty: boolean;
  readonly OpenStdin: boolean;
  readonly StdinOnce: boolean;
  /** `NAME=value`; a bare name removes a variable of the image. */
  readonly Env: Strings | null;
  readonly Cmd: Strings | null;
  readonly Healthcheck?: HealthConfig;
  readonly ArgsEscaped?: boolean;
  readonly Image: string;
  readonly Volumes: StringSet | null;
  readonly WorkingDir: string;
  /** `[""]` clears the image's entrypoint. */
  readonly Entrypoint: Strings | null;
  readonly NetworkDisabled?: boolean;
  readonly OnBuild: Strings | null;
  readonly Labels: StringMap | null;
  readonly StopSignal?: string;
  /** Seconds. */
  readonly StopTimeout?: number;
  readonly Shell?: Strings;
}

export interface WeightDevice {
  readonly Path: string;
  readonly Weight: number;
}

/** Bytes or operations a second. */
export interface ThrottleDevice {
  readonly Path: string;
  readonly Rate: number;
}

export interface DeviceMapping {
  readonly PathOnHost: string;
  readonly PathInContainer: string;
  readonly CgroupPermissions: string;
}

export interface DeviceRequest {
  readonly Driver: string;
  /** -1 means all. */
  readonly Count: number;
  readonly DeviceIDs: Strings | null;
  readonly Capabilities: readonly Strings[] | null;
  readonly Options: StringMap | null;
}

export interface Ulimit {
  readonly Name: string;
  readonly Hard: number;
  readonly Soft: number;
}

/** The part of HostConfig that `docker update` can change, and its siblings. */
export interface Resources {
  readonly CpuShares: number;
  readonly Memory: number;
  readonly NanoCpus: number;
  readonly CgroupParent: string;
  readonly BlkioWeight: number;
  readonly BlkioWeightDevice: readonly WeightDevice[] | null;
  readonly BlkioDeviceReadBps: readonly ThrottleDevice[] | null;
  readonly BlkioDeviceWriteBps: readonly ThrottleDevice[] | null;
  readonly BlkioDeviceReadIOps: readonly ThrottleDevice[] | null;
  readonly BlkioDeviceWriteIOps: readonly ThrottleDevice[] | null;
  /** Microseconds, as are the three that follow. */
  readonly CpuPeriod: number;
  readonly CpuQuota: number;
  readonly CpuRealtimePeriod: number;
  readonly CpuRealtimeRuntime: number;
  readonly CpusetCpus: string;
  readonly CpusetMems: string;
  readonly Devices: readonly DeviceMapping[] | null;
  readonly DeviceCgroupRules: Strings | null;
  readonly DeviceRequests: readonly DeviceRequest[] | null;
  readonly KernelMemory?: number;
  readonly KernelMemoryTCP?: number;
  readonly MemoryReservation: number;
  /** Memory plus swap; -1 is unlimited. */
  readonly MemorySwap: number;
  /** 0 to 100; -1 or null leaves the system's value. */
  readonly MemorySwappiness: number | null;
  readonly OomKillDisable: boolean | null;
  readonly PidsLimit: number | null;
  readonly Ulimits: readonly Ulimit[] | null;
  readonly CpuCount: number;
  readonly CpuPercent: number;
  readonly IOMaximumIOps: number;
  readonly IOMaximumBandwidth: number;
}

export interface RestartPolicy {
  /** `no`, `always`, `on-failure`, `unless-stopped`, or what the user wrote. */
  readonly Name: string;
  readonly MaximumRetryCount: number;
}

export interface PortBinding {
  readonly HostIp: string;
  /** A number, a range, or empty for any free port. */
  readonly HostPort: string;
}

export type PortMap = Readonly<Record<string, readonly PortBinding[] | null>>;

export interface LogConfig {
  readonly Type: string;
  readonly Config: StringMap | null;
}

export interface MountBody {
  /** `bind`, `volume`, `tmpfs`, `image`, `npipe`, `cluster`, or what the user wrote. */
  readonly Type?: string;
  readonly Source?: string;
  readonly Target?: string;
  readonly ReadOnly?: boolean;
  readonly Consistency?: string;
  readonly BindOptions?: BindOptions;
  readonly VolumeOptions?: VolumeOptions;
  readonly ImageOptions?: { readonly Subpath?: string };
  readonly TmpfsOptions?: TmpfsOptions;
}

export interface BindOptions {
  readonly Propagation?: string;
  readonly NonRecursive?: boolean;
  readonly CreateMountpoint?: boolean;
  readonly ReadOnlyNonRecursive?: boolean;
  readonly ReadOnlyForceRecursive?: boolean;
}

export interface VolumeOptions {
  readonly NoCopy?: boolean;
  readonly Labels?: StringMap;
  readonly Subpath?: string;
  readonly DriverConfig?: { readonly Name?: string; readonly Options?: StringMap };
}

export interface TmpfsOptions {
  readonly SizeBytes?: number;
  readonly Mode?: number;
  readonly Options?: readonly Strings[];
}

export interface HostConfig extends Resources {
  readonly Binds: Strings | null;
  readonly ContainerIDFile: string;
  readonly LogConfig: LogConfig;
  readonly NetworkMode: string;
  readonly PortBindings: PortMap | null;
  readonly RestartPolicy: RestartPolicy;
  readonly AutoRemove: boolean;
  readonly VolumeDriver: string;
  readonly VolumesFrom: Strings | null;
  readonly ConsoleSize: readonly [height: number, width: number];
  readonly Annotations?: StringMap;
  readonly CapAdd: Strings | null;
  readonly CapDrop: Strings | null;
  readonly CgroupnsMode: string;
  readonly Dns: Strings | null;
  readonly DnsOptions: Strings | null;
  readonly DnsSearch: Strings | null;
  readonly ExtraHosts: Strings | null;
  readonly GroupAdd: Strings | null;
  readonly IpcMode: string;
  readonly Cgroup: string;
  readonly Links: Strings | null;
  readonly OomScoreAdj: number;
  readonly PidMode: string;
  readonly Privileged: boolean;
  readonly PublishAllPorts: boolean;
  readonly ReadonlyRootfs: boolean;
  readonly SecurityOpt: Strings | null;
  readonly StorageOpt?: StringMap;
  readonly Tmpfs?: StringMap;
  readonly UTSMode: string;
  readonly UsernsMode: string;
  readonly ShmSize: number;
  readonly Sysctls?: StringMap;
  readonly Runtime?: string;
  readonly Isolation: string;
  readonly Mounts?: readonly MountBody[];
  readonly MaskedPaths: Strings | null;
  readonly ReadonlyPaths: Strings | null;
  readonly Init?: boolean;
}

export interface EndpointIpamConfig {
  readonly IPv4Address?: string;
  readonly IPv6Address?: string;
  readonly LinkLocalIPs?: Strings;
}

export interface EndpointSettings {
  readonly IPAMConfig: EndpointIpamConfig | null;
  readonly Links: Strings | null;
  readonly Aliases: Strings | null;
  readonly MacAddress: string;
  readonly DriverOpts: StringMap | null;
  readonly GwPriority: number;
  readonly NetworkID: string;
  readonly EndpointID: string;
  readonly Gateway: string;
  readonly IPAddress: string;
  readonly IPPrefixLen: number;
  readonly IPv6Gateway: string;
  readonly GlobalIPv6Address: string;
  readonly GlobalIPv6PrefixLen: number;
  readonly DNSNames: Strings | null;
}

export interface NetworkingConfig {
  /** `null` for a network is refused. */
  readonly EndpointsConfig: Readonly<Record<string, EndpointSettings | null>> | null;
}

/** The whole body: Config with two more fields. */
export interface CreateBody extends ContainerConfig {
  readonly HostConfig: HostConfig;
  readonly NetworkingConfig: NetworkingConfig;
}
