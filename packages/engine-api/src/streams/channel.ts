/**
 * A queue between somebody who cannot wait (the simulated machine) and a client who may be slow.
 */
import { concat } from "@bottleship/core/lib";
import type { Output } from "../http/exchange.ts";

/** What waits is written together, about as much at a time as Docker copies. */
const PIECE_BYTES = 32 * 1024;

export class Channel<T> {
  readonly #items: T[] = [];
  readonly #sizeOf: (item: T) => number;
  #waitingBytes = 0;
  #isClosed = false;
  #wake: (() => void) | undefined;

  /** `sizeOf` says how much an item counts for. */
  constructor(sizeOf: (item: T) => number = () => 0) {
    this.#sizeOf = sizeOf;
  }

  /** What was pushed and has not been written yet. */
  get waitingBytes(): number {
    return this.#isClosed ? 0 : this.#waitingBytes;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  push(item: T): void {
    if (this.#isClosed) return;
    this.#items.push(item);
    this.#waitingBytes += this.#sizeOf(item);
    this.#wake?.();
  }

  /** What has been pushed still comes out. */
  close(): void {
    this.#isClosed = true;
    this.#wake?.();
  }

  /** Writes what comes, until the channel is closed or the reader is gone. */
  async drain(output: Output, bytesOf: (item: T) => Uint8Array): Promise<void> {
    const stop = (): void => this.close();
    output.signal.addEventListener("abort", stop, { once: true });
    try {
      while (!output.signal.aborted) {
        if (this.#items.length > 0) await output.write(this.#take(bytesOf));
        else if (this.#isClosed) return;
        else await this.#untilPushed();
      }
    } finally {
      output.signal.removeEventListener("abort", stop);
    }
  }

  #take(bytesOf: (item: T) => Uint8Array): Uint8Array {
    const pieces: Uint8Array[] = [];
    let length = 0;
    let count = 0;
    for (const item of this.#items) {
      if (length >= PIECE_BYTES) break;
      const bytes = bytesOf(item);
      pieces.push(bytes);
      this.#waitingBytes -= this.#sizeOf(item);
      length += bytes.length;
      count++;
    }
    this.#items.splice(0, count);
    const [first] = pieces;
    return first !== undefined && pieces.length === 1 ? first : concat(pieces);
  }

  async #untilPushed(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
  }
}
