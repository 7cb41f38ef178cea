/**
 * A process: one task, with a stack of routines in user space and at most one sleeping call in the kernel.
 *
 * A turn goes back and forth between the two halves. The user half is the topmost routine: it yields a `Call`. The kernel
 * half is the handler of that call: it answers at once, throws an `Errno`, or sleeps (`Sleeping`) and goes on when a wait
 * queue wakes it. A signal handler is one more routine on the stack; when it returns, what it interrupted goes on.
 *
 * A routine is never closed: a killed process is simply not resumed.
 *
 * @see clone(2), signal(7), wait(2); the life cycle is in fork.ts, exec.ts, signals.ts and exit.ts
 */
import {
  Call,
  Detour,
  type Env,
  Errno,
  type NamespaceKind,
  type ResourceName,
  type Routine,
  type SeccompFilter,
  type SeccompVerdict,
  SIGSEGV,
  SIGSYS,
  type Signal,
  SignalSet,
  type WaitStatus,
} from "../abi/index.ts";
import { AssertionFailure, assert, encode, SmallSet } from "../lib/index.ts";
import { type Coroutine, type Timer, type Waiter, WaitQueue } from "../sim/index.ts";
import { type FsContext, find, type Inode, Location, type Protections, tellIfGone } from "../vfs/index.ts";
import type { Cgroup } from "./cgroup/cgroup.ts";
import { mayOpenDevice } from "./cgroup/devices.ts";
import { accountCpu } from "./cpu/cpu.ts";
import { enforceCpuLimit } from "./cpu/cpu-limit.ts";
import type { Job } from "./cpu/job-list.ts";
import type { Credentials } from "./credentials.ts";
import { exit } from "./exit.ts";
import type { FdTable } from "./fd-table.ts";
import type { Kernel } from "./kernel.ts";
import { failToHold } from "./memory/held-memory.ts";
import { leaveCharges, type OldCharge } from "./memory/oom.ts";
import type { UnseenProgram } from "./namespaces/mnt.ts";
import type { NamespaceSet } from "./namespaces/namespace-set.ts";
import type { PidNamespace } from "./namespaces/pid.ts";
import { errnoOfAction, judge } from "./seccomp/judge.ts";
import type { ProcessGroup } from "./session.ts";
import type { SignalAction } from "./signals.ts";
import type { ResourceLimits, Traits, TraitsInit } from "./traits.ts";

/** A process that sleeps in a call is "running" here: whether it sleeps is told by `parked`. */
export type ProcessState = "running" | "stopped" | "exiting" | "zombie" | "dead";

/** What a sleeping call waits for: any of these queues, or a time. */
export interface Park {
  readonly on: readonly WaitQueue[];
  readonly untilUs?: number | undefined;
}

/** Why a sleeping call goes on. */
export type Wakeup = "ready" | "timeout" | "interrupted";

/** The kernel half of a call that may sleep. */
export type Sleeper<R> = Generator<Park, R, Wakeup>;

/** The same without what only generators have: nobody ever closes a sleeper. */
export interface Resumable<R> extends Iterator<Park, R, Wakeup> {
  [Symbol.iterator](): Resumable<R>;
}

/** Code of the host that waits for a process. */
export interface ProcessWatcher {
  processEnded(status: WaitStatus): void;
}

/** Where a process is. */
export interface Places {
  readonly root: Location;
  readonly cwd: Location;
}

/** Marks the answer of a handler that has not got one yet. */
export class Sleeping<R> {
  readonly sleeper: Resumable<R>;

  constructor(sleeper: Resumable<R>) {
    this.sleeper = sleeper;
  }
}

/** A signal handler that runs on top of what the process was doing, and how to go back to that. */
interface HandlerFrame {
  readonly routine: Routine<unknown>;
  readonly answer: unknown;
  readonly fails: boolean;
  /** The call to make again when the handler returns (SA_RESTART). */
  readonly restart: Call | undefined;
  readonly blocked: SignalSet;
}

/** A routine that a `detour` pushed: its result, or its error, goes to the routine below. */
interface DetourFrame {
  readonly routine: Routine<unknown>;
  readonly isDetour: true;
}

type Frame = HandlerFrame | DetourFrame;

/** CPU time, in microseconds, after which a turn ends. */
export const TURN_US = 100;
const LONGEST_TURN_US = 4 * TURN_US;

