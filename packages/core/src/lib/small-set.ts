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
    else if (many !== undefined) this.#addToFew(many, element);
    else if (this.#only === undefined || this.#only === element) this.#only = element;
    else {
      this.#many = [this.#only, element];
      this.#only = undefined;
    }
  }

  #addToFew(few: readonly T[], element: T): void {
    if (!few.includes(element)) this.#many = few.length < FEW ? [...few, element] : new Set([...few, element]);
  }

  /** True if it was there. */
  delete(element: T): boolean {
    const many = this.#many;
    if (many instanceof Set) return many.delete(element);
    if (many !== undefined) return this.#deleteFromFew(many, element);
    if (this.#only !== element) return false;
    this.#only = undefined;
    return true;
  }

  #deleteFromFew(few: readonly T[], element: T): boolean {
    const at = few.indexOf(element);
    if (at < 0) return false;
    if (few.length > 2) this.#many = few.toSpliced(at, 1);
    else {
      this.#only = few[1 - at] as T;
      this.#many = undefined;
    }
    return true;
  }

  /** In the order in which they came. */
  [Symbol.iterator](): IterableIterator<T> {
    return (this.#many ?? (this.#only === undefined ? NONE : [this.#only]))[Symbol.iterator]();
  }
}

/** So many elements are looked through as fast as a `Set` is asked. */
const FEW = 8;
const NONE: readonly never[] = [];
