/**
 * `runc init`, as a program: what a container's first process does before it becomes the container's own program.
 *
 * It runs in the new namespaces, sees the machine's files until it has pivoted away from them, and needs nothing that a
 * program of a student could not ask for too.
 *
 * @see runc libcontainer/standard_init_linux.go, pivot_root(2) "pivot_root(".", ".")"
 */
import {
  access,
  automount,
  CapabilitySet,
  capabilityNumber,
  capget,
  capset,
  chdir,
  close,
  type Env,
  Environment,
  Errno,
  execve,
  MNT_DETACH,
  MS_BIND,
  MS_PRIVATE,
  MS_RDONLY,
  MS_REC,
  MS_REMOUNT,
  mkdir,
  mount,
  type NamespaceKind,
  nanosleep,
  O_PATH,
  O_RDWR,
  open,
  type Program,
  pivot_root,
  prctl,
  type Routine,
  read,
  rmdir,
  SIGCHLD,
  type Stat,
  seccomp,
  setdomainname,
  setgroups,
  sethostname,
  setresgid,
  setresuid,
  setsid,
  sigaction,
  stat,
  sysctl,
  umount2,
  unshare,
  write,
  X_OK,
} from "../abi/index.ts";
import type { RepeatedSetup, SetupSite } from "../kernel/index.ts";
import { quote } from "../lib/go/index.ts";
import { dirname, encode, join, NO_BYTES } from "../lib/index.ts";
import type { MountSpec, ProcessSpec, RuntimeSpec } from "../oci/index.ts";
import { setUpConsole } from "./console.ts";
import type { ExecPreparation } from "./exec-preparation.ts";
import { goText, InitError } from "./init-error.ts";
import { setLimits } from "./limits.ts";
import { parseMountOptions } from "./mount-options.ts";
import type { SplitMounts } from "./mount-plan.ts";
import { closeTmpfs, makeDevices, makeDirectories, mountOne, overRoot } from "./rootfs.ts";

/** The channel to the runtime: there init tells how it got on (nothing at all: well), and waits to be started. */
export const CHANNEL_FD = 3;

export interface InitArgument {
  readonly spec: RuntimeSpec;
  /** How the root file system is mounted: what a snapshotter answered. */
  readonly rootfs: readonly MountSpec[];
  readonly mounts: SplitMounts;
  /** The container's directory on the machine: relative sources of mounts are looked for there. */
  readonly bundle: string;
  /** The image has all the places that the plan mounts on. */
  readonly hasMountPoints: boolean;
  /** What runs in place of a program that there is not. */
  readonly unknown?: Program | undefined;
  /** How long the preparation takes, in microseconds. */
  readonly setupUs: number;
  /** Why the container cannot be made, if that is known already. */
  readonly refusal: string | undefined;
  /** What containers alike have in common; `undefined` for one that others are seldom like. */
  readonly setup: RepeatedSetup | undefined;
}

const CGROUP: ReadonlySet<NamespaceKind> = new Set(["cgroup"]);

/** The first process of a container. */
export function* init(argument: InitArgument): Routine<number> {
  const { spec } = argument;
  const env = new Environment(spec.process.env);
  let path: string | undefined;
  try {
    if (argument.refusal !== undefined) throw new InitError(argument.refusal);
    checkEnvironment(spec.process.env);
    path = yield* settleIn(argument, env);
    yield* nanosleep(argument.setupUs);
  } catch (error) {
    yield* report(error);
    return 1;
  }
  yield* write(CHANNEL_FD, NO_BYTES);
  // Parked here, the container is "created".
  yield* read(CHANNEL_FD, 1);
  return yield* become(path, spec.process, env, argument.unknown);
}

/** `setUp`, or what it would come to if containers like this one have done it before. */
function* settleIn(argument: InitArgument, env: Env): Routine<string | undefined> {
  const { setup } = argument;
  if (setup === undefined) return yield* setUp(argument, env);
  const site = siteOf(argument);
  if (setup.repeat(site)) return setup.path;
  const path = yield* setUp(argument, env);
  setup.made(site, path);
  return path;
}

