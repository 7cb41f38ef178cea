/**
 * mqueue: the POSIX message queues of an ipc namespace, as files.
 *
 * A queue is made and removed like a file; reading it tells what is in it. Unlike Linux there are no calls that send or
 * receive: every queue is empty.
 *
 * @see mq_overview(7) "Mounting the message queue filesystem", ipc/mqueue.c
 */
import { Errno } from "../abi/index.ts";
import { MemoryDirectory, MemoryFile, MemoryFs, type MemoryInode } from "../fs/index.ts";
import { encode } from "../lib/index.ts";
import { FileOps, type FsMachine, type InodeInit } from "../vfs/index.ts";

/** The size that stat(2) tells of every queue. */
const QUEUE_FILE_SIZE = 80;
const EMPTY_QUEUE = encode("QSIZE:0          NOTIFY:0     SIGNO:0     NOTIFY_PID:0     \n");
/** /proc/sys/fs/mqueue/queues_max */
const QUEUES_MAX = 256;

export class MessageQueueFs extends MemoryFs {
  override readonly root: MemoryDirectory;

  constructor(machine: FsMachine) {
    super(machine, { type: "mqueue" });
    this.root = new QueueDirectory(this, { type: "dir", mode: 0o1777, uid: 0, gid: 0 });
  }

  override make(init: InodeInit): MemoryInode {
    return init.type === "file" ? new Queue(this, init) : super.make(init);
  }
}

class QueueDirectory extends MemoryDirectory {
  /** @throws EPERM for anything but a file. @throws ENOSPC if there are too many queues. */
  override create(name: string, init: InodeInit): MemoryInode {
    if (init.type !== "file") throw new Errno("EPERM");
    if (this.entries.size >= QUEUES_MAX) throw new Errno("ENOSPC");
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

  protected override get size(): number {
    return 40 + 20 * this.entries.size;
  }
}

class Queue extends MemoryFile {
  protected override get size(): number {
    return QUEUE_FILE_SIZE;
  }

  override write(): number {
    throw new Errno("EINVAL");
  }

  override open(): FileOps {
    return new QueueOps(this);
  }
}

class QueueOps extends FileOps {
  readonly #queue: Queue;

  constructor(queue: Queue) {
    super();
    this.#queue = queue;
    queue.opens++;
  }

  override get seekable(): boolean {
    return true;
  }

  override read(count: number, offset: number): Uint8Array {
    return EMPTY_QUEUE.slice(offset, offset + count);
  }

  /** Truncation is taken, and changes nothing. */
  override truncate(): void {}

  override release(): void {
    this.#queue.opens--;
    this.#queue.releaseIfUnused();
  }
}
