/**
 * The table of file descriptors of a process.
 *
 * @see open(2), dup(2), fcntl(2) on FD_CLOEXEC
 */
import { Errno, O_PATH } from "../abi/index.ts";
import { DeferredFile, type FileSource, type Inode, type OpenFile } from "../vfs/index.ts";

type Descriptors = (OpenFile | DeferredFile | undefined)[];

/** How many descriptors have a bit in a mask: as many as fit into a small integer of V8. */
const BITS = 30;

/** Standard input, output and error. */
const STREAMS = 3;

/** Shared by all tables without a file. */
const NO_FILES: Readonly<Descriptors> = [];

export class FdTable {
  /** Index = descriptor. */
  #files: Readonly<Descriptors> = NO_FILES;
  /** Where descriptors 0 to 2 come from, as long as nobody has used one of them. */
  #streams: FileSource | undefined = undefined;
  /** Descriptors with FD_CLOEXEC: a bit each for the low ones. */
  #lowCloseOnExec = 0;
  #highCloseOnExec: Set<number> | undefined;

  /** Its process has locked ranges of bytes: closing any descriptor of such a file gives them back. */
  locksRanges = false;

  /** A table with these files from 0 on; it takes them over. */
  static of(files: readonly (OpenFile | DeferredFile)[]): FdTable {
    const table = new FdTable();
    if (files.length > 0) table.#files = files.slice();
    return table;
  }

  /** Nothing is at 0 to 2 yet: from now on they are what `streams` opens, each when it is first used. */
  begin(streams: FileSource): void {
    this.#streams = streams;
  }

  /** The descriptor is one of those that nobody has used. */
  #isUnused(fd: number): boolean {
    return this.#streams !== undefined && fd < STREAMS;
  }

  /** The array of files, made this table's own and large enough to be changed at `fd`. */
  #filesAround(fd: number): Descriptors {
    if (this.#isUnused(fd)) this.#settle();
    // Room for the streams and one more, as most have it; an array that grows by itself makes room for many.
    else if (this.#files === NO_FILES) this.#files = [undefined, undefined, undefined, undefined];
    return this.#files as Descriptors;
  }

  /** Descriptors 0 to 2 become like all others. */
  #settle(): void {
    const streams = this.#streams;
    if (streams === undefined) return;
    this.#streams = undefined;
    const others = this.#files.slice(STREAMS);
    this.#files = [new DeferredFile(streams, 0), new DeferredFile(streams, 1), new DeferredFile(streams, 2), ...others];
  }

  /** @throws EBADF if the descriptor is not open, or by O_PATH: it stands for a place then, and cannot be used. */
  get(fd: number): OpenFile {
    const file = this.raw(fd);
    if ((file.flags & O_PATH) !== 0) throw new Errno("EBADF");
    return file;
  }

  /** Whatever is there, for calls that take a place too. @throws EBADF if the descriptor is not open. @see open(2) O_PATH */
  raw(fd: number): OpenFile {
    if (this.#isUnused(fd)) this.#settle();
    const file = this.#files[fd];
    if (file === undefined) throw new Errno("EBADF");
    return file instanceof DeferredFile ? file.opened : file;
  }

  /** True if the descriptor is open, and not by O_PATH. */
  isUsable(fd: number): boolean {
    return this.has(fd) && (this.raw(fd).flags & O_PATH) === 0;
  }

  has(fd: number): boolean {
    return this.#files[fd] !== undefined || this.#isUnused(fd);
  }

  closesOnExec(fd: number): boolean {
    return fd < BITS ? (this.#lowCloseOnExec & (1 << fd)) !== 0 : (this.#highCloseOnExec?.has(fd) ?? false);
  }

  /** Puts a file at the lowest free descriptor ≥ `minimum`. @throws EMFILE at `limit`. */
  add(
    file: OpenFile,
    options: { readonly closeOnExec: boolean; readonly limit: number; readonly minimum?: number },
  ): number {
    let fd = options.minimum ?? 0;
    while (this.has(fd)) fd++;
    if (fd >= options.limit) throw new Errno("EMFILE");
    this.#filesAround(fd)[fd] = file;
    if (options.closeOnExec) this.setCloseOnExec(fd, true);
    return fd;
  }

  /** Puts a file at `fd`, closing what was there. */
  set(fd: number, file: OpenFile | DeferredFile, closeOnExec: boolean): void {
    const files = this.#filesAround(fd);
    const old = files[fd];
    files[fd] = file;
    this.setCloseOnExec(fd, closeOnExec);
    if (old !== undefined) this.#release(old);
  }

  /** @throws EBADF if the descriptor is not open. */
  setCloseOnExec(fd: number, closeOnExec: boolean): void {
    if (!this.has(fd)) throw new Errno("EBADF");
    this.#mark(fd, closeOnExec);
  }

  #mark(fd: number, closeOnExec: boolean): void {
    if (fd < BITS) this.#lowCloseOnExec = (this.#lowCloseOnExec & ~(1 << fd)) | (closeOnExec ? 1 << fd : 0);
    else if (!closeOnExec) this.#highCloseOnExec?.delete(fd);
    else {
      this.#highCloseOnExec ??= new Set();
      this.#highCloseOnExec.add(fd);
    }
  }

  /** @throws EBADF if the descriptor is not open. */
  close(fd: number): void {
    const files = this.#filesAround(fd);
    const file = files[fd];
    if (file === undefined) throw new Errno("EBADF");
    files[fd] = undefined;
    this.#mark(fd, false);
    this.#release(file);
  }

  #release(file: OpenFile | DeferredFile): void {
    const opened = !this.locksRanges ? undefined : file instanceof DeferredFile ? file.ifOpened : file;
    opened?.at.inode.unlock(this);
    file.release();
  }

  /** One of the descriptors leads to `inode`. */
  leadsTo(inode: Inode): boolean {
    return this.#files.some((file) => (file instanceof DeferredFile ? file.ifOpened : file)?.at.inode === inode);
  }

  /** The table of a forked child: the same open files. */
  clone(): FdTable {
    this.#settle();
    const copy = new FdTable();
    if (this.#files !== NO_FILES) copy.#files = this.#files.slice();
    for (const file of copy.#files) file?.retain();
    copy.#lowCloseOnExec = this.#lowCloseOnExec;
    if (this.#highCloseOnExec !== undefined) copy.#highCloseOnExec = new Set(this.#highCloseOnExec);
    return copy;
  }

  /** What is left is kept in as little space as it needs: many processes live long and never open a file again. */
  closeOnExec(): void {
    for (let fd = 0; this.#lowCloseOnExec >>> fd !== 0; fd++) if (this.closesOnExec(fd)) this.close(fd);
    if (this.#highCloseOnExec !== undefined) for (const fd of this.#highCloseOnExec) this.close(fd);
    this.#highCloseOnExec = undefined;
    let length = this.#files.length;
    while (length > 0 && this.#files[length - 1] === undefined) length--;
    this.#files = length === 0 ? NO_FILES : this.#files.slice(0, length);
  }

  closeAll(): void {
    this.#streams = undefined;
    for (let fd = 0; fd < this.#files.length; fd++) if (this.#files[fd] !== undefined) this.close(fd);
  }

  /** Open descriptors, ascending. */
  open(): readonly number[] {
    this.#settle();
    return [...this.#files.keys()].filter((fd) => this.#files[fd] !== undefined);
  }
}
