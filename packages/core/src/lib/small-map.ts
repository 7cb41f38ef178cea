/**
 * A map that mostly holds one entry or a few, and then costs little more than they do: most namespaces of a machine full
 * of containers do. It grows into a `Map`. See `SmallSet`.
 */
export class SmallMap<K extends number | string, V extends object | string> {
  /** The first entry, while they are few. */
  #key: K | undefined;
  #value: V | undefined;
  /**
   * The others, keys and values in turn; when they are many, all of them. No literals make such a list: V8 learns of those
   * that most stay, makes them all in old space, and there one that is let go keeps what it named until a full collection.
   */
  #more: readonly (K | V)[] | Map<K, V> | undefined;

  get size(): number {
    if (this.#more instanceof Map) return this.#more.size;
    return this.#value === undefined ? 0 : 1 + (this.#more?.length ?? 0) / 2;
  }

  get(key: K): V | undefined {
    if (this.#more instanceof Map) return this.#more.get(key);
    if (this.#key === key) return this.#value;
    const at = this.#placeOf(key);
    return at < 0 ? undefined : (this.#more?.[at + 1] as V);
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  set(key: K, value: V): void {
    const more = this.#more;
    if (more instanceof Map) more.set(key, value);
    else if (this.#value === undefined || this.#key === key) {
      this.#key = key;
      this.#value = value;
    } else if (more === undefined) this.#more = Array.of<K | V>(key, value);
    else {
      const at = this.#placeOf(key);
      if (at >= 0) this.#more = more.with(at + 1, value);
      else if (more.length < FEW) this.#more = more.concat(Array.of<K | V>(key, value));
      else this.#index(key, value);
    }
  }

  /** True if it was there. */
  delete(key: K): boolean {
    const more = this.#more;
    if (more instanceof Map) return more.delete(key);
    if (this.#value !== undefined && this.#key === key) {
      this.#key = more?.[0] as K | undefined;
      this.#value = more?.[1] as V | undefined;
      this.#more = more === undefined || more.length === 2 ? undefined : more.slice(2);
      return true;
    }
    const at = this.#placeOf(key);
    if (more === undefined || at < 0) return false;
    this.#more = more.length === 2 ? undefined : more.toSpliced(at, 2);
    return true;
  }

  /** In the order in which they came. */
  keys(): IterableIterator<K> {
    return this.#more instanceof Map ? this.#more.keys() : (this.#all(0) as K[]).values();
  }

  values(): IterableIterator<V> {
    return this.#more instanceof Map ? this.#more.values() : (this.#all(1) as V[]).values();
  }

  /** Where the key is among the others; -1 if it is not. */
  #placeOf(key: K): number {
    const more = this.#more;
    if (more === undefined || more instanceof Map) return -1;
    for (let at = 0; at < more.length; at += 2) if (more[at] === key) return at;
    return -1;
  }

  /** From now on a `Map` has all of them. */
  #index(key: K, value: V): void {
    const keys = [...this.keys(), key];
    const values = [...this.values(), value];
    this.#more = new Map(keys.map((one, at) => [one, values[at] as V]));
    this.#key = undefined;
    this.#value = undefined;
  }

  /** All keys (0) or values (1) of the few. */
  #all(offset: 0 | 1): (K | V)[] {
    if (this.#value === undefined) return [];
    const all: (K | V)[] = [offset === 0 ? (this.#key as K) : this.#value];
    const more = this.#more as readonly (K | V)[] | undefined;
    for (let at = offset; more !== undefined && at < more.length; at += 2) all.push(more[at] as K | V);
    return all;
  }
}

/** Keys and values of so many entries are looked through as fast as a `Map` is asked. */
const FEW = 14;
