/** A regular file of a `MemoryFs`. */
import { Errno, FILE_SIZE_MAX, PAGE_SIZE } from "../abi/index.ts";
import type { AttributeChange, FileOps } from "../vfs/index.ts";
import { FileContent } from "./file-content.ts";
import { MemoryFileOps } from "./memory-file-ops.ts";
import { MemoryInode } from "./memory-inode.ts";

/** While there is that much of the host's memory besides what is written, nobody looks more closely. */
const LEAST_ROOM = 1024 ** 2;

export class MemoryFile extends MemoryInode {
  override get type() {
    return "file" as const;
  }

  #content = new FileContent();
  /** What the account of pages remembers of this file. */
  bill: object | undefined;

  /** The bytes, to be read only: changes go through `write` and `setattr`. */
  get content(): FileContent {
    return this.#content;
  }

  /** Replaces the contents without copying. */
  set content(content: FileContent) {
    this.fs.takePages(content.pages - this.#content.pages, this);
    this.fs.space?.took(content.storedBytes - this.#content.storedBytes);
    this.#content = content;
  }

  /** Has contents that its file system has counted already. */
  begin(content: FileContent): void {
    this.fs.space?.took(content.storedBytes - this.#content.storedBytes);
    this.#content = content;
  }

  override dropData(): void {
    if (this.pages > 0) this.fs.takePages(-this.pages, this);
    this.fs.space?.took(-this.#content.storedBytes);
    if (this.bill !== undefined) this.fs.cache?.forget(this, 0);
  }

  override get size(): number {
    return this.#content.size;
  }

  protected override get pages(): number {
    return this.#content.pages;
  }

  override head(): Uint8Array {
    const { head } = this.#content;
    if (head.length > 0) this.fs.cache?.touch(this, { offset: 0, length: head.length, writes: false });
    return head;
  }

  override setattr(change: AttributeChange): void {
    if (change.size !== undefined && change.size > FILE_SIZE_MAX) throw new Errno("EFBIG");
    super.setattr(change);
    if (change.size === undefined) return;
    const before = this.#content.pages;
    const stored = this.#content.storedBytes;
    this.#content.truncate(change.size);
    this.fs.takePages(this.#content.pages - before, this);
    this.fs.space?.took(this.#content.storedBytes - stored);
    if (this.bill !== undefined) this.fs.cache?.forget(this, change.size);
    this.mtimeUs = change.mtimeUs ?? this.ctimeUs;
  }

  /**
   * Writes as much of `data` as there is room for.
   *
   * @throws ENOSPC if there is room for none of it. @throws EFBIG beyond the size that a file can have.
   */
  write(data: Uint8Array, offset: number): number {
    if (offset + data.length > FILE_SIZE_MAX) {
      if (offset >= FILE_SIZE_MAX) throw new Errno("EFBIG");
      return this.write(data.subarray(0, FILE_SIZE_MAX - offset), offset);
    }
    const needed = this.#content.pagesNeeded(offset, data.length);
    const room = this.fs.room(needed);
    if (room < needed) return this.#writeSome(data, offset, room);
    const { space } = this.fs;
    const stored = this.#content.storedBytes;
    if (space?.hasRoom(data.length + LEAST_ROOM) === false) space.claim(this.#content.bytesNeeded(offset, data));
    this.fs.takePages(needed, this);
    this.#content.write(offset, data);
    space?.took(this.#content.storedBytes - stored);
    this.fs.cache?.touch(this, { offset, length: data.length, writes: true });
    this.mtimeUs = this.fs.machine.nowUs;
    this.ctimeUs = this.mtimeUs;
    return data.length;
  }

  #writeSome(data: Uint8Array, offset: number, room: number): number {
    let fits = 0;
    while (fits < data.length) {
      const step = Math.min(data.length - fits, PAGE_SIZE - ((offset + fits) % PAGE_SIZE));
      if (this.#content.pagesNeeded(offset, fits + step) > room) break;
      fits += step;
    }
    if (fits === 0) throw new Errno("ENOSPC");
    return this.write(data.subarray(0, fits), offset);
  }

  override open(flags: number): FileOps {
    return new MemoryFileOps(this, flags);
  }
}
