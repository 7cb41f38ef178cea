/**
 * From a container's record to its OCI runtime specification. Pure: it reads nothing but its arguments.
 *
 * @see moby daemon/oci_linux.go
 */
import { CAPABILITY_NAMES, CapabilitySet, capabilityNumber, type ResourceName } from "../abi/index.ts";
import { MACHINE_DEVICES, STANDARD_DEVICES } from "../kernel/index.ts";
import { StatusError } from "../lib/index.ts";
import type { DeviceRule, DeviceSpec, MountSpec, NamespaceType, ProcessSpec, RuntimeSpec } from "../oci/index.ts";
import {
  ALL_DEVICE_RULES,
  DEFAULT_CAPABILITIES,
  DEFAULT_DEVICE_RULES,
  DEFAULT_MOUNTS,
  DEFAULT_PATH,
  DEFAULT_SHM_SIZE,
  defaultSeccomp,
  MASKED_PATHS,
  READONLY_PATHS,
  type ResolvedUser,
  withHome,
} from "../runtime/index.ts";
import { ROOTFS_PATH } from "../snapshot/index.ts";
import { deviceSpec } from "./container/asked-devices.ts";
import type { Container } from "./container/container.ts";
import { INIT_ARGUMENTS, INIT_MOUNT } from "./container/init-program.ts";
import { resources } from "./container/resources.ts";
import { customSeccomp } from "./container/seccomp-profile.ts";
import { parseSecurityOptions, type SecurityOptions } from "./container/security-options.ts";
import type { ContainerConfig, DeviceMapping, HostConfig, Ulimit } from "./docker/create-body.ts";
import { depthOf, mountSpec } from "./mount/mount-points.ts";
import { linkEnvironment } from "./network/links.ts";

/** What the specification needs to know of others. */
export interface SpecContext {
  readonly user: ResolvedUser;
  /** The pid on the machine of the first process of a running container: for modes like `container:NAME`. */
  pidOf(container: string): number;
  /** Where the machine has the /dev/shm that the container shares; `undefined` if it has one of its own. */
  readonly sharedMemory?: string | undefined;
  /** The devices that a path of the machine stands for, at a place of the container. @throws StatusError */
  devicesAt(path: string, inContainer: string): readonly DeviceSpec[];
}

export function runtimeSpec(container: Container, context: SpecContext): RuntimeSpec {
  const { config, hostConfig } = container;
  const common = commonPart(hostConfig);
  const { maskedPaths, readonlyPaths, sysctl, seccomp } = common.linux;
  const { resources, devices } = hostConfig.Devices?.length
    ? withDevices(common.linux, hostConfig, context)
    : common.linux;
  const namespaces = (container.isNetworkless ? undefined : common.namespaces) ?? chooseNamespaces(container, context);
  const ownsUts = namespaces.some(({ type, path }) => type === "uts" && path === undefined);
  return {
    ociVersion: "1.2.1",
    root: hostConfig.ReadonlyRootfs ? READ_ONLY_ROOT : ROOT,
    hostname: ownsUts ? container.hostname : undefined,
    domainname: ownsUts && config.Domainname ? config.Domainname : undefined,
    process: {
      terminal: config.Tty ?? false,
      consoleSize: consoleSize(config.Tty ? hostConfig.ConsoleSize : undefined),
      user: context.user,
      args: hostConfig.Init === true ? [...INIT_ARGUMENTS, ...commandLine(container)] : commandLine(container),
      env: withHome(environment(container), context.user),
      cwd: workingDirectory(config),
      capabilities: common.process.capabilities,
      rlimits: common.process.rlimits,
      noNewPrivileges: common.process.noNewPrivileges,
      oomScoreAdj: common.process.oomScoreAdj,
    },
    mounts: hasOwnMounts(container, context) ? chooseMounts(container, context) : common.mounts,
    linux: {
      namespaces,
      cgroupsPath: cgroupPath(container),
      resources,
      devices,
      maskedPaths,
      readonlyPaths,
      sysctl: ownsUts || !config.Domainname ? sysctl : withDomain(sysctl, config.Domainname),
      seccomp,
    },
  };
}

