/**
 * Which exec sessions can still be asked about: those that run, and for some minutes those that have ended.
 *
 * Every five minutes the daemon looks which sessions have ended, and forgets those that had at the last look. Here nobody
 * looks by the clock: whoever asks finds what such looks would have left.
 *
 * @see moby daemon/exec.go: execCommandGC
 */
import { SmallSet } from "../../lib/index.ts";
import type { Allotment } from "../../sim/index.ts";
import type { ExecSession } from "../exec.ts";
import type { Container } from "./container.ts";

const LOOK_US = 5 * 60 * 1_000_000;

export class ExecSessions {
  /** Sessions that have not ended, in the order in which they were made. */
  #open = new SmallSet<ExecSession>();
  /** Sessions that have ended since the last look. Most are never asked for, so no index is kept of them. */
  #ended: ExecSession[] = [];
  /** Those that had ended at the last look: the next one forgets them. */
  #seen: ExecSession[] = [];
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
    this.#look();
    this.#open.add(session);
  }

  /** Notes the end of a session. False if it had been forgotten already. */
  end(session: ExecSession): boolean {
    this.#look();
    if (!this.#open.delete(session)) return false;
    this.#ended.push(session);
    return true;
  }

  clear(): void {
    for (const sessions of [this.#open, this.#ended, this.#seen]) this.#letGo(sessions);
    this.#open = new SmallSet();
    this.#ended = [];
    this.#seen = [];
  }

  /** Searched from the end: most requests are for one of the last. */
  get(id: string): ExecSession | undefined {
    this.#look();
    const isMeant = (session: ExecSession): boolean => session.id === id;
    return [...this.#open].find(isMeant) ?? this.#ended.findLast(isMeant) ?? this.#seen.findLast(isMeant);
  }

  /** The sessions of a container that have not ended. */
  of(container: Container): readonly ExecSession[] {
    this.#look();
    return [...this.#open].filter((one) => one.container === container && one.exitCode === undefined && !one.isLost);
  }

  /** True for one that had ended at the last look. */
  isSeenOver({ endedUs }: ExecSession): boolean {
    return endedUs !== undefined && this.#lookAt(this.#nowUs()) > this.#lookAt(endedUs);
  }

  /** What the daemon has found in the meantime, if it has looked. */
  #look(): void {
    const look = this.#lookAt(this.#nowUs());
    if (look === this.#lastLook) return;
    this.#letGo(this.#seen);
    this.#seen = this.#ended;
    this.#ended = [];
    if (look > this.#lastLook + 1) {
      this.#letGo(this.#seen);
      this.#seen = [];
    }
    this.#lastLook = look;
    const lost = [...this.#open].filter(({ container, isLost }) => isLost || !container.isRunning);
    for (const session of lost) this.#open.delete(session);
    this.#letGo(lost);
  }

  #letGo(sessions: Iterable<ExecSession>): void {
    for (const { outputIfAny } of sessions) outputIfAny?.release(this.#space);
  }

  /** How many looks there have been by then. */
  #lookAt(timeUs: number): number {
    return Math.floor((timeUs - this.#startUs) / LOOK_US);
  }
}
