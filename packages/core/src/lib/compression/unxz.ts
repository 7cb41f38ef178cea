/**
 * xz and lzma decompression that take their input in pieces.
 *
 * An xz stream is decoded chunk by chunk; a `.lzma` file has no chunks and is decoded at its end. CRC-32 is checked, the
 * other checks of xz are skipped; filters other than LZMA2 are refused.
 *
 * @see https://tukaani.org/xz/xz-file-format.txt
 */
import { concat, NO_BYTES } from "../bytes.ts";
import { StatusError } from "../status-error.ts";
import { crc32 } from "./crc32.ts";
import { LzmaDecoder, lzmaProperties } from "./lzma.ts";

const STREAM_MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];
const STREAM_HEADER_SIZE = 12;
const LZMA2_FILTER = 0x21;
const CHECK_SIZES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
const CHECK_CRC32 = 1;
/** Output before this many bytes is forgotten, apart from what matches may reach. */
const SLIDE_SIZE = 1 << 26;

const corrupt = (): StatusError => new StatusError("invalid-argument", "xz: corrupt input");

/** Thrown if the input does not reach. */
class Underflow {}

type Stage = "stream-header" | "block-header" | "chunk" | "block-end" | "footer" | "padding";

/** Streams of the xz format, one after another. */
export class Unxz {
  #input: Uint8Array = NO_BYTES;
  #at = 0;
  #stage: Stage = "stream-header";
  #checkType = 0;
  #decoder = new LzmaDecoder();
  #compressedSize = 0;
  #blockChecksum = 0;
  #indexRecords = 0;
  #done = false;

  /** True if what follows the last stream is none. */
  get done(): boolean {
    return this.#done;
  }

  /** True between streams: the input may end here. */
  get complete(): boolean {
    return this.#done || this.#stage === "padding";
  }

  /** Takes more input; returns what it decompresses to. @throws StatusError invalid-argument */
  push(chunk: Uint8Array): Uint8Array {
    if (this.#done) return NO_BYTES;
    this.#input = concat([this.#input.subarray(this.#at), chunk]);
    this.#at = 0;
    const parts: Uint8Array[] = [];
    try {
      while (!this.#done) {
        const before = this.#at;
        try {
          parts.push(this.#step());
        } catch (error) {
          if (error instanceof Underflow) this.#at = before;
          throw error;
        }
      }
    } catch (error) {
      if (!(error instanceof Underflow)) throw error;
    }
    return concat(parts);
  }

  #step(): Uint8Array {
    switch (this.#stage) {
      case "stream-header":
        this.#streamHeader();
        return NO_BYTES;
      case "block-header":
        this.#blockHeader();
        return NO_BYTES;
      case "chunk":
        return this.#chunk();
      case "block-end":
        this.#blockEnd();
        return NO_BYTES;
      case "footer":
        this.#indexAndFooter();
        return NO_BYTES;
      case "padding":
        this.#padding();
        return NO_BYTES;
    }
  }

  #take(count: number): Uint8Array {
    if (this.#at + count > this.#input.length) throw new Underflow();
    this.#at += count;
    return this.#input.subarray(this.#at - count, this.#at);
  }

  #streamHeader(): void {
    const known = this.#input.subarray(this.#at, this.#at + STREAM_MAGIC.length);
    if (known.some((byte, index) => byte !== STREAM_MAGIC[index])) throw corrupt();
    const header = this.#take(STREAM_HEADER_SIZE);
    const flags = header.subarray(6, 8);
    if (crc32(flags) !== uint32(header, 8) || flags[0] !== 0 || (flags[1] as number) > 15) throw corrupt();
    this.#checkType = flags[1] as number;
    this.#indexRecords = 0;
    this.#stage = "block-header";
  }