/** The domain name as a sysctl. In the machine's own uts namespace runc refuses that. */
const withDomain = (sysctl: RuntimeSpec["linux"]["sysctl"], domain: string): RuntimeSpec["linux"]["sysctl"] => ({
  ...sysctl,
  "kernel.domainname": domain,
});

/** What follows from the host configuration alone. */
interface CommonPart {
  /** `undefined` if it joins those of another container. */
  readonly namespaces: Namespaces | undefined;
  /** What is mounted where nothing is the container's own, or another's. */
  readonly mounts: readonly MountSpec[];
  readonly process: Required<Pick<ProcessSpec, "capabilities" | "rlimits" | "noNewPrivileges" | "oomScoreAdj">>;
  readonly linux: Omit<RuntimeSpec["linux"], "namespaces" | "cgroupsPath">;
}

const commonParts = new WeakMap<Partial<HostConfig>, CommonPart>();

/** Containers that share their host configuration share this part of their specifications. */
function commonPart(hostConfig: Partial<HostConfig>): CommonPart {
  const known = commonParts.get(hostConfig);
  if (known !== undefined) return known;
  const privileged = hostConfig.Privileged ?? false;
  const capabilities = chooseCapabilities(hostConfig);
  const security = parseSecurityOptions(hostConfig.SecurityOpt);
  const joins = MODES.some(([, , field]) => hostConfig[field]?.startsWith(CONTAINER_MODE) === true);
  const made: CommonPart = {
    namespaces: joins ? undefined : chooseNamespaces({ hostConfig, isNetworkless: false }),
    mounts: chooseMounts({ hostConfig, mountPoints: NONE, isNetworkless: false }),
    process: makeProcessSpec(capabilities, hostConfig, security),
    linux: {
      resources: limits(hostConfig),
      devices: privileged ? PRIVILEGED_DEVICES : NONE,
      maskedPaths: privileged ? NONE : (hostConfig.MaskedPaths ?? MASKED_PATHS),
      readonlyPaths: privileged ? NONE : (hostConfig.ReadonlyPaths ?? READONLY_PATHS),
      sysctl: sysctls(hostConfig),
      seccomp: seccompOf(security, capabilities, privileged),
    },
  };
  commonParts.set(hostConfig, made);
  return made;
}

/** On the machine's network the container leaves the machine's settings as they are. */
function sysctls({ NetworkMode, Sysctls }: Partial<HostConfig>): RuntimeSpec["linux"]["sysctl"] {
  if (NetworkMode === "host") return Sysctls ?? NO_SYSCTLS;
  return Sysctls === undefined ? DEFAULT_SYSCTLS : { ...DEFAULT_SYSCTLS, ...Sysctls };
}

const NO_SYSCTLS: RuntimeSpec["linux"]["sysctl"] = {};

/** The size of a terminal, where the client has told it. */
export function consoleSize(size: readonly [height: number, width: number] | undefined): ProcessSpec["consoleSize"] {
  const [height = 0, width = 0] = size ?? [];
  return height === 0 && width === 0 ? undefined : { height, width };
}

/** What many specifications have in common is one object for all of them. */
const NONE: readonly never[] = [];
const orNone = <T>(list: readonly T[] | undefined): readonly T[] =>
  list === undefined || list.length === 0 ? NONE : list;

const ROOT: RuntimeSpec["root"] = { path: ROOTFS_PATH, readonly: false };
const READ_ONLY_ROOT: RuntimeSpec["root"] = { path: ROOTFS_PATH, readonly: true };

/** A privileged container has every device of the machine that its /dev does not have anyway. */
const PRIVILEGED_DEVICES: readonly DeviceSpec[] = MACHINE_DEVICES.filter(
  ({ path }) => !STANDARD_DEVICES.some(([name]) => path === `/dev/${name}`),
).map((device) => deviceSpec(device, device.path));

