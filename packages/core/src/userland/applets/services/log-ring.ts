/**
 * The ring of messages that syslogd keeps in shared memory, and logread shows.
 *
 * Two numbers of four bytes come first: how many bytes the ring has, and where the next message goes. Each message ends
 * with a NUL; the last byte of the ring stays one. Two semaphores keep readers and the writer apart.
 *
 * @see busybox: sysklogd/logread.c, shmop(2), semop(2)
 */
import {
  Errno,
  IPC_CREAT,
  IPC_NOWAIT,
  type Routine,
  SEM_UNDO,
  type SemaphoreOperation,
  SHM_RDONLY,
  semctl,
  semget,
  semop,
  shmat,
  shmctl,
  shmget,
} from "../../../abi/index.ts";
import { concat } from "../../../lib/index.ts";
import { attempt, type Io } from "../../io.ts";

/** "GENA", which is how the segment is found. */
const KEY = 0x414e4547;
/** Everybody may: @see busybox, which asks for 1023. */
const SEMAPHORES_MODE = 0o777;
const HEAD_BYTES = 8;
const [SIZE_AT, TAIL_AT] = [0, 4];
const [READERS, WRITER] = [0, 1];
const operation = (number: number, change: number, flags = 0): SemaphoreOperation => ({ number, change, flags });
const ENTER_TO_WRITE = [operation(READERS, 0), operation(WRITER, 0), operation(WRITER, 1)];
const LEAVE_WRITING = [operation(WRITER, -1, IPC_NOWAIT)];
const ENTER_TO_READ = [operation(WRITER, 0), operation(READERS, 1, SEM_UNDO)];
const LEAVE_READING = [operation(READERS, -1, IPC_NOWAIT | SEM_UNDO)];

export class LogRing {
  readonly #segment: number;
  readonly #semaphores: number;
  readonly #view: DataView;
  readonly #data: Uint8Array;

  private constructor(segment: number, semaphores: number, bytes: Uint8Array) {
    this.#segment = segment;
    this.#semaphores = semaphores;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, HEAD_BYTES);
    this.#data = bytes.subarray(HEAD_BYTES);
  }

  /** Makes the ring, or takes the one that is there and empties it. */
  static *make(io: Io, size: number): Routine<LogRing> {
    const segment = yield* attempt(shmget(KEY, size, IPC_CREAT | 0o644));
    if (segment instanceof Errno) return yield* io.pdie("shmget", segment);
    const memory = yield* attempt(shmat(segment));
    if (memory instanceof Errno) return yield* io.pdie("shmat", memory);
    memory.bytes.fill(0);
    const semaphores = yield* attempt(semget(KEY, 2, IPC_CREAT | SEMAPHORES_MODE));
    if (semaphores instanceof Errno) return yield* io.pdie("semget", semaphores);
    const ring = new LogRing(segment, semaphores, memory.bytes);
    // What the head and the last byte take is not for messages.
    ring.#view.setUint32(SIZE_AT, size - HEAD_BYTES - 1, true);
    return ring;
  }

  /** The ring that a daemon has made, to read from it. Ends the applet if there is none. */
  static *find(io: Io): Routine<LogRing> {
    const segment = yield* attempt(shmget(KEY, 0, 0));
    if (segment instanceof Errno) return yield* io.pdie("can't find syslogd buffer", segment);
    const memory = yield* attempt(shmat(segment, SHM_RDONLY));
    if (memory instanceof Errno) return yield* io.pdie("can't access syslogd buffer", memory);
    const semaphores = yield* attempt(semget(KEY, 0, 0));
    if (semaphores instanceof Errno) {
      return yield* io.pdie("can't get access to semaphores for syslogd buffer", semaphores);
    }
    return new LogRing(segment, semaphores, memory.bytes);
  }

  get #size(): number {
    return this.#view.getUint32(SIZE_AT, true);
  }

  /** Where the next message goes. */
  get tail(): number {
    return this.#view.getUint32(TAIL_AT, true);
  }

  /** Writes a message, around the end if need be. */
  *append(message: Uint8Array): Routine<void> {
    yield* semop(this.#semaphores, ENTER_TO_WRITE);
    let rest = concat([message, Uint8Array.of(0)]);
    let tail = this.tail;
    while (tail + rest.length >= this.#size) {
      const room = this.#size - tail;
      this.#data.set(rest.subarray(0, room), tail);
      rest = rest.subarray(room);
      tail = 0;
    }
    this.#data.set(rest, tail);
    this.#view.setUint32(TAIL_AT, tail + rest.length, true);
    yield* semop(this.#semaphores, LEAVE_WRITING);
  }

  /** What was written since the tail was at `from`. */
  *since(from: number): Routine<{ readonly text: Uint8Array; readonly tail: number }> {
    yield* semop(this.#semaphores, ENTER_TO_READ);
    const { tail } = this;
    const text =
      from <= tail
        ? this.#data.slice(from, tail)
        : concat([this.#data.slice(from, this.#size), this.#data.slice(0, tail)]);
    yield* semop(this.#semaphores, LEAVE_READING);
    return { text: text.filter((byte) => byte !== 0), tail };
  }

  /** Where the oldest message begins that is whole. */
  oldest(): number {
    const { tail } = this;
    let at = this.#data.indexOf(0, tail);
    if (at < 0 || at >= this.#size) {
      at = this.#data.indexOf(0);
      if (at < 0 || at >= tail) return tail;
    }
    return at + 1 >= this.#size ? 0 : at + 1;
  }

  /** The segment goes with its last user, the semaphores at once. */
  *remove(): Routine<void> {
    yield* attempt(shmctl(this.#segment, "IPC_RMID"));
    yield* attempt(semctl(this.#semaphores, 0, "IPC_RMID"));
  }
}