/** Calls that fail with EINTR after a handler, whatever SA_RESTART says. @see signal(7) */
const NEVER_RESTARTED: ReadonlySet<string> = new Set(["nanosleep", "pause", "sigsuspend", "poll"]);

/** What a process is born with. */
export interface ProcessInit {
  readonly kernel: Kernel;
  readonly parent: Process | undefined;
  readonly name: string;
  readonly argv: readonly string[];
  readonly env: Env;
  readonly exe: Location | undefined;
  readonly text: Inode | undefined;
  readonly files: FdTable;
  /** Both are absent at the top of mounts that nobody has looked at. */
  readonly root: Location | undefined;
  readonly cwd: Location | undefined;
  readonly creds: Credentials;
  readonly ns: NamespaceSet;
  readonly cgroup: Cgroup;
  readonly traits: Traits;
  readonly blocked: SignalSet;
  readonly actions: ReadonlyMap<Signal, SignalAction> | undefined;
  readonly exitSignal: Signal;
}

/**
 * All fields are there from the start, here and in other classes of which there are many: each order in which fields come
 * to an object is a hidden class to V8, and with more than four of them reading a field takes ten times as long.
 */
export class Process implements Coroutine, Waiter, FsContext {
  readonly kernel: Kernel;
  /** Its number on the machine. */
  readonly pid: number;
  /** Its number in its own pid namespace. */
  readonly ownPid: number;
  /** Its numbers in the namespaces between these two, from the outside in: mostly there are none. */
  readonly #pidsBetween: readonly number[];
  readonly startUs: number;
  exitSignal: Signal;
  parent: Process | undefined;
  group: ProcessGroup;
  state: ProcessState = "running";
  status: WaitStatus | undefined = undefined;
  /** The `comm` of proc(5): at most 15 characters. */
  name: string;
  argv: readonly string[];
  env: Env;
  /** The executable; its path, as long as nobody has walked it. */
  #exe: Location | string | undefined;
  /** Where the executed bytes are: they cannot be written while it runs. `undefined` for a program that the host started. */
  text: Inode | undefined;
  files: FdTable;
  /** `undefined` as long as nobody has looked at the mounts of its namespace: then the process is "at the top". */
  #root: Location | undefined;
  #cwd: Location | string | undefined;
  creds: Credentials;
  ns: NamespaceSet;
  cgroup: Cgroup;
  traits: Traits;
  /** It goes on as another program than it was born with: its parent cannot move it to another process group. */
  hasExecuted = false;
  /** Anonymous memory that it has declared. */
  memoryBytes = 0;
  /** What of the host's memory it really holds. */
  heldBytes = 0;
  /** The part of `memoryBytes` that is charged to cgroups that the process has left. */
  oldCharges: readonly OldCharge[] | undefined = undefined;
  cpuUs = 0;
  /** CPU time of waited-for children. */
  childrenCpuUs = 0;
  subreaper = false;
  parentDeathSignal: Signal = 0;
  pending = SignalSet.EMPTY;
  blocked: SignalSet;
  /** Signals that are not at their default. */
  actions: ReadonlyMap<Signal, SignalAction> | undefined;
  /** What the parent of a child that has not had a turn yet does about signals. */
  inheritedActions: ReadonlyMap<Signal, SignalAction> | undefined = undefined;
  /** Set while sigsuspend(2) sleeps: the mask to go back to. */
  maskBeforeSuspend: SignalSet | undefined = undefined;
  /** A stop or continue that the parent has not been told of. */
  unreported: WaitStatus | undefined = undefined;
  /** Sends SIGALRM: alarm(2). */
  alarm: Timer | undefined = undefined;
  /** Told when it has ended, before anybody can reap it: the host's way to wait. */
  watcher: ProcessWatcher | undefined = undefined;
  queued = false;
  /** What it owes, while it is served. */
  job: Job | undefined = undefined;
  #children: SmallSet<Process> | undefined;
  #childEnded: WaitQueue | undefined;
  /** The bottom of its stack: the program. */
  #program: Routine<unknown> | undefined;
  /** What lies on top of that, the innermost handler last; none most of the time. */
  #frames: Frame[] | undefined;
  #answer: unknown;
  #fails = false;
  /** The call that the kernel half works on, or worked on last. */
  #call: Call | undefined;
  #sleeper: Resumable<unknown> | undefined;
  #wakeup: Wakeup = "ready";
  #parked: Park | undefined;
  #timer: Timer | undefined;
  #interruptedCall: Call | undefined;
  #debtUs = 0;
  /** The debt at which its turn ends. */
  #turnUs = TURN_US;
  /** CPU time still owed when a signal handler interrupted: owed again when the handler returns. */
  #deferredUs = 0;

