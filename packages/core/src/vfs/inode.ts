/**
 * Inodes and file systems: the contract between vfs and `fs/*`.
 *
 * Nothing here sleeps and nothing here checks permissions: vfs does that before it asks. An operation that a file system
 * does not override throws the errno that Linux gives where the operation is missing.
 */
import {
  BINPRM_BUF_SIZE,
  type DirEntry,
  Errno,
  type FileType,
  O_RDONLY,
  type Stat,
  type StatFs,
} from "../abi/index.ts";
import { NO_BYTES } from "../lib/index.ts";
import { Dentry } from "./dentry.ts";
import { FileLocks } from "./file-locks.ts";
import type { FileOps } from "./file-ops.ts";
import type { Location } from "./mount.ts";
import type { Watches } from "./watch.ts";

/** What a new inode is. `mode` holds permission bits only. */
export interface InodeInit {
  readonly type: FileType;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of a symbolic link. */
  readonly target?: string;
  /** Of a device. */
  readonly rdev?: number;
  /** The number that it has already; a new one by default. */
  readonly ino?: number;
}

/** Where a rename goes: a directory of the same file system, and what the name leads to there now. */
export interface RenameTarget {
  readonly directory: Inode;
  readonly name: string;
  readonly replaced: Inode | undefined;
}

/** Attributes to set; vfs has already decided what a change of one does to another. */
export interface AttributeChange {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly size?: number;
  readonly atimeUs?: number;
  readonly mtimeUs?: number;
}

/** Who has to do with a file now. Made when somebody first has: of most files nobody ever does. */
class FileUse {
  /** How many processes execute it. */
  executing = 0;
  /** How many open files may write to it: it cannot be executed then. */
  writing = 0;
  locks: FileLocks | undefined;
}

export abstract class Inode {
  abstract readonly fs: FileSystem;
  abstract readonly ino: number;
  abstract readonly type: FileType;
  /** Permission bits with set-uid, set-gid and sticky. */
  abstract readonly mode: number;
  abstract readonly uid: number;
  abstract readonly gid: number;

  /** What is known of it now, in an object of the caller's own. */
  abstract stat(): Stat;

  /** Asked before anybody's permissions are. @throws Errno if what it shows is gone, or hidden from who asks */
  checkPresence(): void {}

  /** Device number of a char or block inode. */
  get rdev(): number {
    return this.stat().rdev;
  }

  /** Where the data really are: an overlay answers with its upper or lower inode. */
  get backing(): Inode {
    return this;
  }

  #use: FileUse | undefined;

  /** How the file is being used; counted on `backing`. */
  get use(): FileUse {
    this.#use ??= new FileUse();
    return this.#use;
  }

  /** Where its locks are: an overlay keeps those of what it shows from below. */
  protected get lockHome(): Inode {
    return this;
  }

  get locks(): FileLocks {
    const { use } = this.lockHome;
    use.locks ??= new FileLocks();
    return use.locks;
  }

  /** Somebody who may have had locks on this inode is gone, and with them the locks. */
  unlock(owner: object): void {
    this.lockHome.#use?.locks?.unlockAll(owner);
  }

