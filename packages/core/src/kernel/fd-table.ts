/**
 * The table of file descriptors of a process.
 *
 * @see open(2), dup(2), fcntl(2) on FD_CLOEXEC
 */
import { Errno } from "../abi/index.ts";
import { DeferredFile, type OpenFile } from "../vfs/index.ts";

export class FdTable {
  /** Index = descriptor. */
  #files: (OpenFile | DeferredFile | undefined)[] = [];
  /** Descriptors with FD_CLOEXEC. */
  #closeOnExec: Set<number> | undefined;

  /** @throws EBADF if the descriptor is not open. */
  get(fd: number): OpenFile {
    const file = this.#files[fd];
    if (file === undefined) throw new Errno("EBADF");
    return file instanceof DeferredFile ? file.opened : file;
  }

  has(fd: number): boolean {
    return this.#files[fd] !== undefined;
  }

  closesOnExec(fd: number): boolean {
    return this.#closeOnExec?.has(fd) ?? false;
  }

  /** Puts a file at the lowest free descriptor ≥ `minimum`. @throws EMFILE at `limit`. */
  add(
    file: OpenFile,
    options: { readonly closeOnExec: boolean; readonly limit: number; readonly minimum?: number },
  ): number {
    let fd = options.minimum ?? 0;
    while (this.#files[fd] !== undefined) fd++;
    if (fd >= options.limit) throw new Errno("EMFILE");
    this.#files[fd] = file;
    if (options.closeOnExec) this.setCloseOnExec(fd, true);
    return fd;
  }

  /** Puts a file at `fd`, closing what was there. */
  set(fd: number, file: OpenFile | DeferredFile, closeOnExec: boolean): void {
    const old = this.#files[fd];
    this.#files[fd] = file;
    this.setCloseOnExec(fd, closeOnExec);
    old?.release();
  }

  /** @throws EBADF if the descriptor is not open. */
  setCloseOnExec(fd: number, closeOnExec: boolean): void {
    if (this.#files[fd] === undefined) throw new Errno("EBADF");
    if (!closeOnExec) this.#closeOnExec?.delete(fd);
    else if (this.#closeOnExec === undefined) this.#closeOnExec = new Set([fd]);
    else this.#closeOnExec.add(fd);
  }

  /** @throws EBADF if the descriptor is not open. */
  close(fd: number): void {
    const file = this.#files[fd];
    if (file === undefined) throw new Errno("EBADF");
    this.#files[fd] = undefined;
    this.#closeOnExec?.delete(fd);
    file.release();
  }

  /** The table of a forked child: the same open files. */
  clone(): FdTable {
    const copy = new FdTable();
    copy.#files = this.#files.slice();
    for (const file of copy.#files) file?.retain();
    if (this.#closeOnExec !== undefined) copy.#closeOnExec = new Set(this.#closeOnExec);
    return copy;
  }

  /** What is left is kept in as little space as it needs: many processes live long and never open a file again. */
  closeOnExec(): void {
    for (const fd of this.#closeOnExec ?? []) this.close(fd);
    this.#closeOnExec = undefined;
    this.#files = this.#files.slice(0, this.#files.findLastIndex((file) => file !== undefined) + 1);
  }

  closeAll(): void {
    for (let fd = 0; fd < this.#files.length; fd++) if (this.#files[fd] !== undefined) this.close(fd);
  }

  /** Open descriptors, ascending. */
  open(): readonly number[] {
    return [...this.#files.keys()].filter((fd) => this.#files[fd] !== undefined);
  }
}
