/**
 * A map that mostly holds one entry, and then costs three words: most namespaces of a machine full of containers do. It
 * grows into a `Map`. See `SmallSet`.
 */
export class SmallMap<K extends number | string, V extends object | string> {
  #key: K | undefined;
  #value: V | undefined;
  #many: Map<K, V> | undefined;

  get size(): number {
    return this.#many?.size ?? (this.#value === undefined ? 0 : 1);
  }

  get(key: K): V | undefined {
    if (this.#many !== undefined) return this.#many.get(key);
    return this.#key === key ? this.#value : undefined;
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  set(key: K, value: V): void {
    if (this.#many !== undefined) {
      this.#many.set(key, value);
    } else if (this.#key === undefined || this.#value === undefined || this.#key === key) {
      this.#key = key;
      this.#value = value;
    } else {
      this.#many = new Map([
        [this.#key, this.#value],
        [key, value],
      ]);
      this.#key = undefined;
      this.#value = undefined;
    }
  }

  /** True if it was there. */
  delete(key: K): boolean {
    if (this.#many !== undefined) return this.#many.delete(key);
    if (this.#key !== key) return false;
    this.#key = undefined;
    this.#value = undefined;
    return true;
  }

  /** In the order in which they came. */
  keys(): IterableIterator<K> {
    return (this.#many?.keys() ?? (this.#key === undefined ? NONE : [this.#key]).values()) as IterableIterator<K>;
  }

  values(): IterableIterator<V> {
    return (this.#many?.values() ?? (this.#value === undefined ? NONE : [this.#value]).values()) as IterableIterator<V>;
  }
}

const NONE: readonly never[] = [];
