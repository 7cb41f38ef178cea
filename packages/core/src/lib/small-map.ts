/**
 * A map that mostly holds a few entries, and then costs six words for each: most directories and namespaces of a machine
 * full of containers do. It is a chain of entries, and grows into a `Map` behind the last link. See `SmallSet`.
 */
export class SmallMap<K extends number | string, V extends object | string> {
  #key: K | undefined;
  #value: V | undefined;
  #rest: SmallMap<K, V> | Map<K, V> | undefined;

  get size(): number {
    return this.#value === undefined ? 0 : 1 + (this.#rest?.size ?? 0);
  }

  get(key: K): V | undefined {
    return this.#key === key ? this.#value : this.#rest?.get(key);
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  set(key: K, value: V): void {
    let at: SmallMap<K, V> = this;
    for (let links = 1; at.#value !== undefined && at.#key !== key; links++) {
      at.#rest ??= links < LINKS ? new SmallMap() : new Map();
      if (!(at.#rest instanceof SmallMap)) {
        at.#rest.set(key, value);
        return;
      }
      at = at.#rest;
    }
    at.#key = key;
    at.#value = value;
  }

  /** True if it was there. */
  delete(key: K): boolean {
    if (this.#value === undefined) return false;
    if (this.#key !== key) return this.#rest?.delete(key) ?? false;
    const next = this.#rest?.keys().next().value;
    this.#key = next;
    this.#value = next === undefined ? undefined : this.#rest?.get(next);
    if (next !== undefined) this.#rest?.delete(next);
    return true;
  }

  /** In the order in which they came. */
  keys(): IterableIterator<K> {
    const keys: K[] = [];
    let at: SmallMap<K, V> | Map<K, V> | undefined = this;
    for (; at instanceof SmallMap; at = at.#rest) if (at.#key !== undefined) keys.push(at.#key);
    for (const key of at?.keys() ?? []) keys.push(key);
    return keys.values();
  }

  values(): IterableIterator<V> {
    const values: V[] = [];
    let at: SmallMap<K, V> | Map<K, V> | undefined = this;
    for (; at instanceof SmallMap; at = at.#rest) if (at.#value !== undefined) values.push(at.#value);
    for (const value of at?.values() ?? []) values.push(value);
    return values.values();
  }
}

/** Up to here a walk along the chain is as fast as a `Map`. */
const LINKS = 8;
