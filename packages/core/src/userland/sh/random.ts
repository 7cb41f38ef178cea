/** `$RANDOM`: a small generator whose sequence an assignment determines. */
export class Random {
  #state: number | undefined;

  get isSeeded(): boolean {
    return this.#state !== undefined;
  }

  seed(value: number): void {
    this.#state = (value ^ 0x9e3779b9) >>> 0;
  }

  /** 0 … 32767. A multiplicative congruential generator, of which the upper bits are used. */
  next(): number {
    this.#state = (Math.imul(this.#state ?? 1, 1664525) + 1013904223) >>> 0;
    return (this.#state >>> 16) & 0x7fff;
  }
}