  /** A block, or, if its size is zero, the index. */
  #blockHeader(): void {
    const [sizeByte = 0] = this.#take(1);
    if (sizeByte === 0) {
      this.#at--;
      this.#stage = "footer";
      return;
    }
    this.#at--;
    const size = (sizeByte + 1) * 4;
    const header = this.#take(size);
    if (crc32(header.subarray(0, size - 4)) !== uint32(header, size - 4)) throw corrupt();
    const flags = header[1] as number;
    if ((flags & 0x3f) !== 0) throw corrupt();
    const fields = new Varints(header, 2);
    if ((flags & 0x40) !== 0) fields.next();
    if ((flags & 0x80) !== 0) fields.next();
    if (fields.next() !== LZMA2_FILTER || fields.next() !== 1) throw corrupt();
    this.#decoder.resetDictionary();
    this.#blockChecksum = 0;
    this.#compressedSize = 0;
    this.#stage = "chunk";
  }

  /** One chunk of LZMA2. */
  #chunk(): Uint8Array {
    const start = this.#at;
    const decoder = this.#decoder;
    const before = decoder.length;
    const [control = 0] = this.#take(1);
    if (control === 0) this.#stage = "block-end";
    else if (control < 0x80) {
      if (control > 2) throw corrupt();
      const bytes = this.#take(2);
      const data = this.#take(uint16(bytes, 0) + 1);
      if (control === 1) decoder.resetDictionary();
      decoder.copy(data);
    } else {
      const sizes = this.#take(4);
      const size = ((control & 0x1f) << 16) + uint16(sizes, 0) + 1;
      const reset = (control >> 5) & 3;
      const properties = reset >= 2 ? lzmaProperties(this.#take(1)[0] as number) : undefined;
      if (reset >= 2 && properties === undefined) throw corrupt();
      const data = this.#take(uint16(sizes, 2) + 1);
      if (reset === 3) decoder.resetDictionary();
      if (reset >= 1) decoder.resetState(properties);
      if (data[0] !== 0 || decoder.decode(data, size) !== data.length) throw corrupt();
    }
    this.#compressedSize += this.#at - start;
    const output = decoder.output.slice(before, decoder.length);
    if (this.#checkType === CHECK_CRC32) this.#blockChecksum = crc32(output, this.#blockChecksum);
    return output;
  }

  /** Padding to four bytes, then the check. */
  #blockEnd(): void {
    const padding = this.#take((4 - (this.#compressedSize % 4)) % 4);
    const check = this.#take(CHECK_SIZES[this.#checkType] ?? 0);
    if (padding.some((byte) => byte !== 0)) throw corrupt();
    if (this.#checkType === CHECK_CRC32 && uint32(check, 0) !== this.#blockChecksum) throw corrupt();
    this.#indexRecords++;
    this.#stage = "block-header";
    // Blocks do not refer to each other.
    if (this.#decoder.length > SLIDE_SIZE) this.#decoder = new LzmaDecoder();
  }

  #indexAndFooter(): void {
    const start = this.#at;
    const fields = new Varints(this.#input, start + 1);
    const records = fields.next();
    if (records !== this.#indexRecords) throw corrupt();
    for (let i = 0; i < records * 2; i++) fields.next();
    const size = (fields.at - start + 3) & ~3;
    const index = this.#take(size);
    const checksum = this.#take(4);
    const footer = this.#take(STREAM_HEADER_SIZE);
    if (crc32(index) !== uint32(checksum, 0) || crc32(footer.subarray(4, 10)) !== uint32(footer, 0)) throw corrupt();
    if (footer[10] !== 0x59 || footer[11] !== 0x5a) throw corrupt();
    this.#stage = "padding";
  }

  /** Zeros, then another stream or something that is of no interest. */
  #padding(): void {
    const [byte = 0] = this.#take(1);
    if (byte === 0) return;
    this.#at--;
    if (byte === STREAM_MAGIC[0]) this.#stage = "stream-header";
    else this.#done = true;
  }
}

/** Numbers of seven bits a byte, the lowest first. */
class Varints {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  next(): number {
    let value = 0;
    for (let weight = 1; ; weight *= 128) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) throw new Underflow();
      value += (byte & 0x7f) * weight;
      if (byte < 0x80) return value;
      if (weight > 2 ** 42) throw corrupt();
    }
  }
}

const uint32 = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
const uint16 = (bytes: Uint8Array, at: number): number => new DataView(bytes.buffer, bytes.byteOffset).getUint16(at);

/** Everything of an xz file. @throws StatusError invalid-argument if it is broken or cut off. */
export function unxz(bytes: Uint8Array): Uint8Array {
  const decoder = new Unxz();
  const data = decoder.push(bytes);
  if (!decoder.complete) throw new StatusError("invalid-argument", "unexpected EOF");
  return data;
}

/** Everything of an `.lzma` file. @throws StatusError invalid-argument if it is broken or cut off. */
export function unlzma(bytes: Uint8Array): Uint8Array {
  const properties = bytes.length >= 13 ? lzmaProperties(bytes[0] as number) : undefined;
  if (properties === undefined) throw new StatusError("invalid-argument", "lzma: bad header");
  const low = uint32(bytes, 5);
  const high = uint32(bytes, 9);
  const size = low === 0xffff_ffff && high === 0xffff_ffff ? undefined : low + high * 2 ** 32;
  const decoder = new LzmaDecoder();
  decoder.resetState(properties);
  decoder.decode(bytes.subarray(13), size);
  return decoder.output.subarray(0, decoder.length);
}
