/**
 * The bytes of a regular file: sparse, growing, and shared until somebody writes.
 *
 * Contents are chunks of 64 KiB; a chunk that was never written is a hole and reads as zeros. `clone` copies nothing:
 * both sides copy the table of chunks when they first write, and a chunk when they first write to it, which makes copy-up
 * and layer commits cheap. How many pages were touched is counted page by page, as st_blocks wants it.
 */
import { BINPRM_BUF_SIZE, PAGE_SIZE } from "../abi/index.ts";
import { type Bytes, ChunkReader, Chunks, NO_BYTES, wholeOf } from "../lib/index.ts";

const CHUNK_SIZE = 65_536;
const PAGES_PER_CHUNK = CHUNK_SIZE / PAGE_SIZE;
const SMALLEST_CHUNK = 64;
/** Arrays of up to this many bytes lie in V8's own heap. */
const FIRST_READ = 64;
const NEWLINE = 10;

interface Chunk {
  /** Shorter than CHUNK_SIZE while its tail was never written. */
  bytes: Uint8Array;
  /** Nobody else reads these bytes: they may be changed in place. */
  owned: boolean;
  /** Bit n: page n of the chunk was written. */
  pages: number;
  /** How many of its bytes count as taken by this file: none of what it was given. */
  stored: number;
}

/** 64 KiB of a file, or less at its end. */
export interface ContentPart {
  /** Its place, in units of 64 KiB. */
  readonly index: number;
  readonly bytes: Uint8Array;
  /** Bit n: page n of it was written. */
  readonly pages: number;
}

/** What holes are read as. */
const ZEROS = new Uint8Array(CHUNK_SIZE);
const NO_CHUNK: Chunk = { bytes: new Uint8Array(0), owned: false, pages: 0, stored: 0 };

export class FileContent {
  #chunks: Map<number, Chunk> | undefined;
  /** Others have the same table. */
  #isShared = false;
  #size = 0;
  #pages = 0;
  #stored = 0;
  /** What it begins with, once somebody has asked. */
  #head: Uint8Array | undefined;

  /** A file that holds `bytes`. They are shared: the caller must not change them any more. */
  static of(bytes: Bytes): FileContent {
    const content = new FileContent();
    content.#size = bytes.length;
    if (bytes.length > CHUNK_SIZE) {
      const reader = new ChunkReader(bytes);
      for (let index = 0; reader.left > 0; index++) {
        content.#give(index, reader.takeWhole(Math.min(CHUNK_SIZE, reader.left)));
      }
    } else if (bytes.length > 0) content.#give(0, wholeOf(bytes));
    return content;
  }

