/**
 * nsfs: the inodes behind `/proc/PID/ns/*`. Opening one keeps its namespace, setns(2) enters it.
 *
 * @see namespaces(7) "The /proc/pid/ns/ directory", ioctl_ns(2)
 */
import { PAGE_SIZE, type Stat, type StatFs, typeBits } from "../abi/index.ts";
import {
  Dentry,
  FileOps,
  FileSystem,
  type FsMachine,
  Inode,
  Location,
  Mount,
  type MountTree,
  simpleStatfs,
} from "../vfs/index.ts";
import type { Namespace } from "./namespaces/namespace.ts";

const NSFS_MAGIC = 0x6e736673;

export class NsFs extends FileSystem {
  override readonly type = "nsfs";
  override readonly source = "nsfs";
  override readonly dev: number;
  readonly #mount: Mount;
  readonly #tree: MountTree;
  #root: Inode | undefined;

  constructor(machine: FsMachine, tree: MountTree) {
    super();
    this.dev = machine.nextDev();
    this.#tree = tree;
    this.#mount = new Mount(0, this.#tree, this, new Dentry("", undefined, this.root), "nsfs", 0);
  }

  override get root(): Inode {
    this.#root ??= new NamespaceRoot(this);
    return this.#root;
  }

  /** Where `/proc/PID/ns/KIND` leads for this namespace. */
  locate(namespace: Namespace): Location {
    const inode = new NamespaceInode(this, namespace);
    return new Location(this.#mount, new Dentry(`${namespace.kind}:[${namespace.id}]`, undefined, inode));
  }

  override statfs(): StatFs {
    return simpleStatfs(NSFS_MAGIC);
  }
}

abstract class NsInode extends Inode {
  override readonly fs: NsFs;
  override readonly type = "file";
  override readonly mode = 0o444;
  override readonly uid = 0;
  override readonly gid = 0;

  constructor(fs: NsFs) {
    super();
    this.fs = fs;
  }

  override stat(): Stat {
    return {
      dev: this.fs.dev,
      ino: this.ino,
      type: this.type,
      mode: typeBits(this.type) | this.mode,
      nlink: 1,
      uid: 0,
      gid: 0,
      rdev: 0,
      size: 0,
      blocks: 0,
      blockSize: PAGE_SIZE,
      atimeUs: 0,
      mtimeUs: 0,
      ctimeUs: 0,
    };
  }
}

class NamespaceRoot extends NsInode {
  override readonly ino = 1;
}

export class NamespaceInode extends NsInode {
  readonly namespace: Namespace;

  constructor(fs: NsFs, namespace: Namespace) {
    super(fs);
    this.namespace = namespace;
  }

  override get ino(): number {
    return this.namespace.id;
  }

  override open(): FileOps {
    return new NamespaceOps(this.namespace);
  }
}

/** An open file keeps its namespace alive. */
class NamespaceOps extends FileOps {
  readonly #namespace: Namespace;

  constructor(namespace: Namespace) {
    super();
    this.#namespace = namespace;
    namespace.hold();
  }

  override release(): void {
    this.#namespace.letGo();
  }
}
