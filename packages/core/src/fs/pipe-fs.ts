/**
 * pipefs: where the inodes of pipe(2) live. It is mounted nowhere; `/proc/PID/fd/N` shows them as `pipe:[INO]`, and
 * opening that link opens the pipe again.
 */
import { O_RDONLY, O_RDWR, O_WRONLY, PAGE_SIZE, type Stat, type StatFs, typeBits } from "../abi/index.ts";
import {
  Dentry,
  type FileOps,
  FileSystem,
  type FsMachine,
  Inode,
  Location,
  Mount,
  type MountTree,
  OpenFile,
  simpleStatfs,
} from "../vfs/index.ts";
import type { Drain } from "./drain.ts";
import { Pipe } from "./pipe.ts";

const PIPEFS_MAGIC = 0x50495045;

export class PipeFs extends FileSystem {
  override readonly type = "pipefs";
  override readonly dev: number;
  override readonly root: Inode;
  readonly machine: FsMachine;
  readonly #mount: Mount;
  #lastIno = 0;

  constructor(machine: FsMachine, tree: MountTree) {
    super();
    this.machine = machine;
    this.dev = machine.nextDev();
    this.root = new PipeInode(this, 0, 0, 0);
    this.#mount = new Mount(0, tree, this, this.rootDentry, "pipefs", 0);
  }

  /** Both ends of a new pipe that belongs to `uid` and `gid`. */
  pipe(uid: number, gid: number, flags: number): readonly [read: OpenFile, write: OpenFile] {
    const at = this.#place(new PipeInode(this, ++this.#lastIno, uid, gid));
    return [openEnd(at, O_RDONLY | flags), openEnd(at, O_WRONLY | flags)];
  }

  /** The writing end of a pipe whose other end is the host: what is written goes to `drain`, at once if that is a function. */
  sink(uid: number, gid: number, drain: Drain | ((data: Uint8Array) => void)): OpenFile {
    return openEnd(this.#place(new PipeInode(this, ++this.#lastIno, uid, gid, drain)), O_WRONLY);
  }

  /**
   * One end of a channel to the host: what is written goes to `drain` at once, what is read was given to `pipe.feed`.
   */
  channel(
    uid: number,
    gid: number,
    drain: (data: Uint8Array) => void,
  ): { readonly file: OpenFile; readonly pipe: Pipe } {
    const inode = new PipeInode(this, ++this.#lastIno, uid, gid, drain);
    return { file: openEnd(this.#place(inode), O_RDWR), pipe: inode.pipe };
  }

  override statfs(): StatFs {
    return simpleStatfs(PIPEFS_MAGIC);
  }

  #place(inode: PipeInode): Location {
    return new Location(this.#mount, new Dentry(`pipe:[${inode.ino}]`, undefined, inode));
  }
}

function openEnd(at: Location, flags: number): OpenFile {
  return new OpenFile(at, flags, at.inode.open(flags));
}

class PipeInode extends Inode {
  override readonly fs: PipeFs;
  override readonly ino: number;
  override get type() {
    return "fifo" as const;
  }

  override readonly mode = 0o600;
  override readonly uid: number;
  override readonly gid: number;
  readonly #timeUs: number;
  readonly pipe: Pipe;

  constructor(fs: PipeFs, ino: number, uid: number, gid: number, drain?: Drain | ((data: Uint8Array) => void)) {
    super();
    this.fs = fs;
    this.ino = ino;
    this.uid = uid;
    this.gid = gid;
    this.#timeUs = fs.machine.nowUs;
    this.pipe = new Pipe(`pipe:[${ino}]`, drain);
  }

  override open(flags: number): FileOps {
    return this.pipe.reopen(flags);
  }

  override stat(): Stat {
    return {
      dev: this.fs.dev,
      ino: this.ino,
      type: this.type,
      mode: typeBits(this.type) | this.mode,
      nlink: 1,
      uid: this.uid,
      gid: this.gid,
      rdev: 0,
      size: 0,
      blocks: 0,
      blockSize: PAGE_SIZE,
      atimeUs: this.#timeUs,
      mtimeUs: this.#timeUs,
      ctimeUs: this.#timeUs,
    };
  }
}