/** Since 20.10 containers may bind low ports and ping without privileges. @see moby daemon/oci_linux.go */
const DEFAULT_SYSCTLS = { "net.ipv4.ip_unprivileged_port_start": "0", "net.ipv4.ping_group_range": "0 2147483647" };

const cgroupPath = ({ id, hostConfig }: Container): string =>
  `${hostConfig.CgroupParent === undefined || hostConfig.CgroupParent === "" ? "/docker" : hostConfig.CgroupParent}/${id}`;

/** Entrypoint and command. @throws StatusError invalid-argument if there is neither */
function commandLine({ config }: Container): readonly string[] {
  const { Entrypoint, Cmd } = config;
  const args = Entrypoint?.length ? Entrypoint.concat(Cmd ?? []) : (Cmd ?? NONE);
  if (args.length === 0) throw new StatusError("invalid-argument", "no command specified");
  return args;
}

/** Where the program starts. */
export const workingDirectory = ({ WorkingDir = "" }: Partial<ContainerConfig>): string =>
  WorkingDir === "" ? "/" : WorkingDir;

/** The variables that the container gives to its processes. */
export function environment(container: Container): readonly string[] {
  const { config, hostname, links } = container;
  const { defaults, others } = arrange(config.Env ?? NONE, config.Tty ?? false);
  const own = defaults.map((variable) => variable ?? `HOSTNAME=${hostname}`);
  if (links.size === 0 && others.length === 0) return own;
  return [...own, ...linkEnvironment(container), ...others];
}

/** A container's variables, in their order. */
interface Arrangement {
  /** In the place of what every container has; `undefined` stands for its own name. */
  readonly defaults: readonly (string | undefined)[];
  readonly others: readonly string[];
}

const arranged = new WeakMap<readonly string[], Arrangement>();
const arrangedForTerminal = new WeakMap<readonly string[], Arrangement>();

/** Containers that have been given the same list share the answer. */
function arrange(given: readonly string[], hasTerminal: boolean): Arrangement {
  const known = hasTerminal ? arrangedForTerminal : arranged;
  const before = known.get(given);
  if (before !== undefined) return before;
  // The last of a name counts, and takes the place of what every container has; a name alone takes it away.
  const wanted = new Map<string, string>();
  for (const variable of given) {
    const key = nameOf(variable);
    wanted.delete(key);
    wanted.set(key, variable);
  }
  const isThere = (variable: string | undefined): boolean => variable === undefined || variable.includes("=");
  const chosen = [DEFAULT_PATH, "HOSTNAME", ...(hasTerminal ? ["TERM=xterm"] : [])].map((variable) => {
    const key = nameOf(variable);
    const own = wanted.get(key) ?? (key === variable ? undefined : variable);
    wanted.delete(key);
    return own;
  });
  const made = { defaults: chosen.filter(isThere), others: [...wanted.values()].filter(isThere) };
  known.set(given, made);
  return made;
}

function nameOf(variable: string): string {
  const equals = variable.indexOf("=");
  return equals < 0 ? variable : variable.slice(0, equals);
}

/** `--ulimit`, where -1 means no limit. */
export function rlimits(ulimits: readonly Ulimit[]): ProcessSpec["rlimits"] {
  return ulimits.map(({ Name, Soft, Hard }) => ({
    type: Name as ResourceName,
    soft: Soft === -1 ? Number.POSITIVE_INFINITY : Soft,
    hard: Hard === -1 ? Number.POSITIVE_INFINITY : Hard,
  }));
}

/** What processes of a container have in common, whether init or exec. */
export const processSpec = (hostConfig: Partial<HostConfig>): CommonPart["process"] => commonPart(hostConfig).process;

function makeProcessSpec(
  capabilities: readonly string[],
  hostConfig: Partial<HostConfig>,
  { noNewPrivileges }: SecurityOptions,
): CommonPart["process"] {
  return {
    capabilities: capabilities === DEFAULT_CAPABILITIES ? DEFAULT_SETS : capabilitySets(capabilities),
    rlimits: orNone(rlimits(hostConfig.Ulimits ?? NONE)),
    noNewPrivileges,
    oomScoreAdj: hostConfig.OomScoreAdj ?? 0,
  };
}

