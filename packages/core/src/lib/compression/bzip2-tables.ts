/** The back end of bzip2: move to front, runs of zeros, Huffman tables. */
import { concat } from "../bytes.ts";

const RUN_A = 0;
const RUN_B = 1;
/** A table is chosen for so many symbols at a time. */
const GROUP_SIZE = 50;
const ROUNDS = 4;
const LONGEST_CODE = 17;
/** For fewer symbols than the first number, so many tables do. */
const TABLE_COUNTS = [
  [200, 2],
  [600, 3],
  [1200, 4],
  [2400, 5],
] as const;
const MOST_TABLES = 6;
const FAR = 15;

/** Bits, the highest first. */
export class BitWriter {
  #bytes: number[] = [];
  #parts: Uint8Array[] = [];
  #held = 0;
  #count = 0;

  /** At most 24 bits. */
  put(count: number, value: number): void {
    this.#held = ((this.#held << count) | value) >>> 0;
    this.#count += count;
    while (this.#count >= 8) {
      this.#count -= 8;
      this.#bytes.push((this.#held >>> this.#count) & 0xff);
    }
    this.#held &= (1 << this.#count) - 1;
    if (this.#bytes.length > 65_536) this.#flush();
  }

  put32(value: number): void {
    this.put(16, value >>> 16);
    this.put(16, value & 0xffff);
  }

  /** Fills the last byte with zeros. */
  align(): void {
    if (this.#count > 0) this.put(8 - this.#count, 0);
  }

  /** The whole bytes so far. */
  take(): Uint8Array {
    this.#flush();
    const parts = this.#parts;
    this.#parts = [];
    return concat(parts);
  }

  #flush(): void {
    this.#parts.push(Uint8Array.from(this.#bytes));
    this.#bytes = [];
  }
}

/** Writes a block whose rotations are sorted. */
export function writeSymbols(bits: BitWriter, block: Uint8Array, order: Int32Array): void {
  const used = usedBytes(block);
  const symbols = moveToFront(block, order, used);
  const size = used.length + 2;
  const lengths = chooseTables(symbols, size);
  writeMap(bits, used);
  writeSelectors(bits, lengths.selectors, lengths.tables.length);
  for (const table of lengths.tables) writeTable(bits, table);
  const codes = lengths.tables.map(codesOf);
  for (const [group, selector] of lengths.selectors.entries()) {
    const table = lengths.tables[selector] as Uint8Array;
    const code = codes[selector] as Int32Array;
    const end = Math.min(symbols.length, (group + 1) * GROUP_SIZE);
    for (let i = group * GROUP_SIZE; i < end; i++) {
      const symbol = symbols[i] as number;
      bits.put(table[symbol] as number, code[symbol] as number);
    }
  }
}

function usedBytes(block: Uint8Array): readonly number[] {
  const seen = new Uint8Array(256);
  for (const byte of block) seen[byte] = 1;
  return [...seen.keys()].filter((byte) => seen[byte] === 1);
}

/** The last bytes of the rotations as positions in a list of recent bytes, with runs of zeros counted in base two. */
function moveToFront(block: Uint8Array, order: Int32Array, used: readonly number[]): Uint16Array {
  const symbols = new Uint16Array(block.length + 1);
  const recent = [...used];
  let count = 0;
  let zeros = 0;
  const endZeros = (): void => {
    for (; zeros > 0; zeros = (zeros - 1) >> 1) symbols[count++] = (zeros & 1) === 1 ? RUN_A : RUN_B;
  };
  for (const start of order) {
    const byte = block[start === 0 ? block.length - 1 : start - 1] as number;
    if (recent[0] === byte) {
      zeros++;
      continue;
    }
    endZeros();
    const place = recent.indexOf(byte);
    recent.copyWithin(1, 0, place);
    recent[0] = byte;
    symbols[count++] = place + 1;
  }
  endZeros();
  symbols[count++] = used.length + 1;
  return symbols.subarray(0, count);
}

interface Tables {
  /** Lengths of codes, by symbol. */
  readonly tables: readonly Uint8Array[];
  /** The table of each group. */
  readonly selectors: readonly number[];
}

/** Starts with tables that share the symbols out, and improves them by what they are chosen for. */
function chooseTables(symbols: Uint16Array, size: number): Tables {
  const count = TABLE_COUNTS.find(([limit]) => symbols.length < limit)?.[1] ?? MOST_TABLES;
  let tables: readonly Uint8Array[] = firstTables(symbols, size, count);
  let selectors: readonly number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const frequencies = tables.map(() => new Int32Array(size));
    const chosen: number[] = [];
    for (let start = 0; start < symbols.length; start += GROUP_SIZE) {
      const group = symbols.subarray(start, start + GROUP_SIZE);
      const best = cheapest(tables, group);
      chosen.push(best);
      const counts = frequencies[best] as Int32Array;
      for (const symbol of group) counts[symbol] = (counts[symbol] as number) + 1;
    }
    selectors = chosen;
    tables = frequencies.map((counts) => codeLengths(counts));
  }
  return { tables, selectors };
}

