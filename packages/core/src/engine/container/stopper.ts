/**
 * How containers are made to end, and to pause: by signals, and by freezing what they run.
 *
 * @see moby daemon/stop.go, kill.go, pause.go, unpause.go
 */
import { SIGKILL, type Signal } from "../../abi/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { WaitOptions } from "../../sim/index.ts";
import type { Demand } from "../explain/cause.ts";
import type { CauseLog } from "../explain/cause-log.ts";
import type { DaemonLife } from "../machine/daemon-life.ts";
import { isSignal, parseSignal } from "../signal-names.ts";
import { type Container, checkRunning } from "./container.ts";
import type { ContainerEvents } from "./container-events.ts";
import { isMeantToEnd } from "./restart.ts";

export interface StopOptions {
  readonly timeoutSeconds?: number | undefined;
  readonly signal?: string | undefined;
  /** Nothing is made to happen by it: see `WaitOptions.follows`. */
  readonly follows?: boolean;
}

export interface StopperParts {
  readonly life: DaemonLife;
  readonly causes: CauseLog;
  readonly events: ContainerEvents;
}

/** Seconds that `stop` waits if the signal could not be sent, for there is none of that number. */
const UNSENT_TIMEOUT_SECONDS = 2;
/** What the runtime takes to send one signal after another: so much time has also who is given none, as observed. */
const SIGNAL_TAKES_US = 15_000;

/** Seconds that `stop` waits unless told otherwise. */
const STOP_TIMEOUT_SECONDS = 10;

export class Stopper {
  readonly #parts: StopperParts;
  /** Containers that a user has asked to stop: the event `stop` comes after their end. */
  readonly #stopping = new Set<string>();

  constructor(parts: StopperParts) {
    this.#parts = parts;
  }

  /** True if somebody had asked a container to stop that has ended; once. */
  hasStopped({ id }: Container): boolean {
    return this.#stopping.delete(id);
  }

  /** Forgets all requests: nothing is told of them any more. */
  forgetAll(): void {
    this.#stopping.clear();
  }

  async stop(container: Container, options: StopOptions, demand: Demand): Promise<void> {
    if (!container.isActive) throw new StatusError("not-modified", "container is already stopped");
    container.endedByHand = true;
    if (this.cancelRestart(container)) {
      this.#parts.events.record(container, "stop");
      return;
    }
    const { life } = this.#parts;
    const { follows = false } = options;
    const signal = parseSignal(options.signal ?? container.config.StopSignal ?? "SIGTERM");
    const wanted = options.timeoutSeconds ?? container.config.StopTimeout ?? STOP_TIMEOUT_SECONDS;
    const seconds = isSignal(signal) || wanted < 0 ? wanted : UNSENT_TIMEOUT_SECONDS;
    this.#stopping.add(container.id);
    if (isSignal(signal)) this.#signal(container, signal, demand);
    if (container.state === "paused") this.unpause(container);
    const isOver = (): boolean => !container.isRunning;
    const waits = { on: container.changed, follows, what: `container ${container.name} to stop` };
    if (seconds < 0) await life.until(isOver, waits);
    else await life.sleep(seconds * 1e6, { ...waits, unless: isOver });
    if (container.isRunning) await this.killNow(container, demand, { follows, isAtOnce: seconds === 0 });
  }

  /** Sends a signal; after SIGKILL waits for the end. @throws StatusError conflict if it does not run */
  async kill(container: Container, signal: Signal = SIGKILL): Promise<void> {
    if (isMeantToEnd(signal, container.config.StopSignal)) container.endedByHand = true;
    if (container.state === "restarting") {
      if (container.endedByHand) this.cancelRestart(container);
      return;
    }
    if (!container.isRunning) {
      throw new StatusError("conflict", `container ${container.id} is not running`);
    }
    if (signal === SIGKILL) await this.killNow(container, "docker kill");
    else this.#signal(container, signal, "docker kill");
  }

  /** `isAtOnce`: another signal has only just been sent. */
  killNow(
    container: Container,
    demand: Demand,
    { isAtOnce = false, follows = false }: { readonly isAtOnce?: boolean; readonly follows?: boolean } = {},
  ): Promise<void> {
    this.#parts.causes.requested(container, demand, SIGKILL);
    this.#parts.events.record(container, "kill", { signal: String(SIGKILL) });
    if (container.state === "paused") {
      container.oci?.resume();
      container.become("running");
    }
    const what = `container ${container.name} to be killed`;
    if (!isAtOnce) return this.#killAll(container, { follows, what });
    const unless = (): boolean => !container.isRunning;
    return this.#parts.life
      .sleep(SIGNAL_TAKES_US, { follows, on: container.changed, what, unless })
      .then(() => this.#killAll(container, { follows, what }));
  }

  #killAll(container: Container, waits: Pick<WaitOptions, "follows" | "what">): Promise<void> {
    if (container.isRunning) container.oci?.killAll();
    // Most have ended by now.
    if (!container.isRunning) return Promise.resolve();
    return this.#parts.life.until(() => !container.isRunning, { ...waits, on: container.changed });
  }

  pause(container: Container): void {
    if (container.state === "paused") throw new StatusError("conflict", `Container ${container.id} is already paused`);
    checkRunning(container);
    container.oci?.pause();
    container.become("paused");
    this.#parts.events.record(container, "pause");
  }

  unpause(container: Container): void {
    if (container.state !== "paused") throw new StatusError("internal", `Container ${container.id} is not paused`);
    container.oci?.resume();
    container.become("running");
    this.#parts.events.record(container, "unpause");
  }

  /** True if it was waiting to be started again: it has ended for good then. */
  cancelRestart(container: Container): boolean {
    if (container.state !== "restarting") return false;
    container.restartTimer?.cancel();
    container.become("exited");
    return true;
  }

  #signal(container: Container, signal: Signal, demand: Demand): void {
    this.#parts.causes.requested(container, demand, signal);
    container.oci?.kill(signal);
    this.#parts.events.record(container, "kill", { signal: String(signal) });
  }
}
