/** sleep, usleep: wait. @see sleep(1p) */
import { type Call, nanosleep, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { unsignedOrDie } from "../../number.ts";
import { durationOrDie } from "./duration.ts";

export const sleep: Applet = (io) => new Waiting(totalUs(io));

export const usleep: Applet = (io) => new Waiting(givenUs(io));

/** Reads how long, waits so long, and ends well. No generator: while it waits it keeps nothing. */
class Waiting implements Routine<number> {
  /** `undefined` once it waits. */
  #duration: Routine<number> | undefined;

  constructor(duration: Routine<number>) {
    this.#duration = duration;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(answer: unknown): IteratorResult<Call, number> {
    return this.#duration === undefined ? { done: true, value: 0 } : this.#goOn(this.#duration.next(answer));
  }

  throw(error: unknown): IteratorResult<Call, number> {
    if (this.#duration === undefined) throw error;
    return this.#goOn(this.#duration.throw(error));
  }

  #goOn(step: IteratorResult<Call, number>): IteratorResult<Call, number> {
    if (step.done !== true) return step;
    this.#duration = undefined;
    return { done: false, value: nanosleep(step.value) };
  }
}

function* totalUs(io: Io): Routine<number> {
  const words = io.argv.slice(io.argv[1] === "--" ? 2 : 1);
  const first = words[0];
  if (first === undefined) return yield* showUsage(io);
  if (/^inf/i.test(first)) return Number.POSITIVE_INFINITY;
  let sumUs = 0;
  for (const word of words) sumUs += yield* durationOrDie(io, word);
  return sumUs;
}

function* givenUs(io: Io): Routine<number> {
  const first = io.argv[1];
  return first === undefined ? yield* showUsage(io) : yield* unsignedOrDie(io, first);
}
