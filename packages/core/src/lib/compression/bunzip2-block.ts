/**
 * One block of a bzip2 stream: Huffman codes, zero runs, move to the front, the Burrows-Wheeler transform, byte runs.
 *
 * @see https://github.com/dsnet/compress/blob/master/doc/bzip2-format.pdf
 */
import { StatusError } from "../status-error.ts";

/** Symbols that share a code. */
const GROUP_SIZE = 50;
const MAX_CODE_BITS = 20;
const RUN_A = 0;
const RUN_B = 1;

/** Thrown if the input does not reach. */
export class Underflow {}

const broken = (): StatusError => new StatusError("invalid-argument", "bzip2: data");

export class BitReader {
  readonly #input: Uint8Array;
  bit: number;

  constructor(input: Uint8Array, bit: number) {
    this.#input = input;
    this.bit = bit;
  }

  /** At most 24 bits, the first one highest. */
  take(count: number): number {
    const value = this.peek(count);
    this.bit += count;
    if (this.bit > this.#input.length * 8) throw new Underflow();
    return value;
  }

  /** Like `take`, but stays; zeros behind the end. */
  peek(count: number): number {
    const at = this.bit >> 3;
    const input = this.#input;
    const word =
      ((input[at] ?? 0) << 24) | ((input[at + 1] ?? 0) << 16) | ((input[at + 2] ?? 0) << 8) | (input[at + 3] ?? 0);
    return (word << (this.bit & 7)) >>> (32 - count);
  }
}

/** The bytes of a block, from behind its magic and checksum on. @throws Underflow, StatusError */
export function decodeBlock(reader: BitReader, blockSize: number): Uint8Array {
  // Randomised blocks are older than the format's first release and unknown in the wild.
  if (reader.take(1) === 1) throw broken();
  const origin = reader.take(24);
  const symbols = readSymbolMap(reader);
  const groupCount = reader.take(3);
  const selectorCount = reader.take(15);
  if (symbols.length === 0 || groupCount < 2 || groupCount > 6 || selectorCount === 0) throw broken();
  const selectors = readSelectors(reader, groupCount, selectorCount);
  const codes = Array.from({ length: groupCount }, () => readCode(reader, symbols.length + 2));
  const { bytes, counts } = readMoveToFront(reader, { symbols, selectors, codes, blockSize });
  if (origin >= bytes.length) throw broken();
  return expandRuns(inverseTransform(bytes, counts, origin));
}

/** Which byte values occur: a map of sixteen ranges, then a map for each range that is used. */
function readSymbolMap(reader: BitReader): number[] {
  const ranges = reader.take(16);
  const symbols: number[] = [];
  for (let range = 0; range < 16; range++) {
    if ((ranges & (0x8000 >> range)) === 0) continue;
    const map = reader.take(16);
    for (let bit = 0; bit < 16; bit++) if ((map & (0x8000 >> bit)) !== 0) symbols.push(range * 16 + bit);
  }
  return symbols;
}

/** Which code is used for each group of fifty symbols, as places in a list that moves to the front. */
function readSelectors(reader: BitReader, groupCount: number, count: number): Uint8Array {
  const order = Array.from({ length: groupCount }, (_, index) => index);
  const selectors = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    let place = 0;
    while (reader.take(1) === 1) if (++place >= groupCount) throw broken();
    const [chosen = 0] = order.splice(place, 1);
    order.unshift(chosen);
    selectors[i] = chosen;
  }
  return selectors;
}

/** A canonical Huffman code: symbols in the order of their codes, and where each length begins. */
interface Code {
  readonly maxBits: number;
  readonly minBits: number;
  /** The largest code of each length, or -1. */
  readonly limit: Int32Array;
  /** What to take off a code of each length to get an index into `symbols`. */
  readonly base: Int32Array;
  readonly symbols: Uint16Array;
}

function readCode(reader: BitReader, size: number): Code {
  const lengths = new Uint8Array(size);
  let length = reader.take(5);
  for (let i = 0; i < size; i++) {
    for (;;) {
      if (length < 1 || length > MAX_CODE_BITS) throw broken();
      if (reader.take(1) === 0) break;
      length += reader.take(1) === 0 ? 1 : -1;
    }
    lengths[i] = length;
  }
  const counts = new Int32Array(MAX_CODE_BITS + 2);
  for (const bits of lengths) counts[bits] = (counts[bits] as number) + 1;
  const limit = new Int32Array(MAX_CODE_BITS + 1).fill(-1);
  const base = new Int32Array(MAX_CODE_BITS + 1);
  const symbols = new Uint16Array(size);
  let code = 0;
  let index = 0;
  for (let bits = 1; bits <= MAX_CODE_BITS; bits++) {
    base[bits] = code - index;
    for (let symbol = 0; symbol < size; symbol++) if (lengths[symbol] === bits) symbols[index++] = symbol;
    code += counts[bits] as number;
    if ((counts[bits] as number) > 0) limit[bits] = code - 1;
    code <<= 1;
  }
  return { maxBits: Math.max(...lengths), minBits: Math.min(...lengths), limit, base, symbols };
}

