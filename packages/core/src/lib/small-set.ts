/**
 * A set that mostly holds one element or none, and then costs two words: most process groups, namespaces and cgroups of
 * a machine full of containers have a single member.
 */
export class SmallSet<T extends object> implements Iterable<T> {
  #only: T | undefined;
  #many: Set<T> | undefined;

  get size(): number {
    return this.#many?.size ?? (this.#only === undefined ? 0 : 1);
  }

  has(element: T): boolean {
    return this.#many?.has(element) ?? this.#only === element;
  }

  add(element: T): void {
    if (this.#many !== undefined) this.#many.add(element);
    else if (this.#only === undefined || this.#only === element) this.#only = element;
    else {
      this.#many = new Set([this.#only, element]);
      this.#only = undefined;
    }
  }

  /** True if it was there. */
  delete(element: T): boolean {
    if (this.#many !== undefined) return this.#many.delete(element);
    if (this.#only !== element) return false;
    this.#only = undefined;
    return true;
  }

  /** In the order in which they came. */
  [Symbol.iterator](): IterableIterator<T> {
    return (this.#many ?? (this.#only === undefined ? NONE : [this.#only]))[Symbol.iterator]();
  }
}

const NONE: readonly never[] = [];
