/**
 * A set that mostly holds one element or none, and then costs two words: most process groups, namespaces and cgroups of
 * a machine full of containers have a single member, or for a moment two. It grows into a `Set`.
 */
export class SmallSet<T extends object> implements Iterable<T> {
  #only: T | undefined;
  /** All, if they are several: a list that is never changed while they are few. */
  #many: readonly T[] | Set<T> | undefined;

  get size(): number {
    const many = this.#many;
    if (many === undefined) return this.#only === undefined ? 0 : 1;
    return many instanceof Set ? many.size : many.length;
  }

  has(element: T): boolean {
    const many = this.#many;
    if (many === undefined) return this.#only === element;
    return many instanceof Set ? many.has(element) : many.includes(element);
  }

  add(element: T): void {
    const many = this.#many;
    if (many instanceof Set) many.add(element);
    else if (many !== undefined) this.#many = withOne(many, element);
    else if (this.#only === undefined || this.#only === element) this.#only = element;
    else {
      this.#many = [this.#only, element];
      this.#only = undefined;
    }
  }

  /** True if it was there. */
  delete(element: T): boolean {
    const many = this.#many;
    if (many instanceof Set) return many.delete(element);
    if (many === undefined) {
      if (this.#only !== element) return false;
      this.#only = undefined;
      return true;
    }
    const at = many.indexOf(element);
    if (at < 0) return false;
    if (many.length > 2) this.#many = many.toSpliced(at, 1);
    else {
      this.#only = many[1 - at] as T;
      this.#many = undefined;
    }
    return true;
  }

  /** In the order in which they came. */
  [Symbol.iterator](): IterableIterator<T> {
    return (this.#many ?? (this.#only === undefined ? NONE : [this.#only]))[Symbol.iterator]();
  }
}

// No method, for private ones cost each of the many sets one more word.
function withOne<T extends object>(few: readonly T[], element: T): readonly T[] | Set<T> {
  if (few.includes(element)) return few;
  return few.length < FEW ? [...few, element] : new Set([...few, element]);
}

/** So many elements are looked through as fast as a `Set` is asked. */
const FEW = 8;
const NONE: readonly never[] = [];
