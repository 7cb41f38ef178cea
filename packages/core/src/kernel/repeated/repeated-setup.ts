/**
 * What the first process of a container does before it executes its program, done at once for containers that are
 * alike.
 *
 * It makes some thirty calls: it leads a session, mounts its root, steps over to it, plans the other mounts, gives the
 * namespaces their names and settings, gives up its rights, and looks for its program. Of containers of the same image
 * and with the same settings they differ in names only. So they are really made twice, and remembered; after that their
 * outcome is given at once. The process is charged for each call, and the trace counts each. They are made one by one
 * while somebody traces calls or intercepts them, and where the container's upper directory is not empty any more, or
 * has another owner or mode than it was made with.
 *
 * @see repeated-calls.ts, for the processes that follow
 */
import { HOST_NAME_MAX, type MountPlan, type NamespaceKind, type SyscallName } from "../../abi/index.ts";
import { MemoryDirectory } from "../../fs/index.ts";
import { byteLength } from "../../lib/index.ts";
import { Glimpses, type Inode, staysOnRoot, walk } from "../../vfs/index.ts";
import { commOf } from "../exec.ts";
import type { Kernel } from "../kernel.ts";
import { compilePlan } from "../mount/automount.ts";
import { OverlayMountOptions } from "../mount/overlay-options.ts";
import { type RootKind, type RootSite, UnseenRoot } from "../mount/unseen-root.ts";
import type { UnseenProgram } from "../namespaces/mnt.ts";
import type { NetNamespace } from "../namespaces/net.ts";
import type { Process } from "../process.ts";
import { namespaceCalls } from "../syscalls/namespaces.ts";
import { processCalls } from "../syscalls/processes.ts";
import type { SysctlValues } from "../sysctl/sysctl.ts";
import { accountCalls, CallRecording } from "./call-recording.ts";
import { staysAtHome } from "./repeated-calls.ts";
import { SteadyDirectory } from "./steady-directory.ts";

/** Calls up to the one that plans the mounts below the new root: their paths are the machine's. */
const BEFORE_ROOT: ReadonlySet<SyscallName> = new Set<SyscallName>([
  ...(["setsid", "sigaction", "unshare", "mount", "chdir", "pivot_root", "automount"] as const),
]);

/** Calls after it, which change nothing but what `Outcome` and `SetupSite` have. */
const BEHIND_ROOT: ReadonlySet<SyscallName> = new Set<SyscallName>([
  ...([
    "umount2",
    "sethostname",
    "setdomainname",
    "sysctl",
    "seccomp",
    "prlimit",
    "prctl",
    "capget",
    "capset",
  ] as const),
  ...(["setgroups", "setresgid", "setresuid", "mount", "chdir", "stat", "access"] as const),
]);

const CGROUP: ReadonlySet<NamespaceKind> = new Set(["cgroup"]);
const UPPERDIR = "upperdir=";

/** What containers alike have in common. */
export interface SetupKind {
  /** The directory of the machine that the root is mounted on. */
  readonly target: string;
  /** What is mounted below the root. */
  readonly plan: MountPlan;
  readonly sysctl: Readonly<Record<string, string>>;
  /** It has a cgroup namespace of its own, and a network namespace. */
  readonly ownsCgroup: boolean;
  readonly ownsNetwork: boolean;
  /** Where the program starts. */
  readonly cwd: string;
}

/** What each of them has for itself. */
export interface SetupSite {
  /** The source of the mount of the root, and its options: an overlay's, with an upper directory of its own. */
  readonly source: string;
  readonly options: readonly string[];
  /** The container's directory on the machine. */
  readonly bundle: string;
  readonly hostname: string | undefined;
  readonly domainname: string | undefined;
}

/** What a process was before. */
type Origin = Pick<Process, "creds" | "limits" | "umask">;

/** The layers below, which nobody changes, and the directory that they and the upper one lie in. */
interface Layers extends Pick<RootKind, "lower" | "work" | "optionsFor"> {
  readonly directory: SteadyDirectory;
  /** The option that names the upper one, up to its name in that directory; and where it stands among the others. */
  readonly upperIn: string;
  readonly upperAt: number;
  readonly names: readonly string[];
  readonly workName: string;
  /** What the upper one was like. */
  readonly upper: Pick<Inode, "mode" | "uid" | "gid">;
}