function readSymbol(reader: BitReader, code: Code): number {
  const window = reader.peek(MAX_CODE_BITS);
  for (let bits = code.minBits; bits <= code.maxBits; bits++) {
    const value = window >>> (MAX_CODE_BITS - bits);
    if (value > (code.limit[bits] as number)) continue;
    reader.take(bits);
    return code.symbols[value - (code.base[bits] as number)] ?? 0;
  }
  reader.take(MAX_CODE_BITS);
  throw broken();
}

interface BlockTables {
  readonly symbols: number[];
  readonly selectors: Uint8Array;
  readonly codes: readonly Code[];
  readonly blockSize: number;
}

/** Undoes Huffman's coding, the zero runs and the move to the front. */
function readMoveToFront(
  reader: BitReader,
  { symbols, selectors, codes, blockSize }: BlockTables,
): { readonly bytes: Uint8Array; readonly counts: Int32Array } {
  const bytes = new Uint8Array(blockSize);
  const counts = new Int32Array(256);
  const order = Uint8Array.from(symbols);
  const endOfBlock = symbols.length + 1;
  let length = 0;
  let runLength = 0;
  let runWeight = 1;
  for (let group = 0, left = 0, code: Code | undefined; ; left--) {
    if (left === 0) {
      code = codes[selectors[group++] ?? -1];
      left = GROUP_SIZE;
    }
    if (code === undefined) throw broken();
    const symbol = readSymbol(reader, code);
    if (symbol === RUN_A || symbol === RUN_B) {
      if (runWeight > blockSize * 2) throw broken();
      runLength += runWeight << symbol;
      runWeight <<= 1;
      continue;
    }
    if (runLength > 0) {
      const byte = order[0] as number;
      if (length + runLength > blockSize) throw broken();
      bytes.fill(byte, length, length + runLength);
      counts[byte] = (counts[byte] as number) + runLength;
      length += runLength;
      runLength = 0;
      runWeight = 1;
    }
    if (symbol === endOfBlock) return { bytes: bytes.subarray(0, length), counts };
    if (length >= blockSize) throw broken();
    const place = symbol - 1;
    const byte = order[place] as number;
    order.copyWithin(1, 0, place);
    order[0] = byte;
    bytes[length++] = byte;
    counts[byte] = (counts[byte] as number) + 1;
  }
}

/** Undoes the Burrows-Wheeler transform: follows the permutation that sorting made. */
function inverseTransform(bytes: Uint8Array, counts: Int32Array, origin: number): Uint8Array {
  const next = new Int32Array(256);
  for (let byte = 0, sum = 0; byte < 256; byte++) {
    next[byte] = sum;
    sum += counts[byte] as number;
  }
  const links = new Uint32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    const at = next[byte] as number;
    next[byte] = at + 1;
    links[at] = i;
  }
  const output = new Uint8Array(bytes.length);
  let at = links[origin] as number;
  for (let i = 0; i < output.length; i++) {
    output[i] = bytes[at] as number;
    at = links[at] as number;
  }
  return output;
}

/** Four equal bytes are followed by how many more there are. */
function expandRuns(bytes: Uint8Array): Uint8Array {
  let size = 0;
  eachRun(bytes, (_, count) => {
    size += count;
  });
  const output = new Uint8Array(size);
  let at = 0;
  eachRun(bytes, (byte, count) => {
    output.fill(byte, at, at + count);
    at += count;
  });
  return output;
}

function eachRun(bytes: Uint8Array, act: (byte: number, count: number) => void): void {
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] as number;
    let count = 1;
    while (count < 4 && bytes[at + count] === byte) count++;
    at += count;
    act(byte, count === 4 ? 4 + (bytes[at++] ?? 0) : count);
  }
}

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});

/** CRC-32 with the highest bit first. */
export function checksumOf(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) {
    crc = (crc << 8) ^ (CRC_TABLE[((crc >>> 24) ^ (bytes[i] as number)) & 0xff] as number);
  }
  return ~crc >>> 0;
}
