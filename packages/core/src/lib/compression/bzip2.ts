/**
 * bzip2 compression that takes its input in pieces: runs are shortened, a block is sorted, moved to front, and coded
 * with up to six Huffman tables.
 *
 * Tables are chosen as the reference implementation does it, so that the bytes that come out are the same.
 *
 * @see J. Seward, bzip2 1.0 (format and method); M. Burrows, D. Wheeler, "A Block-sorting Lossless Data Compression
 * Algorithm" (1994)
 */

import { concat } from "../bytes.ts";
import { checksumOf } from "./bunzip2-block.ts";
import { sortRotations } from "./bzip2-sort.ts";
import { BitWriter, writeSymbols } from "./bzip2-tables.ts";

/** Bytes of a block for each level, less what a run may need at its end. */
const BLOCK_UNIT = 100_000;
const BLOCK_RESERVE = 19;
const LONGEST_RUN = 255;
/** So many equal bytes are followed by a count. */
const RUN_MARK = 4;
const NOTHING = -1;

export class Bzip2 {
  readonly #level: number;
  readonly #limit: number;
  readonly #bits = new BitWriter();
  #block: Uint8Array;
  #length = 0;
  /** The bytes that the block stands for: the checksum is over them. */
  #plain: Uint8Array[] = [];
  #checksum = 0;
  #runByte = NOTHING;
  #runLength = 0;

  /** @param level 1 to 9: hundreds of kilobytes in a block. */
  constructor(level = 9) {
    this.#level = level;
    this.#limit = level * BLOCK_UNIT - BLOCK_RESERVE;
    this.#block = new Uint8Array(Math.min(this.#limit + BLOCK_RESERVE, 65_536));
    for (const byte of [0x42, 0x5a, 0x68, 0x30 + this.#level]) this.#bits.put(8, byte);
  }

  /** Takes more input; returns what is ready. */
  push(chunk: Uint8Array): Uint8Array {
    for (const byte of chunk) {
      if (this.#length >= this.#limit) this.#endBlock();
      if (byte === this.#runByte && this.#runLength < LONGEST_RUN) this.#runLength++;
      else {
        this.#endRun();
        this.#runByte = byte;
        this.#runLength = 1;
      }
    }
    return this.#bits.take();
  }

  /** The end of the input; returns the rest. */
  finish(): Uint8Array {
    this.#endRun();
    if (this.#length > 0) this.#endBlock();
    this.#bits.put(24, 0x177245);
    this.#bits.put(24, 0x385090);
    this.#bits.put32(this.#checksum);
    this.#bits.align();
    return this.#bits.take();
  }

  #endRun(): void {
    if (this.#runByte === NOTHING) return;
    this.#plain.push(new Uint8Array(this.#runLength).fill(this.#runByte));
    for (let left = Math.min(this.#runLength, RUN_MARK); left > 0; left--) this.#add(this.#runByte);
    if (this.#runLength >= RUN_MARK) this.#add(this.#runLength - RUN_MARK);
    this.#runByte = NOTHING;
  }

  #add(byte: number): void {
    if (this.#length === this.#block.length) {
      const larger = new Uint8Array(this.#block.length * 2);
      larger.set(this.#block);
      this.#block = larger;
    }
    this.#block[this.#length++] = byte;
  }

  #endBlock(): void {
    const block = this.#block.subarray(0, this.#length);
    const checksum = checksumOf(concat(this.#plain));
    this.#plain = [];
    this.#checksum = (((this.#checksum << 1) | (this.#checksum >>> 31)) ^ checksum) >>> 0;
    const order = sortRotations(block);
    this.#bits.put(24, 0x314159);
    this.#bits.put(24, 0x265359);
    this.#bits.put32(checksum);
    this.#bits.put(1, 0);
    this.#bits.put(24, order.indexOf(0));
    writeSymbols(this.#bits, block, order);
    this.#length = 0;
  }
}
