/**
 * Bytes in chunks that follow each other, but do not lie side by side in memory: archives and blobs, which are too large
 * to be copied together. The chunks are shared with whoever has made them, and nobody changes them.
 */
import { concat } from "./bytes.ts";

/** Bytes in one array, or in chunks. */
export type Bytes = Uint8Array | Chunks;

export class Chunks implements Iterable<Uint8Array> {
  readonly #chunks: readonly Uint8Array[];
  readonly length: number;

  private constructor(chunks: readonly Uint8Array[]) {
    this.#chunks = chunks;
    let length = 0;
    for (const chunk of chunks) length += chunk.length;
    this.length = length;
  }

  static of(bytes: Bytes): Chunks {
    if (bytes instanceof Chunks) return bytes;
    return new Chunks(bytes.length === 0 ? [] : [bytes]);
  }

  /** Empty ones are left out. */
  static from(chunks: Iterable<Uint8Array>): Chunks {
    return new Chunks([...chunks].filter(({ length }) => length > 0));
  }

  [Symbol.iterator](): Iterator<Uint8Array> {
    return this.#chunks[Symbol.iterator]();
  }

  /** Views of the bytes from `start` up to `end`, neither of them negative. */
  subarray(start: number, end = this.length): Chunks {
    return Chunks.from(this.#views(start, end));
  }

  *#views(start: number, end: number): Iterable<Uint8Array> {
    let at = 0;
    for (const chunk of this.#chunks) {
      if (at >= end) return;
      yield chunk.subarray(Math.max(0, start - at), end - at);
      at += chunk.length;
    }
  }

  /** Everything in one array: the only chunk, or a copy of all of them. */
  whole(): Uint8Array {
    return concat(this.#chunks);
  }
}

/** Everything in one array, which is copied only if it lies in several. */
export const wholeOf = (bytes: Bytes): Uint8Array => (bytes instanceof Chunks ? bytes.whole() : bytes);
