/**
 * A container as the Engine API shows it: `GET /containers/{id}/json` and the entries of `GET /containers/json`.
 *
 * Field names, their order and the difference between null and empty are those of moby 28.5.
 *
 * @see moby daemon/inspect.go, api/types/container
 */

import { copyData, rememberingEach } from "../../lib/index.ts";
import { DEFAULT_SHM_SIZE, MASKED_PATHS, READONLY_PATHS } from "../../runtime/index.ts";
import type { Container } from "../container/container.ts";
import type { Health } from "../container/health-record.ts";
import type { ContainerConfig, EndpointSettings, HostConfig } from "../docker/create-body.ts";
import { CONTAINER_CONFIG } from "../docker/inspected/container.ts";
import { HOST_CONFIG } from "../docker/inspected/host-config.ts";
import type { ContainerSummary } from "../docker/lists/containers.ts";
import { withoutEmpty } from "../docker/template/json.ts";
import { humanDuration } from "../docker/values/human.ts";
import { logsToJson } from "../log/log-driver.ts";
import { type MountPoint, volumeOf } from "../mount/mount-points.ts";
import { shortId } from "../names.ts";
import { linkedNames, linksDocument } from "../network/links.ts";
import { modeOf } from "../network/settings.ts";
import { CommonPart } from "./common-part.ts";
import { containerData } from "./overlay-data.ts";
import { timeOf } from "./time.ts";

/** The document of `docker inspect`. Nobody else has a part of it: whoever gets it may do with it as they like. */
export function containerDocument(container: Container) {
  const { config, id, image } = container;
  const [path = "", ...args] = [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])];
  const directory = `/var/lib/docker/containers/${id}`;
  const { hasBeenTried } = container;
  const hasFiles = hasBeenTried && !container.isNetworkless;
  return {
    Id: id,
    Created: timeOf(container.createdUs),
    Path: path,
    Args: args,
    State: stateDocument(container),
    Image: image.id,
    // These files are made by the first start.
    ResolvConfPath: hasFiles ? `${directory}/resolv.conf` : "",
    HostnamePath: hasFiles ? `${directory}/hostname` : "",
    HostsPath: hasFiles ? `${directory}/hosts` : "",
    LogPath: hasBeenTried && logsToJson(container) ? `${directory}/${id}-json.log` : "",
    Name: `/${container.name}`,
    RestartCount: container.restartCount,
    Driver: "overlay2",
    Platform: "linux",
    MountLabel: "",
    ProcessLabel: "",
    AppArmorProfile: "",
    // Filled in by who knows the execs.
    ExecIDs: null as readonly string[] | null,
    HostConfig: linkedHostConfig(container),
    GraphDriver: { Data: containerData(id, image), Name: "overlay2" },
    // What --tmpfs asks for is told by HostConfig alone.
    Mounts: mountDocuments(container),
    Config: configDocument(container),
    NetworkSettings: networkSettings(container),
  };
}

/** Docker's flags, from the one state. */
function stateDocument(container: Container) {
  const { state } = container;
  return {
    Status: state,
    Running: container.isRunning || state === "restarting",
    Paused: state === "paused",
    Restarting: state === "restarting",
    OOMKilled: container.oomKilled,
    Dead: state === "dead",
    Pid: container.pid,
    ExitCode: container.exitCode,
    Error: container.error,
    StartedAt: timeOf(container.startedUs),
    FinishedAt: timeOf(container.finishedUs),
    ...(container.health === undefined ? {} : { Health: healthDocument(container.health) }),
  };
}

function healthDocument({ status, failingStreak, log }: Health) {
  return {
    Status: status,
    FailingStreak: failingStreak,
    Log: log.map(({ startUs, endUs, exitCode, output }) => ({
      Start: timeOf(startUs),
      End: timeOf(endUs),
      ExitCode: exitCode,
      Output: output,
    })),
  };
}

type Document = Readonly<Record<string, unknown>>;

