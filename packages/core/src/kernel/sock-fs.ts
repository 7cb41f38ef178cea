/**
 * sockfs: where the inodes of sockets live. It is mounted nowhere; `/proc/PID/fd/N` shows them as `socket:[INO]`, and
 * they cannot be opened by that.
 *
 * @see net/socket.c
 */
import { Errno, type IoctlRequest, O_RDWR, PAGE_SIZE, type Stat, type StatFs, typeBits } from "../abi/index.ts";
import type { Socket } from "../net/index.ts";
import type { WaitQueue } from "../sim/index.ts";
import {
  Dentry,
  FileOps,
  FileSystem,
  type FsMachine,
  Inode,
  Location,
  Mount,
  type MountTree,
  OpenFile,
  simpleStatfs,
} from "../vfs/index.ts";

const SOCKFS_MAGIC = 0x534f434b;

export class SockFs extends FileSystem {
  override readonly type = "sockfs";
  override readonly dev: number;
  override readonly root: Inode;
  readonly machine: FsMachine;
  readonly #mount: Mount;

  constructor(machine: FsMachine, tree: MountTree) {
    super();
    this.machine = machine;
    this.dev = machine.nextDev();
    this.root = new SocketInode(this, 0, 0, 0);
    this.#mount = new Mount(0, tree, this, this.rootDentry, "sockfs", 0);
  }

  /** An open file for a new socket that belongs to `uid` and `gid`. */
  open(socket: Socket, uid: number, gid: number, flags: number): OpenFile {
    const inode = new SocketInode(this, socket.inode, uid, gid);
    const at = new Location(this.#mount, new Dentry(`socket:[${socket.inode}]`, undefined, inode));
    return new OpenFile(at, O_RDWR | flags, new SocketFile(socket));
  }

  override statfs(): StatFs {
    return simpleStatfs(SOCKFS_MAGIC);
  }
}

class SocketInode extends Inode {
  override readonly fs: SockFs;
  override readonly ino: number;
  override readonly type = "socket";
  override readonly mode = 0o777;
  override readonly uid: number;
  override readonly gid: number;

  constructor(fs: SockFs, ino: number, uid: number, gid: number) {
    super();
    this.fs = fs;
    this.ino = ino;
    this.uid = uid;
    this.gid = gid;
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
      atimeUs: 0,
      mtimeUs: 0,
      ctimeUs: 0,
    };
  }
}

/** A socket as a file: read and write are recv and send without an address. */
export class SocketFile extends FileOps {
  readonly socket: Socket;

  constructor(socket: Socket) {
    super();
    this.socket = socket;
  }

  override get ready(): WaitQueue {
    return this.socket.ready;
  }

  override read(count: number): Uint8Array | undefined {
    return this.socket.receive(count, { peek: false })?.data;
  }

  override write(data: Uint8Array): number | undefined {
    return this.socket.send(data, undefined);
  }

  override poll(): number {
    return this.socket.poll();
  }

  override ioctl(request: IoctlRequest): unknown {
    if (request === "FIONREAD") return this.socket.available;
    // Virtual networks on a link are a module that is not there. @see net/socket.c:vlan_ioctl_set
    if (request === "SIOCSIFVLAN") throw new Errno("ENOPKG");
    throw new Errno("ENOTTY");
  }

  override release(): void {
    this.socket.close();
  }
}
