/**
 * The table of file descriptors of a process.
 *
 * @see open(2), dup(2), fcntl(2) on FD_CLOEXEC
 */
import { Errno } from "../abi/index.ts";
import { DeferredFile, type OpenFile } from "../vfs/index.ts";

interface Descriptor {
  readonly file: OpenFile | DeferredFile;
  readonly closeOnExec: boolean;
}

export class FdTable {
  /** Index = descriptor. */
  readonly #slots: (Descriptor | undefined)[] = [];

  /** @throws EBADF if the descriptor is not open. */
  get(fd: number): OpenFile {
    const slot = this.#slots[fd];
    if (slot === undefined) throw new Errno("EBADF");
    const { file } = slot;
    return file instanceof DeferredFile ? file.opened : file;
  }

  has(fd: number): boolean {
    return this.#slots[fd] !== undefined;
  }

  closesOnExec(fd: number): boolean {
    return this.#slots[fd]?.closeOnExec ?? false;
  }

  /** Puts a file at the lowest free descriptor ≥ `minimum`. @throws EMFILE at `limit`. */
  add(
    file: OpenFile,
    options: { readonly closeOnExec: boolean; readonly limit: number; readonly minimum?: number },
  ): number {
    let fd = options.minimum ?? 0;
    while (this.#slots[fd] !== undefined) fd++;
    if (fd >= options.limit) throw new Errno("EMFILE");
    this.#slots[fd] = { file, closeOnExec: options.closeOnExec };
    return fd;
  }

  /** Puts a file at `fd`, closing what was there. */
  set(fd: number, file: OpenFile | DeferredFile, closeOnExec: boolean): void {
    const old = this.#slots[fd];
    this.#slots[fd] = { file, closeOnExec };
    old?.file.release();
  }

  setCloseOnExec(fd: number, closeOnExec: boolean): void {
    this.#slots[fd] = { file: this.get(fd), closeOnExec };
  }

  /** @throws EBADF if the descriptor is not open. */
  close(fd: number): void {
    const slot = this.#slots[fd];
    if (slot === undefined) throw new Errno("EBADF");
    this.#slots[fd] = undefined;
    slot.file.release();
  }

  /** The table of a forked child: the same open files. */
  clone(): FdTable {
    const copy = new FdTable();
    for (const [fd, slot] of this.#slots.entries()) {
      if (slot === undefined) continue;
      slot.file.retain();
      copy.#slots[fd] = slot;
    }
    return copy;
  }

  closeOnExec(): void {
    for (const [fd, slot] of this.#slots.entries()) if (slot?.closeOnExec) this.close(fd);
  }

  closeAll(): void {
    for (const fd of this.open()) this.close(fd);
  }

  /** Open descriptors, ascending. */
  open(): readonly number[] {
    return [...this.#slots.keys()].filter((fd) => this.#slots[fd] !== undefined);
  }
}
