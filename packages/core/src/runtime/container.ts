/**
 * A container as the runtime knows it: a state, a first process, a cgroup.
 *
 * @see runtime-spec runtime.md "State", "Lifecycle"
 */
import { type SeccompFilter, SIGKILL, type Signal, type WaitStatus } from "../abi/index.ts";
import type { Pipe } from "../fs/index.ts";
import type { Cgroup, Process, ProcessWatcher } from "../kernel/index.ts";
import { StatusError } from "../lib/index.ts";
import type { RuntimeSpec } from "../oci/index.ts";
import { WaitQueue } from "../sim/index.ts";
import type { ExecPreparation } from "./exec-preparation.ts";

/** Where a container is in its life; `creating` and `created` lie before its program begins. */
export type OciStatus = "creating" | "created" | "running" | "paused" | "stopped";

/** Which state may follow which. */
const TRANSITIONS = {
  creating: ["created", "stopped"],
  created: ["running", "stopped"],
  running: ["paused", "stopped"],
  paused: ["running", "stopped"],
  stopped: [],
} as const satisfies Record<OciStatus, readonly OciStatus[]>;

/** What init waits for. */
const START = new Uint8Array(1);

/** How init's helper tells the pid of the first process; anything else is a result. */
export const PID_PREFIX = "pid ";

/** One container of the runtime. */
export class OciContainer implements ProcessWatcher {
  readonly id: string;
  readonly seccomp: SeccompFilter | undefined;
  readonly cgroup: Cgroup;
  /** The first process: number 1 of the container's pid namespace, if it has one of its own. */
  #process: Process;
  #status: OciStatus = "creating";
  #changed: WaitQueue | undefined;
  #exit: WaitStatus | undefined;
  #failure: string | undefined;
  /** The last process that was started in it besides: the next one is mostly of the same kind. */
  lastExec: ExecPreparation | undefined = undefined;
  /** Where init waits to be started, until it was. */
  #channel: Pipe | undefined;
  /** Until it is created, or has failed. */
  #onPrepared: ((container: OciContainer) => void) | undefined;
  readonly #onStopped: (container: OciContainer) => void;

  constructor(
    id: string,
    spec: RuntimeSpec,
    parts: {
      readonly cgroup: Cgroup;
      readonly process: Process;
      readonly channel: Pipe;
      readonly onPrepared?: ((container: OciContainer) => void) | undefined;
      readonly onStopped: (container: OciContainer) => void;
    },
  ) {
    this.id = id;
    this.seccomp = spec.linux.seccomp;
    this.cgroup = parts.cgroup;
    this.#process = parts.process;
    this.#channel = parts.channel;
    this.#onPrepared = parts.onPrepared;
    this.#onStopped = parts.onStopped;
  }

  get process(): Process {
    return this.#process;
  }

  /** `process` is the first process from now on: when it ends, the container has stopped. */
  adopt(process: Process): void {
    this.#process.watcher = undefined;
    this.#process = process;
    process.watcher = this;
  }

  get status(): OciStatus {
    return this.#status;
  }

  /** Woken when its status has changed. */
  get changed(): WaitQueue {
    this.#changed ??= new WaitQueue("container");
    return this.#changed;
  }

  /** The pid on the machine; 0 once it has ended. */
  get pid(): number {
    return this.#status === "stopped" ? 0 : this.process.pid;
  }

  get exit(): WaitStatus | undefined {
    return this.#exit;
  }

  /** Why init failed, in runc's words; `undefined` if it did not. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Init has told how it got on: the empty text for well. */
  reported(message: string): void {
    const { processes } = this.#process.kernel;
    const first = message.startsWith(PID_PREFIX) ? processes.get(Number(message.slice(PID_PREFIX.length))) : undefined;
    if (first !== undefined) this.adopt(first);
    else if (message === "") this.#to("created");
    else this.#failure = message;
  }

  /** Its first process is gone, and so is every other one of its pid namespace. */
  processEnded(status: WaitStatus): void {
    this.#exit = status;
    this.#channel = undefined;
    this.#to("stopped");
    this.#onStopped(this);
  }

  /** Lets init become the container's program. @throws StatusError failed-precondition unless it is created. */
  start(): void {
    this.#to("running");
    this.#channel?.feed(START);
    this.#channel = undefined;
    if (this.#changed?.isEmpty) this.#changed = undefined;
  }

  /** @throws StatusError failed-precondition if it has ended. */
  kill(signal: Signal): void {
    if (this.#status === "stopped") throw new StatusError("failed-precondition", "process already finished");
    this.#process.kernel.signals.send(this.#process, signal);
  }

  /** SIGKILL to every process. */
  killAll(): void {
    if (this.#status === "paused") this.resume();
    this.cgroup.kill();
    if (this.#process.isAlive) this.#process.kernel.signals.send(this.#process, SIGKILL);
  }

  pause(): void {
    this.#to("paused");
    this.cgroup.freeze();
  }

  resume(): void {
    this.#to("running");
    this.cgroup.thaw();
  }

  #to(next: OciStatus): void {
    const allowed: readonly OciStatus[] = TRANSITIONS[this.#status];
    if (!allowed.includes(next)) {
      throw new StatusError("failed-precondition", `cannot make a ${this.#status} container ${next}`);
    }
    this.#status = next;
    this.#changed?.wakeAll();
    if (this.#onPrepared !== undefined) this.#tellPrepared(this.#onPrepared);
  }

  #tellPrepared(tell: (container: OciContainer) => void): void {
    this.#onPrepared = undefined;
    tell(this);
  }
}
