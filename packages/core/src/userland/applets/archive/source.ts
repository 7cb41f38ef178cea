/** Reading an archive: exact counts of bytes from a file, a pipe or another program. */
import { Errno, lseek, type Routine, read, SEEK_CUR } from "../../../abi/index.ts";
import { concat, NO_BYTES } from "../../../lib/index.ts";
import { attempt, type Io, writeAll } from "../../io.ts";

const CHUNK_SIZE = 65_536;

export class Source {
  readonly #io: Io;
  readonly #fd: number;
  #canSeek: boolean;
  /** A read has failed. What cannot be read is as short as what has ended. */
  failed = false;
  /** Bytes taken or skipped so far. */
  offset = 0;

  constructor(io: Io, fd: number, options: { readonly canSeek: boolean }) {
    this.#io = io;
    this.#fd = fd;
    this.#canSeek = options.canSeek;
  }

  /** `count` bytes, or what there is before the end. */
  *take(count: number): Routine<Uint8Array> {
    const parts: Uint8Array[] = [];
    let left = count;
    while (left > 0) {
      const bytes = yield* this.#read(left);
      if (bytes.length === 0) break;
      parts.push(bytes);
      left -= bytes.length;
    }
    this.offset += count - left;
    return concat(parts);
  }

  /** Exactly `count` bytes, or ends the applet. */
  *need(count: number): Routine<Uint8Array> {
    const bytes = yield* this.take(count);
    return bytes.length === count ? bytes : yield* this.#io.die("short read");
  }

  /** Hands `count` bytes to a descriptor as they come, or ends the applet. */
  *copyTo(fd: number, count: number): Routine<void> {
    for (let left = count; left > 0; ) {
      const bytes = yield* this.#read(Math.min(left, CHUNK_SIZE));
      if (bytes.length === 0) yield* this.#io.die("short read");
      const error = yield* attempt(writeAll(fd, bytes));
      if (error instanceof Errno) yield* this.#io.pdie("write error", error);
      left -= bytes.length;
    }
    this.offset += count;
  }

  /** Like `copyTo`, but a reader that goes away does not matter. */
  *offerTo(fd: number, count: number): Routine<void> {
    let listens = true;
    for (let left = count; left > 0; ) {
      const bytes = yield* this.#read(Math.min(left, CHUNK_SIZE));
      if (bytes.length === 0) yield* this.#io.die("short read");
      if (listens) listens = !((yield* attempt(writeAll(fd, bytes))) instanceof Errno);
      left -= bytes.length;
    }
    this.offset += count;
  }

  *skip(count: number): Routine<void> {
    if (count === 0) return;
    if (this.#canSeek) {
      const error = yield* attempt(lseek(this.#fd, count, SEEK_CUR));
      if (!(error instanceof Errno)) {
        this.offset += count;
        return;
      }
      if (error.code !== "ESPIPE") yield* this.#io.pdie("seek failure", error);
      this.#canSeek = false;
    }
    for (let left = count; left > 0; ) {
      const bytes = yield* this.#read(Math.min(left, CHUNK_SIZE));
      if (bytes.length === 0) yield* this.#io.die("short read");
      left -= bytes.length;
    }
    this.offset += count;
  }

  /** Goes to the next multiple of `boundary`. */
  *align(boundary: number): Routine<void> {
    yield* this.skip((boundary - (this.offset % boundary)) % boundary);
  }

  *#read(count: number): Routine<Uint8Array> {
    const bytes = yield* attempt(read(this.#fd, count));
    if (!(bytes instanceof Errno)) return bytes;
    this.failed = true;
    return NO_BYTES;
  }
}
