/**
 * From the options of `docker run` and `docker create` to the API's body.
 *
 * Where the real client goes through a Go map, and so in random order (environment, bind mounts), this one keeps the
 * order of the command line. Model: docker/cli container.parse, docker/client ContainerCreate.
 */
import { orNull } from "../../../lib/index.ts";
import type { ClientMachine } from "../client.ts";
import type {
  ContainerConfig,
  CreateBody,
  HealthConfig,
  HostConfig,
  LogConfig,
  Resources,
  RestartPolicy,
  StringMap,
  Ulimit,
} from "../create-body.ts";
import type { FlagValues } from "../flags/flag.ts";
import { ValueError } from "../problem.ts";
import { resolveSource } from "../values/mount.ts";
import { hardwareAddress, parseEndpoints } from "../values/network.ts";
import { cut, fromClient, readPairs, toMap } from "../values/pairs.ts";
import {
  checkModes,
  normalizeCapabilities,
  parseLogOptions,
  parseRestart,
  parseSecurity,
  parseStorageOptions,
  type SecurityOptions,
} from "../values/policies.ts";
import { type PublishedPorts, parsePorts } from "../values/ports.ts";
import { isCdiName, parseDevice } from "../values/resources.ts";
import { parseVolumes, type VolumeArguments } from "../values/volume.ts";
import type { CREATE_FLAGS } from "./create-flags.ts";

type Values = FlagValues<typeof CREATE_FLAGS>;

/** An invocation as far as the body depends on it. */
export interface CreateArguments {
  readonly flags: Values;
  readonly operands: readonly string[];
  readonly changed: ReadonlySet<string>;
  readonly client: ClientMachine;
}

/** @throws ValueError for options that are wrong by themselves or contradict each other. */
export function createBody(given: CreateArguments): CreateBody {
  const { flags, client } = given;
  if (flags["mac-address"] !== "") hardwareAddress(flags["mac-address"]);
  const swappiness = flags["memory-swappiness"];
  if (swappiness < -1 || swappiness > 100)
    throw new ValueError(`invalid value: ${swappiness}. Valid memory swappiness range is 0-100`);
  const volumes = parseVolumes(flags.volume, client);
  const ports = parsePorts(flags.publish, flags.expose);
  const devices = flags.device.filter((device) => !isCdiName(device)).map(parseDevice);
  const variables = environment(flags, client);
  const labels = toMap([...flags["label-file"].flatMap((file) => readPairs(file, client, false)), ...flags.label]);
  checkModes(flags);
  const policies = parsePolicies(flags, client);
  const health = healthConfig(flags);
  checkHealth(flags);
  if (flags.rm && policies.restart.Name !== "no" && policies.restart.Name !== "")
    throw new ValueError("conflicting options: cannot specify both --restart and --rm");
  const endpoints = parseEndpoints(flags.network, {
    aliases: flags["network-alias"],
    links: flags.link,
    ipv4: flags.ip,
    ipv6: flags.ip6,
    linkLocalIps: flags["link-local-ip"],
    macAddress: flags["mac-address"],
  });
  // Not spread: literals that begin so get hidden classes of their own each time, forty kilobytes for each body.
  return Object.assign(containerConfig(given, volumes, ports), {
    Env: orNull(variables),
    Labels: labels,
    ...(health === undefined ? {} : { Healthcheck: health }),
    HostConfig: Object.assign(hostConfig(given, policies), resources(flags), {
      Devices: devices,
      Binds: orNull(volumes.binds),
      PortBindings: ports.bindings,
    }),
    NetworkingConfig: { EndpointsConfig: endpoints },
  });
}

