/**
 * `DiskFile`: the disk's descriptor of a file, shared by everybody who has the file open here.
 *
 * It stays open as long as one of them does: so a file whose name is gone, whoever took it, can be used until then.
 */
import { Errno } from "../../abi/index.ts";
import { onDisk } from "./disk-error.ts";
import { fileId, type HostDisk, type HostStat } from "./host-disk.ts";

const COPY_BYTES = 1 << 20;

export class DiskFile {
  readonly #disk: HostDisk;
  #fd: number | undefined;
  #writable = false;
  #users = 0;

  constructor(disk: HostDisk) {
    this.#disk = disk;
  }

  get isOpen(): boolean {
    return this.#fd !== undefined;
  }

  /**
   * Another user. `path` leads to the file called `id`, and is `undefined` if nothing does any more.
   *
   * @throws ESTALE if the path leads to another file after all, or nowhere.
   */
  open(path: string | undefined, id: string, writes: boolean): void {
    if (this.#fd === undefined || (writes && !this.#writable)) {
      if (path === undefined) throw new Errno("ESTALE");
      const fd = this.#opened(path, id, writes ? "r+" : "r");
      this.#replace(fd, writes);
    }
    this.#users++;
  }

  /** A user less; the last one closes it. */
  close(): void {
    if (--this.#users > 0 || this.#fd === undefined) return;
    const fd = this.#fd;
    this.#fd = undefined;
    this.#writable = false;
    onDisk(() => this.#disk.closeSync(fd));
  }

  /** A file that was just made and has no name any more. Closed when its last user goes. */
  adopt(fd: number): void {
    this.#fd = fd;
    this.#writable = true;
  }

  stat(): HostStat {
    return onDisk(() => this.#disk.fstatSync(this.#open));
  }

  /** At most `count` bytes. */
  read(count: number, offset: number): Uint8Array {
    const length = Math.max(0, Math.min(count, this.stat().size - offset));
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const step = onDisk(() => this.#disk.readSync(this.#open, bytes, done, length - done, offset + done));
      if (step === 0) return bytes.slice(0, done);
      done += step;
    }
    return bytes;
  }

  /** How many bytes were written: fewer than all if the disk is full. */
  write(data: Uint8Array, offset: number): number {
    let done = 0;
    while (done < data.length) {
      try {
        done += onDisk(() => this.#disk.writeSync(this.#open, data, done, data.length - done, offset + done));
      } catch (error) {
        if (done > 0 && error instanceof Errno) return done;
        throw error;
      }
    }
    return done;
  }

  truncate(length: number): void {
    onDisk(() => this.#disk.ftruncateSync(this.#open, length));
  }

  /** Becomes a new file at `path` with the same contents: the way back from having no name. @returns what it is now */
  moveTo(path: string): HostStat {
    const fd = onDisk(() => this.#disk.openSync(path, "wx+"));
    try {
      this.#copyTo(fd);
    } catch (error) {
      this.#disk.closeSync(fd);
      this.#disk.unlinkSync(path);
      throw error;
    }
    this.#replace(fd, true);
    return this.stat();
  }

  #copyTo(fd: number): void {
    for (let at = 0, length = COPY_BYTES; length === COPY_BYTES; at += COPY_BYTES) {
      const bytes = this.read(COPY_BYTES, at);
      length = bytes.length;
      for (let done = 0; done < length; ) {
        done += onDisk(() => this.#disk.writeSync(fd, bytes, done, length - done, at + done));
      }
    }
  }

  get #open(): number {
    if (this.#fd === undefined) throw new Errno("EBADF");
    return this.#fd;
  }

  #opened(path: string, id: string, flags: "r" | "r+"): number {
    const fd = onDisk(() => this.#disk.openSync(path, flags));
    if (fileId(onDisk(() => this.#disk.fstatSync(fd))) === id) return fd;
    this.#disk.closeSync(fd);
    throw new Errno("ESTALE");
  }

  #replace(fd: number, writable: boolean): void {
    const old = this.#fd;
    this.#fd = fd;
    this.#writable = writable;
    if (old !== undefined) onDisk(() => this.#disk.closeSync(old));
  }
}