/** Links as they mean containers now. */
function linkedHostConfig(container: Container): Document {
  const document = hostConfigDocument(container.hostConfig).copy();
  document["Links"] = linksDocument(container);
  return document;
}

/** A complete HostConfig: what the caller left out has Docker's default. Containers share it as they share what was given. */
const hostConfigDocument = rememberingEach((given: Partial<HostConfig>): CommonPart<Record<string, unknown>> => {
  const document: Record<string, unknown> = { ...DEFAULT_HOST_CONFIG };
  for (const [name, value] of Object.entries(withoutEmpty(HOST_CONFIG, given)))
    if (value !== undefined) document[name] = value;
  // To the client's command line -1 is no wish at all.
  if (document["MemorySwappiness"] === -1) document["MemorySwappiness"] = null;
  if (document["ShmSize"] === 0) document["ShmSize"] = DEFAULT_SHM_SIZE;
  if (document["NetworkMode"] === "default" || document["NetworkMode"] === "") document["NetworkMode"] = "bridge";
  if (document["IpcMode"] === "") document["IpcMode"] = "private";
  if (document["CgroupnsMode"] === "") document["CgroupnsMode"] = "private";
  const { Type: driver = "" } = given.LogConfig ?? {};
  if (driver === "") document["LogConfig"] = { Type: "json-file", Config: given.LogConfig?.Config ?? {} };
  document["MaskedPaths"] = given.Privileged ? null : (given.MaskedPaths ?? MASKED_PATHS);
  document["ReadonlyPaths"] = given.Privileged ? null : (given.ReadonlyPaths ?? READONLY_PATHS);
  const { Name: policy = "" } = (document["RestartPolicy"] ?? {}) as { readonly Name?: string };
  if (policy === "") document["RestartPolicy"] = DEFAULT_HOST_CONFIG.RestartPolicy;
  return new CommonPart(document);
});

const DEFAULT_HOST_CONFIG = {
  Binds: null,
  ContainerIDFile: "",
  LogConfig: { Type: "json-file", Config: {} },
  NetworkMode: "bridge",
  PortBindings: null,
  RestartPolicy: { Name: "no", MaximumRetryCount: 0 },
  AutoRemove: false,
  VolumeDriver: "",
  VolumesFrom: null,
  ConsoleSize: [0, 0],
  CapAdd: null,
  CapDrop: null,
  CgroupnsMode: "private",
  Dns: null,
  DnsOptions: null,
  DnsSearch: null,
  ExtraHosts: null,
  GroupAdd: null,
  IpcMode: "private",
  Cgroup: "",
  Links: null,
  OomScoreAdj: 0,
  PidMode: "",
  Privileged: false,
  PublishAllPorts: false,
  ReadonlyRootfs: false,
  SecurityOpt: null,
  UTSMode: "",
  UsernsMode: "",
  ShmSize: DEFAULT_SHM_SIZE,
  Runtime: "runc",
  Isolation: "",
  CpuShares: 0,
  Memory: 0,
  NanoCpus: 0,
  CgroupParent: "",
  BlkioWeight: 0,
  BlkioWeightDevice: null,
  BlkioDeviceReadBps: null,
  BlkioDeviceWriteBps: null,
  BlkioDeviceReadIOps: null,
  BlkioDeviceWriteIOps: null,
  CpuPeriod: 0,
  CpuQuota: 0,
  CpuRealtimePeriod: 0,
  CpuRealtimeRuntime: 0,
  CpusetCpus: "",
  CpusetMems: "",
  Devices: null,
  DeviceCgroupRules: null,
  DeviceRequests: null,
  MemoryReservation: 0,
  MemorySwap: 0,
  MemorySwappiness: null,
  OomKillDisable: false,
  PidsLimit: null,
  Ulimits: null,
  CpuCount: 0,
  CpuPercent: 0,
  IOMaximumIOps: 0,
  IOMaximumBandwidth: 0,
} as const;

