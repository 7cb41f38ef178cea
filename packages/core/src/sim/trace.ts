/**
 * A rolling hash over everything that happened: two runs are the same run if and only if (barring a 1 : 2^53 chance)
 * their hashes agree. It costs two multiplications an entry and keeps no history.
 */
export class Trace {
  // Both as signed words: V8 keeps those in place, and makes an object of a larger number each time.
  #low = 0x811c9dc5 | 0;
  #high = 0x01000193;
  #length = 0;

  /** How many numbers and texts were added. */
  get length(): number {
    return this.#length;
  }

  /** Sixteen hexadecimal digits. */
  get hash(): string {
    return [this.#high, this.#low].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }

  get state(): TraceState {
    return [this.#low, this.#high, this.#length];
  }

  set state([low, high, length]: TraceState) {
    this.#low = low | 0;
    this.#high = high | 0;
    this.#length = length;
  }

  /** Adds an integer; its low 53 bits count. */
  add(value: number): void {
    this.#low = Math.imul(this.#low ^ value, 0x01000193);
    this.#high = Math.imul(this.#high ^ (this.#low >>> 15) ^ (value / 0x1_0000_0000), 0x85ebca6b);
    this.#length++;
  }

  addText(text: string): void {
    for (let i = 0; i < text.length; i++) this.#low = Math.imul(this.#low ^ text.charCodeAt(i), 0x01000193);
    this.add(text.length);
  }
}

/** The two halves of the hash, and how much has gone into it. */
export type TraceState = readonly [number, number, number];
