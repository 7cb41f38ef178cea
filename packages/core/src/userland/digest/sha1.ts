/** SHA-1. @see FIPS 180-4 */
import { Blocks, type Hash, wordsToBytes } from "./hash.ts";

export class Sha1 implements Hash {
  readonly #state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  readonly #words = new Int32Array(80);
  readonly #blocks = new Blocks(64, (bytes, at) => this.#block(bytes, at));

  update(bytes: Uint8Array): void {
    this.#blocks.update(bytes);
  }

  digest(): Uint8Array {
    this.#blocks.finish(8, { littleEndian: false });
    return wordsToBytes(this.#state, { littleEndian: false });
  }

  #block(bytes: Uint8Array, at: number): void {
    const words = this.#words;
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, 64);
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(i * 4, false);
    for (let i = 16; i < 80; i++) {
      const mixed =
        (words[i - 3] as number) ^ (words[i - 8] as number) ^ (words[i - 14] as number) ^ (words[i - 16] as number);
      words[i] = (mixed << 1) | (mixed >>> 31);
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0] = this.#state;
    for (let i = 0; i < 80; i++) {
      const mixed =
        i < 20
          ? ((b & c) | (~b & d)) + 0x5a827999
          : i < 40
            ? (b ^ c ^ d) + 0x6ed9eba1
            : i < 60
              ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
              : (b ^ c ^ d) + 0xca62c1d6;
      const sum = (((a << 5) | (a >>> 27)) + mixed + e + (words[i] as number)) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = sum;
    }
    const state = this.#state;
    state[0] = (state[0] as number) + a;
    state[1] = (state[1] as number) + b;
    state[2] = (state[2] as number) + c;
    state[3] = (state[3] as number) + d;
    state[4] = (state[4] as number) + e;
  }
}
