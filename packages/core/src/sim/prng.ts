/**
 * Seeded chance: sfc32, a small fast generator by Chris Doty-Humphrey that passes PractRand.
 *
 * Each part of the world forks its own stream by name, so that one more draw here changes nothing there.
 */
export class Prng {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number | string) {
    const text = String(seed);
    let [a, b, c] = [0x9e3779b9, 0x243f6a88, 0xb7e15162];
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      a = Math.imul(a ^ code, HASH_PRIME);
      b = Math.imul(b ^ code, HASH_PRIME);
      c = Math.imul(c ^ code, HASH_PRIME);
    }
    this.#a = folded(a);
    this.#b = folded(b);
    this.#c = folded(c);
    for (let i = 0; i < 12; i++) this.next();
  }

  /** Where the stream stands. */
  get state(): PrngState {
    return [this.#a, this.#b, this.#c, this.#counter];
  }

  set state([a, b, c, counter]: PrngState) {
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#counter = counter;
  }

  /** 32 random bits as an unsigned integer. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** An integer in 0 … bound - 1, without bias. */
  below(bound: number): number {
    if (bound <= 1) return 0;
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % bound);
    let draw = this.next();
    while (draw >= limit) draw = this.next();
    return draw % bound;
  }

  /** True with probability numerator/denominator. */
  chance(numerator: number, denominator: number): boolean {
    return this.below(denominator) < numerator;
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i += 4) {
      const word = this.next();
      bytes[i] = word;
      bytes[i + 1] = word >>> 8;
      bytes[i + 2] = word >>> 16;
      bytes[i + 3] = word >>> 24;
    }
    return bytes;
  }

  /** `digits` random hexadecimal digits. */
  hex(digits: number): string {
    const codes = digits === ID_CODES.length ? ID_CODES : new Array<number>(digits);
    for (let at = 0, word = 0; at < digits; at++, word <<= 4) {
      if (at % 8 === 0) word = this.next();
      codes[at] = HEX_DIGITS[word >>> 28] as number;
    }
    return String.fromCharCode(...codes);
  }

  /** A random (version 4) UUID. @see RFC 9562 */
  uuid(): string {
    const hex = this.hex(32);
    const variant = ((Number.parseInt(hex[16] ?? "0", 16) & 3) | 8).toString(16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  /** Puts a list into any order, in place. */
  shuffle<T>(list: T[]): T[] {
    for (let at = list.length - 1; at > 0; at--) {
      const other = this.below(at + 1);
      [list[at], list[other]] = [list[other] as T, list[at] as T];
    }
    return list;
  }

  /** An independent stream, decided by this stream's state and `label`; this stream moves on by one draw. */
  fork(label: string): Prng {
    return new Prng(`${this.next()}:${label}`);
  }
}

/** The codes of 0 to f: a text made of codes at once is flat from the beginning, unlike one that is put together. */
const HEX_DIGITS: readonly number[] = Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));

/** Where the digits of an id are put together, again and again. */
const ID_CODES = new Array<number>(64).fill(0);

/** Of FNV-1a. */
const HASH_PRIME = 0x01000193;

const folded = (value: number): number => value ^ (value >>> 15);

/** Four words. */
export type PrngState = readonly [number, number, number, number];