/** Prepares everything that the program is to find; answers where that is. */
function* setUp(argument: InitArgument, env: Env): Routine<string | undefined> {
  const { spec } = argument;
  yield* setsid();
  // The shim ignores its children's ends; a container's program starts with nothing ignored.
  yield* sigaction(SIGCHLD, "default");
  if (ownsCgroup(spec)) yield* unshare(CGROUP);
  if (spec.linux.namespaces.some(({ type }) => type === "mount")) yield* prepareRoot(argument);
  if (spec.process.terminal) yield* setUpConsole(spec.process, CHANNEL_FD, { isFirst: true });
  if (spec.hostname !== undefined) yield* nameHost(spec.hostname);
  if (spec.domainname !== undefined) yield* setdomainname(spec.domainname);
  for (const name in spec.linux.sysctl) yield* setSysctl(name, spec.linux.sysctl[name] ?? "");
  if (spec.root.readonly) yield* mount("", "/", "", MS_REMOUNT | MS_BIND | MS_RDONLY);
  if (spec.process.noNewPrivileges) yield* prctl("PR_SET_NO_NEW_PRIVS", 1);
  if (spec.linux.seccomp !== undefined && !spec.process.noNewPrivileges) yield* seccomp(spec.linux.seccomp);
  yield* becomeUser(spec.process);
  if (spec.linux.seccomp !== undefined && spec.process.noNewPrivileges) yield* seccomp(spec.linux.seccomp);
  return yield* findProgram(spec.process.args[0] ?? "", env, argument.unknown);
}

/** What containers alike do not share. */
function siteOf({ spec: { hostname, domainname }, rootfs, bundle }: InitArgument): SetupSite {
  const { source = "", options = [] } = rootfs[0] ?? {};
  return { source, options, bundle, hostname, domainname };
}

/** Whether the container has a cgroup namespace of its own. */
export const ownsCgroup = ({ linux }: RuntimeSpec): boolean =>
  linux.namespaces.some(({ type, path }) => type === "cgroup" && path === undefined);

/** @see runc libcontainer/env.go prepareEnv */
function checkEnvironment(env: readonly string[]): void {
  if (env.some((one) => one.startsWith("="))) throw new InitError("invalid environment variable: name cannot be empty");
}

export interface ExecArgument {
  /** What execs that begin like this one have in common. */
  readonly preparation: ExecPreparation;
  readonly seccomp: RuntimeSpec["linux"]["seccomp"];
  readonly unknown?: Program | undefined;
  /** The runtime's end of the channel: where it is told without being written to that all is well. */
  readonly channel: { settle(): void };
}

/** A further process of a running container: it starts in the container's namespaces, on its root, and leads a session. */
export function* execInit(argument: ExecArgument): Routine<number> {
  const { preparation, seccomp: filter, unknown, channel } = argument;
  const { process, env } = preparation;
  let path: string | undefined;
  if (preparation.repeat()) {
    path = preparation.path;
    channel.settle();
  } else {
    try {
      checkEnvironment(process.env);
      yield* sigaction(SIGCHLD, "default");
      if (process.terminal) yield* setUpConsole(process, CHANNEL_FD, { isFirst: false });
      if (process.noNewPrivileges) yield* prctl("PR_SET_NO_NEW_PRIVS", 1);
      if (filter !== undefined) yield* seccomp(filter);
      yield* becomeUser(process);
      path = yield* findProgram(process.args[0] ?? "", env, unknown);
    } catch (error) {
      yield* report(error);
      return 1;
    }
    yield* write(CHANNEL_FD, NO_BYTES);
    preparation.made(path);
  }
  return yield* become(path, process, env, unknown);
}

/** What every /dev starts with, although not every container has one. */
const SHARED_MEMORY = "/dev/shm";

/**
 * Mounts the new root, steps over to it, and mounts the rest there; then lets the machine's tree go.
 *
 * Between pivot_root(".", ".") and the unmount the old root lies on top of the new one, where no path leads: only the
 * descriptors that were opened before still reach into it.
 */
function* prepareRoot({ spec, rootfs, mounts, bundle, hasMountPoints }: InitArgument): Routine<void> {
  yield* mount("", "/", "", MS_PRIVATE | MS_REC);
  for (const { source, destination, type, options } of rootfs) {
    const { flags, data } = parseMountOptions(options);
    yield* mount(source, destination, type, flags, data);
  }
  const sources: (number | undefined)[] = [];
  for (const one of mounts.eager) sources.push(isBind(one) ? yield* openSource(sourceOf(one, bundle)) : undefined);
  yield* chdir(spec.root.path);
  yield* pivot_root(".", ".");
  if (!hasMountPoints) for (const { target } of mounts.plan.requests) yield* makeDirectories(target);
  yield* automount("/", mounts.plan, bundle);
  for (const [index, one] of mounts.eager.entries()) {
    if (join("/", one.destination) === "/") throw overRoot(one, spec.root.path);
    yield* mountOne(one, sources[index], spec.root.path);
  }
  for (const fd of sources) if (fd !== undefined) yield* close(fd);
  yield* checkNullDevice(spec);
  if (!isBoundDev(spec)) yield* makeDevices(spec.linux.devices);
  const hasShared = isBoundDev(spec) || spec.mounts.some(({ destination }) => destination === SHARED_MEMORY);
  if (!hasShared) yield* rmdir(SHARED_MEMORY).attempt();
  yield* umount2(".", MNT_DETACH);
  yield* chdir("/");
  yield* makeWorkingDirectory(spec.process.cwd);
  yield* closeTmpfs(mounts.eager);
}