const capabilitySets = (granted: readonly string[]): ProcessSpec["capabilities"] => ({
  bounding: granted,
  effective: granted,
  permitted: granted,
  inheritable: NONE,
  ambient: NONE,
});

const DEFAULT_SETS = capabilitySets(DEFAULT_CAPABILITIES);

/**
 * The default capabilities with what --cap-add and --cap-drop say; all for a privileged container.
 *
 * @param available what the machine has to give
 * @throws StatusError invalid-argument for a name that is none, or of one that the machine does not have
 * @see moby oci/caps/utils.go:TweakCapabilities
 */
export function chooseCapabilities(
  hostConfig: Partial<HostConfig>,
  available: CapabilitySet = CapabilitySet.FULL,
): readonly string[] {
  if (hostConfig.Privileged) return CAPABILITY_NAMES;
  const added = (hostConfig.CapAdd ?? []).map((name) => normalizeCapability(name, "CapAdd", available));
  const dropped = (hostConfig.CapDrop ?? []).map((name) => normalizeCapability(name, "CapDrop", available));
  if (added.length === 0 && dropped.length === 0) return DEFAULT_CAPABILITIES;
  const base = dropped.includes("ALL") ? [] : added.includes("ALL") ? CAPABILITY_NAMES : DEFAULT_CAPABILITIES;
  const kept = base.filter((name) => !dropped.includes(name));
  const more = added.includes("ALL") && !dropped.includes("ALL") ? [] : added.filter((name) => name !== "ALL");
  const all = added.includes("ALL") && dropped.includes("ALL") ? CAPABILITY_NAMES : kept;
  return [...new Set([...all, ...more])];
}

function normalizeCapability(name: string, field: "CapAdd" | "CapDrop", available: CapabilitySet): string {
  const upper = name.toUpperCase();
  if (upper === "ALL") return upper;
  const full = upper.startsWith("CAP_") ? upper : `CAP_${upper}`;
  const number = capabilityNumber(full);
  if (number === undefined) {
    throw new StatusError("invalid-argument", `invalid ${field}: unknown capability: "${full}"`);
  }
  if (!available.has(number)) {
    const why = "capability not supported by your kernel or not available in the current environment";
    throw new StatusError("invalid-argument", `invalid ${field}: ${why}: "${full}"`);
  }
  return full;
}

const seccompFilters = new WeakMap<readonly string[], ReturnType<typeof defaultSeccomp>>();

/** A privileged container has no filter but one of its own. @see moby daemon/seccomp_linux.go WithSeccomp */
function seccompOf(
  { seccompProfile }: SecurityOptions,
  capabilities: readonly string[],
  isPrivileged: boolean,
): RuntimeSpec["linux"]["seccomp"] {
  if (seccompProfile === "unconfined" || (isPrivileged && seccompProfile === "")) return undefined;
  const isDefault = seccompProfile === "" || (seccompProfile === "builtin" && !isPrivileged);
  return isDefault ? seccompFor(capabilities) : customSeccomp(seccompProfile, capabilities);
}

function seccompFor(capabilities: readonly string[]) {
  const known = seccompFilters.get(capabilities);
  if (known !== undefined) return known;
  const filter = defaultSeccomp(capabilities);
  seccompFilters.set(capabilities, filter);
  return filter;
}

type Namespaces = RuntimeSpec["linux"]["namespaces"];

const PRIVATE: Namespaces = (["mount", "network", "uts", "pid", "ipc", "cgroup"] as const).map((type) => ({ type }));

/** Namespaces that can be shared: their name in /proc/PID/ns, and where the request says with whom. */
const MODES = [
  ["network", "net", "NetworkMode"],
  ["uts", "uts", "UTSMode"],
  ["pid", "pid", "PidMode"],
  ["ipc", "ipc", "IpcMode"],
  ["cgroup", "cgroup", "CgroupnsMode"],
] as const satisfies readonly (readonly [NamespaceType, string, keyof HostConfig])[];