function firstTables(symbols: Uint16Array, size: number, count: number): Uint8Array[] {
  const frequency = new Int32Array(size);
  for (const symbol of symbols) frequency[symbol] = (frequency[symbol] as number) + 1;
  const tables: Uint8Array[] = [];
  let left = symbols.length;
  let first = 0;
  for (let part = count; part > 0; part--) {
    const wanted = Math.floor(left / part);
    let last = first - 1;
    let sum = 0;
    while (sum < wanted && last < size - 1) sum += frequency[++last] as number;
    if (last > first && part !== count && part !== 1 && (count - part) % 2 === 1) sum -= frequency[last--] as number;
    const table = new Uint8Array(size).fill(FAR);
    table.fill(0, first, last + 1);
    tables[part - 1] = table;
    first = last + 1;
    left -= sum;
  }
  return tables;
}

function cheapest(tables: readonly Uint8Array[], group: Uint16Array): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, table] of tables.entries()) {
    let cost = 0;
    for (const symbol of group) cost += table[symbol] as number;
    if (cost < least) {
      least = cost;
      best = index;
    }
  }
  return best;
}

/** Huffman code lengths of at most LONGEST_CODE bits: if one is longer, all weights are flattened. */
function codeLengths(frequency: Int32Array): Uint8Array {
  const size = frequency.length;
  const weights = Array.from(frequency, (count) => Math.max(1, count) * 256);
  for (;;) {
    const parents = new Tree(weights).parents;
    const lengths = new Uint8Array(size);
    for (let symbol = 0; symbol < size; symbol++) {
      let depth = 0;
      for (let at = parents[symbol] as number; at >= 0; at = parents[at] as number) depth++;
      lengths[symbol] = depth;
    }
    if (lengths.every((length) => length <= LONGEST_CODE)) return lengths;
    for (const [symbol, weight] of weights.entries()) {
      weights[symbol] = (1 + Math.floor(Math.floor(weight / 256) / 2)) * 256;
    }
  }
}

/** Joins the two lightest nodes until one is left. A weight's low byte is the depth below: it decides between equals. */
class Tree {
  readonly parents: number[];
  readonly #weights: number[];
  readonly #heap: number[] = [];

  constructor(weights: readonly number[]) {
    this.#weights = [...weights];
    this.parents = weights.map(() => -1);
    for (const symbol of weights.keys()) this.#push(symbol);
    while (this.#heap.length > 1) {
      const a = this.#pop();
      const b = this.#pop();
      const node = this.#weights.length;
      this.#weights.push(joined(this.#weights[a] as number, this.#weights[b] as number));
      this.parents[a] = node;
      this.parents[b] = node;
      this.parents.push(-1);
      this.#push(node);
    }
  }

  #weightAt(place: number): number {
    return this.#weights[this.#heap[place] as number] as number;
  }

  #push(node: number): void {
    const weight = this.#weights[node] as number;
    let place = this.#heap.length;
    this.#heap.push(node);
    while (place > 0) {
      const up = ((place + 1) >> 1) - 1;
      if (weight >= this.#weightAt(up)) break;
      this.#heap[place] = this.#heap[up] as number;
      place = up;
    }
    this.#heap[place] = node;
  }

  #pop(): number {
    const top = this.#heap[0] as number;
    const node = this.#heap.pop() as number;
    const size = this.#heap.length;
    if (size === 0) return top;
    const weight = this.#weights[node] as number;
    let place = 0;
    for (;;) {
      let below = place * 2 + 1;
      if (below >= size) break;
      if (below + 1 < size && this.#weightAt(below + 1) < this.#weightAt(below)) below++;
      if (weight < this.#weightAt(below)) break;
      this.#heap[place] = this.#heap[below] as number;
      place = below;
    }
    this.#heap[place] = node;
    return top;
  }
}

function joined(a: number, b: number): number {
  const depth = 1 + Math.max(a % 256, b % 256);
  return a - (a % 256) + (b - (b % 256)) + depth;
}

/** Codes of one length follow each other in the order of the symbols. */
function codesOf(lengths: Uint8Array): Int32Array {
  const codes = new Int32Array(lengths.length);
  let code = 0;
  for (let length = 1; length <= LONGEST_CODE; length++) {
    for (const [symbol, own] of lengths.entries()) if (own === length) codes[symbol] = code++;
    code <<= 1;
  }
  return codes;
}

/** Which bytes there are: sixteen bits for the sixteens that have any, then sixteen for each of those. */
function writeMap(bits: BitWriter, used: readonly number[]): void {
  const rows = new Uint16Array(16);
  let present = 0;
  for (const byte of used) {
    rows[byte >> 4] = (rows[byte >> 4] as number) | (0x8000 >> (byte & 15));
    present |= 0x8000 >> (byte >> 4);
  }
  bits.put(16, present);
  for (const row of rows) if (row !== 0) bits.put(16, row);
}

function writeSelectors(bits: BitWriter, selectors: readonly number[], count: number): void {
  bits.put(3, count);
  bits.put(15, selectors.length);
  const recent = Array.from({ length: count }, (_, index) => index);
  for (const selector of selectors) {
    const place = recent.indexOf(selector);
    recent.splice(place, 1);
    recent.unshift(selector);
    for (let i = 0; i < place; i++) bits.put(1, 1);
    bits.put(1, 0);
  }
}

/** The first length, then the steps from each to the next. */
function writeTable(bits: BitWriter, lengths: Uint8Array): void {
  let current = lengths[0] as number;
  bits.put(5, current);
  for (const length of lengths) {
    for (; current < length; current++) bits.put(2, 2);
    for (; current > length; current--) bits.put(2, 3);
    bits.put(1, 0);
  }
}