/** mkdir -p, as Go's MkdirAll tells of it. @see runc libcontainer/rootfs_linux.go prepareRootfs */
function* makeWorkingDirectory(path: string): Routine<void> {
  if (path === "/") return;
  const refuse = (why: Errno): InitError => new InitError(`mkdir ${path}: ${goText(why)}`);
  const there = yield* stat(path).attempt();
  if (!(there instanceof Errno)) {
    if (there.type !== "dir") throw refuse(new Errno("ENOTDIR"));
    return;
  }
  yield* makeWorkingDirectory(dirname(path));
  const failed = yield* mkdir(path, 0o755).attempt();
  if (failed instanceof Errno && failed.code !== "EEXIST") throw refuse(failed);
}

/** What is to be bind-mounted, before the way there is gone. @throws InitError */
function* openSource(path: string): Routine<number> {
  const fd = yield* open(path, O_PATH).attempt();
  if (fd instanceof Errno) throw new InitError(`failed to fulfil mount request: open ${path}: ${goText(fd)}`);
  return fd;
}

const ownDev = ({ mounts }: RuntimeSpec): MountSpec | undefined =>
  mounts.find(({ destination }) => destination === "/dev");

const isBoundDev = (spec: RuntimeSpec): boolean => ownDev(spec)?.type === "bind";

/** A /dev of the user's need not have the null device that the runtime works with. @throws InitError */
function* checkNullDevice(spec: RuntimeSpec): Routine<void> {
  const isBound = isBoundDev(spec);
  const isTmpfs = !isBound && ownDev(spec)?.options.includes("nodev") === true;
  if (!isTmpfs && (!isBound || spec.linux.maskedPaths.length === 0)) return;
  const fd = yield* open("/dev/null", O_RDWR).attempt();
  if (!(fd instanceof Errno)) return yield* close(fd);
  const what = isTmpfs ? "error reopening /dev/null inside container" : "can't mask paths";
  throw new InitError(`${what}: open /dev/null: ${goText(fd)}`);
}

/** Files of the bundle have relative names. */
const sourceOf = ({ source }: MountSpec, bundle: string): string =>
  source.startsWith("/") ? source : `${bundle}/${source}`;

const isBind = ({ options }: MountSpec): boolean => options.includes("bind") || options.includes("rbind");

/** Limits, capabilities, groups and ids, in the order in which each still may be set. */
function* becomeUser(process: ProcessSpec): Routine<void> {
  if (process.rlimits.length > 0) yield* setLimits(process);
  const bounding = capabilities(process.capabilities.bounding);
  const { permitted } = yield* capget();
  yield* prctl("PR_CAPBSET_DROP", CapabilitySet.FULL.minus(bounding));
  yield* prctl("PR_SET_KEEPCAPS", 1);
  const { uid, gid, additionalGids } = process.user;
  // Where root may go the user starts, too; where root may not, perhaps the user may.
  const early = yield* chdir(process.cwd).attempt();
  yield* setgroups(additionalGids);
  yield* setresgid(gid);
  yield* setresuid(uid);
  yield* prctl("PR_SET_KEEPCAPS", 0);
  const isDenied = early instanceof Errno && (early.code === "EACCES" || early.code === "EPERM");
  const failure = isDenied ? yield* chdir(process.cwd).attempt() : early;
  if (failure instanceof Errno) {
    throw new InitError(`chdir to cwd (${quote(process.cwd)}) set in config.json failed: ${goText(failure)}`);
  }
  yield* capset({
    effective: capabilities(process.capabilities.effective).intersect(permitted),
    permitted: capabilities(process.capabilities.permitted).intersect(permitted),
    inheritable: capabilities(process.capabilities.inheritable),
  });
  for (const name of process.capabilities.ambient) {
    const number = capabilityNumber(name);
    if (number !== undefined) yield* prctl("PR_CAP_AMBIENT_RAISE", number);
  }
}

const capabilitySets = new WeakMap<readonly string[], CapabilitySet>();

/** The set of the named capabilities; lists that many containers share are read once. */
function capabilities(names: readonly string[]): CapabilitySet {
  const known = capabilitySets.get(names);
  if (known !== undefined) return known;
  const set = CapabilitySet.of(...names.flatMap((name) => capabilityNumber(name) ?? []));
  capabilitySets.set(names, set);
  return set;
}