  /** Its locks are those of `other` from now on. */
  protected handLocksTo(other: Inode): void {
    if (this.#use?.locks === undefined) return;
    other.use.locks = this.#use.locks;
    this.#use.locks = undefined;
  }

  /** Writing is refused with ETXTBSY, for the very data that would change are being executed. */
  get isTextBusy(): boolean {
    return this.#use !== undefined && this.#use.executing > 0;
  }

  /** @throws EPERM where attributes are fixed. */
  setattr(_change: AttributeChange): void {
    throw new Errno("EPERM");
  }

  /** Reading happened: updates the access time as `relatime` does. */
  accessed(): void {}

  /** What execve(2) looks at: the first bytes, BINPRM_BUF_SIZE of them or the whole first line. Not to be changed. */
  head(): Uint8Array {
    const ops = this.open(O_RDONLY);
    try {
      return ops.read(BINPRM_BUF_SIZE, 0) ?? NO_BYTES;
    } finally {
      ops.release();
    }
  }

  // ── directories ──

  /** @throws ENOTDIR if this is no directory. */
  lookup(_name: string): Inode | undefined {
    throw new Errno("ENOTDIR");
  }

  /** Makes a new entry. The name is free: vfs has looked. @throws EACCES, EPERM where nothing can be made. */
  create(_name: string, init: InodeInit): Inode {
    throw new Errno(init.type === "file" ? "EACCES" : "EPERM");
  }

  /** A file without a name (O_TMPFILE). @throws EOPNOTSUPP where the file system has none. */
  createTemporary(_init: InodeInit): Inode {
    throw new Errno("EOPNOTSUPP");
  }

  link(_name: string, _target: Inode): void {
    throw new Errno("EPERM");
  }

  /** `victim` is the inode that the name leads to, here and in the next three. */
  unlink(_name: string, _victim: Inode): void {
    throw new Errno("EPERM");
  }

  /** @throws ENOTEMPTY if the directory has entries. */
  rmdir(_name: string, _victim: Inode): void {
    throw new Errno("EPERM");
  }

  /** Moves `moved` over `target.replaced`, if there is one. vfs has checked types and permissions. */
  rename(_name: string, _moved: Inode, _target: RenameTarget): void {
    throw new Errno("EPERM");
  }

  /** Swaps two entries. @throws EINVAL where the file system cannot. */
  exchange(_name: string, _moved: Inode, _target: RenameTarget): void {
    throw new Errno("EINVAL");
  }

  /** Entries without `.` and `..`, in the file system's own order. */
  readdir(): Iterable<DirEntry> {
    throw new Errno("ENOTDIR");
  }

  // ── symbolic links ──

  /** @throws EINVAL if this is no symbolic link. */
  readlink(): string {
    throw new Errno("EINVAL");
  }

  /** Where a magic link of procfs leads, whatever its text; `undefined` for an ordinary link. */
  follow(): Location | undefined {
    return undefined;
  }

  // ── contents ──

  /** The behaviour of one open file. Called after permissions were checked. */
  open(_flags: number): FileOps {
    throw new Errno("ENXIO");
  }

  // ── extended attributes ──

  getxattr(_name: string): Uint8Array | undefined {
    throw new Errno("EOPNOTSUPP");
  }

  setxattr(_name: string, _value: Uint8Array): void {
    throw new Errno("EOPNOTSUPP");
  }

  removexattr(_name: string): void {
    throw new Errno("EOPNOTSUPP");
  }

  listxattr(): readonly string[] {
    return [];
  }
}

/** What a file system needs of the machine that it is on. */
export interface FsMachine {
  /** Wall time, microseconds since 1970. */
  readonly nowUs: number;
  /** A device number that no other file system has. */
  nextDev(): number;
  /** @throws ENXIO if no driver answers for the device. */
  openDevice(inode: Inode, flags: number): FileOps;
}

export abstract class FileSystem {
  /** As /proc/mounts names it: "tmpfs", "overlay". */
  abstract readonly type: string;
  /** st_dev of its inodes. */
  abstract readonly dev: number;
  abstract readonly root: Inode;
  /** First field of /proc/mounts. */
  readonly source: string = "none";
  /** A name that is missing stays so: creating it is ENOENT, not a matter of permissions. */
  readonly isFixed: boolean = false;
  /** Names can change without vfs: every lookup asks the inode again. */
  readonly isVolatile: boolean = false;
  /** Others change it too, though its inodes last: every lookup asks again, and a dentry goes when its name leads elsewhere. */
  isShared = false;
  /** The whole file system is read-only, whatever the mount says. */
  readOnly = false;
  /** MS_SYNCHRONOUS, MS_DIRSYNC, MS_MANDLOCK and MS_LAZYTIME, as it was mounted: they are shown, and change nothing. */
  habits = 0;

  /** Open files that may write, on all its mounts. */
  writers = 0;
  /** Mounts that show this file system, in all trees. */
  activeMounts = 0;
  /** Who is told of what happens to its inodes: inotify(7). */
  watches: Watches | undefined;
  #rootDentry: Dentry | undefined;

  /** Differs when names, owners or permissions have changed; `undefined` where nobody counts that. */
  get nameChanges(): number | undefined {
    return undefined;
  }

  /** The dentry tree is the file system's: all its mounts share it. */
  get rootDentry(): Dentry {
    this.#rootDentry ??= new Dentry("", undefined, this.root);
    return this.#rootDentry;
  }

  /** Options of this file system for /proc/mounts, without those of the mount: "size=65536k,mode=755". */
  options(): string {
    return "";
  }

  abstract statfs(): StatFs;

  /** Takes new options, in the words of mount(2): MS_REMOUNT without MS_BIND. @throws EINVAL for one that it refuses */
  reconfigure(_data: string): void {}

  /** The last mount of it is gone. */
  unmounted(): void {}
}