/** What containers of one configuration have in common, with what is this one's own. */
function configDocument(container: Container) {
  const { config, hostname: Hostname, imageName: Image } = container;
  const MacAddress = askedMac(container);
  const common = MacAddress === undefined ? commonConfig(config) : configOf(config, MacAddress);
  const document = common.copy();
  document.Hostname = Hostname;
  document.Image = Image;
  return document;
}

const commonConfig = rememberingEach((config: Partial<ContainerConfig>) => configOf(config, undefined));

function configOf(config: Partial<ContainerConfig>, MacAddress: string | undefined) {
  const document = withoutEmpty(CONTAINER_CONFIG, {
    Hostname: "",
    Domainname: config.Domainname ?? "",
    User: config.User ?? "",
    AttachStdin: config.AttachStdin ?? false,
    AttachStdout: config.AttachStdout ?? false,
    AttachStderr: config.AttachStderr ?? false,
    ExposedPorts: config.ExposedPorts,
    Tty: config.Tty ?? false,
    OpenStdin: config.OpenStdin ?? false,
    StdinOnce: config.StdinOnce ?? false,
    Env: config.Env ?? null,
    Cmd: config.Cmd ?? null,
    Healthcheck: config.Healthcheck,
    ArgsEscaped: config.ArgsEscaped,
    Image: "",
    Volumes: Object.keys(config.Volumes ?? {}).length === 0 ? null : config.Volumes,
    WorkingDir: config.WorkingDir ?? "",
    Entrypoint: config.Entrypoint ?? null,
    NetworkDisabled: config.NetworkDisabled,
    MacAddress,
    OnBuild: config.OnBuild ?? null,
    Labels: config.Labels ?? {},
    StopSignal: config.StopSignal,
    StopTimeout: config.StopTimeout,
    Shell: config.Shell,
  });
  return new CommonPart(document);
}

/** On the network of its mode; one that chance has given is not told here. */
function askedMac(container: Container): string | undefined {
  const { hostConfig, macs, startedUs } = container;
  const network = modeOf(hostConfig.NetworkMode);
  const planned = startedUs === 0 ? container.endpoints[network]?.MacAddress : undefined;
  return macs?.get(network) ?? (planned === "" ? undefined : planned);
}

const mountDocuments = ({ mountPoints }: Pick<Container, "mountPoints">) =>
  mountPoints.filter(({ isUnlisted }) => isUnlisted !== true).map(mountDocument);

/** The daemon lists copies of containers, which know directories of volumes as far as somebody has asked for those volumes. */
function withoutAnonymousSources({ mountPoints }: Container): Pick<Container, "mountPoints"> {
  return { mountPoints: mountPoints.map((point) => (point.isAnonymous === true ? { ...point, source: "" } : point)) };
}

function mountDocument(point: MountPoint) {
  const isVolume = point.type === "volume";
  return {
    Type: point.type,
    ...(isVolume || point.type === "image" ? { Name: point.name ?? "" } : {}),
    Source: point.type === "image" ? volumeOf(point) : point.source,
    Destination: point.destination,
    ...(isVolume ? { Driver: "local" } : {}),
    Mode: point.mode,
    RW: !point.readOnly,
    Propagation: point.type === "bind" && point.propagation === "" ? "rprivate" : point.propagation,
  };
}

function networkSettings(container: Container) {
  const { sandbox, hostConfig, endpoints } = container;
  // What older clients read is there on the default bridge only.
  const legacy = endpoints["bridge"];
  const isHost = hostConfig.NetworkMode === "host";
  const id = sandbox?.id ?? "";
  return {
    Bridge: "",
    SandboxID: id,
    SandboxKey: sandbox === undefined ? "" : `/var/run/docker/netns/${isHost ? "default" : shortId(id)}`,
    Ports: sandbox?.portMap() ?? {},
    HairpinMode: false,
    LinkLocalIPv6Address: "",
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    EndpointID: legacy?.EndpointID ?? "",
    Gateway: legacy?.Gateway ?? "",
    GlobalIPv6Address: legacy?.GlobalIPv6Address ?? "",
    GlobalIPv6PrefixLen: legacy?.GlobalIPv6PrefixLen ?? 0,
    IPAddress: legacy?.IPAddress ?? "",
    IPPrefixLen: legacy?.IPPrefixLen ?? 0,
    IPv6Gateway: legacy?.IPv6Gateway ?? "",
    MacAddress: legacy?.MacAddress ?? "",
    Networks: networkDocuments(endpoints),
  };
}

