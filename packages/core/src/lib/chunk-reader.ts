/** Takes bytes from their beginning on, as views. Nobody may ask for more than are `left`. */
import { assert } from "./assert.ts";
import { NO_BYTES } from "./bytes.ts";
import { type Bytes, Chunks } from "./chunks.ts";

export class ChunkReader {
  readonly #chunks: Iterator<Uint8Array>;
  #chunk: Uint8Array = NO_BYTES;
  /** Where in the chunk the next byte is. */
  #at = 0;
  #left: number;

  constructor(bytes: Bytes) {
    this.#left = bytes.length;
    this.#chunks = Chunks.of(bytes)[Symbol.iterator]();
  }

  get left(): number {
    return this.#left;
  }

  /** The next bytes. */
  take(size: number): Chunks {
    const first = size === 0 ? NO_BYTES : this.#next(size);
    if (first.length === size) return Chunks.of(first);
    const views = [first];
    for (let missing = size - first.length; missing > 0; missing -= views.at(-1)?.length ?? 0) {
      views.push(this.#next(missing));
    }
    return Chunks.from(views);
  }

  /** The next bytes in one array, which are copied if a chunk ends among them. */
  takeWhole(size: number): Uint8Array {
    const isInOne = size > 0 && size <= this.#chunk.length - this.#at;
    return isInOne ? this.#next(size) : this.take(size).whole();
  }

  skip(size: number): void {
    for (let missing = size; missing > 0; ) missing -= this.#pass(missing);
  }

  /** As many bytes as the chunk still has, but not more than `most`. */
  #next(most: number): Uint8Array {
    const count = this.#pass(most);
    return this.#chunk.subarray(this.#at - count, this.#at);
  }

  /** Passes as many bytes; returns how many they are. */
  #pass(most: number): number {
    if (this.#at === this.#chunk.length) {
      const { value } = this.#chunks.next();
      assert(value !== undefined, "nobody takes more bytes than are left");
      this.#chunk = value;
      this.#at = 0;
    }
    const count = Math.min(most, this.#chunk.length - this.#at);
    this.#at += count;
    this.#left -= count;
    return count;
  }
}