/** Begins the mode of a container that joins a namespace of another one. */
const CONTAINER_MODE = "container:";

function chooseNamespaces(
  { hostConfig, isNetworkless }: Pick<Container, "hostConfig" | "isNetworkless">,
  context?: SpecContext,
): Namespaces {
  const chosen: Namespaces = [
    { type: "mount" },
    ...MODES.flatMap(([type, kind, field]) => {
      const mode = type === "network" && isNetworkless ? "none" : hostConfig[field];
      if (mode === "host") return [];
      if (type === "cgroup" && hostConfig.Privileged && mode !== "private") return [];
      if (context === undefined || !mode?.startsWith(CONTAINER_MODE)) return [{ type }];
      return [{ type, path: `/proc/${context.pidOf(mode.slice(CONTAINER_MODE.length))}/ns/${kind}` }];
    }),
  ];
  const isPrivate = chosen.length === PRIVATE.length && chosen.every(({ path }) => path === undefined);
  return isPrivate ? PRIVATE : chosen;
}

const ETC_FILES: readonly MountSpec[] = ["resolv.conf", "hostname", "hosts"].map((name) => ({
  destination: `/etc/${name}`,
  type: "bind",
  source: name,
  options: ["rbind", "rprivate"],
}));

const shm = (bytes: number): MountSpec => ({
  destination: "/dev/shm",
  type: "tmpfs",
  source: "shm",
  options: ["nosuid", "noexec", "nodev", "mode=1777", `size=${bytes / 1024}k`],
});

/** The mounts of a container with nothing special: one array for all of them. */
const COMMON_MOUNTS: readonly MountSpec[] = [...DEFAULT_MOUNTS, shm(DEFAULT_SHM_SIZE), ...ETC_FILES];

/** A /dev/shm that others have too. */
const sharedShm = (source: string): MountSpec => ({
  destination: "/dev/shm",
  type: "bind",
  source,
  options: ["rbind", "rprivate", "nosuid", "noexec", "nodev"],
});

const hasOwnMounts = ({ mountPoints, isNetworkless }: Container, { sharedMemory }: SpecContext): boolean =>
  mountPoints.length > 0 || isNetworkless || sharedMemory !== undefined;

function chooseMounts(
  container: Pick<Container, "hostConfig" | "mountPoints" | "isNetworkless"> & { readonly id?: string },
  { sharedMemory }: Pick<SpecContext, "sharedMemory"> = {},
): readonly MountSpec[] {
  const { id = "", hostConfig, mountPoints, isNetworkless } = container;
  const { writableCgroups = hostConfig.Privileged ?? false } = parseSecurityOptions(hostConfig.SecurityOpt);
  const size = hostConfig.ShmSize === undefined || hostConfig.ShmSize === 0 ? DEFAULT_SHM_SIZE : hostConfig.ShmSize;
  const isPlain =
    !hostConfig.Privileged &&
    !writableCgroups &&
    !hostConfig.ReadonlyRootfs &&
    size === DEFAULT_SHM_SIZE &&
    hostConfig.Init !== true &&
    hostConfig.IpcMode !== "none" &&
    sharedMemory === undefined &&
    !isNetworkless;
  if (isPlain && mountPoints.length === 0) return COMMON_MOUNTS;
  const replaced = new Set(mountPoints.map(({ destination }) => destination));
  const ownShm = hostConfig.IpcMode === "none" ? [] : [shm(size)];
  const standard = [...DEFAULT_MOUNTS, ...(sharedMemory === undefined ? ownShm : [sharedShm(sharedMemory)])]
    .filter(({ destination }) => !replaced.has(destination))
    .filter(({ destination }) => !replaced.has("/dev") || !destination.startsWith("/dev/"))
    .map((mount) => ((mount.type === "cgroup2" ? writableCgroups : hostConfig.Privileged) ? writable(mount) : mount));
  const files = isNetworkless ? [] : ETC_FILES.filter(({ destination }) => !replaced.has(destination));
  // Those that were asked for come first among those of one depth.
  const others = [
    ...mountPoints.filter(({ isCovered }) => isCovered !== true).map((point) => mountSpec(point, id)),
    ...(hostConfig.ReadonlyRootfs ? files.map(readOnly) : files),
  ].sort((a, b) => depthOf(a.destination) - depthOf(b.destination));
  return [...standard, ...others, ...(hostConfig.Init === true ? [INIT_MOUNT] : [])];
}