function containerConfig(
  { flags, operands, changed }: CreateArguments,
  volumes: VolumeArguments,
  ports: PublishedPorts,
): Omit<ContainerConfig, "Env" | "Labels" | "Healthcheck"> {
  const attachAll = flags.attach.length === 0;
  const attachStdin = flags.attach.includes("stdin") || flags.interactive;
  return {
    Hostname: flags.hostname,
    Domainname: flags.domainname,
    User: flags.user,
    AttachStdin: attachStdin,
    AttachStdout: attachAll || flags.attach.includes("stdout"),
    AttachStderr: attachAll || flags.attach.includes("stderr"),
    ...unlessEmpty("ExposedPorts", ports.exposed),
    Tty: flags.tty,
    OpenStdin: flags.interactive,
    StdinOnce: flags.interactive && attachStdin,
    Cmd: orNull(operands.slice(1)),
    Image: operands[0] ?? "",
    Volumes: volumes.volumes,
    WorkingDir: flags.workdir,
    Entrypoint: changed.has("entrypoint") ? [flags.entrypoint] : null,
    OnBuild: null,
    ...(flags["stop-signal"] === "" ? {} : { StopSignal: flags["stop-signal"] }),
    ...(changed.has("stop-timeout") ? { StopTimeout: flags["stop-timeout"] } : {}),
  };
}

interface Policies {
  readonly restart: RestartPolicy;
  readonly log: LogConfig;
  readonly security: SecurityOptions;
  readonly storage: StringMap;
}

function parsePolicies(flags: Values, client: ClientMachine): Policies {
  return {
    restart: parseRestart(flags.restart),
    log: { Type: flags["log-driver"], Config: parseLogOptions(flags["log-driver"], flags["log-opt"]) },
    security: parseSecurity(flags["security-opt"], client),
    storage: parseStorageOptions(flags["storage-opt"]),
  };
}

/** Entries of files first; among `--env` options the last one of a name counts. */
export function environment(flags: Pick<Values, "env" | "env-file">, client: ClientMachine): string[] {
  const own = new Map(flags.env.map((entry) => [cut(entry, "=")[0], fromClient(entry, client)]));
  return [...flags["env-file"].flatMap((file) => readPairs(file, client, true)), ...own.values()];
}

/** What the client itself minds. @throws ValueError */
function checkHealth(flags: Values): void {
  const names = ["interval", "timeout", "retries", "start-period", "start-interval"] as const;
  const wrong = names.find((name) => flags[`health-${name}`] < 0);
  if (wrong !== undefined) throw new ValueError(`--health-${wrong} cannot be negative`);
}

export function healthConfig(
  flags: Pick<Values, Extract<keyof Values, `health-${string}`> | "no-healthcheck">,
): HealthConfig | undefined {
  const durations = {
    Interval: flags["health-interval"],
    Timeout: flags["health-timeout"],
    StartPeriod: flags["health-start-period"],
    StartInterval: flags["health-start-interval"],
    Retries: flags["health-retries"],
  };
  const given = Object.entries(durations).filter(([, value]) => value !== 0);
  const settings = flags["health-cmd"] !== "" || given.length > 0;
  if (flags["no-healthcheck"]) {
    if (settings) throw new ValueError("--no-healthcheck conflicts with --health-* options");
    return { Test: ["NONE"] };
  }
  if (!settings) return undefined;
  const test = flags["health-cmd"] === "" ? {} : { Test: ["CMD-SHELL", flags["health-cmd"]] };
  return { ...test, ...Object.fromEntries(given) };
}

