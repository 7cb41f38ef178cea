/**
 * Delta debugging: the smallest part of a list that still fails.
 *
 * @see Zeller, Hildebrandt: Simplifying and Isolating Failure-Inducing Input (ddmin)
 */

/**
 * Leaves out whatever the failure does not need. No single item of the result can be left out.
 *
 * @param fails whether a part of the list still fails; the whole does
 * @param attempts how often it may be asked
 */
export async function shorten<T>(
  items: readonly T[],
  fails: (part: readonly T[]) => Promise<boolean>,
  attempts = Number.POSITIVE_INFINITY,
): Promise<readonly T[]> {
  let left = attempts;
  const ask = async (part: readonly T[]): Promise<boolean> => left-- > 0 && (await fails(part));
  if (items.length === 0 || (await ask([]))) return [];
  let kept = items;
  let chunks = 2;
  while (kept.length > 1 && left > 0) {
    const smaller = await withoutOneChunk(kept, Math.min(chunks, kept.length), ask);
    if (smaller !== undefined) {
      kept = smaller;
      chunks = Math.max(2, chunks - 1);
    } else if (chunks >= kept.length) break;
    else chunks = Math.min(kept.length, chunks * 2);
  }
  return kept;
}

async function withoutOneChunk<T>(
  items: readonly T[],
  chunks: number,
  fails: (part: readonly T[]) => Promise<boolean>,
): Promise<readonly T[] | undefined> {
  const size = Math.ceil(items.length / chunks);
  for (let start = 0; start < items.length; start += size) {
    const rest = [...items.slice(0, start), ...items.slice(start + size)];
    // The empty list was asked for at the beginning.
    if (rest.length > 0 && (await fails(rest))) return rest;
  }
  return undefined;
}
