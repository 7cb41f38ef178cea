/** Bytes in order, as they were put in: taken from the front, or looked at anywhere. */
import { concat, NO_BYTES } from "../lib/index.ts";
import type { SocketMemory } from "./socket-memory.ts";

export class ByteQueue {
  readonly #memory: SocketMemory | undefined;
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  /** `memory` is told how many bytes are kept. */
  constructor(memory?: SocketMemory) {
    this.#memory = memory;
  }

  get length(): number {
    return this.#length;
  }

  /** Keeps `bytes`: nobody must change them any more. */
  put(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#length += bytes.length;
    this.#memory?.add(bytes.length);
  }

  /** At most `count` bytes from `offset`, without taking them. They may be those that were put in: not to be changed. */
  peek(offset: number, count: number): Uint8Array {
    const first = this.#chunks[0];
    if (first === undefined || count <= 0) return NO_BYTES;
    // Mostly what was put in at once is taken at once.
    if (offset === 0 && (first.length === count || (first.length < count && this.#chunks.length === 1))) return first;
    const parts: Uint8Array[] = [];
    let skip = offset;
    let left = count;
    for (const chunk of this.#chunks) {
      if (left === 0) break;
      if (skip >= chunk.length) {
        skip -= chunk.length;
        continue;
      }
      const part = chunk.subarray(skip, skip + left);
      skip = 0;
      left -= part.length;
      parts.push(part);
    }
    return parts.length === 1 ? (parts[0] as Uint8Array) : concat(parts);
  }

  /** They are the caller's own. */
  take(count: number): Uint8Array {
    const bytes = this.peek(0, count).slice();
    this.drop(bytes.length);
    return bytes;
  }

  drop(count: number): void {
    let left = Math.min(count, this.#length);
    if (left === 0) return;
    this.#length -= left;
    this.#memory?.add(-left);
    const chunks = this.#chunks;
    let used = 0;
    while (left > 0) {
      const chunk = chunks[used] as Uint8Array;
      if (chunk.length > left) {
        chunks[used] = chunk.subarray(left);
        break;
      }
      left -= chunk.length;
      used++;
    }
    if (used === 1) chunks.shift();
    else if (used > 0) chunks.splice(0, used);
  }

  clear(): void {
    if (this.#length === 0) return;
    this.#memory?.add(-this.#length);
    this.#chunks.length = 0;
    this.#length = 0;
  }
}
