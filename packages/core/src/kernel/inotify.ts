/**
 * inotify: a queue of what happens to the inodes that a program watches.
 *
 * @see inotify(7), fs/notify/inotify/
 */
import {
  Errno,
  encodeInotify,
  IN_ALL_EVENTS,
  IN_EXCL_UNLINK,
  IN_IGNORED,
  IN_ISDIR,
  IN_MASK_ADD,
  IN_MASK_CREATE,
  IN_MOVE_SELF,
  IN_ONESHOT,
  IN_Q_OVERFLOW,
  IN_UNMOUNT,
  type InotifyEvent,
  type IoctlRequest,
  inotifySize,
  major,
  minor,
  POLLIN,
} from "../abi/index.ts";
import { WaitQueue } from "../sim/index.ts";
import {
  addWatch,
  FileOps,
  type Happening,
  type Inode,
  type InodeWatch,
  isSameInode,
  removeWatch,
} from "../vfs/index.ts";
import type { Kernel } from "./kernel.ts";
import type { Process } from "./process.ts";
import { readSysctl } from "./sysctl/sysctl.ts";

/** A watched inode tells these whether asked to or not. */
const ALWAYS = IN_UNMOUNT | IN_IGNORED;

/** How much of inotify each user of the machine has taken. @see proc(5) /proc/sys/fs/inotify */
export class InotifyAccounts {
  readonly #instances = new Map<number, number>();
  readonly #watches = new Map<number, number>();
  /** The last number that tied a move together. */
  lastCookie = 0;

