/** Sorting that lets time pass: whoever sorts millions of lines computes for a while, and others go on meanwhile. */
import type { Routine } from "../../../abi/index.ts";
import { Rounds } from "../../rounds.ts";

/** So many are sorted at one go. */
const RUN = 4096;

/** A new array in order; what compares as equal keeps its order. */
export function* mergeSort<T>(items: readonly T[], compare: (a: T, b: T) => number): Routine<readonly T[]> {
  if (items.length <= RUN) return items.toSorted(compare);
  const rounds = new Rounds();
  let runs: (readonly T[])[] = [];
  for (let at = 0; at < items.length; at += RUN) {
    runs.push(items.slice(at, at + RUN).sort(compare));
    yield* rounds.pass();
  }
  while (runs.length > 1) {
    const merged: (readonly T[])[] = [];
    for (let at = 0; at < runs.length; at += 2) {
      merged.push(yield* merge(runs[at] ?? [], runs[at + 1] ?? [], compare, rounds));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

function* merge<T>(
  left: readonly T[],
  right: readonly T[],
  compare: (a: T, b: T) => number,
  rounds: Rounds,
): Routine<readonly T[]> {
  if (right.length === 0) return left;
  const merged: T[] = [];
  let l = 0;
  let r = 0;
  while (l < left.length && r < right.length) {
    if (compare(left[l] as T, right[r] as T) <= 0) merged.push(left[l++] as T);
    else merged.push(right[r++] as T);
    if (rounds.isDue()) yield* rounds.pass();
  }
  return merged.concat(left.slice(l), right.slice(r));
}