function resources(flags: Values): Omit<Resources, "Devices"> {
  const cdi = flags.device.filter(isCdiName);
  const request = { Driver: "cdi", Count: 0, DeviceIDs: cdi, Capabilities: null, Options: null };
  return {
    CpuShares: flags["cpu-shares"],
    Memory: flags.memory,
    NanoCpus: flags.cpus,
    CgroupParent: flags["cgroup-parent"],
    BlkioWeight: flags["blkio-weight"],
    BlkioWeightDevice: flags["blkio-weight-device"],
    BlkioDeviceReadBps: flags["device-read-bps"],
    BlkioDeviceWriteBps: flags["device-write-bps"],
    BlkioDeviceReadIOps: flags["device-read-iops"],
    BlkioDeviceWriteIOps: flags["device-write-iops"],
    CpuPeriod: flags["cpu-period"],
    CpuQuota: flags["cpu-quota"],
    CpuRealtimePeriod: flags["cpu-rt-period"],
    CpuRealtimeRuntime: flags["cpu-rt-runtime"],
    CpusetCpus: flags["cpuset-cpus"],
    CpusetMems: flags["cpuset-mems"],
    DeviceCgroupRules: orNull(flags["device-cgroup-rule"]),
    DeviceRequests: orNull(cdi.length === 0 ? flags.gpus : [...flags.gpus, request]),
    MemoryReservation: flags["memory-reservation"],
    MemorySwap: flags["memory-swap"],
    MemorySwappiness: flags["memory-swappiness"],
    OomKillDisable: flags["oom-kill-disable"],
    PidsLimit: flags["pids-limit"],
    Ulimits: sortedUlimits(flags.ulimit),
    CpuCount: flags["cpu-count"],
    CpuPercent: flags["cpu-percent"],
    IOMaximumIOps: flags["io-maxiops"],
    IOMaximumBandwidth: flags["io-maxbandwidth"],
  };
}

/** The last limit of each name, sorted by name. */
export function sortedUlimits(ulimits: readonly Ulimit[]): Ulimit[] {
  const last = new Map(ulimits.map((ulimit) => [ulimit.Name, ulimit]));
  return [...last.values()].sort((a, b) => (a.Name < b.Name ? -1 : 1));
}

function hostConfig(
  { flags, client, changed }: CreateArguments,
  { restart, log, security, storage }: Policies,
): Omit<HostConfig, keyof Resources | "Binds" | "PortBindings"> {
  const tmpfs = Object.fromEntries(flags.tmpfs.map((text) => [cut(text, ":")[0], cut(text, ":")[1] ?? ""]));
  return {
    ContainerIDFile: flags.cidfile,
    LogConfig: log,
    NetworkMode: flags.network[0]?.target ?? "default",
    RestartPolicy: restart,
    AutoRemove: flags.rm,
    VolumeDriver: flags["volume-driver"],
    VolumesFrom: orNull(flags["volumes-from"]),
    ConsoleSize: [0, 0],
    CapAdd: normalizeCapabilities(flags["cap-add"]),
    CapDrop: normalizeCapabilities(flags["cap-drop"]),
    CgroupnsMode: flags.cgroupns,
    Dns: flags.dns,
    DnsOptions: flags["dns-option"],
    DnsSearch: flags["dns-search"],
    ExtraHosts: orNull(flags["add-host"]),
    GroupAdd: orNull(flags["group-add"]),
    IpcMode: flags.ipc,
    Cgroup: "",
    Links: orNull(flags.link),
    OomScoreAdj: flags["oom-score-adj"],
    PidMode: flags.pid,
    Privileged: flags.privileged,
    PublishAllPorts: flags["publish-all"],
    ReadonlyRootfs: flags["read-only"],
    SecurityOpt: security.options,
    ...unlessEmpty("StorageOpt", storage),
    ...unlessEmpty("Tmpfs", tmpfs),
    UTSMode: flags.uts,
    UsernsMode: flags.userns,
    ShmSize: flags["shm-size"],
    ...unlessEmpty("Sysctls", flags.sysctl),
    ...unlessEmpty("Annotations", flags.annotation),
    ...(flags.runtime === "" ? {} : { Runtime: flags.runtime }),
    Isolation: flags.isolation,
    ...(flags.mount.length === 0 ? {} : { Mounts: flags.mount.map((mount) => resolveSource(mount, client)) }),
    MaskedPaths: security.unconfinedPaths ? [] : null,
    ReadonlyPaths: security.unconfinedPaths ? [] : null,
    ...(changed.has("init") ? { Init: flags.init } : {}),
  };
}

function unlessEmpty<K extends string, V extends object>(key: K, value: V): { readonly [P in K]?: V } {
  return Object.keys(value).length === 0 ? {} : ({ [key]: value } as { readonly [P in K]: V });
}
