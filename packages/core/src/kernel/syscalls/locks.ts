/**
 * Calls that lock files, whole or in ranges of bytes.
 *
 * @see flock(2), fcntl(2) "Advisory record locking", fs/locks.c
 */
import {
  Errno,
  LOCK_EX,
  LOCK_NB,
  LOCK_SH,
  LOCK_UN,
  type LockCommand,
  type RecordLock,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
} from "../../abi/index.ts";
import { type FileLock, LOCK_TO_EOF, type OpenFile } from "../../vfs/index.ts";
import { type Process, pidIn, type Resumable, type Sleeper, Sleeping } from "../process.ts";
import type { SyscallTable } from "./table.ts";

export const lockCalls = {
  flock: (process, fd, operation) => {
    const file = process.files.get(fd);
    const wanted = operation & ~LOCK_NB;
    if (wanted !== LOCK_SH && wanted !== LOCK_EX && wanted !== LOCK_UN) throw new Errno("EINVAL");
    const lock: FileLock = {
      kind: "flock",
      owner: file,
      by: process,
      inode: file.at.inode,
      exclusive: wanted === LOCK_EX,
      start: 0,
      end: LOCK_TO_EOF,
    };
    return lockOrUnlock(process, lock, { unlocks: wanted === LOCK_UN, waits: (operation & LOCK_NB) === 0 });
  },

  fcntl_lock: (process, fd, command, asked) => {
    const file = process.files.get(fd);
    const isOfd = command.startsWith("F_OFD");
    if (isOfd && asked.pid !== 0) throw new Errno("EINVAL");
    const lock: FileLock = {
      kind: isOfd ? "ofd" : "posix",
      owner: isOfd ? file : process.files,
      by: process,
      inode: file.at.inode,
      exclusive: asked.type === "F_WRLCK",
      ...rangeOf(file, asked),
    };
    const unlocks = asked.type === "F_UNLCK";
    if (isGet(command)) {
      if (unlocks && !isOfd) throw new Errno("EINVAL");
      return described(process, asked, unlocks ? undefined : lock.inode.locks.conflict(lock));
    }
    if (asked.type === "F_RDLCK" && !file.readable) throw new Errno("EBADF");
    if (asked.type === "F_WRLCK" && !file.writable) throw new Errno("EBADF");
    if (!isOfd) process.files.locksRanges = true;
    const later = lockOrUnlock(process, lock, { unlocks, waits: command.endsWith("W") });
    return later === undefined ? asked : new Sleeping(afterwards(later.sleeper, asked));
  },
} satisfies Partial<SyscallTable>;

const isGet = (command: LockCommand): boolean => command === "F_GETLK" || command === "F_OFD_GETLK";

function lockOrUnlock(
  process: Process,
  lock: FileLock,
  { unlocks, waits }: { readonly unlocks: boolean; readonly waits: boolean },
): Sleeping<undefined> | undefined {
  const { locks } = lock.inode;
  if (unlocks) {
    locks.unlock(lock);
    return undefined;
  }
  const book = process.kernel.locks;
  if (locks.tryLock(lock, book)) return undefined;
  if (!waits) throw new Errno("EAGAIN");
  checkDeadlock(process, lock);
  return new Sleeping(lockLater(process, lock));
}

function* lockLater(process: Process, lock: FileLock): Sleeper<undefined> {
  const { locks } = lock.inode;
  const book = process.kernel.locks;
  for (;;) {
    book.waiting.add(lock);
    const wakeup = yield { on: [locks.released] };
    book.waiting.delete(lock);
    if (locks.tryLock(lock, book)) return undefined;
    if (wakeup === "interrupted") throw new Errno("EINTR");
    checkDeadlock(process, lock);
  }
}

function* afterwards(sleeper: Resumable<undefined>, answer: RecordLock): Sleeper<RecordLock> {
  yield* sleeper;
  return answer;
}

/** @throws EDEADLK if the one who stands in the way waits, by whatever detours, for the caller. */
function checkDeadlock({ kernel }: Process, wanted: FileLock): void {
  if (wanted.kind !== "posix") return;
  const blocking = wanted.inode.locks.conflict(wanted);
  if (blocking !== undefined && kernel.locks.wouldDeadlock(wanted, blocking)) throw new Errno("EDEADLK");
}

/** @throws EINVAL for a range that begins before the file or a type that is none. @throws EOVERFLOW beyond the largest offset. */
function rangeOf(file: OpenFile, { type, whence, start, length }: RecordLock): { start: number; end: number } {
  const base = { [SEEK_SET]: 0, [SEEK_CUR]: file.offset, [SEEK_END]: file.ops.end }[whence];
  if (base === undefined || !TYPES.has(type)) throw new Errno("EINVAL");
  const from = base + Math.trunc(start);
  const size = Math.trunc(length);
  if (!(Math.abs(from) <= LOCK_TO_EOF) || size - 1 > LOCK_TO_EOF - from) throw new Errno("EOVERFLOW");
  const first = size < 0 ? from + size : from;
  if (first < 0) throw new Errno("EINVAL");
  return { start: first, end: size === 0 ? LOCK_TO_EOF : size < 0 ? from - 1 : from + size - 1 };
}

const TYPES: ReadonlySet<RecordLock["type"]> = new Set(["F_RDLCK", "F_WRLCK", "F_UNLCK"]);

/** F_GETLK's answer: what stands in the way, or that nothing does. */
function described(reader: Process, asked: RecordLock, found: FileLock | undefined): RecordLock {
  if (found === undefined) return { ...asked, type: "F_UNLCK" };
  return {
    type: found.exclusive ? "F_WRLCK" : "F_RDLCK",
    whence: SEEK_SET,
    start: found.start,
    length: found.end === LOCK_TO_EOF ? 0 : found.end - found.start + 1,
    pid: found.kind === "ofd" ? -1 : pidIn(reader.ns.pid, found.by as Process),
  };
}
