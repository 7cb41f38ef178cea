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
  readonly #sessions = new Map<string, ExecSession>();
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
    this.#sessions.set(session.id, session);
  }

  clear(): void {
    for (const { outputIfAny } of this.#sessions.values()) outputIfAny?.release(this.#space);
    this.#sessions.clear();
  }

  get(id: string): ExecSession | undefined {
    this.#forget();
    return this.#sessions.get(id);
  }

  /** Those of a container that have not ended. */
  of(container: Container): readonly ExecSession[] {
    this.#forget();
    return [...this.#sessions.values()].filter((one) => one.container === container && one.exitCode === undefined);
  }

  /** True for one that had ended at the last look. */
  isSeenOver({ endedUs }: ExecSession): boolean {
    return endedUs !== undefined && this.#lookAt(this.#nowUs()) > this.#lookAt(endedUs);
  }

  #forget(): void {
    const look = this.#lookAt(this.#nowUs());
    if (look === this.#lastLook) return;
    this.#lastLook = look;
    for (const [id, { endedUs, container, outputIfAny }] of this.#sessions) {
      const isOver = endedUs === undefined ? !container.isRunning : look >= this.#lookAt(endedUs) + 2;
      if (!isOver) continue;
      outputIfAny?.release(this.#space);
      this.#sessions.delete(id);
    }
  }

  /** How many looks there have been by then. */
  #lookAt(timeUs: number): number {
    return Math.floor((timeUs - this.#startUs) / LOOK_US);
  }
}
