/**
 * Which lines two files have in common: the longest common subsequence, found through k-candidates.
 *
 * Among several longest subsequences the choice decides what a diff shows, so that every step follows the paper.
 *
 * @see J. W. Hunt, M. D. McIlroy: An Algorithm for Differential File Comparison. Bell Laboratories, 1976.
 */

import type { Routine } from "../../../../abi/index.ts";
import { Rounds } from "../../../rounds.ts";

/** A pair of equal lines that ends a common subsequence of some length; `before` is the pair before it. */
interface Candidate {
  readonly x: number;
  readonly y: number;
  readonly before: Candidate | undefined;
}

const NONE: Candidate = { x: 0, y: 0, before: undefined };
/** Fewer tries than this are never given up. */
const LEAST_TRIES = 256;

/**
 * For every line of `a`, numbered from 1, the line of `b` that it is, or 0. Lines are given by their keys. Unless
 * `thorough`, a line that is very frequent in `b` is not tried everywhere.
 */
export function* commonLines(
  a: readonly string[],
  b: readonly string[],
  thorough: boolean,
): Routine<readonly number[]> {
  const matches = new Array<number>(a.length + 1).fill(0);
  let prefix = 0;
  while (prefix < a.length && prefix < b.length && a[prefix] === b[prefix]) {
    prefix++;
    matches[prefix] = prefix;
  }
  const shorter = Math.min(a.length, b.length) - prefix;
  let suffix = 0;
  while (suffix < shorter && a[a.length - 1 - suffix] === b[b.length - 1 - suffix]) {
    matches[a.length - suffix] = b.length - suffix;
    suffix++;
  }
  const middle = yield* longest(a.slice(prefix, a.length - suffix), b.slice(prefix, b.length - suffix), thorough);
  for (let pair = middle; pair !== undefined && pair !== NONE; pair = pair.before) {
    matches[pair.x + prefix] = pair.y + prefix;
  }
  return matches;
}

/** The last pair of a longest common subsequence. */
function* longest(a: readonly string[], b: readonly string[], thorough: boolean): Routine<Candidate | undefined> {
  const places = new Map<string, number[]>();
  const rounds = new Rounds();
  for (const [i, key] of b.entries()) {
    if (rounds.isDue()) yield* rounds.pass();
    const list = places.get(key);
    if (list === undefined) places.set(key, [i + 1]);
    else list.push(i + 1);
  }
  const mostTries = thorough ? Infinity : Math.max(LEAST_TRIES, Math.floor(Math.sqrt(a.length)));
  /** By length, the subsequence of that length that ends first in `b`. */
  const best: Candidate[] = [NONE];
  for (const [i, key] of a.entries()) {
    if (rounds.isDue()) yield* rounds.pass();
    extend(best, i + 1, places.get(key) ?? [], mostTries);
  }
  return best.at(-1);
}

function extend(best: Candidate[], x: number, places: readonly number[], mostTries: number): void {
  let before = best[0] ?? NONE;
  let replaced = 0;
  let tries = 0;
  for (const y of places) {
    if (tries >= mostTries) return;
    if (y <= before.y) continue;
    const length = lengthUpTo(best, y);
    if (length !== replaced + 1) before = best[length - 1] ?? NONE;
    const old = best[length];
    if (old !== undefined && old.y <= y) continue;
    best[length] = { x, y, before };
    if (old === undefined) return;
    before = old;
    replaced = length;
    tries++;
  }
}

/** The least length whose best subsequence does not end before `y`. */
function lengthUpTo(best: readonly Candidate[], y: number): number {
  let low = 0;
  let high = best.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((best[middle] ?? NONE).y < y) low = middle;
    else high = middle;
  }
  return high;
}
