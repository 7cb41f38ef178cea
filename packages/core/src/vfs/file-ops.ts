/**
 * `FileOps`: the behaviour of one open file.
 *
 * It never sleeps: where there is nothing to read or no room to write yet, it answers `undefined`, and `ready` is the
 * queue that is woken when asking again may help. Only a system call handler parks (gVisor's waiter).
 */
import { Errno, type IoctlRequest, POLLIN, POLLOUT } from "../abi/index.ts";
import type { WaitQueue } from "../sim/index.ts";

/** What a caller is about to do to an open file. */
export type FileUseKind = "read" | "write" | "change";

export abstract class FileOps {
  /** Woken when `read`, `write` or `poll` may answer differently. Without one the file is always ready. */
  get ready(): WaitQueue | undefined {
    return undefined;
  }

  /** True while open(2) has to wait: a FIFO without the other end. */
  get opening(): boolean {
    return false;
  }

  /** How long a read waits before it gives nothing, in microseconds; `undefined`: for ever. */
  get patienceUs(): number | undefined {
    return undefined;
  }

  /**
   * False if the caller has been stopped for asking, as a background job is at its terminal: it asks again when it
   * continues.
   */
  admits(_use: FileUseKind): boolean {
    return true;
  }

  /** What is read is made for the reader, and making much of it takes the host a while. */
  get isComputed(): boolean {
    return false;
  }

  /** True if the file has an offset: lseek(2) works and reads go on where the last one ended. */
  get seekable(): boolean {
    return false;
  }

  /** Reading and writing move the offset on. */
  get advances(): boolean {
    return this.seekable;
  }

  /** End of the file: where lseek(SEEK_END) and O_APPEND go. */
  get end(): number {
    return 0;
  }

  /** Where the next data are from `offset` on, which lies before the end; `undefined` if there are none: SEEK_DATA. */
  dataFrom(offset: number): number | undefined {
    return offset;
  }

  /** Where the next hole begins from `offset` on, which lies before the end: SEEK_HOLE. The end counts as one. */
  holeFrom(_offset: number): number {
    return this.end;
  }

  /** At most `count` bytes from `offset`; none at the end; `undefined` if there are none yet. The caller owns them. */
  read(_count: number, _offset: number): Uint8Array | undefined {
    throw new Errno("EINVAL");
  }

  /** How many bytes were taken; `undefined` if there is no room yet. Keeps no reference to `data`. */
  write(_data: Uint8Array, _offset: number): number | undefined {
    throw new Errno("EINVAL");
  }

  truncate(_length: number): void {
    throw new Errno("EINVAL");
  }

  /** POLLIN | POLLOUT | POLLHUP | POLLERR as they hold now. */
  poll(): number {
    return POLLIN | POLLOUT;
  }

  /** @throws ENOTTY if the file knows no such request. */
  ioctl(_request: IoctlRequest, _argument: unknown): unknown {
    throw new Errno("ENOTTY");
  }

  /** Lines of its own in /proc/PID/fdinfo. */
  describe(): string {
    return "";
  }

  /** The last descriptor was closed. */
  release(): void {}
}
