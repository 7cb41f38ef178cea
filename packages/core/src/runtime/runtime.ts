/**
 * The OCI runtime: containers from specifications. What `runc` is to containerd.
 *
 * It makes the cgroup, clones the first process into new namespaces, and from then on the kernel does the rest: there is
 * no way to a container's program but init, pivot_root and execve.
 *
 * @see runtime-spec runtime.md, runc(8)
 */
import {
  CAP_SYS_RESOURCE,
  type CloneOptions,
  clone,
  close,
  Errno,
  type NamespaceKind,
  open,
  type Program,
  type Routine,
  SIGCHLD,
  setns,
  write,
} from "../abi/index.ts";
import type { MemoryDirectory } from "../fs/index.ts";
import {
  type Cgroup,
  type FdTable,
  type Kernel,
  type Process,
  pause,
  STANDARD_DEVICES,
  STANDARD_LINKS,
} from "../kernel/index.ts";
import { decode, Emitter, encode, ownFunction, StatusError } from "../lib/index.ts";
import type { LinuxSpec, MountSpec, NamespaceType, ProcessSpec, RuntimeSpec } from "../oci/index.ts";
import type { OpenFile } from "../vfs/index.ts";
import { CONSOLE_PREFIX } from "./console.ts";
import { OciContainer, PID_PREFIX } from "./container.ts";
import { ExecPreparation } from "./exec-preparation.ts";
import { CHANNEL_FD, execInit, type InitArgument, init } from "./init.ts";
import { CHILD_DIED } from "./init-error.ts";
import { splitMounts } from "./mount-plan.ts";
import { Setups } from "./setups.ts";
import { StartedExec } from "./started-exec.ts";

/** Standard input, output and error of a process; it takes them over. */
export interface Stdio {
  /** Puts them into a table that has nothing at 0 to 2. */
  giveTo(files: FdTable): void;
}
/** Takes over the master of the terminal that a process has made for its standard streams. */
export type ConsoleTaker = (master: OpenFile) => void;

/** Who is told what while a container is made. */
export interface CreateListeners {
  readonly takeConsole?: ConsoleTaker;
  /** Its first process has prepared everything and is about to wait to be started, or it has failed. */
  readonly onPrepared?: (container: OciContainer) => void;
}

const RUNC_INIT = ["runc", "init"] as const;

const KINDS: Readonly<Record<NamespaceType, NamespaceKind>> = {
  mount: "mnt",
  pid: "pid",
  network: "net",
  uts: "uts",
  ipc: "ipc",
  user: "user",
  cgroup: "cgroup",
  time: "time",
};

/** What a container is made from, besides its specification. */
export interface Bundle {
  /** Its directory on the machine: relative sources of mounts are looked for there. */
  readonly bundle: string;
  /** How the root file system is mounted: what a snapshotter answered. */
  readonly rootfs: readonly MountSpec[];
  /** The root file system has all the places that the specification mounts kernel file systems on. */
  readonly hasMountPoints: boolean;
}

/** Facts about containers, in the past tense. */
export interface RuntimeEvents {
  stopped: [container: OciContainer];
}

