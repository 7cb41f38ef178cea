/**
 * One machine's kernel: wiring. Every verb lives in the file of its noun.
 *
 * @see fork.ts, exec.ts, exit.ts, signals.ts for the life of processes; syscalls/ for what programs can ask;
 * namespaces/, cgroup/, cpu/, memory/ for what they live in.
 */
import {
  type Call,
  type CloneOptions,
  type Env,
  Errno,
  MS_RELATIME,
  makedev,
  type Program,
  type Routine,
  SIGCHLD,
  type Signal,
  SignalSet,
  type SocketAddress,
  type WaitStatus,
} from "../abi/index.ts";
import {
  type DeviceDriver,
  type FrozenDisk,
  MemoryFs,
  memoryDevices,
  PipeFs,
  PTMX_DEVICE,
  TTY_DEVICE,
} from "../fs/index.ts";
import { Emitter, ownFunction, SmallMap } from "../lib/index.ts";
import type { Sender } from "../net/index.ts";
import type { Allotment, Prng, PrngState, World } from "../sim/index.ts";
import {
  type DeferredFile,
  type FileOps,
  type FsMachine,
  type Inode,
  Location,
  LockBook,
  MountIds,
  MountTree,
  type OpenFile,
} from "../vfs/index.ts";
import { AnonInodeFs } from "./anon-inode-fs.ts";
import { Cgroup } from "./cgroup/cgroup.ts";
import type { MemoryKind } from "./cgroup/memory.ts";
import { Cpu } from "./cpu/cpu.ts";
import { Credentials } from "./credentials.ts";
import { commOf } from "./exec.ts";
import { FdTable } from "./fd-table.ts";
import { fork, spawn } from "./fork.ts";
import { execute, pause } from "./idle.ts";
import { InotifyAccounts } from "./inotify.ts";
import { type Interceptor, makeIntercepted } from "./intercept.ts";
import { IpcUsers } from "./ipc/sysv-ipc.ts";
import { plainTraits } from "./limits.ts";
import { KernelLog } from "./log.ts";
import { DEFAULT_MACHINE, type Machine } from "./machine.ts";
import { checkMachine } from "./machine-check.ts";
import { diskSpace } from "./memory/held-memory.ts";
import { PageCache } from "./memory/page-cache.ts";
import { ActiveOverlays } from "./mount/active-overlays.ts";
import { type FileSystemFactory, fileSystemFactories } from "./mount/file-systems.ts";
import { CgroupNamespace } from "./namespaces/cgroup.ts";
import { IpcNamespace } from "./namespaces/ipc.ts";
import { MountNamespace } from "./namespaces/mnt.ts";
import { NamespaceIds } from "./namespaces/namespace.ts";
import type { NamespaceSet } from "./namespaces/namespace-set.ts";
import { NetNamespace } from "./namespaces/net.ts";
import { PidNamespace } from "./namespaces/pid.ts";
import { TimeNamespace } from "./namespaces/time.ts";
import { UserNamespace } from "./namespaces/user.ts";
import { UtsNamespace } from "./namespaces/uts.ts";
import { KernelNetHost } from "./net-host.ts";
import { NsFs } from "./nsfs.ts";
import type { Process } from "./process.ts";
import { ProgramTable } from "./program-table.ts";
import { CallLists, type CallRecording } from "./repeated/call-recording.ts";
import type { KnownProgram } from "./repeated/known-program.ts";
import { ProcessGroup, Session } from "./session.ts";
import { Signals } from "./signals.ts";
import { SockFs } from "./sock-fs.ts";
import { inCgroupOf, type Strace, type Traceable, Tracer, withDescendants } from "./strace/tracer.ts";
import { callNumber, dispatch } from "./syscalls/index.ts";
import type { SysctlValues } from "./sysctl/sysctl.ts";
import { SysctlNumbers } from "./sysctl/sysctl-numbers.ts";
import { senderOf } from "./unix-credentials.ts";
import { UnixNames } from "./unix-names.ts";

/** Facts about processes, in the past tense. */
export interface KernelEvents {
  exited: [event: { readonly process: Process; readonly status: WaitStatus }];
  /** A signal's default action ended a process. `from` is `undefined` if the kernel or the host sent it. */
  killed: [event: { readonly process: Process; readonly signal: Signal; readonly from: Process | undefined }];
  oomKilled: [event: OutOfMemory];
  /** A program let an exception escape. */
  crashed: [event: { readonly process: Process; readonly error: unknown }];
  /** A connection could not be made. */
  unreached: [event: { readonly process: Process; readonly address: SocketAddress; readonly error: Errno }];
}

