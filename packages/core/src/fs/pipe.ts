/**
 * Pipes and FIFOs.
 *
 * A pipe holds PIPE_SIZE bytes; a write of up to PIPE_BUF bytes is taken whole or not at all. Reading from an empty
 * pipe waits while somebody has it open for writing; writing without a reader is EPIPE.
 *
 * @see pipe(7), fifo(7), fs/pipe.c
 */
import {
  Errno,
  type IoctlRequest,
  O_ACCMODE,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  PIPE_BUF,
  PIPE_SIZE,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
} from "../abi/index.ts";
import { concat, NO_BYTES } from "../lib/index.ts";
import { WaitQueue } from "../sim/index.ts";
import { FileOps } from "../vfs/index.ts";
import type { Drain } from "./drain.ts";

export class Pipe {
  readonly changed: WaitQueue;
  /** What was written and not read yet, in order. */
  #chunks: Uint8Array[] = [];
  #length = 0;
  #readers = 0;
  #writers = 0;
  /** How often each end was opened: an open that waited may find that the other end came and went. */
  #readerOpens = 0;
  #writerOpens = 0;
  /** Takes everything that is written, at once or as fast as it can: the host's end of a container's output. */
  readonly #drain: Drain | ((data: Uint8Array) => void) | undefined;

  constructor(name: string, drain?: Drain | ((data: Uint8Array) => void)) {
    this.changed = new WaitQueue(name);
    this.#drain = drain;
    if (drain !== undefined) this.#readers = 1;
  }

  get length(): number {
    return this.#length;
  }

  get readers(): number {
    return this.#readers;
  }

  get writers(): number {
    return this.#writers;
  }

  get readerOpens(): number {
    return this.#readerOpens;
  }

  get writerOpens(): number {
    return this.#writerOpens;
  }

  /** Opens one end, or both (O_RDWR), of a FIFO. @throws ENXIO for O_WRONLY | O_NONBLOCK without a reader. */
  open(flags: number): FileOps {
    const access = flags & O_ACCMODE;
    if (access === O_WRONLY && (flags & O_NONBLOCK) !== 0 && this.#readers === 0) throw new Errno("ENXIO");
    return this.#opened(flags, (flags & O_NONBLOCK) === 0 && access !== O_RDWR);
  }

  /** Opens one end of a pipe without a name, by way of /proc: that never waits for the other end. */
  reopen(flags: number): FileOps {
    return this.#opened(flags, false);
  }

  #opened(flags: number, waits: boolean): FileOps {
    const access = flags & O_ACCMODE;
    if (access !== O_WRONLY) {
      this.#readers++;
      this.#readerOpens++;
    }
    if (access !== O_RDONLY) {
      this.#writers++;
      this.#writerOpens++;
    }
    this.changed.wakeAll();
    return new PipeOps(this, access, waits);
  }

  close(access: number): void {
    if (access !== O_WRONLY) this.#readers--;
    if (access !== O_RDONLY) this.#writers--;
    if (this.#readers === 0 && this.#writers === 0) {
      this.#chunks = [];
      this.#length = 0;
    }
    this.changed.wakeAll();
  }

  /** At most `count` bytes; none if all writers are gone; `undefined` if there are none yet. */
  take(count: number): Uint8Array | undefined {
    if (this.#length === 0) return this.#writers === 0 ? NO_BYTES : undefined;
    const only = this.#chunks.length === 1 ? this.#chunks[0] : undefined;
    if (only !== undefined && only.length <= count) {
      this.#chunks.length = 0;
      this.#length = 0;
      this.changed.wakeAll();
      return only;
    }
    const taken: Uint8Array[] = [];
    let left = count;
    let used = 0;
    while (left > 0 && used < this.#chunks.length) {
      const chunk = this.#chunks[used] as Uint8Array;
      if (chunk.length > left) {
        taken.push(chunk.slice(0, left));
        this.#chunks[used] = chunk.subarray(left);
        left = 0;
      } else {
        taken.push(chunk);
        left -= chunk.length;
        used++;
      }
    }
    this.#chunks.splice(0, used);
    this.#length -= count - left;
    this.changed.wakeAll();
    return concat(taken);
  }

  /** How many bytes were taken; `undefined` if there is no room. @throws EPIPE if nobody reads. */
  put(data: Uint8Array): number | undefined {
    if (this.#readers === 0) throw new Errno("EPIPE");
    if (typeof this.#drain === "function") {
      this.#drain(data.length === 0 ? data : data.slice());
      return data.length;
    }
    const { room } = this;
    if (room === 0 || (data.length <= PIPE_BUF && data.length > room)) {
      if (data.length === 0) return 0;
      this.#awaitRoom();
      return undefined;
    }
    const part = data.slice(0, room);
    if (this.#drain === undefined) this.feed(part);
    else this.#drain.put(part);
    if (part.length < data.length) this.#awaitRoom();
    return part.length;
  }

  /** Whoever waits for room is told of it once the host has taken something. */
  #awaitRoom(): void {
    if (typeof this.#drain === "object") this.#drain.whenRoom(() => this.changed.wakeAll());
  }

  /** Bytes that can be written now. */
  get room(): number {
    if (this.#drain === undefined) return PIPE_SIZE - this.#length;
    return typeof this.#drain === "function" ? PIPE_SIZE : this.#drain.room;
  }

  /** The host writes, whatever room there is. The bytes must not change any more. */
  feed(data: Uint8Array): void {
    this.#chunks.push(data);
    this.#length += data.length;
    this.changed.wakeAll();
  }

  poll(access: number): number {
    let events = 0;
    if (access !== O_WRONLY) {
      if (this.#length > 0) events |= POLLIN;
      if (this.#writers === 0) events |= POLLHUP;
    }
    if (access !== O_RDONLY) {
      if (this.room >= PIPE_BUF) events |= POLLOUT;
      else this.#awaitRoom();
      if (this.#readers === 0) events |= POLLERR;
    }
    return events;
  }
}

class PipeOps extends FileOps {
  readonly #pipe: Pipe;
  readonly #access: number;
  readonly #waits: boolean;
  /** Opens of the other end that had been made when this end was opened. */
  readonly #seen: number;

  constructor(pipe: Pipe, access: number, waits: boolean) {
    super();
    this.#pipe = pipe;
    this.#access = access;
    this.#waits = waits;
    this.#seen = this.#access === O_RDONLY ? pipe.writerOpens : pipe.readerOpens;
  }

  override get ready(): WaitQueue {
    return this.#pipe.changed;
  }

  override get opening(): boolean {
    if (!this.#waits) return false;
    return this.#access === O_RDONLY
      ? this.#pipe.writers === 0 && this.#pipe.writerOpens === this.#seen
      : this.#pipe.readers === 0 && this.#pipe.readerOpens === this.#seen;
  }

  override read(count: number): Uint8Array | undefined {
    return this.#pipe.take(count);
  }

  override write(data: Uint8Array): number | undefined {
    return this.#pipe.put(data);
  }

  override poll(): number {
    return this.#pipe.poll(this.#access);
  }

  override ioctl(request: IoctlRequest): unknown {
    if (request === "FIONREAD") return this.#pipe.length;
    throw new Errno("ENOTTY");
  }

  override release(): void {
    this.#pipe.close(this.#access);
  }
}
