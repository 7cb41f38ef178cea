/** SHA-3, on lanes of two 32-bit words: low, high. @see FIPS 202 */
import { Blocks, type Hash } from "./hash.ts";

const ROUND_CONSTANTS = Int32Array.of(
  0x00000001,
  0x00000000,
  0x00008082,
  0x00000000,
  0x0000808a,
  0x80000000,
  0x80008000,
  0x80000000,
  0x0000808b,
  0x00000000,
  0x80000001,
  0x00000000,
  0x80008081,
  0x80000000,
  0x00008009,
  0x80000000,
  0x0000008a,
  0x00000000,
  0x00000088,
  0x00000000,
  0x80008009,
  0x00000000,
  0x8000000a,
  0x00000000,
  0x8000808b,
  0x00000000,
  0x0000008b,
  0x80000000,
  0x00008089,
  0x80000000,
  0x00008003,
  0x80000000,
  0x00008002,
  0x80000000,
  0x00000080,
  0x80000000,
  0x0000800a,
  0x00000000,
  0x8000000a,
  0x80000000,
  0x80008081,
  0x80000000,
  0x00008080,
  0x80000000,
  0x80000001,
  0x00000000,
  0x80008008,
  0x80000000,
);
/** How far the lane that the walk over the state reaches is rotated, and where it goes. */
const ROTATIONS = [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44] as const;
const WALK = [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1] as const;
const STATE_BYTES = 200;

export class Sha3 implements Hash {
  readonly #state = new Int32Array(50);
  readonly #length: number;
  readonly #blocks: Blocks;
  readonly #rate: number;

  /** Any width that is a multiple of 32 and below 800. */
  constructor(bits: number) {
    this.#length = bits / 8;
    this.#rate = STATE_BYTES - bits / 4;
    this.#blocks = new Blocks(this.#rate, (bytes, at) => this.#absorb(bytes, at));
  }

  update(bytes: Uint8Array): void {
    this.#blocks.update(bytes);
  }

  digest(): Uint8Array {
    const last = new Uint8Array(this.#rate);
    const rest = this.#blocks.rest();
    last.set(rest);
    last[rest.length] = 0x06;
    last[this.#rate - 1] = (last[this.#rate - 1] ?? 0) | 0x80;
    this.#absorb(last, 0);
    const bytes = new Uint8Array(STATE_BYTES);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < 50; i++) view.setInt32(i * 4, this.#state[i] ?? 0, true);
    return bytes.subarray(0, this.#length);
  }

  #absorb(bytes: Uint8Array, at: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, this.#rate);
    const state = this.#state;
    for (let i = 0; i * 4 < this.#rate; i++) state[i] = (state[i] as number) ^ view.getInt32(i * 4, true);
    for (let round = 0; round < 24; round++) {
      theta(state);
      rhoPi(state);
      chi(state);
      state[0] = (state[0] as number) ^ (ROUND_CONSTANTS[2 * round] as number);
      state[1] = (state[1] as number) ^ (ROUND_CONSTANTS[2 * round + 1] as number);
    }
  }
}

function theta(state: Int32Array): void {
  const sums = new Int32Array(10);
  for (let x = 0; x < 10; x++) {
    for (let y = 0; y < 50; y += 10) sums[x] = (sums[x] as number) ^ (state[x + y] as number);
  }
  for (let x = 0; x < 5; x++) {
    const left = 2 * ((x + 4) % 5);
    const right = 2 * ((x + 1) % 5);
    const low = sums[right] as number;
    const high = sums[right + 1] as number;
    const mixLow = (sums[left] as number) ^ ((low << 1) | (high >>> 31));
    const mixHigh = (sums[left + 1] as number) ^ ((high << 1) | (low >>> 31));
    for (let y = 0; y < 50; y += 10) {
      state[2 * x + y] = (state[2 * x + y] as number) ^ mixLow;
      state[2 * x + y + 1] = (state[2 * x + y + 1] as number) ^ mixHigh;
    }
  }
}

function rhoPi(state: Int32Array): void {
  let low = state[2] as number;
  let high = state[3] as number;
  for (let i = 0; i < 24; i++) {
    const lane = 2 * (WALK[i] as number);
    const by = ROTATIONS[i] as number;
    const nextLow = state[lane] as number;
    const nextHigh = state[lane + 1] as number;
    const [a, b] = by < 32 ? [low, high] : [high, low];
    const shift = by % 32;
    state[lane] = shift === 0 ? a : (a << shift) | (b >>> (32 - shift));
    state[lane + 1] = shift === 0 ? b : (b << shift) | (a >>> (32 - shift));
    low = nextLow;
    high = nextHigh;
  }
}

function chi(state: Int32Array): void {
  for (let y = 0; y < 50; y += 10) {
    const row = state.slice(y, y + 10);
    for (let x = 0; x < 10; x++) {
      state[y + x] = (row[x] as number) ^ (~(row[(x + 2) % 10] as number) & (row[(x + 4) % 10] as number));
    }
  }
}
