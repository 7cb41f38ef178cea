/**
 * Open files: what a descriptor refers to. Linux's `struct file`.
 *
 * @see open(2) on "open file description"
 */
import {
  type DirEntry,
  Errno,
  FILE_SIZE_MAX,
  IN_ACCESS,
  IN_CLOSE_NOWRITE,
  IN_CLOSE_WRITE,
  IN_MODIFY,
  IN_OPEN,
  O_ACCMODE,
  O_APPEND,
  O_PATH,
  O_RDONLY,
  O_WRONLY,
  SEEK_CUR,
  SEEK_DATA,
  SEEK_END,
  SEEK_HOLE,
  SEEK_SET,
} from "../abi/index.ts";
import { assert } from "../lib/index.ts";
import type { FileOps } from "./file-ops.ts";
import type { Location } from "./mount.ts";
import { tellIfGone, tellPath } from "./watch.ts";

export class OpenFile {
  readonly at: Location;
  readonly ops: FileOps;
  /** O_ACCMODE and the status flags. */
  flags: number;
  offset = 0;
  /** Descriptors that refer here, over all processes. */
  #references = 1;
  /** What getdents has still to hand out; read when a directory is read from its start. */
  #entries: readonly DirEntry[] | undefined;
  readonly #writes: boolean;

  constructor(at: Location, flags: number, ops: FileOps) {
    this.at = at;
    this.flags = flags;
    this.ops = ops;
    this.at.mount.users++;
    this.#writes = this.writable && at.inode.type === "file" && (flags & O_PATH) === 0;
    if (this.#writes) {
      at.inode.backing.use.writing++;
      at.mount.writers++;
      at.mount.fs.writers++;
    }
  }

  get readable(): boolean {
    return (this.flags & O_ACCMODE) !== O_WRONLY && (this.flags & O_PATH) === 0;
  }

  get writable(): boolean {
    return (this.flags & O_ACCMODE) !== O_RDONLY && (this.flags & O_PATH) === 0;
  }

  /** Another descriptor refers here: dup(2), clone(2). */
  retain(): this {
    this.#references++;
    return this;
  }