  constructor(init: ProcessInit, group: ProcessGroup | undefined) {
    this.kernel = init.kernel;
    const { pid: own } = init.ns;
    this.ownPid = own.take();
    this.#pidsBetween = own.level < 2 ? NO_PIDS : takeBetween(own.parent);
    this.pid = own.level === 0 ? this.ownPid : own.outermost.take();
    this.startUs = init.kernel.world.clock.nowUs;
    this.exitSignal = init.exitSignal;
    this.parent = init.parent;
    this.name = init.name;
    this.argv = init.argv;
    this.env = init.env;
    this.#exe = init.exe;
    this.text = init.text;
    this.files = init.files;
    this.#root = init.root;
    this.#cwd = init.cwd;
    this.creds = init.creds;
    this.ns = init.ns;
    this.cgroup = init.cgroup;
    this.traits = init.traits;
    this.blocked = init.blocked;
    this.actions = init.actions;
    this.group = group ?? init.kernel.newSession(this);
    this.group.add(this);
    this.#enterPlaces();
  }

  // ── who it is ──

  /** Its number in the pid namespace of that level, 0 for the machine's; `undefined` where it is not seen. */
  pidAt(level: number): number | undefined {
    if (level === 0) return this.pid;
    return level === this.ns.pid.level ? this.ownPid : this.#pidsBetween[level - 1];
  }