/** What it was afterwards, and the calls as the trace counts them: those up to the plan, and those after it. */
interface Outcome extends Pick<Process, "creds" | "traits"> {
  readonly layers: Layers;
  readonly root: RootKind;
  readonly toPlan: readonly number[];
  readonly fromPlan: readonly number[];
  /** The sysctls of its own network namespace, if it has set no others. */
  readonly sysctls: SysctlValues | undefined;
  /** Where the program was found. */
  readonly path: string | undefined;
}

export class RepeatedSetup {
  readonly #kernel: Kernel;
  readonly #kind: SetupKind;
  readonly #target: SteadyDirectory;
  #origin: Origin | undefined;
  #outcome: Outcome | undefined;
  #wereMade = false;
  /** How many of the calls that are being recorded were made up to the plan. */
  #planned = 0;

  constructor(kernel: Kernel, kind: SetupKind) {
    this.#kernel = kernel;
    this.#kind = kind;
    this.#target = new SteadyDirectory(kernel, kind.target);
  }

  /**
   * Does to the process whose turn it is what the calls would. False if they have to be made: then `made` is to be
   * called after them.
   */
  repeat(site: SetupSite): boolean {
    const { current, isUnwatched } = this.#kernel;
    if (current === undefined || !isUnwatched) return false;
    if (this.#outcome !== undefined && isAsBefore(current, this.#origin)) {
      const root = this.#rootOf(current, site, this.#outcome.layers);
      if (root === undefined) return false;
      this.#become(current, this.#outcome, site, root);
      return true;
    }
    this.#outcome = undefined;
    this.#origin = this.#wereMade ? originOf(current) : undefined;
    this.#planned = 0;
    if (this.#origin !== undefined) this.#kernel.recording = this.#recordingOf(current);
    return false;
  }

  /** Where the calls that are repeated have found the program; `undefined` if there is none. */
  get path(): string | undefined {
    return this.#outcome?.path;
  }

  /** The calls have been made, and have found the program at `path`. */
  made(site: SetupSite, path: string | undefined): void {
    this.#wereMade = true;
    const { current, recording } = this.#kernel;
    this.#kernel.recording = undefined;
    if (current === undefined || recording?.process !== current || !recording.isWhole || this.#planned === 0) return;
    if (this.#origin === undefined) return;
    const layers = layersOf(this.#kernel, site);
    if (layers === undefined) return;
    const { creds, traits, root, ns } = current;
    const { codes } = recording;
    const { flags } = root.mount;
    this.#outcome = {
      creds,
      traits,
      layers,
      root: {
        creds: this.#origin.creds,
        umask: this.#origin.umask,
        lower: layers.lower,
        work: layers.work,
        optionsFor: layers.optionsFor,
        flags,
        plan: compilePlan(this.#kind.plan),
        program: path === undefined ? undefined : programAt(current, path),
      },
      toPlan: codes.slice(0, this.#planned),
      fromPlan: codes.slice(this.#planned),
      sysctls: this.#hasOwnSysctls(ns.net) ? ns.net.sysctls.copy() : undefined,
      path,
    };
  }

  /**
   * Whether it has set no sysctls but those that its own network namespace keeps, and no device depends on them yet.
   */
  #hasOwnSysctls({ madeStack }: NetNamespace): boolean {
    const { ownsNetwork, sysctl } = this.#kind;
    return ownsNetwork && madeStack === undefined && Object.keys(sysctl).every((name) => name.startsWith("net."));
  }

  #recordingOf(process: Process): CallRecording {
    let count = 0;
    return new CallRecording(process, (call) => {
      count++;
      if (call.name === "automount") this.#planned = count;
      if (this.#planned === 0 || call.name === "automount") return BEFORE_ROOT.has(call.name);
      return BEHIND_ROOT.has(call.name) && staysAtHome(process, call);
    });
  }

  /** Its root, if all is in its place, and nothing was put into the layer. */
  #rootOf(process: Process, site: SetupSite, layers: Layers): RootSite | undefined {
    const { source, options, bundle, hostname, domainname } = site;
    const option = options[layers.upperAt] ?? "";
    if (!option.startsWith(layers.upperIn)) return undefined;
    if (byteLength(hostname ?? "") > HOST_NAME_MAX || byteLength(domainname ?? "") > HOST_NAME_MAX) return undefined;
    const directory = layers.directory.for(process);
    if (directory === undefined || this.#target.for(process) === undefined) return undefined;
    for (const [index, name] of layers.names.entries()) {
      if (directory.lookup(name) !== layers.lower[index]) return undefined;
    }
    const upperName = option.slice(layers.upperIn.length);
    const upper = directory.lookup(upperName);
    if (upper === undefined || !isUntouched(upper, layers.upper) || this.#kernel.overlays.has(upper)) return undefined;
    return directory.lookup(layers.workName) === layers.work ? { source, upper, upperName, bundle } : undefined;
  }

  #become(process: Process, outcome: Outcome, { hostname, domainname }: SetupSite, root: RootSite): void {
    const { sysctl, ownsCgroup, cwd } = this.#kind;
    const { traits } = outcome;
    accountCalls(process, outcome.toPlan);
    processCalls.setsid(process);
    if (ownsCgroup) namespaceCalls.unshare(process, CGROUP);
    UnseenRoot.put(this.#kernel, outcome.root, process.ns, root);
    process.settle(AT_TOP);
    accountCalls(process, outcome.fromPlan);
    if (hostname !== undefined) namespaceCalls.sethostname(process, hostname);
    if (domainname !== undefined) namespaceCalls.setdomainname(process, domainname);
    if (outcome.sysctls !== undefined && process.ns.net.isFresh) process.ns.net.begin(outcome.sysctls);
    else for (const name in sysctl) namespaceCalls.sysctl(process, name, sysctl[name] ?? "");
    if (cwd !== "/") process.chdirUnseen(cwd);
    process.creds = outcome.creds;
    process.traits = process.traits.with({ limits: traits.limits, seccomp: traits.seccomp }, traits);
  }
}

/** Root and working directory at the top of mounts that nobody has looked at. */
const AT_TOP = {};

/** What is known of a program on the root's own mount, so that later processes need not look for it. */
function programAt(process: Process, path: string): UnseenProgram | undefined {
  if (!staysOnRoot(process, path)) return undefined;
  const { inode, mount } = walk(process, path, { follow: true });
  return { at: path, inode: inode.backing, mountFlags: mount.flags, comm: commOf(path) };
}

function originOf({ creds, limits, umask, seccomp, actions, aheadUs }: Process): Origin | undefined {
  return seccomp === undefined && actions === undefined && aheadUs === 0 ? { creds, limits, umask } : undefined;
}

function isAsBefore({ creds, limits, umask, seccomp, actions, aheadUs }: Process, origin: Origin | undefined): boolean {
  return (
    origin !== undefined &&
    aheadUs === 0 &&
    seccomp === undefined &&
    actions === undefined &&
    origin.creds === creds &&
    origin.limits === limits &&
    origin.umask === umask
  );
}

/** `undefined` unless all of them lie in one directory, and nothing was put into the upper one. */
function layersOf(kernel: Kernel, { options }: SetupSite): Layers | undefined {
  const { lower: paths, upper: upperdir = "", work: workdir = "" } = new OverlayMountOptions(options);
  const path = upperdir.slice(0, upperdir.lastIndexOf("/") + 1);
  if (path === "/" || ![...paths, workdir].every((one) => one.startsWith(path))) return undefined;
  const names = paths.map((one) => one.slice(path.length));
  const workName = workdir.slice(path.length);
  const glimpses = new Glimpses(kernel.init);
  const upper = glimpses.at(upperdir);
  const { mode, uid, gid } = upper;
  if (!isUntouched(upper, upper)) return undefined;
  const upperAt = options.findIndex((option) => option.startsWith(UPPERDIR));
  return {
    directory: new SteadyDirectory(kernel, path.slice(0, -1)),
    upperIn: UPPERDIR + path,
    upperAt,
    names,
    lower: paths.map((one) => glimpses.at(one)),
    workName,
    work: glimpses.at(workdir),
    upper: { mode, uid, gid },
    optionsFor: (upperName) =>
      options.map((option, at) => (at === upperAt ? `${UPPERDIR}${path}${upperName}` : option)),
  };
}

/** Whether it is empty, and was made like the remembered one. */
function isUntouched(upper: Inode, { mode, uid, gid }: Layers["upper"]): boolean {
  if (!(upper instanceof MemoryDirectory) || upper.entries.size > 0) return false;
  return upper.mode === mode && upper.uid === uid && upper.gid === gid && upper.listxattr().length === 0;
}
