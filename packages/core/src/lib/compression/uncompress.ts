/**
 * Decompression of what compress(1) made: LZW with codes of 9 to 16 bits.
 *
 * @see T. Welch, "A Technique for High-Performance Data Compression" (1984); compress(1p)
 */
import { concat, NO_BYTES } from "../bytes.ts";
import { StatusError } from "../status-error.ts";

const HEADER_SIZE = 3;
const FIRST_WIDTH = 9;
const MOST_WIDTH = 16;
/** In block mode, this code empties the table. */
const CLEAR = 256;

const corrupt = (): StatusError => new StatusError("invalid-argument", "compress: corrupt input");

export class Uncompress {
  #input: Uint8Array = NO_BYTES;
  #started = false;
  #mostWidth = MOST_WIDTH;
  #isBlockMode = false;
  #width = FIRST_WIDTH;
  /** Codes come in groups of eight of one width; where in its group the next one is. */
  #inGroup = 0;
  #bit = 0;
  #prefixes = new Uint16Array(1 << MOST_WIDTH);
  #suffixes = new Uint8Array(1 << MOST_WIDTH);
  #next = CLEAR;
  #previous = -1;
  #firstByte = 0;

  /** Takes more input; returns what it decompresses to. @throws StatusError invalid-argument */
  push(chunk: Uint8Array): Uint8Array {
    this.#input = concat([this.#input, chunk]);
    if (!this.#started && !this.#start()) return NO_BYTES;
    const parts: Uint8Array[] = [];
    for (let code = this.#code(); code !== undefined; code = this.#code()) parts.push(this.#expand(code));
    const used = this.#bit >> 3;
    this.#input = this.#input.subarray(used);
    this.#bit -= used * 8;
    return concat(parts);
  }

  #start(): boolean {
    if (this.#input.length < HEADER_SIZE) return false;
    const flags = this.#input[2] as number;
    this.#mostWidth = flags & 0x1f;
    this.#isBlockMode = (flags & 0x80) !== 0;
    if (this.#mostWidth < FIRST_WIDTH || this.#mostWidth > MOST_WIDTH) throw corrupt();
    this.#next = this.#isBlockMode ? CLEAR + 1 : CLEAR;
    this.#input = this.#input.subarray(HEADER_SIZE);
    this.#started = true;
    return true;
  }

  /** The next code, if all its bits are there. */
  #code(): number | undefined {
    if (this.#next >= 1 << this.#width && this.#width < this.#mostWidth) {
      if (!this.#skipGroup()) return undefined;
      this.#width++;
    }
    if (this.#bit + this.#width > this.#input.length * 8) return undefined;
    let code = 0;
    for (let i = 0; i < this.#width; i++, this.#bit++) {
      code |= (((this.#input[this.#bit >> 3] as number) >> (this.#bit & 7)) & 1) << i;
    }
    this.#inGroup = (this.#inGroup + 1) % 8;
    return code;
  }

  /** The rest of a group is not used when the width changes. False if it is not there yet. */
  #skipGroup(): boolean {
    const rest = this.#inGroup === 0 ? 0 : (8 - this.#inGroup) * this.#width;
    if (this.#bit + rest > this.#input.length * 8) return false;
    this.#bit += rest;
    this.#inGroup = 0;
    return true;
  }

  #expand(code: number): Uint8Array {
    if (this.#isBlockMode && code === CLEAR) {
      this.#skipGroup();
      this.#width = FIRST_WIDTH;
      this.#next = CLEAR;
      this.#previous = -1;
      return NO_BYTES;
    }
    if (this.#previous < 0) {
      if (code > 255) throw corrupt();
      this.#next = Math.max(this.#next, this.#isBlockMode ? CLEAR + 1 : CLEAR);
      this.#firstByte = code;
      this.#previous = code;
      return Uint8Array.of(code);
    }
    if (code > this.#next) throw corrupt();
    const bytes: number[] = [];
    // A code that is just being defined ends as it begins.
    if (code === this.#next) bytes.push(this.#firstByte);
    let at = code === this.#next ? this.#previous : code;
    for (; at >= CLEAR; at = this.#prefixes[at] as number) bytes.push(this.#suffixes[at] as number);
    this.#firstByte = at;
    bytes.push(at);
    if (this.#next < 1 << this.#mostWidth) {
      this.#prefixes[this.#next] = this.#previous;
      this.#suffixes[this.#next] = at;
      this.#next++;
    }
    this.#previous = code;
    return Uint8Array.from(bytes.reverse());
  }
}