  /** Its numbers in all pid namespaces that see it, the machine's first. */
  get pids(): readonly number[] {
    return this.ns.pid.level === 0 ? [this.pid] : [this.pid, ...this.#pidsBetween, this.ownPid];
  }

  get isAlive(): boolean {
    return this.state === "running" || this.state === "stopped";
  }

  /** The first process of its pid namespace: signals from within cannot end it. */
  get isNamespaceInit(): boolean {
    return this.ns.pid.init === this;
  }

  get hasChildren(): boolean {
    return this.#children !== undefined && this.#children.size > 0;
  }

  get children(): SmallSet<Process> {
    this.#children ??= new SmallSet();
    return this.#children;
  }

  /** Woken when a child ends, stops or continues. */
  get childChanged(): WaitQueue {
    this.#childEnded ??= new WaitQueue("child");
    return this.#childEnded;
  }

  tellChildChanged(): void {
    this.#childEnded?.wakeAll();
  }

  get umask(): number {
    return this.traits.umask;
  }

  get limits(): ResourceLimits {
    return this.traits.limits;
  }

  get seccomp(): SeccompFilter | undefined {
    return this.traits.seccomp;
  }

  /** Changes what its children will have, too. */
  alter(change: Partial<TraitsInit>): void {
    this.traits = this.traits.with(change);
  }

  /** The soft limit of a resource. */
  limit(resource: ResourceName): number {
    return this.limits.get(resource)?.soft ?? Number.POSITIVE_INFINITY;
  }

  get protections(): Protections {
    return this.kernel.machine.protections;
  }

  mayOpenDevice(inode: Inode, wanted: number): boolean {
    return mayOpenDevice(this.cgroup, inode, wanted);
  }

  /** It has the inode open, executes it, or works in it. */
  holds(inode: Inode): boolean {
    if (!this.isAlive) return false;
    const places = this.#root === undefined ? [] : [this.cwd, this.root, this.exe];
    return places.some((place) => place?.inode === inode) || this.files.leadsTo(inode);
  }

  // ── where it is ──

  get root(): Location {
    if (this.#root === undefined) this.#look();
    return this.#root as Location;
  }

  get cwd(): Location {
    if (!(this.#cwd instanceof Location)) this.#look();
    return this.#cwd as Location;
  }

  /** The executable; `undefined` for a program that the host started. */
  get exe(): Location | undefined {
    if (typeof this.#exe === "string") this.#look();
    return this.#exe as Location | undefined;
  }

  chdir(to: Location): void {
    if (to.equals(this.cwd)) return;
    this.cwd.mount.users--;
    const left = this.cwd.dentry;
    this.#cwd = to.equals(this.root) ? this.root : to;
    to.mount.users++;
    tellIfGone(left);
  }

  setRoot(to: Location): void {
    this.root.mount.users--;
    this.#root = to.equals(this.cwd) ? this.cwd : to;
    to.mount.users++;
  }

  /**
   * Sets root and working directory in another mount namespace; without them it is at the top of mounts that nobody has
   * looked at.
   */
  settle({ root, cwd }: Partial<Places>): void {
    this.#leavePlaces();
    this.#root = root;
    this.#cwd = cwd;
    this.#enterPlaces();
  }

  /** chdir(2) among mounts that nobody has looked at: the path is walked later, from their top. */
  chdirUnseen(path: string): void {
    this.#cwd = path;
  }

  /** It executes the file `text`, which is at `exe`: a location, or a path that nobody has walked. */
  executes(exe: Location | string, text: Inode): void {
    this.#exe = exe;
    this.text = text;
    text.use.executing++;
  }

  /** The program that is known to lie in mounts that nobody has looked at. */
  get unseenProgram(): UnseenProgram | undefined {
    return this.#root === undefined ? this.ns.mnt.unseen?.program : undefined;
  }

  /** Where the file is that it executes, if anybody has looked. */
  get seenExe(): Location | undefined {
    return typeof this.#exe === "string" ? undefined : this.#exe;
  }

  /** The mounts of its namespace have been made: it is at their top, or where a path leads from there. */
  arrive(top: Location, context: FsContext | undefined): void {
    if (this.#root !== undefined) return;
    this.#root = top;
    this.#cwd = (typeof this.#cwd === "string" ? found(context, this.#cwd) : undefined) ?? top;
    if (typeof this.#exe === "string") this.#exe = found(context, this.#exe);
    if (this.isAlive) this.#enterPlaces();
  }

  #look(): void {
    const { top } = this.ns.mnt.tree;
    // A process that has ended is no longer told.
    this.arrive(top, undefined);
  }

  #enterPlaces(): void {
    if (this.#root === undefined) return;
    this.root.mount.users++;
    this.cwd.mount.users++;
  }

  #leavePlaces(): void {
    if (this.#root === undefined) return;
    this.root.mount.users--;
    this.cwd.mount.users--;
    tellIfGone(this.cwd.dentry);
  }

  /** Joins the namespaces of `ns`; counts itself in and out of mount namespaces. */
  setNamespaces(ns: NamespaceSet): void {
    if (ns.mnt !== this.ns.mnt) {
      // It keeps its root and working directory, which it has to know before it leaves.
      if (this.#root === undefined) this.#look();
      leaveMountNamespace(this);
      ns.mnt.members.add(this);
    }
    if (ns.ipc !== this.ns.ipc) this.kernel.ipcUsers.left(this);
    this.ns = ns;
  }

  namespace(kind: NamespaceKind): NamespaceSet[NamespaceKind] {
    return this.ns[kind];
  }

  // ── turns ──

  /** True if it could use a processor: neither stopped nor frozen. */
  get isRunnable(): boolean {
    return this.state === "running" && !this.cgroup.frozen;
  }

  /** Starts it at `routine`, with nothing else on its stack. */
  start(routine: Routine<unknown>): void {
    this.#program = routine;
    this.#frames = undefined;
    this.#timer = undefined;
    this.#answer = undefined;
    this.#fails = false;
    this.#interruptedCall = undefined;
  }

  /** The scheduler gives it a turn. */
  run(): void {
    if (this.state !== "running" || this.#parked !== undefined || !this.isRunnable) return;
    if (this.kernel.cpu.isServing(this)) return;
    if (this.#debtUs >= this.#turnUs) {
      this.#payDebt();
      return;
    }
    this.inheritedActions = undefined;
    this.kernel.current = this;
    const beginUs = this.kernel.world.hostUs;
    const usedUs = this.cpuUs;
    this.#turn();
    this.kernel.current = undefined;
    if (beginUs !== undefined && this.isAlive) this.#chargeHostTime(beginUs, usedUs);
    if (this.kernel.net.pending) this.kernel.net.deliver();
  }

  /** Owes CPU time for what it has just done. */
  charge(us: number): void {
    this.#debtUs += us;
    accountCpu(this, us);
  }

  /** Under the policy `real`, a turn that took the host longer than its costs say: the rest is owed too. */
  #chargeHostTime(beginUs: number, usedUs: number): void {
    const moreUs = (this.kernel.world.hostUs ?? beginUs) - beginUs - (this.cpuUs - usedUs);
    if (moreUs >= 1) this.charge(Math.floor(moreUs));
  }

  /** It has made a child, which needs a while before it does anything: the parent's turn lasts that much longer. */
  prolongTurn(us = TURN_US): void {
    this.#turnUs = Math.min(this.#debtUs + us, LONGEST_TURN_US);
  }

  /** CPU time that it has used but not been served yet: its own clock is ahead of the world's by this. */
  get aheadUs(): number {
    return this.#debtUs;
  }

  /** Its debt has been served. */
  served(): void {
    enforceCpuLimit(this);
    if (this.isAlive) this.makeReady();
  }

  makeReady(): void {
    if (this.#parked === undefined && this.isRunnable) this.kernel.world.scheduler.ready(this);
  }

  #payDebt(): void {
    const us = this.#debtUs;
    this.#debtUs = 0;
    this.#turnUs = TURN_US;
    this.kernel.cpu.serve(this, us);
  }

  #turn(): void {
    while (this.#sleeper !== undefined || this.#stepUser()) {
      if (this.#sleeper !== undefined && !this.#stepSleeper(this.#sleeper)) return;
      if (this.state !== "running") return;
      if (this.#debtUs >= this.#turnUs) {
        this.#payDebt();
        return;
      }
    }
  }

  /** Lets the user half run to its next call, and handles that. False if the process has ended or stopped. */
  #stepUser(): boolean {
    if (!this.pending.isEmpty && !this.#deliverSignals()) return false;
    const frame = this.#frames?.[this.#frames.length - 1];
    const routine = frame?.routine ?? this.#program;
    assert(routine !== undefined, "a live process has something to do");
    let step: IteratorResult<Call, unknown>;
    try {
      step = this.#fails ? routine.throw(this.#answer) : routine.next(this.#answer);
    } catch (error) {
      if (frame !== undefined && "isDetour" in frame) return this.#leaveDetour(error, true);
      this.#crash(error);
      return false;
    }
    if (step.done === true) return this.#finish(frame, step.value);
    this.#handle(step.value);
    return this.state === "running";
  }

  #handle(call: Call): void {
    if (call instanceof Detour) {
      this.#frames ??= [];
      this.#frames.push({ routine: call.routine, isDetour: true });
      this.#answer = undefined;
      this.#fails = false;
      return;
    }
    this.#call = call;
    this.charge(this.kernel.world.costs.syscall);
    this.#fails = false;
    try {
      const verdict = this.seccomp?.verdicts.get(call.name);
      if (verdict !== undefined && !this.#isLetThrough(call, verdict)) return;
      const answer = this.kernel.syscalls(this, call);
      if (answer instanceof Sleeping) {
        this.#sleeper = answer.sleeper;
        this.#answer = undefined;
      } else if (answer instanceof Errno) {
        this.#fail(call, answer);
      } else {
        this.#answer = answer;
        this.kernel.called(this, call, answer);
        const untilUs = this.kernel.takeHoldUp();
        if (untilUs > 0) this.#sleeper = heldUp(untilUs, answer);
      }
    } catch (error) {
      this.#fail(call, error);
    }
  }

  /** False if a filter has answered the call itself, or ended the process for it. @throws Errno if it refuses */
  #isLetThrough(call: Call, verdict: SeccompVerdict): boolean {
    const action = judge(call, verdict);
    if (action.kind === "allow") return true;
    if (action.kind === "errno") {
      const error = errnoOfAction(action.errno);
      if (error !== undefined) throw error;
      this.#answer = 0;
      this.kernel.called(this, call, 0);
    } else {
      // Nobody has a say in that, not even the first process.
      this.kernel.signals.act(this, SIGSYS);
    }
    return false;
  }

  /** Lets a sleeping call go on. False if it sleeps (again). */
  #stepSleeper(sleeper: Resumable<unknown>): boolean {
    const call = this.#call as Call;
    const wakeup = this.#wakeup;
    this.#wakeup = "ready";
    try {
      const step = sleeper.next(wakeup);
      if (!this.isAlive) return false;
      if (step.done !== true) {
        this.#park(step.value);
        return false;
      }
      this.#answer = step.value;
      this.#sleeper = undefined;
      this.kernel.called(this, call, step.value);
    } catch (error) {
      this.#sleeper = undefined;
      this.#fail(call, error);
      if (wakeup === "interrupted" && !NEVER_RESTARTED.has(call.name)) this.#interruptedCall = call;
    }
    return true;
  }

  #fail(call: Call, error: unknown): void {
    if (!(error instanceof Errno)) {
      if (isOutOfMemory(error)) {
        this.#fail(call, new Errno("ENOMEM"));
        return;
      }
      if (call instanceof Call) throw error;
      this.#crash(new TypeError(`${String(call)} is no system call`));
      return;
    }
    this.#answer = error;
    this.#fails = !call.isAttempt;
    this.kernel.called(this, call, error);
  }

  /** A routine has returned: the program's end, or back from a signal handler. False if the process has ended. */
  #finish(frame: Frame | undefined, value: unknown): boolean {
    if (frame === undefined) {
      exit(this, { exited: Number(value ?? 0) & 0xff });
      return false;
    }
    if ("isDetour" in frame) return this.#leaveDetour(value, false);
    this.#popFrame();
    this.blocked = frame.blocked;
    if (frame.restart !== undefined && !this.pending.minus(this.blocked).isEmpty) {
      // Signals that the handler had blocked are delivered before the call is made again.
      this.#frames ??= [];
      this.#frames.push({ ...frame, routine: returned() });
      return true;
    }
    this.#answer = frame.answer;
    this.#fails = frame.fails;
    this.#debtUs += this.#deferredUs;
    this.#deferredUs = 0;
    const { restart } = frame;
    if (restart !== undefined) this.#handle(restart);
    return this.state === "running";
  }

  #popFrame(): void {
    if (this.#frames?.length === 1) this.#frames = undefined;
    else this.#frames?.pop();
  }

  #leaveDetour(answer: unknown, fails: boolean): true {
    this.#popFrame();
    this.#answer = answer;
    this.#fails = fails;
    return true;
  }

  /** An exception that the program did not catch: it ends as if by abort(3), and says so on its stderr. */
  #crash(error: unknown): void {
    if (error instanceof AssertionFailure) throw error;
    if (isOutOfMemory(error)) failToHold(this);
    if (!this.isAlive) return;
    if (isStackOverflow(error)) {
      this.kernel.crashed(this, error);
      exit(this, { signaled: SIGSEGV, core: false });
      return;
    }
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    try {
      if (this.files.isUsable(2)) this.files.get(2).write(encode(`${this.name}: ${text}\n`));
    } catch (failure) {
      if (!(failure instanceof Errno)) throw failure;
    }
    this.kernel.crashed(this, error);
    exit(this, { signaled: 6, core: false });
  }

  // ── sleeping ──

  /** What it sleeps on, for `explain`. */
  get parked(): Park | undefined {
    return this.#parked;
  }

  /** The call that it is in, for `explain` and /proc/PID/syscall. */
  get call(): Call | undefined {
    return this.#call;
  }

  notify(): void {
    this.wake("ready");
  }

  /** Ends its sleep. Does nothing if it does not sleep. */
  wake(reason: Wakeup): void {
    if (this.#parked === undefined) return;
    this.#unpark();
    this.#wakeup = reason;
    this.makeReady();
  }

  /** A signal handler is to run: sleeping calls and computation give way to it. */
  interrupt(): void {
    if (this.kernel.cpu.isServing(this)) {
      this.#deferredUs += this.kernel.cpu.withdraw(this);
      this.makeReady();
    } else this.wake("interrupted");
  }

  #park(park: Park): void {
    this.#parked = park;
    this.#turnUs = TURN_US;
    for (const queue of park.on) queue.add(this);
    if (park.untilUs === undefined) return;
    this.#timer ??= this.kernel.world.clock.timer(() => this.wake("timeout"));
    this.#timer.arm(park.untilUs);
  }

  #unpark(): void {
    for (const queue of this.#parked?.on ?? []) queue.remove(this);
    this.#timer?.cancel();
    this.#parked = undefined;
  }

  // ── stopping, freezing, ending ──

  /** It goes over to another cgroup. */
  leaveCgroup(to: Cgroup): void {
    if (this.memoryBytes > 0) leaveCharges(this);
    this.cgroup = to;
  }

  /** SIGSTOP and its kin have taken effect. */
  stop(): void {
    this.state = "stopped";
    this.kernel.cpu.changed();
  }

  /** SIGCONT has taken effect. */
  resume(): void {
    this.state = "running";
    this.kernel.cpu.changed();
    if (!this.kernel.cpu.isServing(this)) this.makeReady();
  }

  /** Its cgroup was frozen or thawed, or it moved to another. */
  cgroupChanged(): void {
    this.kernel.cpu.changed();
    if (this.isAlive && !this.kernel.cpu.isServing(this)) this.makeReady();
  }

  /** Lets go of everything that only a live process has. Called by exit.ts. */
  abandon(): void {
    this.#unpark();
    this.kernel.cpu.withdraw(this);
    this.#program = undefined;
    this.#frames = undefined;
    this.#sleeper = undefined;
    this.#answer = undefined;
    this.#timer = undefined;
    this.alarm?.cancel();
    this.#call = undefined;
    this.#leavePlaces();
    leaveMountNamespace(this);
  }

  // ── signals ──

  /**
   * Acts on pending signals that are not blocked, in the order of their numbers: the handler is pushed on the stack.
   *
   * @returns false if the process has ended or stopped.
   */
  #deliverSignals(): boolean {
    for (;;) {
      const signal = this.kernel.signals.take(this);
      if (signal === undefined) return true;
      const action = this.actions?.get(signal);
      if (action === undefined || typeof action.disposition !== "function") {
        this.kernel.signals.act(this, signal);
        if (this.state !== "running") return false;
        continue;
      }
      this.kernel.tracer.signalled(this, signal, { stops: false });
      const restart = action.restart ? this.#interruptedCall : undefined;
      this.#interruptedCall = undefined;
      this.#frames ??= [];
      this.#frames.push({
        routine: action.disposition(signal),
        answer: this.#answer,
        fails: this.#fails,
        restart,
        blocked: this.maskBeforeSuspend ?? this.blocked,
      });
      this.maskBeforeSuspend = undefined;
      this.blocked = this.blocked.with(signal);
      this.#answer = undefined;
      this.#fails = false;
    }
  }
}

