/** What all message digests have in common. */

export interface Hash {
  update(bytes: Uint8Array): void;
  /** The digest of everything so far; ends the computation. */
  digest(): Uint8Array;
}

/** Splits a stream of bytes into the blocks that a digest works on. */
export class Blocks {
  readonly #size: number;
  readonly #process: (block: Uint8Array, at: number) => void;
  readonly #rest: Uint8Array;
  #used = 0;
  #total = 0;

  constructor(size: number, process: (block: Uint8Array, at: number) => void) {
    this.#size = size;
    this.#process = process;
    this.#rest = new Uint8Array(size);
  }

  update(bytes: Uint8Array): void {
    this.#total += bytes.length;
    let at = 0;
    if (this.#used > 0) {
      at = Math.min(this.#size - this.#used, bytes.length);
      this.#rest.set(bytes.subarray(0, at), this.#used);
      this.#used += at;
      if (this.#used < this.#size) return;
      this.#process(this.#rest, 0);
      this.#used = 0;
    }
    for (; at + this.#size <= bytes.length; at += this.#size) this.#process(bytes, at);
    this.#rest.set(bytes.subarray(at));
    this.#used = bytes.length - at;
  }

  /** Ends the stream as the MD family does: a one bit, zeros, and the length in bits in the last `lengthBytes`. */
  finish(lengthBytes: number, options: { readonly littleEndian: boolean }): void {
    const bits = BigInt(this.#total) * 8n;
    const room = this.#used + 1 + lengthBytes <= this.#size ? this.#size : 2 * this.#size;
    const padding = new Uint8Array(room - this.#used);
    padding[0] = 0x80;
    const view = new DataView(padding.buffer);
    view.setBigUint64(padding.length - 8, bits, options.littleEndian);
    this.update(padding);
  }

  /** What is left of the last block, for digests with a padding of their own. */
  rest(): Uint8Array {
    return this.#rest.subarray(0, this.#used);
  }
}

/** 32-bit words as bytes. */
export function wordsToBytes(words: ArrayLike<number>, options: { readonly littleEndian: boolean }): Uint8Array {
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < words.length; i++) view.setUint32(i * 4, words[i] ?? 0, options.littleEndian);
  return bytes;
}