/** The OOM killer has chosen a process. */
export interface OutOfMemory {
  readonly process: Process;
  /** The one that is full. */
  readonly cgroup: Cgroup;
  readonly asking: Process;
  /** What was asked for; `undefined` if a limit was lowered. */
  readonly wanted: { readonly kind: MemoryKind; readonly bytes: number } | undefined;
  /** It is not the cgroup that is full: the world has taken all that it may of its host's memory. */
  readonly allotment?: Allotment;
}

export interface SpawnOptions {
  readonly argv: readonly string[];
  readonly env?: Env;
  /** Default: the machine's init. */
  readonly parent?: Process;
  readonly ns?: NamespaceSet;
  readonly root?: Location;
  readonly cwd?: Location;
  readonly creds?: Credentials;
  readonly cgroup?: Cgroup;
  /** Descriptors 0, 1, 2…; each open file becomes the process's own. */
  readonly files?: readonly (OpenFile | DeferredFile)[];
}

export interface KernelState {
  readonly lastPid: number;
  readonly random: PrngState;
  readonly net: PrngState | undefined;
  readonly sysctls: readonly (readonly [name: string, value: string])[];
  /** What was written to files of sysfs, by their paths in it. */
  readonly attributes?: readonly (readonly [path: string, value: string])[];
  /** How much its wall clock is ahead of the world's. */
  readonly wallOffsetUs?: number;
}

export class Kernel implements FsMachine {
  readonly world: World;
  readonly machine: Machine;
  readonly cpu: Cpu;
  readonly signals = new Signals();
  readonly events = new Emitter<KernelEvents>();
  readonly tracer = new Tracer();
  /** What executables can name. */
  readonly programs = new ProgramTable();
  readonly fileSystems: Map<string, FileSystemFactory>;
  readonly devices: Map<number, DeviceDriver>;
  readonly random: Prng;
  readonly sysctls: SysctlValues = new SmallMap();
  /** What was written to files of sysfs, by their paths in it. */
  readonly attributes = new Map<string, string>();
  readonly sysctlNumbers = new SysctlNumbers();
  /** Set while `asOf` dates back what is being made. */
  #pastUs: number | undefined;
  #lastCgroupId = 0;
  readonly cgroups: Cgroup;
  readonly log: KernelLog;
  /** The call that is being made returns no sooner than this: its process is slowed down. */
  heldUpUntilUs = 0;
  /** How much the wall clock of the machine is ahead of the world's. */
  wallOffsetUs = 0;
  /** Decides what becomes of system calls, where somebody wants to. */
  interceptor: Interceptor | undefined = undefined;
  /** Calls that are remembered, to be repeated. */
  recording: CallRecording | undefined = undefined;
  readonly callLists = new CallLists();
  /**
   * Where the program of the process whose turn it is was found before; used by execve if it is given the same path.
   */
  known: KnownProgram | undefined = undefined;
  readonly namespaceIds = new NamespaceIds();
  readonly mountIds = new MountIds();
  readonly overlays = new ActiveOverlays();
  readonly pipes: PipeFs;
  readonly sockets: SockFs;
  readonly unixNames = new UnixNames();
  /** For unix sockets: who is sending. */
  readonly whoSends = ownFunction((): Sender | undefined =>
    this.current === undefined ? undefined : senderOf(this.current),
  );
  /** For network stacks. */
  readonly net = new KernelNetHost(this);
  readonly nsfs: NsFs;
  readonly anonInodes: AnonInodeFs;
  readonly inotify = new InotifyAccounts();
  readonly locks = new LockBook();
  readonly ipcUsers = new IpcUsers();
  /** The file system at the machine's root. */
  readonly disk: MemoryFs;
  /** The machine's process 1. It reaps orphans. */
  readonly init: Process;
  /** Whose turn it is: Linux's `current`. */
  current: Process | undefined = undefined;
  #lastDev = 20;

