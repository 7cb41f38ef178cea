/**
 * Calls on descriptors: open, close, read, write, seek, duplicate, poll.
 *
 * @see open(2), read(2), write(2), lseek(2), dup(2), fcntl(2), poll(2), pipe(2)
 */
import {
  CAP_SYS_ADMIN,
  type DirEntry,
  Errno,
  FD_CLOEXEC,
  type FileType,
  type IoctlRequest,
  O_APPEND,
  O_CLOEXEC,
  O_DIRECT,
  O_NONBLOCK,
  OFFSET_MAX,
  POLLERR,
  POLLHUP,
  POLLNVAL,
  type PollFd,
  SIGPIPE,
  SIGXFSZ,
} from "../../abi/index.ts";
import { NO_BYTES } from "../../lib/index.ts";
import { attributes, type FileOps, type OpenFile, open } from "../../vfs/index.ts";
import { type Process, type Sleeper, Sleeping } from "../process.ts";
import type { SyscallTable } from "./table.ts";

/** Most bytes in one transfer. @see read(2) */
const MAX_RW_COUNT = 0x7ffff000;
/** Status flags that F_SETFL can change. */
const SETTABLE = O_APPEND | O_NONBLOCK;
/** Entries that one getdents hands out. */
const DIRENTS_PER_CALL = 1024;
const CHUNK = 65_536;
/** The largest piece of a transfer that takes the host so long that others must get their turns meanwhile. */
const PIECE = 8 * 1024 * 1024;
const PIPE_FLAGS = O_CLOEXEC | O_NONBLOCK | O_DIRECT;
/** Files that are kept somewhere. */
const SYNCABLE: ReadonlySet<FileType> = new Set(["file", "dir", "block"]);
/** Freezing a file system: none here can. @see fs/ioctl.c:ioctl_fsfreeze */
const FREEZES: ReadonlySet<IoctlRequest> = new Set(["FIFREEZE", "FITHAW"]);
/** What changes a terminal: background jobs are stopped for that. @see tty_ioctl(4), drivers/tty/tty_io.c:tty_check_change */
const CHANGES: ReadonlySet<IoctlRequest> = new Set(["TCSETS", "TCSETSW", "TCSETSF", "TCFLSH", "TIOCSPGRP"]);

export const descriptorCalls = {
  open: (process, path, flags, mode) => {
    const file = open(process, path, flags, mode);
    const fd = install(process, file, (flags & O_CLOEXEC) !== 0);
    return file.ops.opening ? new Sleeping(finishOpening(file, process, fd)) : fd;
  },

  close: (process, fd) => process.files.close(fd),

  read: (process, fd, count) => {
    const file = process.files.get(fd);
    const wanted = checkCount(count);
    if (wanted > PIECE && file.ops.isComputed) return new Sleeping(readInPieces(process, file, wanted));
    if (!file.ops.admits("read")) return new Sleeping(readLater(file, wanted, process, { again: true }));
    return now(process, file, file.read(wanted)) ?? new Sleeping(readLater(file, wanted, process, { again: false }));
  },

  pread: (process, fd, count, offset) => {
    const file = seekable(process, fd);
    if (offset < 0) throw new Errno("EINVAL");
    const wanted = checkCount(count);
    if (wanted > PIECE && file.ops.isComputed) return new Sleeping(readInPieces(process, file, wanted, offset));
    return now(process, file, file.pread(wanted, offset)) ?? NO_BYTES;
  },

  write: (process, fd, data) => {
    const file = process.files.get(fd);
    const wanted = withinFileLimit(process, file, data);
    if (wanted.length > PIECE && isRegular(file)) return new Sleeping(writeInPieces(process, file, wanted));
    if (!file.ops.admits("write")) return new Sleeping(writeLater(process, file, wanted, "again"));
    const written = attempt(process, file, wanted);
    if (written === wanted.length || (written > 0 && isRegular(file))) return written;
    if ((file.flags & O_NONBLOCK) !== 0) {
      if (written === 0) throw new Errno("EAGAIN");
      return written;
    }
    return new Sleeping(writeLater(process, file, wanted, written));
  },

  pwrite: (process, fd, data, offset) => {
    const file = seekable(process, fd);
    if (offset < 0) throw new Errno("EINVAL");
    const wanted = withinFileLimit(process, file, data, offset);
    if (wanted.length > PIECE && isRegular(file)) return new Sleeping(writeInPieces(process, file, wanted, offset));
    return attempt(process, file, wanted, offset);
  },

  lseek: (process, fd, offset, whence) => process.files.get(fd).seek(offset, whence),

  pipe2: (process, flags) => {
    if ((flags & ~PIPE_FLAGS) !== 0) throw new Errno("EINVAL");
    const { creds } = process;
    const [read, write] = process.kernel.pipes.pipe(creds.uid, creds.gid, flags & O_NONBLOCK);
    const closeOnExec = (flags & O_CLOEXEC) !== 0;
    const readFd = install(process, read, closeOnExec);
    return [readFd, install(process, write, closeOnExec)] as const;
  },

  dup: (process, fd, minimum) => {
    const file = process.files.raw(fd);
    if (minimum < 0 || minimum >= process.limit("nofile")) throw new Errno("EINVAL");
    return install(process, file.retain(), false, minimum);
  },

  dup3: (process, from, to, flags) => {
    if ((flags & ~O_CLOEXEC) !== 0) throw new Errno("EINVAL");
    const file = process.files.raw(from);
    if (to < 0 || to >= process.limit("nofile")) throw new Errno("EBADF");
    if (from !== to) process.files.set(to, file.retain(), (flags & O_CLOEXEC) !== 0);
    return to;
  },

  fcntl: (process, fd, command, argument) => {
    const file = process.files.raw(fd);
    switch (command) {
      case "F_GETFD":
        return process.files.closesOnExec(fd) ? FD_CLOEXEC : 0;
      case "F_SETFD":
        process.files.setCloseOnExec(fd, (argument & FD_CLOEXEC) !== 0);
        return 0;
      case "F_GETFL":
        return file.flags;
      case "F_SETFL":
        process.files.get(fd);
        file.flags = (file.flags & ~SETTABLE) | (argument & SETTABLE);
        return 0;
    }
  },

  ioctl: (process, fd, request: IoctlRequest, argument) => {
    const { ops } = process.files.get(fd);
    if (FREEZES.has(request)) {
      const mayFreeze = process.creds.capable(CAP_SYS_ADMIN, process.kernel.init.creds.user);
      throw new Errno(mayFreeze ? "EOPNOTSUPP" : "EPERM");
    }
    if (!CHANGES.has(request) || ops.admits("change")) return ops.ioctl(request, argument);
    return new Sleeping(ioctlLater(ops, request, argument));
  },

  poll: (process, fds, timeoutUs) => {
    const ready = pollNow(process, fds);
    if (ready.length > 0 || timeoutUs === 0) return ready;
    return new Sleeping(pollLater(process, fds, timeoutUs));
  },

  fsync: (process, fd) => {
    const { at } = process.files.get(fd);
    if (!SYNCABLE.has(at.inode.type)) throw new Errno("EINVAL");
  },

  sync: () => {},

  ftruncate: (process, fd, length) => {
    const file = process.files.get(fd);
    if (!file.writable || length < 0 || length > OFFSET_MAX || !isRegular(file)) throw new Errno("EINVAL");
    if (length > process.limit("fsize")) {
      process.kernel.signals.send(process, SIGXFSZ, process);
      throw new Errno("EFBIG");
    }
    attributes.dropSetId(process.creds, file.at);
    file.truncate(length);
  },

  getdents: (process, fd): readonly DirEntry[] => process.files.get(fd).readEntries(DIRENTS_PER_CALL),
} satisfies Partial<SyscallTable>;

