/**
 * A queue between somebody who cannot wait (the simulated machine) and a client who may be slow.
 */
import type { Output } from "../http/exchange.ts";

export class Channel<T> {
  readonly #items: T[] = [];
  #isClosed = false;
  #wake: (() => void) | undefined;

  push(item: T): void {
    if (this.#isClosed) return;
    this.#items.push(item);
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
        const item = this.#items.shift();
        if (item !== undefined) await output.write(bytesOf(item));
        else if (this.#isClosed) return;
        else await this.#untilPushed();
      }
    } finally {
      output.signal.removeEventListener("abort", stop);
    }
  }

  async #untilPushed(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
  }
}
