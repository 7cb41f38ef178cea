/**
 * mqueue: the POSIX message queues of an ipc namespace, as files.
 *
 * A queue is made and removed like a file; reading it tells what is in it. The calls that send and receive are in
 * `syscalls/mqueue.ts`.
 *
 * @see mq_overview(7) "Mounting the message queue filesystem", ipc/mqueue.c
 */
import { Errno, POLLIN, POLLOUT, type PrioritizedMessage, type Signal } from "../abi/index.ts";
import { MemoryDirectory, MemoryFile, MemoryFs, type MemoryInode } from "../fs/index.ts";
import { encode } from "../lib/index.ts";
import { WaitQueue } from "../sim/index.ts";
import { FileOps, type FsMachine, type InodeInit } from "../vfs/index.ts";

/** The size that stat(2) tells of every queue. */
const QUEUE_FILE_SIZE = 80;

/** A value below fs.mqueue. */
export type QueueLimit = (name: "msg_default" | "msg_max" | "msgsize_default" | "msgsize_max" | "queues_max") => number;

export class MessageQueueFs extends MemoryFs {
  override readonly root: MemoryDirectory;
  readonly limit: QueueLimit;

  constructor(machine: FsMachine, limit: QueueLimit) {
    super(machine, { type: "mqueue" });
    this.limit = limit;
    this.root = new QueueDirectory(this, { type: "dir", mode: 0o1777, uid: 0, gid: 0 });
  }

  override make(init: InodeInit): MemoryInode {
    return init.type === "file" ? new Queue(this, init) : super.make(init);
  }

  /** The attributes of a queue that is opened without any. */
  get defaults(): { readonly maxMessages: number; readonly messageSize: number } {
    return {
      maxMessages: Math.min(this.limit("msg_max"), this.limit("msg_default")),
      messageSize: Math.min(this.limit("msgsize_max"), this.limit("msgsize_default")),
    };
  }
}

class QueueDirectory extends MemoryDirectory {
  /** @throws EPERM for anything but a file. @throws ENOSPC if there are too many queues. */
  override create(name: string, init: InodeInit): MemoryInode {
    if (init.type !== "file") throw new Errno("EPERM");
    const { fs } = this;
    if (fs instanceof MessageQueueFs && this.entries.size >= fs.limit("queues_max")) throw new Errno("ENOSPC");
    return super.create(name, init);
  }

  override createTemporary(): MemoryInode {
    throw new Errno("EOPNOTSUPP");
  }

  override link(): void {
    throw new Errno("EPERM");
  }

  override rename(): void {
    throw new Errno("EPERM");
  }

  override exchange(): void {
    throw new Errno("EPERM");
  }

  override get size(): number {
    return 40 + 20 * this.entries.size;
  }

  protected override get blocks(): number {
    return 0;
  }
}

/** Who is to hear of the next message in the empty queue. */
export interface QueueListener {
  /** The descriptor's open file that it asked through. */
  readonly ops: FileOps;
  /** `undefined` if it wants to hear nothing. */
  readonly signal: Signal | undefined;
  readonly isAlive: boolean;
  /** Its number as the reader sees it. */
  readonly pid: number;
  notify(): void;
}

export class Queue extends MemoryFile {
  maxMessages: number;
  messageSize: number;
  readonly changed = new WaitQueue("message queue");
  /** Highest priority first; of equals the oldest. */
  readonly messages: PrioritizedMessage[] = [];
  /** Processes that sleep until something comes. */
  receivers = 0;
  #listener: QueueListener | undefined;

  constructor(fs: MessageQueueFs, init: InodeInit) {
    super(fs, init);
    ({ maxMessages: this.maxMessages, messageSize: this.messageSize } = fs.defaults);
  }

  /** Somebody who has gone does not listen any more. */
  get listener(): QueueListener | undefined {
    return this.#listener?.isAlive === true ? this.#listener : undefined;
  }

  set listener(listener: QueueListener | undefined) {
    this.#listener = listener;
  }

  put(message: PrioritizedMessage): void {
    const behind = this.messages.findIndex(({ priority }) => priority < message.priority);
    this.messages.splice(behind < 0 ? this.messages.length : behind, 0, message);
    if (this.messages.length === 1 && this.receivers === 0) {
      this.listener?.notify();
      this.#listener = undefined;
    }
    this.changed.wakeAll();
  }

  take(): PrioritizedMessage | undefined {
    const first = this.messages.shift();
    if (first !== undefined) this.changed.wakeAll();
    return first;
  }

  override get size(): number {
    return QUEUE_FILE_SIZE;
  }

  override write(): number {
    throw new Errno("EINVAL");
  }

  override open(): FileOps {
    return new QueueOps(this);
  }
}

/** SIGEV_SIGNAL and SIGEV_NONE. @see sigevent(3type) */
const NOTIFY_SIGNAL = 0;
const NOTIFY_NONE = 1;

export class QueueOps extends FileOps {
  readonly queue: Queue;

  constructor(queue: Queue) {
    super();
    this.queue = queue;
    queue.opens++;
  }

  override get seekable(): boolean {
    return true;
  }

  override get ready(): WaitQueue {
    return this.queue.changed;
  }

  override poll(): number {
    const { messages, maxMessages } = this.queue;
    return (messages.length > 0 ? POLLIN : 0) | (messages.length < maxMessages ? POLLOUT : 0);
  }

  override read(count: number, offset: number): Uint8Array {
    return encode(this.#text()).slice(offset, offset + count);
  }

  /** Truncation is taken, and changes nothing. */
  override truncate(): void {}

  override release(): void {
    if (this.queue.listener?.ops === this) this.queue.listener = undefined;
    this.queue.opens--;
    this.queue.releaseIfUnused();
  }

  #text(): string {
    const bytes = this.queue.messages.reduce((sum, { data }) => sum + data.length, 0);
    const { listener } = this.queue;
    const kind = listener === undefined || listener.signal !== undefined ? NOTIFY_SIGNAL : NOTIFY_NONE;
    const fields: readonly (readonly [name: string, value: number, width: number])[] = [
      ["QSIZE", bytes, 10],
      ["NOTIFY", kind, 5],
      ["SIGNO", listener?.signal ?? 0, 5],
      ["NOTIFY_PID", listener?.pid ?? 0, 6],
    ];
    return `${fields.map(([name, value, width]) => `${name}:${String(value).padEnd(width)}`).join(" ")}\n`;
  }
}