function networkDocuments(endpoints: Container["endpoints"]): Record<string, EndpointSettings> {
  const documents: Record<string, EndpointSettings> = {};
  for (const name in endpoints) documents[name] = networkDocument(endpoints[name] as EndpointSettings);
  return documents;
}

function networkDocument(settings: EndpointSettings): EndpointSettings {
  const { IPAMConfig, Links, Aliases, DriverOpts, DNSNames } = settings;
  return {
    ...settings,
    IPAMConfig: copyData(IPAMConfig),
    Links: copyData(Links),
    Aliases: copyData(Aliases),
    DriverOpts: copyData(DriverOpts),
    DNSNames: copyData(DNSNames),
  };
}

/** Published and exposed ports, as lists show them. */
export function portSummaries({ sandbox, isRunning }: Container): ContainerSummary["Ports"] {
  if (!isRunning) return [];
  return Object.entries(sandbox?.portMap() ?? {}).flatMap(([key, bindings]) => {
    const [port = "0", Type = "tcp"] = key.split("/");
    const PrivatePort = Number(port);
    if (bindings === null) return [{ PrivatePort, Type }];
    return bindings.map(({ HostIp, HostPort }) => ({ IP: HostIp, PrivatePort, PublicPort: Number(HostPort), Type }));
  });
}

/** An entry of the list of containers. */
export function containerSummary(
  container: Container,
  nowUs: number,
  imageName: string = container.imageName,
): ContainerSummary {
  const { config } = container;
  return {
    Id: container.id,
    Names: linkedNames(container),
    Image: imageName,
    ImageID: container.image.id,
    Command: commandText([...(config.Entrypoint ?? []), ...(config.Cmd ?? [])]),
    Created: Math.floor(container.createdUs / 1e6),
    Ports: portSummaries(container),
    Labels: config.Labels ?? {},
    State: container.state,
    Status: statusText(container, nowUs),
    NetworkSettings: { Networks: summarySettings(container.endpoints) },
    Mounts: mountDocuments(withoutAnonymousSources(container)),
  };
}

/** In lists, the endpoints are without the names that the container has there. @see moby daemon/list.go */
function summarySettings(endpoints: Container["endpoints"]): Container["endpoints"] {
  const unsaid = { Links: null, Aliases: null, DriverOpts: null, DNSNames: null };
  return Object.fromEntries(Object.entries(endpoints).map(([name, settings]) => [name, { ...settings, ...unsaid }]));
}

/** "Up 5 minutes", "Exited (0) 3 seconds ago", "Created". @see moby container/state.go:State.String */
function statusText(container: Container, nowUs: number): string {
  const since = (us: number): string => humanDuration((nowUs - us) / 1e6);
  switch (container.state) {
    case "running":
      return `Up ${since(container.startedUs)}${healthText(container)}`;
    case "paused":
      return `Up ${since(container.startedUs)} (Paused)`;
    case "restarting":
      return `Restarting (${container.exitCode}) ${since(container.finishedUs)} ago`;
    case "removing":
      return "Removal In Progress";
    case "dead":
      return "Dead";
    case "created":
      return "Created";
    case "exited":
      return `Exited (${container.exitCode}) ${since(container.finishedUs)} ago`;
  }
}

/** ` (healthy)` */
function healthText({ health }: Container): string {
  if (health === undefined) return "";
  return health.status === "starting" ? " (health: starting)" : ` (${health.status})`;
}

/** The command line as the list shows it: words with blanks in quotes. */
function commandText(words: readonly string[]): string {
  return words.map((word) => (/\s/.test(word) ? `'${word}'` : word)).join(" ");
}
