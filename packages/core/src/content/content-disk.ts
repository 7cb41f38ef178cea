/**
 * What a content store needs of a disk: the part of Node's `fs` that memfs's `Volume` has as well.
 *
 * Bytes that are given to a disk belong to it: they are not changed afterwards. The disk of this file keeps them
 * without a copy, so that a layer and the files unpacked from it are the same memory.
 */
import { Chunks, dirname } from "../lib/index.ts";

/** A disk, by the functions that a store calls. */
export interface ContentDisk {
  existsSync(path: string): boolean;
  statSync(path: string): { readonly size: number } | undefined;
  readFileSync(path: string): Uint8Array | string;
  /** For disks that do not have a file's bytes in one array. */
  readChunksSync?(path: string): Chunks;
  openSync(path: string, flags: "a" | "w"): number;
  writeSync(fd: number, buffer: Uint8Array): number;
  fsyncSync(fd: number): void;
  closeSync(fd: number): void;
  mkdirSync(path: string, options: { readonly recursive: true }): unknown;
  readdirSync(path: string): readonly unknown[];
  renameSync(from: string, to: string): void;
  unlinkSync(path: string): void;
  rmdirSync(path: string): void;
}

interface MemoryBytes {
  chunks: Uint8Array[];
  size: number;
}

/** Chunks that are smaller in the mean are not worth keeping: they are copied together. */
const SMALLEST_MEAN = 4096;

/** A disk in memory, for stores that nothing is to be left of. */
export class MemoryContentDisk implements ContentDisk {
  readonly #files = new Map<string, MemoryBytes>();
  readonly #directories = new Set<string>(["/"]);
  readonly #open = new Map<number, MemoryBytes>();
  #lastFd = 2;

  existsSync(path: string): boolean {
    return this.#files.has(path) || this.#directories.has(path);
  }

  statSync(path: string): { readonly size: number } {
    return { size: this.#get(path).size };
  }

  readFileSync(path: string): Uint8Array {
    const file = this.#get(path);
    const bytes = Chunks.from(file.chunks).whole();
    file.chunks = [bytes];
    return bytes;
  }

  readChunksSync(path: string): Chunks {
    const { chunks, size } = this.#get(path);
    if (size < chunks.length * SMALLEST_MEAN) return Chunks.of(this.readFileSync(path));
    return Chunks.from(chunks);
  }

  openSync(path: string, flags: "a" | "w"): number {
    if (!this.#directories.has(dirname(path))) throw new DiskError("ENOENT", path);
    const known = flags === "a" ? this.#files.get(path) : undefined;
    const file = known ?? { chunks: [], size: 0 };
    this.#files.set(path, file);
    this.#open.set(++this.#lastFd, file);
    return this.#lastFd;
  }

  writeSync(fd: number, buffer: Uint8Array): number {
    const file = this.#file(fd);
    file.chunks.push(buffer);
    file.size += buffer.length;
    return buffer.length;
  }

  fsyncSync(_fd: number): void {}

  closeSync(fd: number): void {
    this.#open.delete(fd);
  }

  mkdirSync(path: string, _options: { readonly recursive: true }): void {
    for (let at = path; !this.#directories.has(at); at = dirname(at)) this.#directories.add(at);
  }

  readdirSync(path: string): readonly string[] {
    if (!this.#directories.has(path)) throw new DiskError("ENOENT", path);
    return [...this.#directories, ...this.#files.keys()].flatMap((name) =>
      name !== "/" && dirname(name) === path ? [name.slice(name.lastIndexOf("/") + 1)] : [],
    );
  }

  renameSync(from: string, to: string): void {
    this.#files.set(to, this.#get(from));
    this.#files.delete(from);
  }

  unlinkSync(path: string): void {
    this.#get(path);
    this.#files.delete(path);
  }

  rmdirSync(path: string): void {
    this.#directories.delete(path);
  }

  #get(path: string): MemoryBytes {
    const file = this.#files.get(path);
    if (file === undefined) throw new DiskError("ENOENT", path);
    return file;
  }

  #file(fd: number): MemoryBytes {
    const file = this.#open.get(fd);
    if (file === undefined) throw new DiskError("EBADF", String(fd));
    return file;
  }
}

/** As Node's disks fail. */
class DiskError extends Error {
  override readonly name = "DiskError";
  readonly code: string;

  constructor(code: "ENOENT" | "EBADF", path: string) {
    super(`${code}: ${path}`);
    this.code = code;
  }
}