/** A privileged container may write to /sys and, unless something else is said of them, the cgroups. */
const writable = (mount: MountSpec): MountSpec => ({
  ...mount,
  options: mount.options.filter((option) => option !== "ro"),
});

const readOnly = (mount: MountSpec): MountSpec => ({ ...mount, options: [...mount.options, "ro"] });

const NO_LIMITS: RuntimeSpec["linux"]["resources"] = { unified: {}, devices: DEFAULT_DEVICE_RULES };

function limits(hostConfig: Partial<HostConfig>): RuntimeSpec["linux"]["resources"] {
  const unified = resources(hostConfig);
  const devices = deviceRules(hostConfig);
  const isPlain = devices === DEFAULT_DEVICE_RULES && Object.keys(unified).length === 0;
  return isPlain ? NO_LIMITS : { unified, devices };
}

/** The rules of a container that is given no devices of its own. */
function deviceRules(hostConfig: Partial<HostConfig>): readonly DeviceRule[] {
  if (hostConfig.Privileged) return ALL_DEVICE_RULES;
  const given = hostConfig.DeviceCgroupRules ?? [];
  return given.length === 0 ? DEFAULT_DEVICE_RULES : [...DEFAULT_DEVICE_RULES, ...given.flatMap(parseDeviceRule)];
}

/**
 * With the devices that were asked for. A privileged container has those of the machine anyway, under their own names.
 *
 * @see moby daemon/oci_linux.go withDevices
 */
function withDevices(
  { devices, resources }: CommonPart["linux"],
  { Devices, Privileged = false }: Partial<HostConfig>,
  { devicesAt }: SpecContext,
): Pick<CommonPart["linux"], "devices" | "resources"> {
  const isNew = (one: DeviceMapping): boolean => !Privileged || one.PathOnHost !== one.PathInContainer;
  const asked = (Devices ?? [])
    .filter(isNew)
    .map((one) => ({ ...one, nodes: devicesAt(one.PathOnHost, one.PathInContainer) }));
  const more = [...devices, ...asked.flatMap(({ nodes }) => nodes)];
  if (Privileged) return { devices: more, resources };
  const rules = asked.flatMap(({ nodes, CgroupPermissions }) => nodes.map((node) => ruleOf(node, CgroupPermissions)));
  const [standard, given] = [DEFAULT_DEVICE_RULES, resources.devices.slice(DEFAULT_DEVICE_RULES.length)];
  return { devices: more, resources: { ...resources, devices: [...standard, ...rules, ...given] } };
}

const ruleOf = ({ type, major, minor }: DeviceSpec, access: string): DeviceRule => ({
  type: type === "b" ? "block" : "char",
  major,
  minor,
  access: access === "" ? "rwm" : access,
});

/** `c 10:229 rwm`, with `*` for any number. @see moby daemon/pkg/oci/oci.go: deviceCgroupRuleRegex */
function parseDeviceRule(text: string): readonly DeviceRule[] {
  const [, kind, first = "*", second = "*", access = ""] = /^([acb]) (\d+|\*):(\d+|\*) ([rwm]{1,3})$/.exec(text) ?? [];
  if (kind === undefined) return [];
  return [
    {
      type: kind === "a" ? "any" : kind === "b" ? "block" : "char",
      ...(first === "*" ? {} : { major: Number(first) }),
      ...(second === "*" ? {} : { minor: Number(second) }),
      access,
    },
  ];
}
