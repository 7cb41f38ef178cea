/**
 * DEFLATE decompression that takes its input in pieces and says where the stream ends.
 *
 * A library's inflate hides how much input a stream took, which gzip members and zip entries must know, and it needs all
 * of the input at once, which a pipe does not give.
 *
 * @see RFC 1951
 */
import { concat, NO_BYTES } from "../bytes.ts";
import { StatusError } from "../status-error.ts";

/** How far back a match may reach. */
const WINDOW_SIZE = 32_768;
/** Input is worked on in slices of this size, so that bit positions stay small integers. */
const SLICE_SIZE = 1 << 24;
const MAX_MATCH = 258;
const END_OF_BLOCK = 256;
const MAX_CODE_BITS = 15;

const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const DISTANCE_EXTRA = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
];
/** In which order the lengths of the code-length code are stored. */
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** A Huffman code: the next `bits` of the input select an entry, symbol × 16 + length; 0 is no code. */
interface HuffmanTable {
  readonly bits: number;
  readonly entries: Uint16Array;
}

type Block =
  | { readonly kind: "stored"; left: number }
  | { readonly kind: "coded"; readonly literals: HuffmanTable; readonly distances: HuffmanTable };

/** One DEFLATE stream. Feed it with `push` until `done`. */
export class Inflater {
  #input: Uint8Array = NO_BYTES;
  /** Position of the next bit in the input. */
  #bit = 0;
  #output: Uint8Array = NO_BYTES;
  #at = 0;
  #block: Block | undefined;
  #isLast = false;
  #done = false;

  /** True once the last block has ended. */
  get done(): boolean {
    return this.#done;
  }

  /** Input that was pushed and lies behind the end of the stream. */
  get rest(): Uint8Array {
    return this.#input.subarray((this.#bit + 7) >> 3);
  }

  /**
   * Takes more input; returns what it decompresses to.
   *
   * @throws StatusError invalid-argument if the stream is broken.
   */
  push(chunk: Uint8Array): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let at = 0; at < chunk.length && !this.#done; at += SLICE_SIZE) {
      parts.push(this.#pushSlice(chunk.subarray(at, at + SLICE_SIZE)));
      if (this.#done) this.#input = concat([this.#input, chunk.subarray(at + SLICE_SIZE)]);
    }
    return concat(parts);
  }

  #pushSlice(chunk: Uint8Array): Uint8Array {
    this.#input = this.#input.length === 0 ? chunk : concat([this.#input, chunk]);
    const start = this.#slide();
    while (!this.#done && (this.#block === undefined ? this.#readBlockHeader() : this.#readBlock(this.#block)));
    const used = this.#bit >> 3;
    this.#input = this.#input.subarray(used);
    this.#bit -= used * 8;
    return this.#output.slice(start, this.#at);
  }