/** Gives an open file the lowest free descriptor; lets it go if there is none. */
export function install(process: Process, file: OpenFile, closeOnExec: boolean, minimum = 0): number {
  try {
    return process.files.add(file, { closeOnExec, limit: process.limit("nofile"), minimum });
  } catch (error) {
    file.release();
    throw error;
  }
}

function checkCount(count: number): number {
  if (!(count >= 0)) throw new Errno("EINVAL");
  return Math.floor(Math.min(count, MAX_RW_COUNT));
}

function seekable(process: Process, fd: number): OpenFile {
  const file = process.files.get(fd);
  if (!file.ops.seekable && file.at.inode.type !== "dir") throw new Errno("ESPIPE");
  return file;
}

const isRegular = (file: OpenFile): boolean => file.at.inode.type === "file";

/** Bytes that are there now; EAGAIN for none on a non-blocking file; `undefined` if the caller has to wait. */
function now(process: Process, file: OpenFile, bytes: Uint8Array | undefined): Uint8Array | undefined {
  if (bytes === undefined) {
    if ((file.flags & O_NONBLOCK) !== 0) throw new Errno("EAGAIN");
    return undefined;
  }
  chargeBytes(process, bytes.length);
  return bytes;
}

function chargeBytes(process: Process, bytes: number): void {
  if (bytes >= 4096) process.charge(Math.ceil((bytes * process.kernel.world.costs.per64KiB) / CHUNK));
}

/** What may be written under RLIMIT_FSIZE. @throws EFBIG, with SIGXFSZ, at the limit. */
function withinFileLimit(process: Process, file: OpenFile, data: Uint8Array, offset = file.offset): Uint8Array {
  const limit = process.limit("fsize");
  if (!Number.isFinite(limit) || !isRegular(file) || !file.writable) return data;
  const start = (file.flags & O_APPEND) !== 0 ? file.ops.end : offset;
  if (data.length === 0 || start + data.length <= limit) return data;
  if (start < limit) return data.subarray(0, limit - start);
  process.kernel.signals.send(process, SIGXFSZ, process);
  throw new Errno("EFBIG");
}

/** Writes what can be written now, at the file's own offset or at another; 0 if nothing. @throws EPIPE, with SIGPIPE. */
function attempt(process: Process, file: OpenFile, data: Uint8Array, offset?: number): number {
  try {
    if (file.writable && data.length > 0) attributes.dropSetId(process.creds, file.at);
    const written = (offset === undefined ? file.write(data) : file.pwrite(data, offset)) ?? 0;
    chargeBytes(process, written);
    return written;
  } catch (error) {
    if (error instanceof Errno && error.code === "EPIPE") process.kernel.signals.send(process, SIGPIPE, process);
    throw error;
  }
}

