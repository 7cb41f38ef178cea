/** Decompression from one descriptor to another, with busybox's complaints. */
import { close, Errno, pipe2, type Routine, read } from "../../../abi/index.ts";
import {
  Bunzip2,
  concat,
  crc32,
  gzipHeaderLength,
  Inflater,
  NO_BYTES,
  StatusError,
  Uncompress,
  Unxz,
  unlzma,
} from "../../../lib/index.ts";
import { fork } from "../../exec.ts";
import { attempt, type Io, writeAll } from "../../io.ts";
import { Memory } from "../../memory.ts";
import { Work } from "../../work.ts";

export type Compression = "gzip" | "bzip2" | "xz" | "lzma" | "compress";

const READ_SIZE = 65_536;
/** Of what comes out. */
const NS_PER_BYTE = 10;
/** gunzip writes whole windows, until it is at the end. */
const WINDOW_SIZE = 32_768;
const XZ_SIGNATURE_START = 0xfd;
const BUNZIP_ERRORS = { "not-bzip2": -2, incomplete: -3, data: -5 } as const;

export interface Streams {
  readonly input: number;
  readonly output: number;
  /** What was read of the input already. */
  readonly start?: Uint8Array;
}

/** How many bytes came out; `undefined` if something was wrong, which was said. */
export function* unpack(io: Io, compression: Compression, streams: Streams): Routine<number | undefined> {
  const unpacker = new Unpacker(io, streams);
  try {
    switch (compression) {
      case "gzip":
        return yield* unpacker.gzip();
      case "bzip2":
        return yield* unpacker.bzip2();
      case "xz":
        return yield* unpacker.xz();
      case "lzma":
        return yield* unpacker.lzma();
      case "compress":
        return yield* unpacker.compress();
    }
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    yield* io.warn("corrupted data");
    return undefined;
  }
}

/** A child that decompresses: the descriptor from which its output comes. */
export function* unpackInChild(io: Io, compression: Compression, input: number): Routine<number> {
  const [readEnd, writeEnd] = yield* pipe2();
  yield* fork(io, function* () {
    yield* close(readEnd);
    return (yield* unpack(io, compression, { input, output: writeEnd })) === undefined ? 1 : 0;
  });
  yield* close(writeEnd);
  return readEnd;
}

class Unpacker {
  readonly #io: Io;
  readonly #streams: Streams;
  /** Input that was read and not used. */
  #pending: Uint8Array = NO_BYTES;
  #written = 0;
  readonly #work = new Work(NS_PER_BYTE);
  readonly #memory = new Memory();

  constructor(io: Io, streams: Streams) {
    this.#io = io;
    this.#streams = streams;
    this.#pending = streams.start ?? NO_BYTES;
  }

