/**
 * The page cache: which parts of files on the machine's disk are in memory, and to whom that memory is charged.
 *
 * A file is cached in chunks of 64 KiB, each charged to the cgroup of whoever first touched it. What is not cached is
 * read from the disk, and costs the reader I/O. What the host itself reads is charged to nobody.
 *
 * @see Documentation/admin-guide/cgroup-v2.rst "Memory Ownership", mm/filemap.c
 */
import { PAGE_SIZE } from "../../abi/index.ts";
import type { FileCache, MemoryFile } from "../../fs/index.ts";
import type { Cgroup } from "../cgroup/cgroup.ts";
import { charge } from "../cgroup/charge.ts";
import { chargeIo } from "../cgroup/io.ts";
import { type CachedPages, living, uncharge } from "../cgroup/memory.ts";
import type { Kernel } from "../kernel.ts";
import { holdUp, throttle } from "./throttle.ts";

const PAGES_PER_CHUNK = 16;
const CHUNK_SIZE = PAGES_PER_CHUNK * PAGE_SIZE;

type Range = Parameters<FileCache["touch"]>[1];

class CachedChunk implements CachedPages {
  readonly #file: CachedFile;
  readonly #index: number;
  cgroup: Cgroup;
  pages = 0;
  used = false;

  constructor(file: CachedFile, index: number, cgroup: Cgroup) {
    this.#file = file;
    this.#index = index;
    this.cgroup = cgroup;
  }

  evict(pages: number): void {
    this.pages -= pages;
    if (this.pages === 0) this.#file.chunks.delete(this.#index);
  }
}

class CachedFile {
  readonly chunks = new Map<number, CachedChunk>();
}

export class PageCache implements FileCache {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  touch(file: MemoryFile, range: Range): void {
    const { current } = this.#kernel;
    if (current === undefined || range.length === 0) return;
    const missed = this.#bring(file, range, current.cgroup);
    const bytes = range.writes ? range.length : missed;
    if (bytes === 0) return;
    const doneUs = chargeIo(current.cgroup, range.writes ? "write" : "read", bytes);
    if (doneUs > this.#kernel.monotonicUs) holdUp(current, doneUs);
    if (missed > 0) throttle(current, missed);
  }

  forget(file: MemoryFile, length: number): void {
    if (!(file.bill instanceof CachedFile)) return;
    for (const [index, chunk] of file.bill.chunks) {
      const kept = pagesWithin(index, length);
      if (kept >= chunk.pages) continue;
      const pages = chunk.pages - kept;
      chunk.evict(pages);
      if (chunk.pages === 0) chunk.cgroup.memory.cache?.delete(chunk);
      uncharge(chunk.cgroup, "file", pages * PAGE_SIZE);
    }
  }

  /** Puts what is touched into the cache, as far as there is memory. Returns how many bytes were not there. */
  #bring(file: MemoryFile, { offset, length }: Range, cgroup: Cgroup): number {
    if (!(file.bill instanceof CachedFile)) file.bill = new CachedFile();
    const { chunks } = file.bill as CachedFile;
    let missed = 0;
    const last = Math.floor((offset + length - 1) / CHUNK_SIZE);
    for (let index = Math.floor(offset / CHUNK_SIZE); index <= last; index++) {
      const wanted = pagesWithin(index, file.content.size);
      const chunk = chunks.get(index);
      if (chunk !== undefined && chunk.pages >= wanted) {
        chunk.used = true;
        continue;
      }
      missed += (wanted - (chunk?.pages ?? 0)) * PAGE_SIZE;
      this.#add(file.bill as CachedFile, index, wanted, cgroup);
    }
    return missed;
  }

  #add(file: CachedFile, index: number, wanted: number, cgroup: Cgroup): void {
    const owner = living(file.chunks.get(index)?.cgroup ?? cgroup);
    const missing = (): number => wanted - (file.chunks.get(index)?.pages ?? 0);
    const { takenBytes } = charge(owner, "file", missing() * PAGE_SIZE);
    if (takenBytes === 0) return;
    // Looking for memory may have taken this very chunk out of the cache.
    const chunk = file.chunks.get(index) ?? new CachedChunk(file, index, owner);
    chunk.pages += takenBytes / PAGE_SIZE;
    file.chunks.set(index, chunk);
    owner.memory.cache ??= new Set();
    owner.memory.cache.add(chunk);
  }
}

/** Pages of a chunk that lie in the first `length` bytes of a file. */
function pagesWithin(index: number, length: number): number {
  return Math.max(0, Math.min(PAGES_PER_CHUNK, Math.ceil(length / PAGE_SIZE) - index * PAGES_PER_CHUNK));
}