  /** Forgets output beyond the window if there is much of it; returns where new output goes. */
  #slide(): number {
    if (this.#at > 8 * WINDOW_SIZE) {
      const window = this.#output.subarray(this.#at - WINDOW_SIZE, this.#at);
      if (this.#output.length > 32 * WINDOW_SIZE) this.#output = new Uint8Array(16 * WINDOW_SIZE);
      this.#output.set(window);
      this.#at = WINDOW_SIZE;
    }
    return this.#at;
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#output.length) return;
    const larger = new Uint8Array(Math.max(WINDOW_SIZE, this.#output.length * 2, this.#at + count));
    larger.set(this.#output.subarray(0, this.#at));
    this.#output = larger;
  }

  /** False if the input does not reach, here and below: then nothing was taken. */
  #readBlockHeader(): boolean {
    const reader = new BitReader(this.#input, this.#bit);
    const isLast = reader.take(1) === 1;
    const type = reader.take(2);
    let block: Block | undefined;
    if (type === 0) {
      reader.align();
      const length = reader.take(16);
      const complement = reader.take(16);
      if (!reader.overrun && length !== (~complement & 0xffff)) throw corrupt();
      block = { kind: "stored", left: length };
    } else if (type === 1) block = FIXED;
    else if (type === 2) block = readDynamicTables(reader);
    else if (!reader.overrun) throw corrupt();
    if (reader.overrun || block === undefined) return false;
    this.#bit = reader.bit;
    this.#isLast = isLast;
    this.#block = block;
    return true;
  }

  #readBlock(block: Block): boolean {
    const ended = block.kind === "stored" ? this.#copyStored(block) : this.#decode(block.literals, block.distances);
    if (!ended) return false;
    this.#block = undefined;
    this.#done = this.#isLast;
    return true;
  }

  #copyStored(block: { left: number }): boolean {
    const from = this.#bit >> 3;
    const part = this.#input.subarray(from, from + block.left);
    this.#reserve(part.length);
    this.#output.set(part, this.#at);
    this.#at += part.length;
    this.#bit += part.length * 8;
    block.left -= part.length;
    return block.left === 0;
  }

  /** Decodes symbols to the end of the block, or of the input. */
  #decode(literals: HuffmanTable, distances: HuffmanTable): boolean {
    const input = this.#input;
    const limit = input.length * 8;
    const literalMask = (1 << literals.bits) - 1;
    const distanceMask = (1 << distances.bits) - 1;
    let bit = this.#bit;
    for (;;) {
      this.#bit = bit;
      this.#reserve(MAX_MATCH);
      const entry = literals.entries[peek(input, bit) & literalMask] as number;
      bit += entry & 15;
      if (bit > limit) return false;
      if (entry === 0) return this.#missing(limit, bit);
      const symbol = entry >> 4;
      if (symbol < END_OF_BLOCK) {
        this.#output[this.#at++] = symbol;
        continue;
      }
      if (symbol === END_OF_BLOCK) {
        this.#bit = bit;
        return true;
      }
      const lengthExtra = LENGTH_EXTRA[symbol - 257];
      if (lengthExtra === undefined) throw corrupt();
      const length = (LENGTH_BASE[symbol - 257] as number) + (peek(input, bit) & ((1 << lengthExtra) - 1));
      bit += lengthExtra;
      const far = distances.entries[peek(input, bit) & distanceMask] as number;
      bit += far & 15;
      if (bit > limit) return false;
      if (far === 0) return this.#missing(limit, bit);
      const distanceExtra = DISTANCE_EXTRA[far >> 4];
      if (distanceExtra === undefined) throw corrupt();
      const distance = (DISTANCE_BASE[far >> 4] as number) + (peek(input, bit) & ((1 << distanceExtra) - 1));
      bit += distanceExtra;
      if (bit > limit) return false;
      this.#copyMatch(distance, length);
    }
  }

  /** No code begins with these bits: broken, unless the input simply ends here. */
  #missing(limit: number, bit: number): false {
    if (limit - bit >= MAX_CODE_BITS) throw corrupt();
    return false;
  }

  #copyMatch(distance: number, length: number): void {
    const output = this.#output;
    let to = this.#at;
    let from = to - distance;
    if (from < 0) throw corrupt();
    for (const end = to + length; to < end; ) output[to++] = output[from++] as number;
    this.#at = to;
  }
}

/** Decompresses a whole stream. @throws StatusError invalid-argument if it is broken or cut off. */
export function inflate(bytes: Uint8Array): { readonly data: Uint8Array; readonly rest: Uint8Array } {
  const inflater = new Inflater();
  const data = inflater.push(bytes);
  if (!inflater.done) throw new StatusError("invalid-argument", "unexpected EOF");
  return { data, rest: inflater.rest };
}

const corrupt = (): StatusError => new StatusError("invalid-argument", "flate: corrupt input");

/** At least sixteen bits from a bit position on; zeros behind the end. */
function peek(input: Uint8Array, bit: number): number {
  const at = bit >> 3;
  return (((input[at] ?? 0) | ((input[at + 1] ?? 0) << 8) | ((input[at + 2] ?? 0) << 16)) >>> (bit & 7)) & 0xffff;
}

