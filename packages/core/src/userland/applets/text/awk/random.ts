/** rand() and srand(): glibc's additive feedback generator, so that the numbers are the real ones. @see random(3) */

const DEGREE = 31;
const SEPARATION = 3;
const DISCARDED = 310;
const TWO_31 = 2_147_483_648;

export class Random {
  #state: number[] = [];
  #seed = 1;

  constructor() {
    this.seed(1);
  }

  /** What the sequence was begun with. */
  get lastSeed(): number {
    return this.#seed;
  }

  seed(seed: number): void {
    this.#seed = seed;
    const state = [seed >>> 0 === 0 ? 1 : seed | 0];
    for (let i = 1; i < DEGREE; i++) {
      const word = Number((16807n * BigInt(state[i - 1] ?? 0)) % 2147483647n);
      state.push(word < 0 ? word + 2147483647 : word);
    }
    // The first words of the sequence are the seed's words again, shifted.
    this.#state = state.slice(SEPARATION).concat(state.slice(0, SEPARATION));
    for (let i = 0; i < DISCARDED; i++) this.#next();
  }

  /** What rand(3) returns: an integer from 0 to 2^31 - 1. */
  integer(): number {
    return this.#next();
  }

  /** A number from 0 up to 1, without 1. */
  fraction(): number {
    const first = this.#next();
    const second = this.#next();
    const high = this.#next();
    const low = ((first << 16) ^ second) >>> 0;
    return Number((BigInt(high) << 32n) | BigInt(low)) / (TWO_31 * 4_294_967_296);
  }

  #next(): number {
    const state = this.#state;
    const word = ((state[0] ?? 0) + (state[DEGREE - SEPARATION] ?? 0)) >>> 0;
    state.shift();
    state.push(word);
    return word >>> 1;
  }
}
