/** Many small runs of bytes, gathered in chunks of a size that is good to hash, send or store. */

const SMALLEST = 4 * 1024;
const LARGEST = 64 * 1024;

export class ChunkWriter {
  #full: Uint8Array[] = [];
  #size = SMALLEST;
  #chunk = new Uint8Array(SMALLEST);
  #used = 0;

  /** The next `size` bytes, which are zero, to be filled at once. */
  claim(size: number): Uint8Array {
    const start = this.#take(size);
    return this.#chunk.subarray(start, this.#used);
  }

  /** A copy of bytes, and so many zeros. */
  put(bytes: Uint8Array, zeros: number): void {
    const start = this.#take(bytes.length + zeros);
    this.#chunk.set(bytes, start);
  }

  #take(size: number): number {
    if (this.#used + size > this.#chunk.length) {
      this.#end();
      this.#size = Math.min(LARGEST, this.#size * 2);
      this.#chunk = new Uint8Array(Math.max(size, this.#size));
    }
    const start = this.#used;
    this.#used += size;
    return start;
  }

  /** Bytes that become a chunk of their own, without being copied. */
  hand(bytes: Uint8Array): void {
    this.#end();
    this.#full.push(bytes);
  }

  /** The chunks that are full, each once. */
  full(): readonly Uint8Array[] {
    const full = this.#full;
    if (full.length > 0) this.#full = [];
    return full;
  }

  /** What is left when nothing more is to come. */
  all(): readonly Uint8Array[] {
    this.#end();
    return this.full();
  }

  #end(): void {
    if (this.#used > 0) this.#full.push(this.#chunk.subarray(0, this.#used));
    this.#chunk = this.#chunk.subarray(this.#used);
    this.#used = 0;
  }
}
