/**
 * Advisory locks on a file: whole files for open files (flock(2)), ranges of bytes for processes or open files
 * (fcntl(2)).
 *
 * Nothing sleeps here: whoever is refused waits for `released` and asks again. `LockBook` lists what there is on a
 * machine.
 *
 * @see flock(2), fcntl(2) "Advisory record locking" and "Open file description locks", fs/locks.c
 */
import { WaitQueue } from "../sim/index.ts";
import type { Inode } from "./inode.ts";

/** The last byte of a lock that goes to the end of the file, however long that gets. */
export const LOCK_TO_EOF = Number.MAX_SAFE_INTEGER;

/** A lock, or the wish for one. Ranges of bytes include both ends. */
export interface FileLock {
  /** `flock` does not meet the other two. */
  readonly kind: "flock" | "posix" | "ofd";
  /** What it belongs to: an open file, or for `posix` a table of descriptors. */
  readonly owner: object;
  /** Who asked for it. Means nothing here. */
  readonly by: object;
  readonly inode: Inode;
  readonly exclusive: boolean;
  readonly start: number;
  readonly end: number;
}

/** All locks of a machine, the oldest first. */
export class LockBook {
  readonly held = new Set<FileLock>();
  readonly waiting = new Set<FileLock>();

  /** Waiting for `blocking` would close a circle of processes that wait for each other. @see fs/locks.c:posix_locks_deadlock */
  wouldDeadlock(wanted: FileLock, blocking: FileLock): boolean {
    let at: FileLock | undefined = blocking;
    for (let steps = 0; at !== undefined && steps < DEADLOCK_STEPS; steps++) {
      if (at.kind !== "posix") return false;
      if (at.owner === wanted.owner) return true;
      const owner: object = at.owner;
      const stuck: FileLock | undefined = [...this.waiting].find((one) => one.kind === "posix" && one.owner === owner);
      at = stuck?.inode.locks.conflict(stuck);
    }
    return false;
  }
}

/** @see fs/locks.c: MAX_DEADLK_ITERATIONS */
const DEADLOCK_STEPS = 10;

export class FileLocks {
  readonly released = new WaitQueue("lock");
  #book: LockBook | undefined;
  /** Locks of one owner lie together, ordered by their start. */
  #held: readonly FileLock[] = [];

  /** The lock of somebody else that stands in the way. */
  conflict(wanted: FileLock): FileLock | undefined {
    return this.#held.find(
      (lock) =>
        lock.owner !== wanted.owner &&
        (lock.kind === "flock") === (wanted.kind === "flock") &&
        (lock.exclusive || wanted.exclusive) &&
        lock.start <= wanted.end &&
        wanted.start <= lock.end,
    );
  }

  /**
   * Takes or converts a lock. False if somebody else's stands in the way; then an open file has lost the lock on the
   * whole file that it had, while ranges stay as they were.
   */
  tryLock(wanted: FileLock, book: LockBook): boolean {
    this.#book = book;
    if (wanted.kind === "flock") this.unlock(wanted);
    if (this.conflict(wanted) !== undefined) return false;
    this.#change(wanted, wanted);
    return true;
  }

  /** Gives back what `range.owner` has of that range. */
  unlock(range: FileLock): void {
    this.#change(range, undefined);
  }

  /** Everything that belongs to `owner` is gone. */
  unlockAll(owner: object): void {
    const kept = this.#held.filter((lock) => lock.owner !== owner);
    if (kept.length < this.#held.length) this.#replace(kept);
  }

  /** Cuts `range` out of its owner's locks and puts `made` there; equal neighbours become one. */
  #change(range: FileLock, made: FileLock | undefined): void {
    const isOwn = (lock: FileLock): boolean => lock.owner === range.owner && lock.kind === range.kind;
    const own: FileLock[] = [];
    let whole = made;
    for (const lock of this.#held) {
      if (!isOwn(lock)) continue;
      if (whole !== undefined && lock.exclusive === whole.exclusive && touches(lock, whole)) {
        whole = { ...whole, start: Math.min(whole.start, lock.start), end: Math.max(whole.end, lock.end) };
      } else own.push(...without(lock, range));
    }
    if (whole !== undefined) own.push(whole);
    own.sort((a, b) => a.start - b.start);
    const at = this.#held.findIndex(isOwn);
    const others = this.#held.filter((lock) => !isOwn(lock));
    const before = at < 0 ? others : others.slice(0, at);
    this.#replace([...before, ...own, ...others.slice(before.length)]);
  }

  #replace(held: readonly FileLock[]): void {
    const before = new Set(this.#held);
    for (const lock of held) if (!before.delete(lock)) this.#book?.held.add(lock);
    for (const lock of before) this.#book?.held.delete(lock);
    this.#held = held;
    if (before.size > 0) this.released.wakeAll();
  }
}

/** They overlap, or one begins where the other ends. */
const touches = (one: FileLock, other: FileLock): boolean => one.start <= other.end + 1 && other.start <= one.end + 1;

function without(lock: FileLock, range: FileLock): readonly FileLock[] {
  if (lock.end < range.start || lock.start > range.end) return [lock];
  const left = lock.start < range.start ? [{ ...lock, end: range.start - 1 }] : [];
  return lock.end > range.end ? [...left, { ...lock, start: range.end + 1 }] : left;
}
