/**
 * The host's end of a pipe, which takes what is written and needs time for it.
 *
 * Everything is handed over when it is written, so that nothing has to happen for a program that writes little. What the
 * reader has not had the time for by now still counts as being in the pipe: a writer that is faster has to wait.
 */
import { PIPE_BUF, PIPE_SIZE } from "../abi/index.ts";
import type { Timer } from "../sim/index.ts";

export interface DrainOptions {
  readonly take: (data: Uint8Array) => void;
  /** How long the reader is busy with that. */
  readonly costUs: (data: Uint8Array) => number;
  /** The reader takes nothing for now, however long it has had: somebody behind it is slow. */
  readonly isBlocked?: () => boolean;
  readonly nowUs: () => number;
  /** A timer that is not armed. */
  readonly timer: (fire: () => void) => Timer;
}

/** How often it is looked whether a blocked reader goes on. */
const LOOK_US = 10_000;

/** What was written together, and when the reader will be done with it. */
interface Portion {
  bytes: number;
  untilUs: number;
}

export class Drain {
  readonly #options: DrainOptions;
  #portions: Portion[] | undefined;
  #timer: Timer | undefined;

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  /** Bytes that fit into the pipe now. */
  get room(): number {
    if (this.#options.isBlocked?.() === true) return 0;
    if (this.#portions === undefined) return PIPE_SIZE;
    const nowUs = this.#options.nowUs();
    while (this.#portions[0] !== undefined && this.#portions[0].untilUs <= nowUs) this.#portions.shift();
    return PIPE_SIZE - this.#portions.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Takes what there is room for. */
  put(data: Uint8Array): void {
    const { take, costUs, nowUs } = this.#options;
    this.#portions ??= [];
    const last = this.#portions.at(-1);
    const untilUs = Math.max(nowUs(), last?.untilUs ?? 0) + costUs(data);
    if (last !== undefined && last.bytes + data.length <= PIPE_BUF) {
      last.bytes += data.length;
      last.untilUs = untilUs;
    } else this.#portions.push({ bytes: data.length, untilUs });
    take(data);
  }

  /** Calls `tell` when there is more room. */
  whenRoom(tell: () => void): void {
    const { isBlocked, nowUs, timer } = this.#options;
    const untilUs = isBlocked?.() === true ? nowUs() + LOOK_US : this.#portions?.[0]?.untilUs;
    if (untilUs === undefined) return;
    this.#timer ??= timer(tell);
    if (!this.#timer.armed) this.#timer.arm(untilUs);
  }
}
