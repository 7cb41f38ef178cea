/** Lines and bytes of a stream, for protocols made of lines. */
import { Errno, POLLIN, poll, type Routine, read } from "../../abi/index.ts";
import { concat, latin1, NO_BYTES } from "../../lib/index.ts";
import { attempt } from "../io.ts";

const READ_SIZE = 4096;

/** Thrown when nothing came in time. */
export class ReadTimeout {}

export class LineReader {
  readonly #fd: number;
  readonly #timeoutUs: number | undefined;
  #buffer: Uint8Array = NO_BYTES;
  #ended = false;
  /** Why the stream ended, if it did not end well. */
  error: Errno | undefined;

  constructor(fd: number, timeoutUs?: number) {
    this.#fd = fd;
    this.#timeoutUs = timeoutUs;
  }

  /** The next line without its end, one character a byte; `undefined` at the end of the stream. */
  *line(): Routine<string | undefined> {
    for (;;) {
      const end = this.#buffer.indexOf(10);
      if (end >= 0) {
        const line = latin1(this.#buffer.subarray(0, end));
        this.#buffer = this.#buffer.subarray(end + 1);
        return line.endsWith("\r") ? line.slice(0, -1) : line;
      }
      if (yield* this.#fill()) continue;
      if (this.#buffer.length === 0) return undefined;
      const rest = latin1(this.#buffer);
      this.#buffer = NO_BYTES;
      return rest;
    }
  }

  /** At most `count` bytes; none at the end. */
  *bytes(count: number): Routine<Uint8Array> {
    if (this.#buffer.length === 0) yield* this.#fill();
    const bytes = this.#buffer.subarray(0, count);
    this.#buffer = this.#buffer.subarray(bytes.length);
    return bytes;
  }

  /** What has been read along with earlier lines. */
  buffered(): Uint8Array {
    const bytes = this.#buffer;
    this.#buffer = NO_BYTES;
    return bytes;
  }

  *#fill(): Routine<boolean> {
    if (this.#ended) return false;
    if (this.#timeoutUs !== undefined) {
      const ready = yield* poll([{ fd: this.#fd, events: POLLIN }], this.#timeoutUs);
      if (ready.length === 0) throw new ReadTimeout();
    }
    const bytes = yield* attempt(read(this.#fd, READ_SIZE));
    if (bytes instanceof Errno || bytes.length === 0) {
      this.#ended = true;
      if (bytes instanceof Errno) this.error = bytes;
      return false;
    }
    this.#buffer = this.#buffer.length === 0 ? bytes : concat([this.#buffer, bytes]);
    return true;
  }
}
