/**
 * The order of all rotations of a block: those of twice the length are sorted by the ranks of their halves, until all
 * differ.
 *
 * @see U. Manber, G. Myers, "Suffix Arrays" (1990): prefix doubling
 */

/** Where each rotation begins, in the order of the rotations. */
export function sortRotations(block: Uint8Array): Int32Array {
  const n = block.length;
  const order = new Int32Array(n);
  const next = new Int32Array(n);
  let rank = new Int32Array(n);
  let nextRank = new Int32Array(n);
  const counts = new Int32Array(Math.max(256, n) + 1);
  for (let i = 0; i < n; i++) {
    rank[i] = block[i] as number;
    increment(counts, (block[i] as number) + 1);
  }
  for (let i = 0; i < 256; i++) counts[i + 1] = (counts[i + 1] as number) + (counts[i] as number);
  for (let i = 0; i < n; i++) order[increment(counts, block[i] as number)] = i;
  let classes = renumber(order, rank, nextRank, 0);
  [rank, nextRank] = [nextRank, rank];
  for (let half = 1; half < n && classes < n; half *= 2) {
    // Sorted by the second halves already: the rotations that begin `half` earlier.
    for (let i = 0; i < n; i++) next[i] = ((order[i] as number) - half + n) % n;
    counts.fill(0, 0, classes + 1);
    for (let i = 0; i < n; i++) increment(counts, (rank[i] as number) + 1);
    for (let i = 0; i < classes; i++) counts[i + 1] = (counts[i + 1] as number) + (counts[i] as number);
    for (let i = 0; i < n; i++) {
      const start = next[i] as number;
      order[increment(counts, rank[start] as number)] = start;
    }
    classes = renumber(order, rank, nextRank, half);
    [rank, nextRank] = [nextRank, rank];
  }
  return order;
}

/** Adds one; returns what was there before. */
function increment(counts: Int32Array, at: number): number {
  const before = counts[at] as number;
  counts[at] = before + 1;
  return before;
}

/** Gives rotations of the same beginning the same new rank; returns how many ranks there are. */
function renumber(order: Int32Array, rank: Int32Array, made: Int32Array, half: number): number {
  const n = order.length;
  let last = -1;
  let previous = 0;
  for (let i = 0; i < n; i++) {
    const start = order[i] as number;
    const isSame = i > 0 && rank[start] === rank[previous] && rank[(start + half) % n] === rank[(previous + half) % n];
    if (!isSame) last++;
    made[start] = last;
    previous = start;
  }
  return last + 1;
}
