/** Which of the things that fit a rule it takes: counting, chance, and time. */
import { StatusError } from "../lib/index.ts";
import { type Duration, microsecondsOf, type Prng } from "../sim/index.ts";
import type { When } from "./rule.ts";

/** Where a rule's time and chance come from. */
export interface TriggerSource {
  readonly nowUs: () => number;
  readonly prng: Prng;
}

/** Draws are made among this many. */
const PARTS = 1_000_000;

export class Trigger<S> {
  readonly #when: When<S>;
  readonly #source: TriggerSource;
  readonly #fromUs: number;
  readonly #untilUs: number;
  #seen = 0;
  #taken = 0;

  /** @throws StatusError invalid-argument for numbers that mean nothing */
  constructor(when: When<S>, source: TriggerSource) {
    checkWhen(when);
    this.#when = when;
    this.#source = source;
    this.#fromUs = source.nowUs() + durationOf(when.after ?? 0);
    this.#untilUs = this.#fromUs + (when.lasts === undefined ? Number.POSITIVE_INFINITY : durationOf(when.lasts));
  }

  /** Does the rule take this one, which fits? It is counted. */
  takes(subject: S): boolean {
    const { nth, probability, times } = this.#when;
    const nowUs = this.#source.nowUs();
    if (nowUs < this.#fromUs || nowUs >= this.#untilUs) return false;
    if (this.#when.if?.(subject) === false) return false;
    this.#seen++;
    if (nth !== undefined && !(typeof nth === "number" ? nth === this.#seen : nth.includes(this.#seen))) return false;
    if (times !== undefined && this.#taken >= times) return false;
    if (probability !== undefined && this.#source.prng.below(PARTS) >= probability * PARTS) return false;
    this.#taken++;
    return true;
  }
}

function checkWhen({ nth, probability, times }: When): void {
  if (typeof nth !== "number" && nth?.length === 0) throw invalid("nth names no thing: the first is 1");
  const counts = [...(typeof nth === "number" ? [nth] : (nth ?? [])), ...(times === undefined ? [] : [times])];
  for (const count of counts) {
    if (!Number.isInteger(count) || count < 1) throw invalid(`"${count}" is no number of a thing: the first is 1`);
  }
  if (probability !== undefined && !(probability >= 0 && probability <= 1)) {
    throw invalid(`"${probability}" is no probability: it is between 0 and 1`);
  }
}

/** Microseconds. @throws StatusError invalid-argument */
export function durationOf(duration: Duration): number {
  try {
    const us = microsecondsOf(duration);
    if (us >= 0) return Math.round(us);
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
  throw invalid(`"${duration}" is no time that passes`);
}

export const invalid = (message: string): StatusError => new StatusError("invalid-argument", message);
