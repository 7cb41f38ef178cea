/**
 * `$RANDOM`: the sum of three small generators, whose sequence an assignment determines.
 *
 * @see busybox shell/random.c: next_random
 */

/** The feedback of the shift register. */
const LFSR_MASK = 0x8000000b;

export class Random {
  #isSeeded = false;
  /** A linear congruential generator. */
  #congruential = 0;
  /** A linear feedback shift register. */
  #register = 0;
  /** The two words of an xorshift generator. */
  #shifted: readonly [older: number, newer: number] = [0, 0];

  get isSeeded(): boolean {
    return this.#isSeeded;
  }

  /** @param nonzero what those begin with that would stay 0 for ever */
  seed(value: number, nonzero: number = value >>> 0 || 1): void {
    this.#isSeeded = true;
    this.#congruential = value >>> 0;
    this.#register = nonzero;
    this.#shifted = [nonzero, value >>> 0];
  }

  /** What `RANDOM=…` begins with: a number as strtoul(3) reads it, of which 32 bits are kept. */
  assign(text: string): void {
    const [, sign, digits = "0"] = /^\s*([+-]?)(\d+)/.exec(text) ?? [];
    const value = BigInt.asUintN(32, BigInt(digits));
    this.seed(Number(sign === "-" ? BigInt.asUintN(32, -value) : value));
  }

  /** 0 … 32767. */
  next(): number {
    this.#congruential = (Math.imul(this.#congruential, 1664525) + 1013904223) >>> 0;
    const [older, newer] = this.#shifted;
    const mixed = (older ^ (older << 2)) >>> 0;
    const newest = (newer ^ (newer >>> 3) ^ mixed ^ (mixed >>> 7)) >>> 0;
    this.#shifted = [newer, newest];
    this.#register = ((this.#register << 1) ^ (this.#register >>> 31 === 1 ? LFSR_MASK : 0)) >>> 0;
    return (this.#register + newest - this.#congruential) & 0x7fff;
  }
}