  /** One descriptor less; the last one lets the file go. */
  release(): void {
    assert(this.#references > 0, "an open file is released once for each reference");
    if (--this.#references > 0) return;
    const isWatched = this.at.inode.fs.watches !== undefined;
    if (isWatched) this.#tell(this.writable ? IN_CLOSE_WRITE : IN_CLOSE_NOWRITE);
    this.at.mount.users--;
    if (this.#writes) {
      this.at.inode.backing.use.writing--;
      this.at.mount.writers--;
      this.at.mount.fs.writers--;
    }
    this.at.inode.unlock(this);
    this.ops.release();
    if (isWatched) tellIfGone(this.at.dentry);
  }

  /** It is open now: watches hear of that. */
  tellOpened(): void {
    if (!this.ops.opening) this.#tell(IN_OPEN);
  }

  /**
   * Reads at the file's own offset.
   *
   * @returns `undefined` if there is nothing yet.
   * @throws EBADF if the file is not open for reading. @throws EISDIR on a directory.
   */
  read(count: number): Uint8Array | undefined {
    const bytes = this.pread(count, this.offset);
    if (bytes !== undefined && this.ops.advances) this.offset += bytes.length;
    return bytes;
  }

  pread(count: number, offset: number): Uint8Array | undefined {
    if (!this.readable) throw new Errno("EBADF");
    const bytes = this.ops.read(count, offset);
    if (bytes !== undefined) this.at.inode.accessed();
    if (bytes !== undefined && bytes.length > 0) this.#tellUse(IN_ACCESS);
    return bytes;
  }

  /** Writes at the file's own offset, or at its end if it was opened with O_APPEND. @returns `undefined` if there is no room yet. */
  write(data: Uint8Array): number | undefined {
    if (!this.writable) throw new Errno("EBADF");
    if ((this.flags & O_APPEND) !== 0) this.offset = this.ops.end;
    const written = this.ops.write(data, this.offset);
    if (written === undefined) return undefined;
    if (this.ops.advances) this.offset += written;
    if (written > 0) this.#tellUse(IN_MODIFY);
    return written;
  }

  pwrite(data: Uint8Array, offset: number): number | undefined {
    if (!this.writable) throw new Errno("EBADF");
    const written = this.ops.write(data, (this.flags & O_APPEND) !== 0 ? this.ops.end : offset);
    if (written !== undefined && written > 0) this.#tellUse(IN_MODIFY);
    return written;
  }

  truncate(length: number): void {
    this.ops.truncate(length);
    this.#tellUse(IN_MODIFY);
  }

  /**
   * @throws ESPIPE on a pipe, socket or terminal. @throws EINVAL if the result would be negative.
   * @throws ENXIO to look for data or a hole beyond the end.
   */
  seek(offset: number, whence: number): number {
    if ((this.flags & O_PATH) !== 0) throw new Errno("EBADF");
    if (this.at.inode.type === "dir") return this.#seekDirectory(offset, whence);
    if (!this.ops.seekable) throw new Errno("ESPIPE");
    if (whence === SEEK_DATA || whence === SEEK_HOLE) {
      const found = offset < 0 || offset >= this.ops.end ? undefined : this.#look(offset, whence);
      if (found === undefined) throw new Errno("ENXIO");
      this.offset = found;
      return found;
    }
    const base = whence === SEEK_SET ? 0 : whence === SEEK_CUR ? this.offset : whence === SEEK_END ? this.ops.end : -1;
    if (base < 0 || base + offset < 0 || base + offset > FILE_SIZE_MAX) throw new Errno("EINVAL");
    this.offset = base + offset;
    return this.offset;
  }

  /**
   * At most `count` entries of a directory from where the last call stopped, `.` and `..` first.
   *
   * @throws ENOTDIR if this is no directory. @throws ENOENT if it was removed.
   */
  readEntries(count: number): readonly DirEntry[] {
    const inode = this.at.inode;
    if (inode.type !== "dir" || (this.flags & O_PATH) !== 0) throw new Errno("ENOTDIR");
    if (this.at.dentry.deleted) throw new Errno("ENOENT");
    if (this.#entries === undefined || this.offset === 0) {
      const parent = this.at.dentry.parent?.inode ?? inode;
      this.#entries = [
        { name: ".", ino: inode.ino, type: "dir" },
        { name: "..", ino: parent.ino, type: "dir" },
        ...inode.readdir(),
      ];
      inode.accessed();
    }
    this.#tell(IN_ACCESS);
    const entries = this.#entries.slice(this.offset, this.offset + count);
    this.offset += entries.length;
    return entries;
  }

  #look(offset: number, whence: number): number | undefined {
    return whence === SEEK_DATA ? this.ops.dataFrom(offset) : this.ops.holeFrom(offset);
  }

  #tell(events: number): void {
    if ((this.flags & O_PATH) === 0) tellPath(this.at.dentry, events, OPENED);
  }

  /** Only of regular files is it told that they are read or written. */
  #tellUse(events: number): void {
    const { inode } = this.at;
    if (inode.fs.watches !== undefined && inode.type === "file") this.#tell(events);
  }

  #seekDirectory(offset: number, whence: number): number {
    if (whence !== SEEK_SET && whence !== SEEK_CUR) throw new Errno("EINVAL");
    const target = whence === SEEK_SET ? offset : this.offset + offset;
    if (target < 0 || target > FILE_SIZE_MAX) throw new Errno("EINVAL");
    this.offset = target;
    return target;
  }
}

const OPENED = { opened: true } as const;

/** Opens the files behind a process's standard descriptors, each when it is first used: one source serves all three. */
export interface FileSource {
  open(fd: number): OpenFile;
}

/** A file that is opened when somebody first uses its descriptor: most containers never write a line to stderr. */
export class DeferredFile {
  /** The file once somebody has used it; before that, the source that opens it. */
  #file: OpenFile | FileSource;
  readonly #fd: number;
  #references = 1;

  /** `fd` tells the source which file is wanted. */
  constructor(source: FileSource, fd = 0) {
    this.#file = source;
    this.#fd = fd;
  }

  /** The file, if somebody has used it. */
  get ifOpened(): OpenFile | undefined {
    return this.#file instanceof OpenFile ? this.#file : undefined;
  }

  get opened(): OpenFile {
    if (!(this.#file instanceof OpenFile)) this.#file = this.#file.open(this.#fd);
    return this.#file;
  }

  retain(): this {
    this.#references++;
    return this;
  }

  release(): void {
    if (--this.#references === 0) this.ifOpened?.release();
  }
}
