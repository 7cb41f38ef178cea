/**
 * What a reply writes, as Node's streams: dockerode's users pipe, pause and destroy them.
 *
 * @see Node.js stream, "API for stream implementers"
 */

import type { HijackedStream, Output } from "@bottleship/engine-api";
import { Buffer } from "buffer";
import { Duplex } from "stream";

/** Bytes that somebody writes when he likes, and somebody else takes when he can. */
class Pieces implements AsyncIterable<Uint8Array> {
  readonly #waiting: { readonly bytes: Uint8Array; readonly taken: () => void }[] = [];
  #hasEnded = false;
  #wake: (() => void) | undefined;

  push(bytes: Uint8Array, taken: () => void): void {
    this.#waiting.push({ bytes, taken });
    this.#wake?.();
  }

  end(): void {
    this.#hasEnded = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for (;;) {
      const piece = this.#waiting.shift();
      if (piece !== undefined) {
        piece.taken();
        yield piece.bytes;
      } else if (this.#hasEnded) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}

/** The body of a reply that comes bit by bit. Writing to it is typing into the container, where that is attached. */
export class ReplyStream extends Duplex {
  readonly statusCode: number;
  /** By names in lower case, as Node has them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly #input = new Pieces();
  readonly #gone = new AbortController();
  #wanted: (() => void) | undefined;

  constructor(status: number, headers: Readonly<Record<string, string>>) {
    super({ allowHalfOpen: true });
    this.statusCode = status;
    this.headers = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  }

  /** Lets `work` write until it has ended; whoever destroys the stream ends it. */
  play(work: (stream: HijackedStream) => Promise<void>): this {
    const output: Output = { write: (bytes) => this.#give(bytes), signal: this.#gone.signal };
    work({ ...output, input: this.#input }).then(
      () => this.#finish(),
      (error: unknown) => this.destroy(error instanceof Error ? error : new Error(String(error))),
    );
    return this;
  }

  override _read(): void {
    const wanted = this.#wanted;
    this.#wanted = undefined;
    wanted?.();
  }

  override _write(chunk: Uint8Array, _encoding: string, taken: () => void): void {
    this.#input.push(chunk, taken);
  }

  override _final(done: () => void): void {
    this.#input.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#input.end();
    this.#gone.abort();
    this.#wanted?.();
    done(error);
  }

  async #give(bytes: Uint8Array): Promise<void> {
    // A copy, as a socket makes one: the bytes may be those of a file.
    if (this.destroyed || this.push(Buffer.from(bytes))) return;
    await new Promise<void>((resolve) => {
      this.#wanted = resolve;
    });
  }

  /** The other side has closed: nothing that is still typed arrives. */
  #finish(): void {
    if (this.destroyed) return;
    this.push(null);
    this.#input.end();
    if (!this.writableEnded) this.end();
  }
}