/** How V8 and other engines say that something would be larger than what they can hold. */
const OUT_OF_MEMORY =
  /invalid (string|array|array buffer|typed array) length|allocation failed|maximum size exceeded|out of memory/i;

const isOutOfMemory = (error: unknown): boolean => error instanceof RangeError && OUT_OF_MEMORY.test(error.message);

/** Takes the place of a handler that has returned. */
function* returned(): Routine<void> {}

/** A program that calls itself without end is ended as one whose stack has met its guard page. */
const isStackOverflow = (error: unknown): boolean =>
  error instanceof RangeError && /call stack|recursion/i.test(error.message);

/** The call is done, but returns later. Only SIGKILL ends that sleep early. */
function* heldUp(untilUs: number, answer: unknown): Sleeper<unknown> {
  while ((yield { on: [], untilUs }) !== "timeout");
  return answer;
}

function found(context: FsContext | undefined, path: string): Location | undefined {
  try {
    return context && find(context, path, { follow: true });
  } catch (error) {
    if (error instanceof Errno) return undefined;
    throw error;
  }
}

/** The last process to leave takes the mounts with it. */
function leaveMountNamespace(process: Process): void {
  process.ns.mnt.leave(process);
}

const NO_PIDS: readonly number[] = [];

/** A number in each namespace up to, but without, the machine's. */
function takeBetween(innermost: PidNamespace | undefined): readonly number[] {
  const taken: number[] = [];
  for (let at = innermost; at?.parent !== undefined; at = at.parent) taken.unshift(at.take());
  return taken;
}

/** The number of `process` in `namespace`, 0 if it cannot be seen there: what getppid(2) and wait4(2) tell. */
export function pidIn(namespace: PidNamespace, process: Process | undefined): number {
  return process === undefined ? 0 : (namespace.pidOf(process) ?? 0);
}