  *gzip(): Routine<number | undefined> {
    yield* this.#fill(2);
    if (!this.#startsWith(0x1f, 0x8b)) return yield* this.#fail("invalid magic");
    do {
      const header = yield* this.#gzipHeader();
      if (header === undefined) return yield* this.#fail("corrupted data");
      this.#pending = this.#pending.subarray(header);
      const complaint = yield* this.#gzipMember();
      if (complaint !== undefined) return yield* this.#fail(complaint);
      yield* this.#fill(2);
    } while (this.#startsWith(0x1f, 0x8b));
    return this.#written;
  }

  /** How long the header is, once all of it is there. */
  *#gzipHeader(): Routine<number | undefined> {
    for (;;) {
      const before = this.#pending.length;
      if (before >= 3 && this.#pending[2] !== 8) return undefined;
      const length = gzipHeaderLength(this.#pending);
      if (length !== undefined) return length;
      yield* this.#fill(before + 1);
      if (this.#pending.length === before) return undefined;
    }
  }

  /** Data and trailer of a member; what is wrong with them. */
  *#gzipMember(): Routine<string | undefined> {
    const inflater = new Inflater();
    let held: Uint8Array = NO_BYTES;
    let checksum = 0;
    let length = 0;
    while (!inflater.done) {
      if (this.#pending.length === 0) yield* this.#fill(1);
      if (this.#pending.length === 0) return "unexpected end of file";
      const data = inflater.push(this.#pending);
      this.#pending = inflater.done ? inflater.rest : NO_BYTES;
      checksum = crc32(data, checksum);
      length += data.length;
      held = concat([held, data]);
      const whole = inflater.done ? held.length : held.length - (held.length % WINDOW_SIZE);
      yield* this.#write(held.subarray(0, whole));
      held = held.subarray(whole);
    }
    yield* this.#fill(8);
    if (this.#pending.length < 8) return "corrupted data";
    const trailer = new DataView(this.#pending.buffer, this.#pending.byteOffset, 8);
    if (trailer.getUint32(0, true) !== checksum) return "crc error";
    if (trailer.getUint32(4, true) !== length % 2 ** 32) return "incorrect length";
    this.#pending = this.#pending.subarray(8);
    return undefined;
  }

  *bzip2(): Routine<number | undefined> {
    yield* this.#fill(2);
    if (!this.#startsWith(0x42, 0x5a)) return yield* this.#fail("invalid magic");
    const decoder = new Bunzip2();
    for (let isEnd = false; !decoder.done && !isEnd; ) {
      yield* this.#write(decoder.push(this.#pending));
      isEnd = !(yield* this.#next());
    }
    yield* this.#write(decoder.push(NO_BYTES, true));
    const { fault } = decoder;
    if (fault === undefined) return this.#written;
    return yield* this.#fail(fault === "checksum" ? "CRC error" : `bunzip error ${BUNZIP_ERRORS[fault]}`);
  }

  *xz(): Routine<number | undefined> {
    const error = yield* this.#fill(1);
    if (error !== undefined) return yield* this.#fail("read error");
    if (yield* this.#skipPadding()) return yield* this.#fail("corrupted data");
    // What does not begin as xz does is taken for what may follow a stream: nothing to be concerned about.
    if (this.#pending[0] !== XZ_SIGNATURE_START) return this.#written;
    const decoder = new Unxz();
    while (!decoder.done) {
      yield* this.#write(decoder.push(this.#pending));
      if (!(yield* this.#next())) break;
    }
    return decoder.complete ? this.#written : yield* this.#fail("corrupted data");
  }

  /** Passes over zeros before a stream. True if nothing else is there. */
  *#skipPadding(): Routine<boolean> {
    if (this.#pending[0] !== 0) return false;
    for (;;) {
      const start = this.#pending.findIndex((byte) => byte !== 0);
      if (start >= 0) {
        this.#pending = this.#pending.subarray(start);
        return false;
      }
      if (!(yield* this.#next())) return true;
    }
  }

  /** There are no chunks that could be decoded one by one. */
  *lzma(): Routine<number | undefined> {
    yield* this.#fill(Number.POSITIVE_INFINITY);
    if (this.#pending.length < 13 || (this.#pending[0] ?? 0) >= 225) return yield* this.#fail("bad lzma header");
    try {
      yield* this.#write(unlzma(this.#pending));
    } catch (error) {
      if (error instanceof StatusError && error.kind === "unavailable") yield* this.#io.die("unexpected EOF");
      throw error;
    }
    return this.#written;
  }

  *compress(): Routine<number | undefined> {
    yield* this.#fill(2);
    if (!this.#startsWith(0x1f, 0x9d)) return yield* this.#fail("invalid magic");
    const decoder = new Uncompress();
    do yield* this.#write(decoder.push(this.#pending));
    while (yield* this.#next());
    return this.#written;
  }

  #startsWith(first: number, second: number): boolean {
    return this.#pending[0] === first && this.#pending[1] === second;
  }

  /** Reads until `count` bytes are pending, or the end; what keeps it from reading. */
  *#fill(count: number): Routine<Errno | undefined> {
    const parts = [this.#pending];
    let length = this.#pending.length;
    let error: Errno | undefined;
    while (length < count) {
      const bytes = yield* attempt(read(this.#streams.input, READ_SIZE));
      if (bytes instanceof Errno) error = bytes;
      if (bytes instanceof Errno || bytes.length === 0) break;
      parts.push(bytes);
      length += bytes.length;
      yield* this.#memory.hold(length);
    }
    this.#pending = concat(parts);
    return error;
  }

  /** Puts the next bytes in place of the pending ones. False at the end. */
  *#next(): Routine<boolean> {
    this.#pending = yield* read(this.#streams.input, READ_SIZE);
    return this.#pending.length > 0;
  }

  *#write(data: Uint8Array): Routine<void> {
    if (data.length === 0) return;
    yield* this.#work.on(data.length);
    const error = yield* attempt(writeAll(this.#streams.output, data));
    if (error instanceof Errno) yield* this.#io.pdie("write", error);
    this.#written += data.length;
  }

  *#fail(complaint: string): Routine<undefined> {
    yield* this.#io.warn(complaint);
    return undefined;
  }
}