/** Where the program lies; `undefined` if there is none and something else is to run in its place. */
function* findProgram(name: string, env: Env, unknown: Program | undefined): Routine<string | undefined> {
  try {
    return yield* findExecutable(name, env);
  } catch (error) {
    if (unknown === undefined || !(error instanceof InitError)) throw error;
    return undefined;
  }
}

/** As Go's exec.LookPath: a name with a slash is taken as it is, others are looked for in PATH. */
function* findExecutable(name: string, env: Env): Routine<string> {
  if (name.includes("/")) {
    const failure = yield* whyNotExecutable(name, yield* stat(name).attempt());
    if (failure === undefined) return name;
    throw new InitError(`exec: ${quote(name)}: ${failure}`);
  }
  let denied = false;
  const search = env.get("PATH") ?? "";
  for (let at = 0; at <= search.length; ) {
    const colon = search.indexOf(":", at);
    const end = colon < 0 ? search.length : colon;
    const path = end === at ? `./${name}` : `${search.slice(at, end)}/${name}`;
    at = end + 1;
    const found = yield* stat(path).attempt();
    if (found instanceof Errno && found.code === "ENOENT") continue;
    const failure = yield* whyNotExecutable(path, found);
    if (failure === undefined) {
      if (path.startsWith("/")) return path;
      throw new InitError(`exec: ${quote(name)}: cannot run executable found relative to current directory`);
    }
    if (failure === "permission denied") denied = true;
  }
  throw new InitError(`exec: ${quote(name)}: ${denied ? "permission denied" : "executable file not found in $PATH"}`);
}

function* whyNotExecutable(path: string, found: Stat | Errno): Routine<string | undefined> {
  if (found instanceof Errno) return found.code === "EACCES" ? "permission denied" : `stat ${path}: ${goText(found)}`;
  if (found.type === "dir") return "is a directory";
  const denied = (yield* access(path, X_OK).attempt()) instanceof Errno;
  return denied || (found.mode & 0o111) === 0 ? "permission denied" : undefined;
}

function* become(
  path: string | undefined,
  process: ProcessSpec,
  env: Env,
  unknown: Program | undefined,
): Routine<number> {
  const argv = process.args;
  if (path === undefined) return unknown === undefined ? 127 : yield* pretend(unknown, argv, env);
  try {
    checkThreads(process);
    // Go's Exec cannot hand over a text with a NUL in it.
    if (argv.some((word) => word.includes("\0"))) throw new Errno("EINVAL");
    return yield* execve(path, argv, env);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    if (unknown !== undefined && error.code === "ENOEXEC") return yield* pretend(unknown, argv, env);
    yield* write(2, encode(`exec ${path}: ${goText(error)}\n`));
    return 255;
  }
}

/** How many threads runc's init has, which is a Go program. */
const INIT_THREADS = 5;

/**
 * Each of runc's threads counts as a process of the user.
 *
 * @throws EAGAIN if they are more than the user may have. @see execve(2)
 */
function checkThreads({ user, rlimits }: ProcessSpec): void {
  const isExceeded = rlimits.some(({ type, soft }) => type === "nproc" && soft < INIT_THREADS);
  if (isExceeded && user.uid !== 0) throw new Errno("EAGAIN");
}

function* nameHost(name: string): Routine<void> {
  const failure = yield* sethostname(name).attempt();
  if (failure instanceof Errno) throw new InitError(`sethostname: ${goText(failure)}`);
}

/** @see runc libcontainer/utils/cmsg.go, libcontainer/init_linux.go: writeSystemProperty */
function* setSysctl(name: string, value: string): Routine<void> {
  const failure = yield* sysctl(name, value).attempt();
  if (!(failure instanceof Errno)) return;
  const file = `fsmount:fscontext:proc/./sys/${name.replaceAll(".", "/")}: ${goText(failure)}`;
  if (failure.code === "EACCES") throw new InitError(`open sysctl ${name} file: reopen fd 8: ${goText(failure)}`);
  throw new InitError(
    failure.code === "ENOENT"
      ? `open sysctl ${name} file: unsafe procfs detected: openat2 ${file}`
      : `failed to write sysctl ${name} = "${value}": write ${file}`,
  );
}

/** Goes on as `program` without execve(2), which would have closed the channel. */
function* pretend(program: Program, argv: readonly string[], env: Env): Routine<number> {
  yield* close(CHANNEL_FD);
  return yield* program(argv, env);
}

/** Tells the runtime what went wrong. */
function* report(error: unknown): Routine<void> {
  if (!(error instanceof InitError) && !(error instanceof Errno)) throw error;
  yield* write(CHANNEL_FD, encode(error instanceof InitError ? error.message : goText(error)));
}
