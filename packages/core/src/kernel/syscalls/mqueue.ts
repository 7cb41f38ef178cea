/**
 * POSIX message queues.
 *
 * @see mq_overview(7), mq_open(3), mq_send(3), mq_receive(3), mq_notify(3), mq_getattr(3), ipc/mqueue.c
 */
import {
  CAP_SYS_RESOURCE,
  Errno,
  MQ_PRIO_MAX,
  O_ACCMODE,
  O_CREAT,
  O_EXCL,
  O_NONBLOCK,
  type PrioritizedMessage,
  type QueueAttributes,
  type QueueNotification,
  SIGNAL_MAX,
} from "../../abi/index.ts";
import { directory, type FsContext, Location, Mount, type OpenFile, open } from "../../vfs/index.ts";
import { type MessageQueueFs, Queue, type QueueListener, QueueOps } from "../message-queue-fs.ts";
import { type Process, pidIn, type Sleeper, Sleeping } from "../process.ts";
import { install } from "./descriptors.ts";
import type { SyscallTable } from "./table.ts";

/** What no namespace can allow. @see include/linux/ipc_namespace.h: HARD_MSGMAX, HARD_MSGSIZEMAX */
const MESSAGES_MAX = 65_536;
const MESSAGE_SIZE_MAX = 16_777_216;
/** What the kernel needs for each message beside its data, as RLIMIT_MSGQUEUE counts. */
const MESSAGE_OVERHEAD = 96;
const OPEN_FLAGS = O_ACCMODE | O_CREAT | O_EXCL | O_NONBLOCK;

export const mqueueCalls = {
  mq_open: (process, name, flags, mode, attributes) => {
    const path = checkName(name);
    const fs = process.ns.ipc.queues(process.kernel);
    const isNew = fs.root.lookup(path) === undefined;
    const size = isNew && (flags & O_CREAT) !== 0 ? checkSize(process, fs, attributes) : undefined;
    const file = open(contextIn(process, fs), path, flags & OPEN_FLAGS, mode);
    const { inode } = file.at;
    if (size !== undefined && inode instanceof Queue) {
      inode.maxMessages = size.maxMessages;
      inode.messageSize = size.messageSize;
    }
    return install(process, file, true);
  },

  mq_unlink: (process, name) => {
    directory.unlink(contextIn(process, process.ns.ipc.queues(process.kernel)), checkName(name));
  },

  mq_timedsend: (process, fd, data, priority, untilUs) => {
    if (!(priority >= 0) || priority >= MQ_PRIO_MAX || isNoTime(untilUs)) throw new Errno("EINVAL");
    const { file, queue } = find(process, fd);
    if (!file.writable) throw new Errno("EBADF");
    if (data.length > queue.messageSize) throw new Errno("EMSGSIZE");
    const message = { data: data.slice(), priority };
    if (trySend(queue, message)) return undefined;
    if ((file.flags & O_NONBLOCK) !== 0) throw new Errno("EAGAIN");
    return new Sleeping(sendLater(queue, message, untilUs));
  },

  mq_timedreceive: (process, fd, size, untilUs) => {
    if (isNoTime(untilUs)) throw new Errno("EINVAL");
    const { file, queue } = find(process, fd);
    if (!file.readable) throw new Errno("EBADF");
    if (!(size >= queue.messageSize)) throw new Errno("EMSGSIZE");
    const message = queue.take();
    if (message !== undefined) return message;
    if ((file.flags & O_NONBLOCK) !== 0) throw new Errno("EAGAIN");
    return new Sleeping(receiveLater(queue, untilUs));
  },

  mq_notify: (process, fd, notification) => {
    const isSignal = notification !== undefined && notification !== "none";
    if (isSignal && !(notification.signal >= 0 && notification.signal <= SIGNAL_MAX)) throw new Errno("EINVAL");
    const { file, queue } = find(process, fd);
    const { listener } = queue;
    if (notification === undefined) {
      if (listener instanceof Listener && listener.process === process) queue.listener = undefined;
      return;
    }
    if (listener !== undefined) throw new Errno("EBUSY");
    queue.listener = new Listener(process, file, notification);
  },

  mq_getsetattr: (process, fd, flags): QueueAttributes => {
    if (flags !== undefined && (flags & ~O_NONBLOCK) !== 0) throw new Errno("EINVAL");
    const { file, queue } = find(process, fd);
    const { maxMessages, messageSize, messages } = queue;
    const before = { flags: file.flags & O_NONBLOCK, maxMessages, messageSize, messages: messages.length };
    if (flags !== undefined) file.flags = (file.flags & ~O_NONBLOCK) | flags;
    return before;
  },
} satisfies Partial<SyscallTable>;

