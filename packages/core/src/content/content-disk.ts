/**
 * What a content store needs of a disk: the part of Node's `fs` that memfs's `Volume` has as well.
 *
 * Bytes that are given to a disk belong to it: they are not changed afterwards. The disk of this file keeps them
 * without a copy, so that a layer and the files unpacked from it are the same memory.
 */
import { concat, dirname, NO_BYTES } from "../lib/index.ts";

export interface ContentDisk {
  existsSync(path: string): boolean;
  statSync(path: string): { readonly size: number } | undefined;
  readFileSync(path: string): Uint8Array | string;
  openSync(path: string, flags: "r" | "a" | "w"): number;
  readSync(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number;
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
    return whole(this.#get(path));
  }

  openSync(path: string, flags: "r" | "a" | "w"): number {
    if (flags !== "r" && !this.#directories.has(dirname(path))) throw new DiskError("ENOENT", path);
    const known = this.#files.get(path);
    const file = flags === "w" || (flags === "a" && known === undefined) ? { chunks: [], size: 0 } : this.#get(path);
    this.#files.set(path, file);
    this.#open.set(++this.#lastFd, file);
    return this.#lastFd;
  }

  readSync(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number {
    const bytes = whole(this.#file(fd)).subarray(position, position + length);
    buffer.set(bytes, offset);
    return bytes.length;
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

function whole(file: MemoryBytes): Uint8Array {
  const bytes = file.chunks.length === 0 ? NO_BYTES : concat(file.chunks);
  file.chunks = [bytes];
  return bytes;
}