  /** What it consists of: each part with its place and the pages that were written. Bytes may be shared. */
  parts(): readonly ContentPart[] {
    return [...(this.#chunks ?? [])].map(([index, { bytes, pages }]) => ({ index, bytes, pages }));
  }

  /** A file of that size that consists of these parts. */
  static from(size: number, parts: readonly ContentPart[]): FileContent {
    const content = new FileContent();
    content.#size = size;
    for (const { index, bytes, pages } of parts) content.#put(index, { bytes, owned: false, pages, stored: 0 });
    return content;
  }

  get size(): number {
    return this.#size;
  }

  /** Pages of PAGE_SIZE bytes that hold data. */
  get pages(): number {
    return this.#pages;
  }

  /** Bytes of memory that were taken by writing. Zeros take none where nothing else was written before. */
  get storedBytes(): number {
    return this.#stored;
  }

  /** The same bytes, to be changed independently. */
  clone(): FileContent {
    const copy = new FileContent();
    copy.#size = this.#size;
    copy.#stored = this.#stored;
    copy.#pages = this.#pages;
    copy.#chunks = this.#chunks;
    copy.#head = this.#head;
    this.#isShared = this.#chunks !== undefined;
    copy.#isShared = this.#isShared;
    return copy;
  }

  /** One is a clone of the other, and neither has changed since. */
  isSameAs(other: FileContent): boolean {
    return this.#chunks === other.#chunks && this.#size === other.#size;
  }

  /** What execve(2) looks at, not to be changed: the same array as long as the file is not. */
  get head(): Uint8Array {
    this.#head ??= this.#readHead();
    return this.#head;
  }

  /** The first line mostly, for V8 makes short arrays ten times as fast. */
  #readHead(): Uint8Array {
    const first = this.read(0, FIRST_READ);
    return first.length < FIRST_READ || first.includes(NEWLINE) ? first : this.read(0, BINPRM_BUF_SIZE);
  }

  /** At most `count` bytes from `offset`, in an array of the caller's own. */
  read(offset: number, count: number): Uint8Array {
    const length = Math.max(0, Math.min(count, this.#size - offset));
    if (length === 0) return NO_BYTES;
    const whole = offset + length <= CHUNK_SIZE ? this.#chunks?.get(0)?.bytes : undefined;
    // Most files that are read are short.
    if (whole !== undefined && offset + length <= whole.length) return whole.slice(offset, offset + length);
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const at = offset + done;
      const within = at % CHUNK_SIZE;
      const step = Math.min(length - done, CHUNK_SIZE - within);
      const chunk = this.#chunks?.get((at - within) / CHUNK_SIZE);
      if (chunk !== undefined) copyPart(chunk.bytes, within, bytes, done, step);
      done += step;
    }
    return bytes;
  }

  /** Everything. May share memory with the file: not to be changed. */
  bytes(): Uint8Array {
    return this.#contiguous() ?? this.read(0, this.#size);
  }

  /** Everything, without a copy: what is written later is written elsewhere. */
  chunks(): Chunks {
    const bytes = this.#contiguous();
    return bytes === undefined ? Chunks.from(this.#views()) : Chunks.of(bytes);
  }

  *#views(): Iterable<Uint8Array> {
    for (let start = 0; start < this.#size; start += CHUNK_SIZE) {
      const length = Math.min(CHUNK_SIZE, this.#size - start);
      const chunk = this.#chunks?.get(start / CHUNK_SIZE);
      if (chunk !== undefined) chunk.owned = false;
      const bytes = (chunk ?? NO_CHUNK).bytes.subarray(0, length);
      yield bytes;
      yield ZEROS.subarray(bytes.length, length);
    }
  }

  /** A view of everything, if all chunks lie one behind the other in the same memory: `of` has put them so. */
  #contiguous(): Uint8Array | undefined {
    // Most files are one chunk.
    const only = this.#size <= CHUNK_SIZE ? this.#chunks?.get(0) : undefined;
    if (only?.bytes.length === this.#size) {
      only.owned = false;
      return only.bytes;
    }
    const chunks: Chunk[] = [];
    for (let start = 0; start < this.#size; start += CHUNK_SIZE) {
      const chunk = this.#chunks?.get(start / CHUNK_SIZE);
      const { bytes } = chunks[0] ?? chunk ?? NO_CHUNK;
      if (chunk?.bytes.buffer !== bytes.buffer || chunk.bytes.byteOffset !== bytes.byteOffset + start) return undefined;
      if (chunk.bytes.length < Math.min(CHUNK_SIZE, this.#size - start)) return undefined;
      chunks.push(chunk);
    }
    const [first] = chunks;
    if (first === undefined) return undefined;
    for (const chunk of chunks) chunk.owned = false;
    const { buffer, byteOffset, length } = first.bytes;
    return length === this.#size ? first.bytes : new Uint8Array(buffer, byteOffset, this.#size);
  }

  write(offset: number, data: Uint8Array): void {
    this.#head = undefined;
    this.#unshare();
    for (let done = 0; done < data.length; ) {
      const at = offset + done;
      const within = at % CHUNK_SIZE;
      const step = Math.min(data.length - done, CHUNK_SIZE - within);
      const part = step === data.length ? data : data.subarray(done, done + step);
      const index = (at - within) / CHUNK_SIZE;
      const chunk =
        this.#isHole(index, within) && isZero(part) ? this.#at(index) : this.#writable(index, within + step);
      if (within < chunk.bytes.length) chunk.bytes.set(part, within);
      this.#touch(chunk, pageMask(within, within + step));
      done += step;
    }
    if (data.length > 0) this.#size = Math.max(this.#size, offset + data.length);
  }

  /** How many bytes a write of `data` at `offset` would take at most. */
  bytesNeeded(offset: number, data: Uint8Array): number {
    let needed = 0;
    for (let done = 0; done < data.length; ) {
      const within = (offset + done) % CHUNK_SIZE;
      const step = Math.min(data.length - done, CHUNK_SIZE - within);
      const isFree = this.#isHole((offset + done - within) / CHUNK_SIZE, within);
      if (!isFree || !isZero(data.subarray(done, done + step))) needed += CHUNK_SIZE;
      done += step;
    }
    return needed;
  }

  /** How many pages a write of `length` bytes at `offset` would add. */
  pagesNeeded(offset: number, length: number): number {
    let needed = 0;
    for (let at = offset - (offset % PAGE_SIZE); at < offset + length; at += PAGE_SIZE) {
      const within = at % CHUNK_SIZE;
      const chunk = this.#chunks?.get((at - within) / CHUNK_SIZE);
      if (chunk === undefined || (chunk.pages & (1 << (within / PAGE_SIZE))) === 0) needed++;
    }
    return needed;
  }

  /** `offset` if it lies in a page of data, else where the next such page begins; `undefined` if there is none. */
  dataFrom(offset: number): number | undefined {
    if (this.#isData(offset)) return offset;
    const page = Math.floor(offset / PAGE_SIZE) + 1;
    const indices = [...(this.#chunks?.keys() ?? [])].filter((index) => index >= Math.floor(page / PAGES_PER_CHUNK));
    for (const index of indices.sort((a, b) => a - b)) {
      for (let at = Math.max(page, index * PAGES_PER_CHUNK); at < (index + 1) * PAGES_PER_CHUNK; at++) {
        if (at * PAGE_SIZE < this.#size && this.#isData(at * PAGE_SIZE)) return at * PAGE_SIZE;
      }
    }
    return undefined;
  }

  /** `offset` if it lies in a hole, else where the next one begins; the end of the file counts as one. */
  holeFrom(offset: number): number {
    let at = offset;
    while (at < this.#size && this.#isData(at)) at += PAGE_SIZE - (at % PAGE_SIZE);
    return Math.min(at, this.#size);
  }

  #isData(offset: number): boolean {
    const within = offset % CHUNK_SIZE;
    const chunk = this.#chunks?.get((offset - within) / CHUNK_SIZE);
    return chunk !== undefined && (chunk.pages & (1 << Math.floor(within / PAGE_SIZE))) !== 0;
  }

  /** Cuts or extends; what is added is a hole. */
  truncate(size: number): void {
    this.#head = undefined;
    if (size < this.#size) {
      this.#unshare();
      for (const [index, chunk] of this.#chunks ?? []) {
        const start = index * CHUNK_SIZE;
        if (start >= size) {
          this.#pages -= count(chunk.pages);
          this.#stored -= chunk.stored;
          this.#chunks?.delete(index);
        } else if (start + CHUNK_SIZE > size) this.#cut(index, size - start);
      }
    }
    this.#size = size;
  }

  /** What is going to be changed must be this content's own: the table now, the chunks one by one. */
  #unshare(): void {
    if (!this.#isShared) return;
    this.#isShared = false;
    const shared = this.#chunks;
    this.#chunks = new Map();
    for (const [index, chunk] of shared ?? []) this.#chunks.set(index, { ...chunk, owned: false });
  }

  #cut(index: number, length: number): void {
    const chunk = this.#at(index);
    if (chunk.bytes.length > length) this.#writable(index, length).bytes.fill(0, length);
    const kept = pageMask(0, length) & chunk.pages;
    this.#pages += count(kept) - count(chunk.pages);
    chunk.pages = kept;
  }

  /** Nothing was ever stored in a chunk from `within` on. */
  #isHole(index: number, within: number): boolean {
    return (this.#chunks?.get(index)?.bytes.length ?? 0) <= within;
  }

  #at(index: number): Chunk {
    const known = this.#chunks?.get(index);
    if (known !== undefined) return known;
    const made: Chunk = { ...NO_CHUNK };
    this.#put(index, made);
    return made;
  }

  #writable(index: number, length: number): Chunk {
    const chunk = this.#at(index);
    if (!chunk.owned || chunk.bytes.length < length) {
      const grown = new Uint8Array(Math.max(chunk.bytes.length, capacity(length)));
      grown.set(chunk.bytes);
      this.#stored += grown.length - chunk.stored;
      chunk.stored = grown.length;
      chunk.bytes = grown;
      chunk.owned = true;
    }
    return chunk;
  }

  /** Bytes that others have, too. */
  #give(index: number, bytes: Uint8Array): void {
    this.#put(index, { bytes, owned: false, pages: pageMask(0, bytes.length), stored: 0 });
  }

  #put(index: number, chunk: Chunk): void {
    this.#chunks ??= new Map();
    this.#chunks.set(index, chunk);
    this.#pages += count(chunk.pages);
  }

  #touch(chunk: Chunk, mask: number): void {
    const added = mask & ~chunk.pages;
    if (added === 0) return;
    chunk.pages |= mask;
    this.#pages += count(added);
  }
}

/** The pages that bytes [start, end) of a chunk lie in, a bit each. */
function pageMask(start: number, end: number): number {
  const first = Math.floor(start / PAGE_SIZE);
  const last = Math.ceil(end / PAGE_SIZE);
  return ((1 << last) - 1) & ~((1 << first) - 1) & ((1 << PAGES_PER_CHUNK) - 1);
}

function count(mask: number): number {
  let bits = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) bits++;
  return bits;
}

/** Word by word, where there are whole ones. */
function isZero(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0) return bytes.length === 0;
  const head = Math.min(bytes.length, -bytes.byteOffset & 3);
  const words = Math.floor((bytes.length - head) / 4);
  if (!hasOnlyZeros(bytes, 0, head) || !hasOnlyZeros(bytes, head + words * 4, bytes.length)) return false;
  return words === 0 || hasOnlyZeros(new Int32Array(bytes.buffer, bytes.byteOffset + head, words), 0, words);
}

function hasOnlyZeros(numbers: Uint8Array | Int32Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (numbers[at] !== 0) return false;
  return true;
}

function capacity(length: number): number {
  let size = SMALLEST_CHUNK;
  while (size < length) size *= 2;
  return size;
}

/** How many bytes are copied sooner one by one than by way of a view. */
const SHORT = 64;

/** Copies `length` bytes, or as many as there are from `at` on, to place `to`. */
function copyPart(source: Uint8Array, at: number, target: Uint8Array, to: number, length: number): void {
  if (length > SHORT) target.set(source.subarray(at, at + length), to);
  else for (let i = 0; i < length && at + i < source.length; i++) target[to + i] = source[at + i] as number;
}