function* finishOpening(file: OpenFile, process: Process, fd: number): Sleeper<number> {
  while (file.ops.opening) {
    const wakeup = yield { on: file.ops.ready === undefined ? [] : [file.ops.ready] };
    if (wakeup === "interrupted") {
      process.files.close(fd);
      throw new Errno("EINTR");
    }
  }
  file.tellOpened();
  return fd;
}

/** `again`: it was stopped before it could look. */
function* readLater(
  file: OpenFile,
  count: number,
  process: Process,
  { again }: { readonly again: boolean },
): Sleeper<Uint8Array> {
  const { patienceUs } = file.ops;
  const untilUs = patienceUs === undefined ? undefined : process.kernel.monotonicUs + patienceUs;
  for (let looks = again; ; looks = false) {
    let wakeup = "ready";
    if (!looks) wakeup = yield { on: file.ops.ready === undefined ? [] : [file.ops.ready], untilUs };
    if (file.ops.admits("read")) {
      const bytes = now(process, file, file.read(count));
      if (bytes !== undefined) return bytes;
      if (wakeup === "timeout") return NO_BYTES;
    }
    if (wakeup === "interrupted") throw new Errno("EINTR");
  }
}

function* writeLater(process: Process, file: OpenFile, data: Uint8Array, already: number | "again"): Sleeper<number> {
  let done = already === "again" ? 0 : already;
  if (already === "again") {
    while (!file.ops.admits("write")) yield { on: file.ops.ready === undefined ? [] : [file.ops.ready] };
    done += attempt(process, file, data);
  }
  while (done < data.length) {
    const wakeup = yield { on: file.ops.ready === undefined ? [] : [file.ops.ready] };
    if (wakeup === "interrupted") {
      if (done > 0) return done;
      throw new Errno("EINTR");
    }
    done += attempt(process, file, data.subarray(done));
  }
  return done;
}

/** What takes the host seconds is done bit by bit, and others have their turns meanwhile. */
function* readInPieces(process: Process, file: OpenFile, count: number, offset?: number): Sleeper<Uint8Array> {
  const result = new Uint8Array(count);
  for (let done = 0; done < count; ) {
    const wanted = Math.min(PIECE, count - done);
    const read = offset === undefined ? file.read(wanted) : file.pread(wanted, offset + done);
    const bytes = now(process, file, read) ?? NO_BYTES;
    result.set(bytes, done);
    done += bytes.length;
    if (bytes.length === 0 || (yield pieceDone(process)) === "interrupted") return result.subarray(0, done);
  }
  return result;
}

function* writeInPieces(process: Process, file: OpenFile, data: Uint8Array, offset?: number): Sleeper<number> {
  for (let done = 0; done < data.length; ) {
    const piece = data.subarray(done, done + PIECE);
    let written = 0;
    try {
      written = attempt(process, file, piece, offset === undefined ? undefined : offset + done);
    } catch (error) {
      if (done === 0 || !(error instanceof Errno)) throw error;
    }
    done += written;
    if (written < piece.length || (yield pieceDone(process)) === "interrupted") return done;
  }
  return data.length;
}

/** Sleeps until the time is over that a piece has cost, or that the process is held up for by limits. */
const pieceDone = ({ kernel }: Process) => ({ on: [], untilUs: Math.max(kernel.monotonicUs, kernel.takeHoldUp()) });

/** Asks once the caller continues, as often as it is stopped for that. */
function* ioctlLater(ops: FileOps, request: IoctlRequest, argument: unknown): Sleeper<unknown> {
  while (!ops.admits("change")) yield { on: ops.ready === undefined ? [] : [ops.ready] };
  return ops.ioctl(request, argument);
}

function pollNow(process: Process, fds: readonly PollFd[]): readonly PollFd[] {
  const ready: PollFd[] = [];
  for (const { fd, events } of fds) {
    if (fd < 0) continue;
    const holds = process.files.isUsable(fd)
      ? process.files.get(fd).ops.poll() & (events | POLLERR | POLLHUP)
      : POLLNVAL;
    if (holds !== 0) ready.push({ fd, events: holds });
  }
  return ready;
}

function* pollLater(
  process: Process,
  fds: readonly PollFd[],
  timeoutUs: number | undefined,
): Sleeper<readonly PollFd[]> {
  const untilUs = timeoutUs === undefined || !(timeoutUs >= 0) ? undefined : process.kernel.monotonicUs + timeoutUs;
  const queues = fds.flatMap(({ fd }) => (process.files.isUsable(fd) ? (process.files.get(fd).ops.ready ?? []) : []));
  for (;;) {
    const wakeup = yield { on: queues, untilUs };
    const ready = pollNow(process, fds);
    if (ready.length > 0 || wakeup === "timeout") return ready;
    if (wakeup === "interrupted") throw new Errno("EINTR");
  }
}
