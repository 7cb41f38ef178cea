/** An empty Go slice that nobody made is nil, and null in JSON. */
export function orNull<T>(entries: readonly T[]): readonly T[] | null {
  return entries.length === 0 ? null : entries;
}