/** Takes bits for a block's header; remembers if it had to go beyond the end. */
class BitReader {
  readonly #input: Uint8Array;
  bit: number;

  constructor(input: Uint8Array, bit: number) {
    this.#input = input;
    this.bit = bit;
  }

  get overrun(): boolean {
    return this.bit > this.#input.length * 8;
  }

  take(count: number): number {
    const value = peek(this.#input, this.bit) & ((1 << count) - 1);
    this.bit += count;
    return value;
  }

  symbol(table: HuffmanTable): number {
    const entry = table.entries[peek(this.#input, this.bit) & ((1 << table.bits) - 1)] as number;
    // Without a code, step beyond what there is or complain.
    if (entry === 0 && this.#input.length * 8 - this.bit >= MAX_CODE_BITS) throw corrupt();
    this.bit += entry === 0 ? MAX_CODE_BITS : entry & 15;
    return entry >> 4;
  }

  align(): void {
    this.bit = (this.bit + 7) & ~7;
  }
}

function readDynamicTables(reader: BitReader): Block | undefined {
  const literalCount = reader.take(5) + 257;
  const distanceCount = reader.take(5) + 1;
  const lengthCount = reader.take(4) + 4;
  const codeLengths = new Uint8Array(19);
  for (let i = 0; i < lengthCount; i++) codeLengths[CODE_LENGTH_ORDER[i] as number] = reader.take(3);
  if (reader.overrun) return undefined;
  if (literalCount > 286 || distanceCount > 30) throw corrupt();
  const codes = buildTable(codeLengths);
  const lengths = new Uint8Array(literalCount + distanceCount);
  for (let at = 0; at < lengths.length; ) {
    const symbol = reader.symbol(codes);
    if (reader.overrun) return undefined;
    if (symbol < 16) {
      lengths[at++] = symbol;
      continue;
    }
    if (symbol === 16 && at === 0) throw corrupt();
    const value = symbol === 16 ? (lengths[at - 1] as number) : 0;
    const count = symbol === 16 ? 3 + reader.take(2) : symbol === 17 ? 3 + reader.take(3) : 11 + reader.take(7);
    if (reader.overrun) return undefined;
    if (at + count > lengths.length) throw corrupt();
    lengths.fill(value, at, at + count);
    at += count;
  }
  if (reader.overrun) return undefined;
  return {
    kind: "coded",
    literals: buildTable(lengths.subarray(0, literalCount)),
    distances: buildTable(lengths.subarray(literalCount)),
  };
}

/** The canonical Huffman code with these code lengths. A code of one symbol, or none, may be incomplete. */
function buildTable(lengths: Uint8Array): HuffmanTable {
  const counts = new Uint16Array(MAX_CODE_BITS + 1);
  for (const length of lengths) counts[length] = (counts[length] as number) + 1;
  counts[0] = 0;
  const next = new Uint16Array(MAX_CODE_BITS + 2);
  let bits = 1;
  let left = 1;
  for (let length = 1; length <= MAX_CODE_BITS; length++) {
    const count = counts[length] as number;
    if (count > 0) bits = length;
    left = left * 2 - count;
    if (left < 0) throw corrupt();
    next[length + 1] = ((next[length] as number) + count) << 1;
  }
  if (left > 0 && bits > 1) throw corrupt();
  const entries = new Uint16Array(1 << bits);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol] as number;
    if (length === 0) continue;
    const code = next[length] as number;
    next[length] = code + 1;
    for (let at = reverse(code, length); at < entries.length; at += 1 << length) entries[at] = symbol * 16 + length;
  }
  return { bits, entries };
}

function reverse(code: number, length: number): number {
  let reversed = 0;
  for (let i = 0; i < length; i++) reversed |= ((code >> i) & 1) << (length - 1 - i);
  return reversed;
}

const FIXED: Block = {
  kind: "coded",
  literals: buildTable(
    Uint8Array.from({ length: 288 }, (_, symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8)),
  ),
  distances: buildTable(new Uint8Array(32).fill(5)),
};