/** Makes containers, starts processes in them, and forgets them: `create`, `exec`, `delete`. */
export class Runtime {
  readonly events = new Emitter<RuntimeEvents>();
  readonly #kernel: Kernel;
  readonly #unknown: Program | undefined;
  readonly #onStopped = ownFunction((container: OciContainer): void => {
    this.events.emit("stopped", container);
  });
  readonly #containers = new Map<string, OciContainer>();
  readonly #setups: Setups;
  /** The parent of all first processes, as containerd's shim is: it reaps them by not caring. */
  readonly #shim: Process;

  /** `unknown` runs in place of programs that there are not. */
  constructor(kernel: Kernel, options: { readonly unknown?: Program | undefined } = {}) {
    this.#kernel = kernel;
    this.#unknown = options.unknown;
    this.#setups = new Setups(kernel);
    this.#shim = kernel.spawn(() => pause(), { argv: ["/usr/bin/containerd-shim"] });
    kernel.signals.setAction(this.#shim, SIGCHLD, { disposition: "ignore", restart: true });
    makeDevSkeleton(kernel);
  }

  /**
   * Makes a container: its first process prepares everything and waits to be started.
   *
   * The outcome shows in `status`: "created", or "stopped" with a `failure`.
   *
   * @throws StatusError already-exists if the id is taken.
   */
  create(id: string, spec: RuntimeSpec, bundle: Bundle, stdio: Stdio, listeners: CreateListeners = {}): OciContainer {
    if (this.#containers.has(id)) throw new StatusError("already-exists", `container with id exists: ${id}`);
    const kernel = this.#kernel;
    const cgroup = ensureCgroup(kernel.cgroups, spec.linux.cgroupsPath, id);
    const { oomScoreAdj = 0 } = spec.process;
    const refusal =
      setLimits(cgroup, spec.linux.resources.unified) ??
      (oomScoreAdj < 0 && !this.#maySetResources() ? CHILD_DIED : undefined);
    cgroup.deviceRules = spec.linux.resources.devices;
    let container: OciContainer | undefined;
    const channel = kernel.pipes.channel(0, 0, (message) => {
      if (!this.#handOver(message, listeners.takeConsole)) container?.reported(decode(message));
    });
    const mounts = splitMounts(spec, DEV_SKELETON);
    const { rootfs, hasMountPoints } = bundle;
    const argument: InitArgument = {
      spec,
      mounts,
      bundle: bundle.bundle,
      rootfs,
      hasMountPoints,
      unknown: this.#unknown,
      setupUs: kernel.world.costs.containerSetup,
      refusal,
      setup: refusal === undefined ? this.#setups.of({ spec, rootfs, mounts, hasMountPoints }) : undefined,
    };
    const process = this.#cloneInit(argument, cgroup, (made) => {
      stdio.giveTo(made.files);
      made.files.set(CHANNEL_FD, channel.file, true);
      this.#setOomScore(made, oomScoreAdj);
      // How the shim takes SIGCHLD is its own affair.
      made.actions = undefined;
    });
    const made = new OciContainer(id, spec, {
      cgroup,
      process,
      channel: channel.pipe,
      onPrepared: listeners.onPrepared,
      onStopped: this.#onStopped,
    });
    container = made;
    made.adopt(process);
    this.#containers.set(id, made);
    return made;
  }

  get(id: string): OciContainer | undefined {
    return this.#containers.get(id);
  }

  /** Starts a further process in a running container. */
  exec(container: OciContainer, process: ProcessSpec, stdio: Stdio, takeConsole?: ConsoleTaker): StartedExec {
    const first = container.process;
    const started = new StartedExec(this.#kernel, (message) => this.#handOver(message, takeConsole));
    const preparation = this.#preparationOf(container, process);
    const { seccomp } = container;
    const made = this.#kernel.start(
      () => execInit({ preparation, seccomp, unknown: this.#unknown, channel: started }),
      {
        argv: RUNC_INIT,
        parent: this.#shim,
        ns: first.ns.pidForChildren === first.ns.pid ? first.ns : { ...first.ns, pidForChildren: first.ns.pid },
        root: first.root,
        cgroup: container.cgroup,
      },
    );
    stdio.giveTo(made.files);
    made.files.set(CHANNEL_FD, started.channel, true);
    started.begin(made);
    made.alter({ limits: first.limits });
    this.#setOomScore(made, process.oomScoreAdj ?? 0);
    return started;
  }

  #maySetResources(): boolean {
    const { creds } = this.#kernel.init;
    return creds.capable(CAP_SYS_RESOURCE, creds.user);
  }

  /** Written with the privilege to, a score is also the lowest that the process may ask for. @see proc_pid_oom_score_adj(5) */
  #setOomScore(process: Process, score: number): void {
    process.alter(this.#maySetResources() ? { oomScoreAdj: score, oomScoreAdjMin: score } : { oomScoreAdj: score });
  }

  /** What the last process of the same kind did before its program. */
  #preparationOf(container: OciContainer, process: ProcessSpec): ExecPreparation {
    const before = container.lastExec;
    if (before?.process === process) return before;
    const made = new ExecPreparation(this.#kernel, process, before);
    container.lastExec = made;
    return made;
  }

  /** Forgets a container that has ended, and removes its cgroup. */
  delete(id: string): void {
    const container = this.#containers.get(id);
    if (container === undefined) return;
    if (container.status !== "stopped") {
      throw new StatusError("failed-precondition", `cannot delete container ${id} that is not stopped`);
    }
    this.#containers.delete(id);
    if (container.cgroup.processes.size === 0 && container.cgroup.children.size === 0) container.cgroup.remove();
  }

  list(): Iterable<OciContainer> {
    return this.#containers.values();
  }

  /** Whether a report was about a terminal: its master is taken from the process that reports. */
  #handOver(message: Uint8Array, takeConsole: ConsoleTaker | undefined): boolean {
    if (message.length === 0) return false;
    const text = decode(message);
    if (!text.startsWith(CONSOLE_PREFIX)) return false;
    const master = this.#kernel.current?.files.get(Number(text.slice(CONSOLE_PREFIX.length)));
    if (master !== undefined) takeConsole?.(master.retain());
    return true;
  }

  /** Clones the first process into its namespaces, by way of a helper if some of them exist already. */
  #cloneInit(argument: InitArgument, cgroup: Cgroup, prepare: (process: Process) => void): Process {
    const { namespaces } = argument.spec.linux;
    const { joined, options } = splitNamespaces(namespaces);
    const kernel = this.#kernel;
    const child =
      joined.length === 0
        ? kernel.fork(this.#shim, init(argument), options, cgroup)
        : kernel.fork(this.#shim, enterAndClone({ paths: joined, options, init: argument }), NO_OPTIONS, cgroup);
    prepare(child);
    if (child.ns.pid.init === child) child.ns.pid.lastPid = RUNC_THREADS;
    return child;
  }
}

/** Numbers that the threads of runc's init take in a new pid namespace: a container's second process is seldom 2. */
const RUNC_THREADS = 6;

/** The cgroup at `path`. Where it is called like the container they share the string: a slice would keep the path alive. */
function ensureCgroup(root: Cgroup, path: string, id: string): Cgroup {
  const isCalledSo = path.endsWith(id) && path.at(-id.length - 1) === "/";
  return isCalledSo ? root.ensure(path.slice(0, -id.length)).ensureChild(id) : root.ensure(path);
}

/** Namespaces that exist are joined by their paths; the others are cloned. The cgroup namespace is init's to unshare. */
interface SplitNamespaces {
  readonly joined: readonly string[];
  readonly options: CloneOptions;
}

const NO_OPTIONS: CloneOptions = {};
const split = new WeakMap<LinuxSpec["namespaces"], SplitNamespaces>();

/** Containers that share their list of namespaces share the answer. */
function splitNamespaces(namespaces: LinuxSpec["namespaces"]): SplitNamespaces {
  const known = split.get(namespaces);
  if (known !== undefined) return known;
  const cloned = namespaces.filter(({ type, path }) => path === undefined && type !== "cgroup");
  const made: SplitNamespaces = {
    joined: namespaces.flatMap(({ path }) => path ?? []),
    options: { namespaces: new Set(cloned.map(({ type }) => KINDS[type])) },
  };
  split.set(namespaces, made);
  return made;
}

/** Where the machine keeps what every container's /dev starts with. */
const DEV_SKELETON = "/run/containerd/dev";

function makeDevSkeleton(kernel: Kernel): void {
  let at = kernel.disk.root;
  for (const name of DEV_SKELETON.slice(1).split("/")) {
    at = (at.lookup(name) ?? at.create(name, { type: "dir", mode: 0o755, uid: 0, gid: 0 })) as MemoryDirectory;
  }
  // A disk that was in use before has it.
  if (at.sealed) return;
  // Mounts come first: a tmpfs lists what is newest first, so the order shows.
  for (const name of ["pts", "mqueue", "shm"]) at.create(name, { type: "dir", mode: 0o755, uid: 0, gid: 0 });
  for (const [name, rdev] of STANDARD_DEVICES) at.create(name, { type: "char", mode: 0o666, uid: 0, gid: 0, rdev });
  for (const [name, target] of STANDARD_LINKS) {
    at.create(name, { type: "symlink", mode: 0o777, uid: 0, gid: 0, target });
  }
  at.sealed = true;
}

interface EnterArgument {
  readonly paths: readonly string[];
  /** How the first process is cloned once the paths have been entered. */
  readonly options: CloneOptions;
  readonly init: InitArgument;
}

/**
 * Enters existing namespaces, then clones init as its own sibling: a process cannot move into another pid namespace,
 * only its children can be born there.
 *
 * @see runc libcontainer/nsenter/nsexec.c
 */
function* enterAndClone({ paths, options, init: argument }: EnterArgument): Routine<number> {
  try {
    for (const path of paths) {
      const fd = yield* open(path);
      yield* setns(fd);
      yield* close(fd);
    }
    const pid = yield* clone(init, argument, { ...options, sibling: true });
    yield* write(CHANNEL_FD, encode(`${PID_PREFIX}${pid}`));
    return 0;
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    yield* write(CHANNEL_FD, encode(error.message.toLowerCase()));
    return 1;
  }
}

/** Sets a control group's limits. What the kernel says to the first that it does not take, as runc tells of it. */
function setLimits(cgroup: Cgroup, limits: Readonly<Record<string, string>>): string | undefined {
  for (const [name, value] of Object.entries(limits)) {
    try {
      cgroup.write(name, value);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      const file = `/sys/fs/cgroup${cgroup.path}/${name}`;
      return `error setting cgroup config for procHooks process: failed to write "${value}": write ${file}: ${error.message.toLowerCase()}`;
    }
  }
  return undefined;
}
