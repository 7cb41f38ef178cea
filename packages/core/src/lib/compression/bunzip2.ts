/**
 * bzip2 decompression that takes its input in pieces.
 *
 * A block is decoded once all of it has come: its length is not known before, so that it is tried again with more input.
 *
 * @see the bzip2 format by J. Seward; https://github.com/dsnet/compress/blob/master/doc/bzip2-format.pdf
 */

import { concat, NO_BYTES } from "../bytes.ts";
import { StatusError } from "../status-error.ts";
import { BitReader, checksumOf, decodeBlock, Underflow } from "./bunzip2-block.ts";

/** What can be wrong with a stream. `incomplete` is found by the caller, at the end of the input. */
export type Bunzip2Fault = "not-bzip2" | "data" | "checksum" | "incomplete";

const BLOCK_MAGIC = 0x314159265359;
const END_MAGIC = 0x177245385090;
/** Bytes of a block for each level from 1 to 9. */
const BLOCK_UNIT = 100_000;

/** One stream after another. Feed it with `push`; what `fault` is after the last one tells whether all was well. */
export class Bunzip2 {
  #input: Uint8Array = NO_BYTES;
  /** Position of the next bit in the input. */
  #bit = 0;
  #blockSize = 0;
  #checksum = 0;
  #streams = 0;
  /** The input for which decoding is worth another try. */
  #wanted = 0;
  #fault: Bunzip2Fault | undefined;
  #done = false;

  /** What is wrong with what came so far; `incomplete` within a stream. */
  get fault(): Bunzip2Fault | undefined {
    if (this.#fault !== undefined || this.#done) return this.#fault;
    return this.#blockSize > 0 || this.#streams === 0 ? "incomplete" : undefined;
  }

  /** True if no more input is of interest: something is wrong, or what follows the last stream is none. */
  get done(): boolean {
    return this.#done;
  }

  /** Takes more input, or learns that there is `noMore`; returns what it decompresses to. */
  push(chunk: Uint8Array, noMore = false): Uint8Array {
    if (this.#done) return NO_BYTES;
    this.#input = concat([this.#input.subarray(this.#bit >> 3), chunk]);
    this.#bit &= 7;
    if (this.#input.length < this.#wanted && !noMore) return NO_BYTES;
    const parts: Uint8Array[] = [];
    while (!this.#done) {
      const start = this.#bit;
      try {
        parts.push(this.#step());
      } catch (error) {
        if (error instanceof StatusError) this.#end("data");
        else if (error instanceof Underflow) {
          this.#bit = start;
          const left = this.#input.length - (start >> 3);
          this.#wanted = left + Math.min(left, BLOCK_UNIT);
          break;
        } else throw error;
      }
      this.#wanted = 0;
    }
    return concat(parts);
  }

  #end(fault?: Bunzip2Fault): void {
    this.#fault = fault;
    this.#done = true;
  }

  #step(): Uint8Array {
    if (this.#blockSize === 0) {
      this.#readStreamHeader();
      return NO_BYTES;
    }
    const reader = new BitReader(this.#input, this.#bit);
    const magic = reader.take(24) * 2 ** 24 + reader.take(24);
    const checksum = (reader.take(16) * 65_536 + reader.take(16)) >>> 0;
    if (magic === END_MAGIC) {
      if (checksum !== this.#checksum) this.#end("checksum");
      this.#bit = (reader.bit + 7) & ~7;
      this.#blockSize = 0;
      this.#streams++;
      return NO_BYTES;
    }
    if (magic !== BLOCK_MAGIC) {
      this.#end("not-bzip2");
      return NO_BYTES;
    }
    const data = decodeBlock(reader, this.#blockSize);
    this.#bit = reader.bit;
    const found = checksumOf(data);
    this.#checksum = (((this.#checksum << 1) | (this.#checksum >>> 31)) ^ found) >>> 0;
    if (found !== checksum) this.#end("checksum");
    return data;
  }

  /** `BZh` and the level; anything else behind a whole stream is the end. */
  #readStreamHeader(): void {
    const at = this.#bit >> 3;
    const [b = -1, z = -1, h = -1, level = -1] = this.#input.subarray(at, at + 4);
    const isFirst = this.#streams === 0;
    if ((b >= 0 && b !== 0x42) || (z >= 0 && z !== 0x5a)) this.#end(isFirst ? "not-bzip2" : undefined);
    else if ((h >= 0 && h !== 0x68) || (level >= 0 && (level < 0x31 || level > 0x39))) this.#end("not-bzip2");
    else if (level < 0) throw new Underflow();
    else {
      this.#bit += 32;
      this.#blockSize = (level - 0x30) * BLOCK_UNIT;
      this.#checksum = 0;
    }
  }
}

/** Everything of a bzip2 file. @throws StatusError invalid-argument if it is broken or cut off. */
export function bunzip2(bytes: Uint8Array): Uint8Array {
  const decoder = new Bunzip2();
  const data = decoder.push(bytes, true);
  if (decoder.fault !== undefined) throw new StatusError("invalid-argument", `bzip2: ${decoder.fault}`);
  return data;
}
