/**
 * Which exec sessions can still be asked about: those that run, and for some minutes those that have ended.
 *
 * Every five minutes the daemon looks which sessions have ended, and forgets those that had at the last look. Here nobody
 * looks by the clock: what such looks would have found follows from when a session has ended.
 *
 * @see moby daemon/exec.go: execCommandGC
 */
import type { Allotment } from "../../sim/index.ts";
import type { ExecSession } from "../exec.ts";
import type { Container } from "./container.ts";

const LOOK_US = 5 * 60 * 1_000_000;

export class ExecSessions {
  /** In the order in which they were made. There are many that nobody asks for: no index is kept of them. */
  #sessions: ExecSession[] = [];
  readonly #nowUs: () => number;
  readonly #startUs: number;
  #lastLook = 0;

  readonly #space: Allotment;

  /** `space` is where output is kept. */
  constructor(nowUs: () => number, space: Allotment) {
    this.#nowUs = nowUs;
    this.#space = space;
    this.#startUs = nowUs();
  }

  add(session: ExecSession): void {
    this.#forget();
    this.#sessions.push(session);
  }

  clear(): void {
    for (const session of this.#sessions) this.#letGo(session);
    this.#sessions = [];
  }

  /** Who asks mostly asks for one of the last. */
  get(id: string): ExecSession | undefined {
    this.#forget();
    return this.#sessions.findLast((session) => session.id === id);
  }

  /** True for one that can be asked about. */
  has(session: ExecSession): boolean {
    this.#forget();
    return !session.isForgotten;
  }

  /** Those of a container that have not ended. */
  of(container: Container): readonly ExecSession[] {
    this.#forget();
    return this.#sessions.filter((one) => one.container === container && one.exitCode === undefined);
  }

  /** True for one that had ended at the last look. */
  isSeenOver({ endedUs }: ExecSession): boolean {
    return endedUs !== undefined && this.#lookAt(this.#nowUs()) > this.#lookAt(endedUs);
  }

  #forget(): void {
    const look = this.#lookAt(this.#nowUs());
    if (look === this.#lastLook) return;
    this.#lastLook = look;
    const kept: ExecSession[] = [];
    for (const session of this.#sessions) {
      const { endedUs, container } = session;
      const isOver = endedUs === undefined ? !container.isRunning : look >= this.#lookAt(endedUs) + 2;
      if (isOver) this.#letGo(session);
      else kept.push(session);
    }
    this.#sessions = kept;
  }

  #letGo(session: ExecSession): void {
    session.isForgotten = true;
    session.outputIfAny?.release(this.#space);
  }

  /** How many looks there have been by then. */
  #lookAt(timeUs: number): number {
    return Math.floor((timeUs - this.#startUs) / LOOK_US);
  }
}
