/** The body of an HTTP answer: so many bytes, chunks, or everything to the end of the stream. @see RFC 9112 section 6 */
import type { Routine } from "../../../abi/index.ts";
import { NO_BYTES } from "../../../lib/index.ts";
import type { LineReader } from "../../net/line-reader.ts";

export class HttpBody {
  readonly #reader: LineReader;
  readonly #chunked: boolean;
  /** Bytes still to come, in the chunk or in all; `undefined` if nobody has said. */
  #left: number | undefined;
  #over = false;

  constructor(reader: LineReader, said: { readonly length: number | undefined; readonly chunked: boolean }) {
    this.#reader = reader;
    this.#chunked = said.chunked;
    this.#left = said.chunked ? 0 : said.length;
  }

  /** The stream ended before all was there. */
  get isShort(): boolean {
    return !this.#over && (this.#left ?? 0) > 0;
  }

  /** At most `count` bytes; none at the end. */
  *read(count: number): Routine<Uint8Array> {
    if (this.#over) return NO_BYTES;
    if (this.#chunked && this.#left === 0 && !(yield* this.#nextChunk())) return NO_BYTES;
    if (this.#left === 0) return NO_BYTES;
    const bytes = yield* this.#reader.bytes(Math.min(count, this.#left ?? count));
    if (this.#left !== undefined) this.#left -= bytes.length;
    if (this.#chunked && this.#left === 0) yield* this.#reader.line();
    return bytes;
  }

  *#nextChunk(): Routine<boolean> {
    const line = yield* this.#reader.line();
    this.#left = Number.parseInt(line ?? "0", 16) || 0;
    this.#over = this.#left === 0;
    return !this.#over;
  }
}
