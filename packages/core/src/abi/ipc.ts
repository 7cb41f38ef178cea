/**
 * System V IPC and POSIX message queues: flags, and what the calls tell.
 *
 * @see include/uapi/linux/ipc.h, sem.h, msg.h, shm.h; sysvipc(7), mq_overview(7)
 */
import type { Signal } from "./signal.ts";

export const IPC_PRIVATE = 0;
export const IPC_CREAT = 0o1000;
export const IPC_EXCL = 0o2000;
export const IPC_NOWAIT = 0o4000;

/** The operation is taken back when the process ends. */
export const SEM_UNDO = 0x1000;
/** The largest value of a semaphore. */
export const SEMVMX = 32_767;

/** A message that is too long is cut. */
export const MSG_NOERROR = 0o10000;
/** The first message of any other type. */
export const MSG_EXCEPT = 0o20000;
/** A copy of the message at the place that the type says; it stays in the queue. */
export const MSG_COPY = 0o40000;

export const SHM_RDONLY = 0o10000;
/** In a mode: the segment goes with its last user. */
export const SHM_DEST = 0o1000;

/** Higher priorities are received first. */
export const MQ_PRIO_MAX = 32_768;

/** Linux's `struct ipc_perm`. */
export interface IpcStatus {
  readonly key: number;
  readonly uid: number;
  readonly gid: number;
  readonly cuid: number;
  readonly cgid: number;
  readonly mode: number;
  /** Times are microseconds since 1970, 0 for never. */
  readonly ctimeUs: number;
}

/** What IPC_SET changes. */
export interface IpcSettings {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  /** The largest number of bytes in a message queue. */
  readonly qbytes?: number;
}

export interface SharedMemoryStatus extends IpcStatus {
  readonly size: number;
  readonly cpid: number;
  readonly lpid: number;
  readonly nattch: number;
  readonly atimeUs: number;
  readonly dtimeUs: number;
}

export interface SemaphoreStatus extends IpcStatus {
  readonly nsems: number;
  readonly otimeUs: number;
}

export interface MessageQueueStatus extends IpcStatus {
  readonly qnum: number;
  readonly cbytes: number;
  readonly qbytes: number;
  readonly lspid: number;
  readonly lrpid: number;
  readonly stimeUs: number;
  readonly rtimeUs: number;
}

export type IpcCommand = "IPC_STAT" | "IPC_SET" | "IPC_RMID";
export type SemaphoreCommand =
  | IpcCommand
  | "GETVAL"
  | "SETVAL"
  | "GETALL"
  | "SETALL"
  | "GETPID"
  | "GETNCNT"
  | "GETZCNT";

/** Linux's `struct sembuf`. */
export interface SemaphoreOperation {
  readonly number: number;
  /** Added; 0 waits for zero. */
  readonly change: number;
  /** IPC_NOWAIT | SEM_UNDO. */
  readonly flags: number;
}

/** A segment as a process has it. */
export interface AttachedMemory {
  /** What shmdt(2) is told. */
  readonly address: number;
  /** The bytes themselves: all who have attached the segment see the same. */
  readonly bytes: Uint8Array;
}

export interface TypedMessage {
  readonly type: number;
  readonly data: Uint8Array;
}

/** Linux's `struct mq_attr`. */
export interface QueueAttributes {
  /** O_NONBLOCK or 0. */
  readonly flags: number;
  readonly maxMessages: number;
  readonly messageSize: number;
  readonly messages: number;
}

/** What a process wants when a message comes into an empty queue: a signal, or nothing but the place in the queue. */
export type QueueNotification = { readonly signal: Signal } | "none";

export interface PrioritizedMessage {
  readonly data: Uint8Array;
  readonly priority: number;
}