class Listener implements QueueListener {
  readonly process: Process;
  readonly ops: QueueOps;
  readonly signal: number | undefined;

  constructor(process: Process, file: OpenFile, notification: QueueNotification) {
    this.process = process;
    this.ops = file.ops as QueueOps;
    this.signal = notification === "none" ? undefined : notification.signal;
  }

  get isAlive(): boolean {
    return this.process.isAlive;
  }

  get pid(): number {
    const { kernel } = this.process;
    return pidIn((kernel.current ?? kernel.init).ns.pid, this.process);
  }

  notify(): void {
    const { kernel } = this.process;
    if (this.signal !== undefined && this.signal > 0) kernel.signals.send(this.process, this.signal, kernel.current);
  }
}

/** @throws EBADF if it is no queue. */
function find(process: Process, fd: number): { readonly file: OpenFile; readonly queue: Queue } {
  const file = process.files.get(fd);
  if (!(file.ops instanceof QueueOps)) throw new Errno("EBADF");
  return { file, queue: file.ops.queue };
}

const isNoTime = (us: number | undefined): boolean => us !== undefined && !(us >= 0);

/** The name without its slash. @throws EINVAL without one, ENOENT for nothing else, EACCES for more of them */
function checkName(name: string): string {
  if (!name.startsWith("/")) throw new Errno("EINVAL");
  const path = name.slice(1);
  if (path === "") throw new Errno("ENOENT");
  if (path.includes("/") || path === "." || path === "..") throw new Errno("EACCES");
  return path;
}

/** Queues are looked up in a directory of their own, wherever that is mounted. */
function contextIn(process: Process, fs: MessageQueueFs): FsContext {
  const mount = new Mount(0, process.ns.mnt.tree, fs, fs.rootDentry, "mqueue", 0);
  const root = new Location(mount, fs.rootDentry);
  const { umask, creds } = process;
  const protections = { ...process.protections, regular: 0, fifos: 0 };
  return { root, cwd: root, umask, creds, protections, mayOpenDevice: () => false };
}

/** What a new queue is to hold. @throws EINVAL beyond the limits, EMFILE beyond RLIMIT_MSGQUEUE */
function checkSize(process: Process, fs: MessageQueueFs, asked: Partial<QueueAttributes> | undefined) {
  const size = asked === undefined ? fs.defaults : { maxMessages: 0, messageSize: 0, ...asked };
  const { maxMessages, messageSize } = size;
  if (!(maxMessages > 0 && messageSize > 0)) throw new Errno("EINVAL");
  const mayExceed = process.creds.capable(CAP_SYS_RESOURCE, process.creds.user);
  const mostMessages = mayExceed ? MESSAGES_MAX : fs.limit("msg_max");
  const mostBytes = mayExceed ? MESSAGE_SIZE_MAX : fs.limit("msgsize_max");
  if (maxMessages > mostMessages || messageSize > mostBytes) throw new Errno("EINVAL");
  const used = [...fs.root.entries.values()].reduce(
    (sum, queue) => sum + (queue instanceof Queue && queue.uid === process.creds.uid ? bytesOf(queue) : 0),
    0,
  );
  if (used + bytesOf(size) > process.limit("msgqueue")) throw new Errno("EMFILE");
  return { maxMessages, messageSize };
}

const bytesOf = ({ maxMessages, messageSize }: Pick<QueueAttributes, "maxMessages" | "messageSize">): number =>
  maxMessages * (messageSize + MESSAGE_OVERHEAD);

function trySend(queue: Queue, message: PrioritizedMessage): boolean {
  if (queue.messages.length >= queue.maxMessages) return false;
  queue.put(message);
  return true;
}

function* sendLater(queue: Queue, message: PrioritizedMessage, untilUs: number | undefined): Sleeper<undefined> {
  for (;;) {
    const wakeup = yield { on: [queue.changed], untilUs };
    if (trySend(queue, message)) return undefined;
    throwIf(wakeup);
  }
}

function* receiveLater(queue: Queue, untilUs: number | undefined): Sleeper<PrioritizedMessage> {
  for (;;) {
    queue.receivers++;
    const wakeup = yield { on: [queue.changed], untilUs };
    queue.receivers--;
    const message = queue.take();
    if (message !== undefined) return message;
    throwIf(wakeup);
  }
}

/** @throws ETIMEDOUT, EINTR */
function throwIf(wakeup: "ready" | "timeout" | "interrupted"): void {
  if (wakeup === "timeout") throw new Errno("ETIMEDOUT");
  if (wakeup === "interrupted") throw new Errno("EINTR");
}
