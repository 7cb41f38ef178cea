/**
 * anon_inodefs: the one inode behind open files that have neither a name nor data, only behaviour. It is mounted
 * nowhere; `/proc/PID/fd/N` shows such a file as `anon_inode:CLASS`.
 *
 * @see fs/anon_inodes.c
 */
import { PAGE_SIZE, type Stat, type StatFs } from "../abi/index.ts";
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

const ANON_INODE_FS_MAGIC = 0x09041934;

export class AnonInodeFs extends FileSystem {
  override readonly type = "anon_inodefs";
  override readonly dev: number;
  override readonly root: Inode;
  readonly #mount: Mount;

  constructor(machine: FsMachine, tree: MountTree) {
    super();
    this.dev = machine.nextDev();
    this.root = new AnonInode(this, machine.nowUs);
    this.#mount = new Mount(0, tree, this, this.rootDentry, "anon_inodefs", 0);
  }

  /** An open file that is nothing but `ops`. */
  open(name: string, ops: FileOps, flags: number): OpenFile {
    return new OpenFile(new Location(this.#mount, new Dentry(`anon_inode:${name}`, undefined, this.root)), flags, ops);
  }

  override statfs(): StatFs {
    return simpleStatfs(ANON_INODE_FS_MAGIC);
  }
}

class AnonInode extends Inode {
  override readonly fs: AnonInodeFs;
  override readonly ino = 1;
  override readonly type = "file";
  override readonly mode = 0o600;
  override readonly uid = 0;
  override readonly gid = 0;
  readonly #timeUs: number;

  constructor(fs: AnonInodeFs, timeUs: number) {
    super();
    this.fs = fs;
    this.#timeUs = timeUs;
  }

  /** Its mode says no type at all. */
  override stat(): Stat {
    return {
      dev: this.fs.dev,
      ino: this.ino,
      type: this.type,
      mode: this.mode,
      nlink: 1,
      uid: 0,
      gid: 0,
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
