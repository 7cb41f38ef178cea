/**
 * A map that mostly holds one entry or a few, and then costs little more than they do: most namespaces of a machine full
 * of containers do. It grows into a `Map`. See `SmallSet`.
 */
export class SmallMap<K extends number | string, V extends object | string> {
  /** The first entry, while they are few. */
  #key: K | undefined;
  #value: V | undefined;
  /** The others, each behind the one that came before it; when they are many, all of them. */
  #more: Entry<K, V> | Map<K, V> | undefined;

  get size(): number {
    if (this.#more instanceof Map) return this.#more.size;
    let size = this.#value === undefined ? 0 : 1;
    for (let entry = this.#more; entry !== undefined; entry = entry.next) size++;
    return size;
  }

  get(key: K): V | undefined {
    if (this.#more instanceof Map) return this.#more.get(key);
    if (this.#key === key) return this.#value;
    let entry = this.#more;
    while (entry !== undefined && entry.key !== key) entry = entry.next;
    return entry?.value;
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  set(key: K, value: V): void {
    if (this.#more instanceof Map) this.#more.set(key, value);
    else if (this.#value === undefined || this.#key === key) {
      this.#key = key;
      this.#value = value;
    } else if (this.#more === undefined) this.#more = new Entry(key, value);
    else this.#append(this.#more, key, value);
  }

  #append(first: Entry<K, V>, key: K, value: V): void {
    let last = first;
    let count = 2;
    while (last.key !== key && last.next !== undefined) {
      last = last.next;
      count++;
    }
    if (last.key === key) last.value = value;
    else if (count < FEW) last.next = new Entry(key, value);
    else this.#index(key, value);
  }

  /** From now on a `Map` has all of them, and nothing else keeps the first. */
  #index(key: K, value: V): void {
    this.#more = new Map(this.#all()).set(key, value);
    this.#key = undefined;
    this.#value = undefined;
  }

  /** Another one with the same entries. */
  copy(): SmallMap<K, V> {
    const copy = new SmallMap<K, V>();
    for (const [key, value] of this.#more instanceof Map ? this.#more : this.#all()) copy.set(key, value);
    return copy;
  }

  /** True if it was there. */
  delete(key: K): boolean {
    const more = this.#more;
    if (more instanceof Map) return more.delete(key);
    if (this.#value !== undefined && this.#key === key) {
      this.#key = more?.key;
      this.#value = more?.value;
      this.#more = more?.next;
      return true;
    }
    return more !== undefined && this.#deleteFrom(more, key);
  }

  #deleteFrom(first: Entry<K, V>, key: K): boolean {
    if (first.key === key) {
      this.#more = first.next;
      return true;
    }
    let before = first;
    while (before.next !== undefined && before.next.key !== key) before = before.next;
    const wasThere = before.next !== undefined;
    before.next = before.next?.next;
    return wasThere;
  }

  /** In the order in which they came. */
  keys(): IterableIterator<K> {
    if (this.#more instanceof Map) return this.#more.keys();
    return this.#all()
      .map(([key]) => key)
      .values();
  }

  values(): IterableIterator<V> {
    if (this.#more instanceof Map) return this.#more.values();
    return this.#all()
      .map(([, value]) => value)
      .values();
  }

  /** All of the few. */
  #all(): [K, V][] {
    if (this.#value === undefined) return [];
    const all: [K, V][] = [[this.#key as K, this.#value]];
    let entry = this.#more as Entry<K, V> | undefined;
    for (; entry !== undefined; entry = entry.next) all.push([entry.key, entry.value]);
    return all;
  }
}

/**
 * No list: V8 learns of a literal that most of what it makes stays, makes all of it in old space, and there one that is let
 * go keeps what it named until a full collection. `Array.of`, of which it learns nothing, is ten times as slow.
 */
class Entry<K, V> {
  readonly key: K;
  value: V;
  next: Entry<K, V> | undefined = undefined;

  constructor(key: K, value: V) {
    this.key = key;
    this.value = value;
  }
}

/** So many are looked through as fast as a `Map` is asked. */
const FEW = 8;
