/** What a record says of a word that comes from outside: `constructor` and `toString`, which every object has, are not in it. */
export function ownValue<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
