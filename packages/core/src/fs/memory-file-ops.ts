/** An open regular file of a `MemoryFs`. */
import { FileOps } from "../vfs/index.ts";
import type { MemoryFile } from "./memory-file.ts";

export class MemoryFileOps extends FileOps {
  readonly #file: MemoryFile;

  constructor(file: MemoryFile, _flags: number) {
    super();
    this.#file = file;
    file.opens++;
  }

  override get seekable(): boolean {
    return true;
  }

  override get end(): number {
    return this.#file.content.size;
  }

  override dataFrom(offset: number): number | undefined {
    return this.#file.content.dataFrom(offset);
  }

  override holeFrom(offset: number): number {
    return this.#file.content.holeFrom(offset);
  }

  override read(count: number, offset: number): Uint8Array {
    const bytes = this.#file.content.read(offset, count);
    const { cache } = this.#file.fs;
    if (cache !== undefined && bytes.length > 0) {
      cache.touch(this.#file, { offset, length: bytes.length, writes: false });
    }
    return bytes;
  }

  override write(data: Uint8Array, offset: number): number {
    return this.#file.write(data, offset);
  }

  override truncate(length: number): void {
    this.#file.setattr({ size: length });
  }

  override release(): void {
    this.#file.opens--;
    this.#file.releaseIfUnused();
  }
}