  /** `base` is what the machine's disk begins as. */
  constructor(world: World, machine: Partial<Machine> = {}, base?: FrozenDisk) {
    this.world = world;
    this.machine = { ...DEFAULT_MACHINE, ...machine };
    checkMachine(this.machine);
    this.cpu = new Cpu(world.clock, this.machine.cpus);
    this.log = new KernelLog(() => this.monotonicUs - world.clock.startUs);
    this.cgroups = Cgroup.root(this);
    this.cgroups.memory.max = this.machine.memoryBytes;
    this.cgroups.memory.swapMax = this.machine.swapBytes;
    this.random = world.prng.fork("random");
    this.devices = memoryDevices(this.random);
    this.devices.set(TTY_DEVICE, () => this.#openTerminal());
    this.fileSystems = fileSystemFactories();
    const rootfs = new MemoryFs(this, { type: "rootfs", mode: 0o755 });
    const tree = MountTree.over(this.mountIds, rootfs, 0);
    const { diskBytes: sizeBytes } = this.machine;
    const disk = {
      type: "ext4",
      source: "/dev/vda1",
      mode: 0o755,
      sizeBytes,
      cache: new PageCache(this),
      space: diskSpace(this),
    };
    this.disk = new MemoryFs(this, base === undefined ? disk : { ...disk, base });
    tree.mount(this.disk, tree.top, MS_RELATIME);
    this.pipes = new PipeFs(this, tree);
    this.sockets = new SockFs(this, tree);
    this.nsfs = new NsFs(this, tree);
    this.anonInodes = new AnonInodeFs(this, tree);
    this.init = this.#boot(tree);
  }

  /** What of the machine outlives its processes, besides its disk. */
  get state(): KernelState {
    const { init, net, random, sysctls, wallOffsetUs } = this;
    return {
      lastPid: init.ns.pid.lastPid,
      random: random.state,
      net: net.chance,
      sysctls: [...sysctls.keys()].map((name) => [name, sysctls.get(name) ?? ""] as const),
      attributes: [...this.attributes],
      wallOffsetUs,
    };
  }

  /** Goes on from `state`, with the same chance unless `keepsChance` is false. */
  resume(state: KernelState, { keepsChance = true } = {}): void {
    // States of earlier versions do not have the last two.
    const { lastPid, random, net, sysctls, attributes = [], wallOffsetUs = 0 } = state;
    this.init.ns.pid.lastPid = lastPid;
    this.wallOffsetUs = wallOffsetUs;
    for (const [path, value] of attributes) this.attributes.set(path, value);
    for (const [name, value] of sysctls) this.sysctls.set(name, value);
    if (!keepsChance) return;
    this.net.chance = net;
    this.random.state = random;
  }

  // ── for file systems ──

  /** Wall time as the running process sees it: the world's, and what the process has used up since its turn began. */
  get nowUs(): number {
    const { monotonicUs, wallOffsetUs } = this;
    return wallOffsetUs === 0 ? monotonicUs : monotonicUs + wallOffsetUs;
  }

  /** The same by the monotonic clock, which nobody can set. */
  get monotonicUs(): number {
    if (this.#pastUs !== undefined) return this.#pastUs;
    const { nowUs } = this.world.clock;
    const aheadUs = this.current?.aheadUs ?? 0;
    // The sum would be a new heap number to V8; the clock's own is shared by everything that keeps this moment.
    return aheadUs === 0 ? nowUs : nowUs + aheadUs;
  }

  /**
   * Runs `make` as of an earlier moment `timeUs` of the monotonic clock: files that it makes get that moment's times.
   */
  asOf<T>(timeUs: number, make: () => T): T {
    const before = this.#pastUs;
    this.#pastUs = timeUs;
    try {
      return make();
    } finally {
      this.#pastUs = before;
    }
  }

  nextCgroupId(): number {
    return ++this.#lastCgroupId;
  }

  /** Until when the call that was made has to last; 0 if it need not. */
  takeHoldUp(): number {
    const untilUs = this.heldUpUntilUs;
    this.heldUpUntilUs = 0;
    return untilUs;
  }

  nextDev(): number {
    return makedev(0, ++this.#lastDev);
  }

  openDevice(inode: Inode, flags: number): FileOps {
    const driver = inode.type === "char" ? this.devices.get(inode.rdev) : undefined;
    // A ptmx works beside a directory "pts" that is a devpts; those that work are files of a devpts here.
    if (driver === undefined) throw new Errno(inode.type === "char" && inode.rdev === PTMX_DEVICE ? "ENOENT" : "ENXIO");
    return driver(flags);
  }

  /** /dev/tty: the controlling terminal of whoever opens it. */
  #openTerminal(): FileOps {
    const terminal = this.current?.group.session.terminal;
    if (terminal === undefined) throw new Errno("ENXIO");
    return terminal.open();
  }

  // ── processes ──

  /** Starts a program that the host gives, as a child of init or of `parent`. */
  spawn(program: Program, options: SpawnOptions): Process {
    const { argv, env = new Map() } = options;
    return this.start(() => program(argv, env), options);
  }

  /** Starts an executable of the machine's disk. Where it cannot be executed the process ends with 127. */
  exec(path: string, options: SpawnOptions): Process {
    return this.start(() => execute(path, options.argv, options.env ?? new Map()), options);
  }

  /** Starts a routine as a process. */
  start(routine: () => Routine<number>, options: SpawnOptions): Process {
    const parent = options.parent ?? this.init;
    const ns = options.ns ?? parent.ns;
    return spawn(
      {
        kernel: this,
        parent,
        name: commOf(options.argv[0] ?? ""),
        argv: options.argv,
        env: options.env ?? NO_ENV,
        exe: undefined,
        text: undefined,
        files: FdTable.of(options.files ?? []),
        root: options.root ?? parent.root,
        cwd: options.cwd ?? options.root ?? parent.cwd,
        creds: options.creds ?? parent.creds,
        ns,
        cgroup: options.cgroup ?? parent.cgroup,
        traits: plainTraits(this.machine),
        blocked: SignalSet.EMPTY,
        actions: undefined,
        exitSignal: SIGCHLD,
      },
      routine(),
    );
  }

  /** A child of `parent` that starts at `routine`, in a cgroup that may be another: what a daemon's clone(2) does. */
  fork(parent: Process, routine: Routine<number>, options: CloneOptions, cgroup = parent.cgroup): Process {
    return fork(parent, routine, options, cgroup);
  }

  /** Every live process and zombie, by its number on the machine. */
  get processes(): SmallMap<number, Process> {
    return this.init.ns.pid.processes;
  }

  newSession(leader: Process): ProcessGroup {
    return new ProcessGroup(leader, new Session(leader));
  }

  syscalls(process: Process, call: Call): unknown {
    return this.interceptor === undefined ? dispatch(process, call) : makeIntercepted(this.interceptor, process, call);
  }

  /** True if no strace watches calls, and no interceptor decides about them. */
  get isUnwatched(): boolean {
    return this.interceptor === undefined && this.tracer.isIdle;
  }

  /**
   * Records the system calls of a process and of what descends from it, or of everything in a container, until `stop`.
   *
   * A pid is the machine's. A container may still have to be started.
   */
  strace(target: number | Traceable): Strace {
    return this.tracer.watch(typeof target === "number" ? withDescendants(target) : inCgroupOf(target));
  }

  // ── facts, as they happen ──

  /** A call was answered. */
  called(process: Process, call: Call, answer: unknown): void {
    const code = callNumber(call.name) + (answer instanceof Errno ? 256 : 0);
    this.world.trace.add(process.pid * 512 + code);
    if (this.recording?.add(process, call, code) === false) this.recording = undefined;
    this.tracer.called(process, call, answer);
  }

  exited(process: Process, status: WaitStatus): void {
    this.world.trace.add(-process.pid);
    this.tracer.exited(process, status);
    this.events.emit("exited", { process, status });
  }

  killed(process: Process, signal: Signal, from: Process | undefined): void {
    this.events.emit("killed", { process, signal, from });
  }

  oomKilled(event: OutOfMemory): void {
    this.events.emit("oomKilled", event);
  }

  /** A network namespace that no process is in. @see ip-netns(8) */
  newNetNamespace(): NetNamespace {
    return new NetNamespace(this.namespaceIds.next(), this.init.creds.user);
  }

  unreached(process: Process, address: SocketAddress, error: Errno): void {
    this.events.emit("unreached", { process, address, error });
  }

  crashed(process: Process, error: unknown): void {
    this.events.emit("crashed", { process, error });
  }

  #boot(tree: MountTree): Process {
    const ids = this.namespaceIds;
    const user = new UserNamespace(ids.initial("user"), undefined, 0, 0);
    const pid = new PidNamespace(ids.initial("pid"), user, undefined);
    const time = new TimeNamespace(ids.initial("time"), user);
    time.isEntered = true;
    const ns: NamespaceSet = {
      mnt: new MountNamespace(ids.initial("mnt"), user, tree),
      pid,
      pidForChildren: pid,
      net: new NetNamespace(ids.initial("net"), user),
      uts: new UtsNamespace(ids.initial("uts"), user, this.machine.hostname, "(none)"),
      ipc: new IpcNamespace(ids.initial("ipc"), user),
      user,
      cgroup: new CgroupNamespace(ids.initial("cgroup"), user, this.cgroups),
      time,
      timeForChildren: time,
    };
    const root = tree.top;
    const init = spawn(
      {
        kernel: this,
        parent: undefined,
        name: "init",
        argv: ["/sbin/init"],
        env: new Map(),
        exe: undefined,
        text: undefined,
        files: new FdTable(),
        root: new Location(root.mount, root.dentry),
        cwd: root,
        creds: Credentials.root(user, this.machine.capabilities),
        ns,
        cgroup: this.cgroups,
        traits: plainTraits(this.machine).with({ oomScoreAdj: -1000, oomScoreAdjMin: -1000 }),
        blocked: SignalSet.EMPTY,
        actions: new Map([[SIGCHLD, { disposition: "ignore", restart: true }]]),
        exitSignal: SIGCHLD,
      },
      pause(),
    );
    return init;
  }
}

/** For programs of the host that are started without an environment. */
const NO_ENV: Env = new Map();