  /** @throws EMFILE beyond max_user_instances. */
  takeInstance(process: Process): void {
    take(this.#instances, process, "fs.inotify.max_user_instances", "EMFILE");
  }

  /** @throws ENOSPC beyond max_user_watches. */
  takeWatch(process: Process): void {
    take(this.#watches, process, "fs.inotify.max_user_watches", "ENOSPC");
  }

  releaseInstance(uid: number): void {
    release(this.#instances, uid);
  }

  releaseWatch(uid: number): void {
    release(this.#watches, uid);
  }
}

function take(counts: Map<number, number>, process: Process, limit: string, code: "EMFILE" | "ENOSPC"): void {
  const uid = process.creds.effectiveUid;
  const count = counts.get(uid) ?? 0;
  if (count >= Number(readSysctl(process, limit))) throw new Errno(code);
  counts.set(uid, count + 1);
}

function release(counts: Map<number, number>, uid: number): void {
  const count = counts.get(uid) ?? 0;
  if (count <= 1) counts.delete(uid);
  else counts.set(uid, count - 1);
}

export class Inotify extends FileOps {
  readonly kernel: Kernel;
  readonly #uid: number;
  readonly #maxQueued: number;
  readonly #marks = new Map<number, Mark>();
  #lastWd = 0;
  #queue: InotifyEvent[] = [];
  readonly #ready = new WaitQueue("inotify");

  /** @throws EMFILE if the caller has too many. */
  constructor(process: Process) {
    super();
    this.kernel = process.kernel;
    this.#uid = process.creds.effectiveUid;
    this.#maxQueued = Number(readSysctl(process, "fs.inotify.max_queued_events"));
    this.kernel.inotify.takeInstance(process);
  }

  /**
   * Watches `inode`, or changes what is asked of it. Returns the number of the watch.
   *
   * @throws EEXIST with IN_MASK_CREATE if it is watched already. @throws ENOSPC if the caller watches too many.
   */
  watch(inode: Inode, mask: number, process: Process): number {
    for (const mark of this.#marks.values()) {
      if (!isSameInode(mark.inode, inode)) continue;
      if ((mask & IN_MASK_CREATE) !== 0) throw new Errno("EEXIST");
      mark.mask = (mask & IN_MASK_ADD) !== 0 ? mark.mask | mask : mask;
      return mark.wd;
    }
    this.kernel.inotify.takeWatch(process);
    const mark = new Mark(this, inode, ++this.#lastWd, mask);
    this.#marks.set(mark.wd, mark);
    addWatch(inode, mark);
    return mark.wd;
  }

  /** @throws EINVAL if there is no such watch. */
  unwatch(wd: number): void {
    const mark = this.#marks.get(wd);
    if (mark === undefined) throw new Errno("EINVAL");
    this.forget(mark);
  }

  forget(mark: Mark): void {
    this.#drop(mark);
    this.queue({ wd: mark.wd, mask: IN_IGNORED, cookie: 0, name: "" });
  }

  #drop(mark: Mark): void {
    this.#marks.delete(mark.wd);
    removeWatch(mark.inode, mark);
    this.kernel.inotify.releaseWatch(this.#uid);
  }

  /** An event that says the same as the last one is not told twice. */
  queue(event: InotifyEvent): void {
    const last = this.#queue.at(-1);
    if (last !== undefined && isSame(last, event)) return;
    if (this.#queue.length >= this.#maxQueued) {
      if (last?.mask !== IN_Q_OVERFLOW) this.#queue.push({ wd: -1, mask: IN_Q_OVERFLOW, cookie: 0, name: "" });
    } else this.#queue.push(event);
    this.#ready.wakeAll();
  }

  override get ready(): WaitQueue {
    return this.#ready;
  }

  override get seekable(): boolean {
    return true;
  }

  /** As many whole records as fit. @throws EINVAL if not even one does */
  override read(count: number): Uint8Array | undefined {
    if (this.#queue.length === 0) return undefined;
    let fits = 0;
    let bytes = 0;
    for (const event of this.#queue) {
      bytes += inotifySize(event);
      if (bytes > count) break;
      fits++;
    }
    if (fits === 0) throw new Errno("EINVAL");
    return encodeInotify(this.#queue.splice(0, fits));
  }

  override poll(): number {
    return this.#queue.length > 0 ? POLLIN : 0;
  }

  override ioctl(request: IoctlRequest): unknown {
    if (request !== "FIONREAD") throw new Errno("ENOTTY");
    return this.#queue.reduce((sum, event) => sum + inotifySize(event), 0);
  }

  /** The youngest watch first. */
  override describe(): string {
    return [...this.#marks.values()]
      .reverse()
      .map((mark) => mark.describe())
      .join("");
  }

  override release(): void {
    for (const mark of this.#marks.values()) this.#drop(mark);
    this.kernel.inotify.releaseInstance(this.#uid);
  }
}

const isSame = (one: InotifyEvent, other: InotifyEvent): boolean =>
  one.mask === other.mask && one.wd === other.wd && one.name === other.name && one.mask !== IN_IGNORED;

/** One watched inode of one instance. */
class Mark implements InodeWatch {
  readonly inode: Inode;
  readonly wd: number;
  mask: number;
  readonly #instance: Inotify;

  constructor(instance: Inotify, inode: Inode, wd: number, mask: number) {
    this.#instance = instance;
    this.inode = inode;
    this.wd = wd;
    this.mask = mask;
  }

  happened({ events, name, cookie, isUnlinked }: Happening): void {
    if ((events & (this.mask | ALWAYS) & ~IN_ISDIR) === 0) return;
    if (isUnlinked && (this.mask & IN_EXCL_UNLINK) !== 0) return;
    // That a directory itself has moved is told without saying that it is one.
    const mask = (events & IN_MOVE_SELF) !== 0 ? events & ~IN_ISDIR : events;
    this.#instance.queue({ wd: this.wd, mask, cookie, name });
    if ((this.mask & IN_ONESHOT) !== 0) this.ended();
  }

  isHeld(inode: Inode): boolean {
    for (const process of this.#instance.kernel.processes.values()) if (process.holds(inode)) return true;
    return false;
  }

  ended(): void {
    this.#instance.forget(this);
  }

  newCookie(): number {
    return ++this.#instance.kernel.inotify.lastCookie;
  }

  /** Unlike Linux, the file handle is that of a file system without any: its bytes are the inode's number. */
  describe(): string {
    const { dev, ino } = this.inode.stat();
    const sdev = (major(dev) * 2 ** 20 + minor(dev)).toString(16);
    const mask = (this.mask & IN_ALL_EVENTS).toString(16);
    const handle = `0000000${ino.toString(16)}`.slice(-8).replace(/(..)(..)(..)(..)/, "$4$3$2$1");
    return `inotify wd:${this.wd.toString(16)} ino:${ino.toString(16)} sdev:${sdev} mask:${mask} ignored_mask:0 fhandle-bytes:8 fhandle-type:1 f_handle:${handle}00000000\n`;
  }
}
