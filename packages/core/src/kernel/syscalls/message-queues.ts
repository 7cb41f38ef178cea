/** System V message queues. @see msgget(2), msgop(2), msgctl(2), ipc/msg.c */
import {
  CAP_SYS_RESOURCE,
  Errno,
  IPC_NOWAIT,
  type MessageQueueStatus,
  MSG_COPY,
  MSG_EXCEPT,
  MSG_NOERROR,
  type TypedMessage,
} from "../../abi/index.ts";
import { checkIpcAccess, checkIpcOwner, ipcStatus, setIpc } from "../ipc/ipc-object.ts";
import { MessageQueue } from "../ipc/message-queue.ts";
import { type Process, pidIn, type Sleeper, Sleeping } from "../process.ts";
import { readSysctl } from "../sysctl/sysctl.ts";
import type { SyscallTable } from "./table.ts";

const READ = 0o444;
const WRITE = 0o222;

const limit = (process: Process, name: string): number => Number(readSysctl(process, `kernel.${name}`));

export const messageQueueCalls = {
  msgget: (process, key, flags) => {
    const make = (): MessageQueue => new MessageQueue(process, key, flags, limit(process, "msgmnb"));
    return process.ns.ipc.sysv.queues.obtain(process, key, flags, { most: limit(process, "msgmni"), make }).id;
  },

  msgsnd: (process, id, type, data, flags) => {
    if (data.length > limit(process, "msgmax") || !(type >= 1)) throw new Errno("EINVAL");
    const queue = process.ns.ipc.sysv.queues.get(id);
    const message = { type, data: data.slice() };
    checkIpcAccess(process, queue, WRITE);
    if (trySend(process, queue, message)) return undefined;
    if ((flags & IPC_NOWAIT) !== 0) throw new Errno("EAGAIN");
    return new Sleeping(sendLater(process, queue, message));
  },

  msgrcv: (process, id, size, type, flags) => {
    if (!(size >= 0)) throw new Errno("EINVAL");
    const copies = (flags & MSG_COPY) !== 0;
    if (copies && ((flags & MSG_EXCEPT) !== 0 || (flags & IPC_NOWAIT) === 0)) throw new Errno("EINVAL");
    const queue = process.ns.ipc.sysv.queues.get(id);
    checkIpcAccess(process, queue, READ);
    const wish = { size, type, flags };
    const found = tryReceive(process, queue, wish);
    if (found !== undefined) return found;
    if ((flags & IPC_NOWAIT) !== 0) throw new Errno("ENOMSG");
    return new Sleeping(receiveLater(process, queue, wish));
  },

  msgctl: (process, id, command, settings): MessageQueueStatus | undefined => {
    const { queues } = process.ns.ipc.sysv;
    const queue = queues.get(id);
    switch (command) {
      case "IPC_STAT":
        return queueStatus(process, queue);
      case "IPC_SET": {
        checkIpcOwner(process, queue);
        const bytes = settings?.qbytes ?? queue.limitBytes;
        const isMore = bytes > limit(process, "msgmnb");
        if (isMore && !process.creds.capable(CAP_SYS_RESOURCE, process.ns.ipc.owner)) throw new Errno("EPERM");
        setIpc(process, queue, settings);
        queue.limitBytes = bytes;
        queue.changed.wakeAll();
        return undefined;
      }
      case "IPC_RMID":
        checkIpcOwner(process, queue);
        queues.remove(queue);
        queue.changed.wakeAll();
        return undefined;
      default:
        throw new Errno("EINVAL");
    }
  },
} satisfies Partial<SyscallTable>;

function trySend(process: Process, queue: MessageQueue, message: TypedMessage): boolean {
  if (!queue.hasRoom(message.data.length)) return false;
  queue.put(message, process);
  return true;
}

function* sendLater(process: Process, queue: MessageQueue, message: TypedMessage): Sleeper<undefined> {
  for (;;) {
    const wakeup = yield { on: [queue.changed] };
    if (queue.isRemoved) throw new Errno("EIDRM");
    checkIpcAccess(process, queue, WRITE);
    if (trySend(process, queue, message)) return undefined;
    if (wakeup === "interrupted") throw new Errno("EINTR");
  }
}

interface Wish {
  readonly size: number;
  readonly type: number;
  readonly flags: number;
}

/** @throws E2BIG for a message that is longer than `size`, which stays. */
function tryReceive(process: Process, queue: MessageQueue, { size, type, flags }: Wish): TypedMessage | undefined {
  const copies = (flags & MSG_COPY) !== 0;
  const index = copies ? type : queue.find(type, flags);
  const message = queue.messages[index];
  if (message === undefined) return undefined;
  if (message.data.length > size && (flags & MSG_NOERROR) === 0) throw new Errno("E2BIG");
  if (!copies) queue.take(index, process);
  return { type: message.type, data: message.data.slice(0, size) };
}

function* receiveLater(process: Process, queue: MessageQueue, wish: Wish): Sleeper<TypedMessage> {
  for (;;) {
    const wakeup = yield { on: [queue.changed] };
    if (queue.isRemoved) throw new Errno("EIDRM");
    const found = tryReceive(process, queue, wish);
    if (found !== undefined) return found;
    if (wakeup === "interrupted") throw new Errno("EINTR");
  }
}

function queueStatus(process: Process, queue: MessageQueue): MessageQueueStatus {
  const { pid } = process.ns;
  return {
    ...ipcStatus(process, queue),
    qnum: queue.messages.length,
    cbytes: queue.bytes,
    qbytes: queue.limitBytes,
    lspid: pidIn(pid, queue.lastSender),
    lrpid: pidIn(pid, queue.lastReceiver),
    stimeUs: queue.stimeUs,
    rtimeUs: queue.rtimeUs,
  };
}
