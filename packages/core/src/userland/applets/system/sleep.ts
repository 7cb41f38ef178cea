/** sleep, usleep: wait. @see sleep(1p) */
import { type Call, nanosleep, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { unsignedOrDie } from "../../number.ts";
import { durationOf, durationOrDie } from "./duration.ts";

export const sleep: Applet = (io) => {
  const words = io.argv.slice(io.argv[1] === "--" ? 2 : 1);
  return new Waiting(totalOf(words) ?? totalOrDie(io, words));
};

export const usleep: Applet = (io) => new Waiting(givenUs(io));

/** Reads how long, waits so long, and ends well. No generator: while it waits it keeps nothing. */
class Waiting implements Routine<number> {
  /** In microseconds, or what is to find out; `undefined` once it waits. */
  #duration: number | Routine<number> | undefined;

  constructor(duration: number | Routine<number>) {
    this.#duration = duration;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(answer: unknown): IteratorResult<Call, number> {
    if (this.#duration === undefined) return { done: true, value: 0 };
    return typeof this.#duration === "number" ? this.#wait(this.#duration) : this.#goOn(this.#duration.next(answer));
  }

  throw(error: unknown): IteratorResult<Call, number> {
    if (typeof this.#duration !== "object") throw error;
    return this.#goOn(this.#duration.throw(error));
  }

  #goOn(step: IteratorResult<Call, number>): IteratorResult<Call, number> {
    return step.done === true ? this.#wait(step.value) : step;
  }

  #wait(us: number): IteratorResult<Call, number> {
    this.#duration = undefined;
    return { done: false, value: nanosleep(us) };
  }
}

/** `undefined` if that is not to be told. */
function totalOf(words: readonly string[]): number | undefined {
  if (words.length === 0) return undefined;
  if (isEndless(words)) return Number.POSITIVE_INFINITY;
  let sumUs = 0;
  for (const word of words) sumUs += durationOf(word) ?? Number.NaN;
  return Number.isNaN(sumUs) ? undefined : sumUs;
}

function* totalOrDie(io: Io, words: readonly string[]): Routine<number> {
  if (words.length === 0) return yield* showUsage(io);
  let sumUs = 0;
  for (const word of words) sumUs += yield* durationOrDie(io, word);
  return sumUs;
}

const isEndless = ([first = ""]: readonly string[]): boolean => /^inf/i.test(first);

function* givenUs(io: Io): Routine<number> {
  const first = io.argv[1];
  return first === undefined ? yield* showUsage(io) : yield* unsignedOrDie(io, first);
}
