/**
 * devpts: pseudo-terminals. Every mount is an instance of its own, with a ptmx of its own: opening that makes a pair,
 * whose slave has a name here until its master is closed.
 *
 * @see pts(4), Documentation/filesystems/devpts.rst
 */

import { Errno, makedev, O_NOCTTY } from "../abi/index.ts";
import { PseudoDirectory, PseudoFs, PseudoInode, PTMX_DEVICE, Pty, PtyMaster } from "../fs/index.ts";
import type { AttributeChange, FileOps, Inode } from "../vfs/index.ts";
import type { Kernel } from "./kernel.ts";
import { Terminal } from "./terminal.ts";

const DEVPTS_SUPER_MAGIC = 0x1cd1;
/** @see Documentation/admin-guide/devices.txt: Unix98 PTY slaves */
const SLAVE_MAJOR = 136;
/** Numbers of terminals are inode numbers from here. @see fs/devpts/inode.c:devpts_pty_new */
const FIRST_INO = 3;
/** @see proc(5) /proc/sys/kernel/pty/max */
const MAX_PTYS = 4096;

export class DevPts extends PseudoFs {
  override readonly type = "devpts";
  override readonly source: string;
  override readonly root: Inode;
  override readonly magic = DEVPTS_SUPER_MAGIC;
  readonly kernel: Kernel;
  readonly #mode: number;
  readonly #gid: number | undefined;
  readonly #shown: string;
  readonly #slaves = new Map<number, SlaveInode>();

  /** `data`: "newinstance,ptmxmode=0666,mode=0620,gid=5". */
  constructor(kernel: Kernel, source: string, data: string) {
    super(kernel);
    this.kernel = kernel;
    this.source = source;
    const options = new Map(data.split(",").map((part) => part.split("=") as [string, string | undefined]));
    const octal = (name: string, missing: string): string => (options.get(name) ?? missing).replace(/^0+(?=\d)/, "");
    const gid = options.get("gid");
    this.#mode = Number.parseInt(octal("mode", "600"), 8);
    this.#gid = gid === undefined ? undefined : Number(gid);
    this.#shown = [
      ...(gid === undefined ? [] : [`gid=${gid}`]),
      `mode=${octal("mode", "600")}`,
      `ptmxmode=${octal("ptmxmode", "000").padStart(3, "0")}`,
    ].join(",");
    const directory = { find: (name: string) => this.#find(name), list: () => this.#list() };
    this.root = new PseudoDirectory(this, { mode: 0o755 }, directory);
    this.#ptmx = new PtmxInode(this, Number.parseInt(octal("ptmxmode", "0"), 8));
  }

  readonly #ptmx: PtmxInode;

  override options(): string {
    return this.#shown;
  }

  /** The master of a new pair; the slave belongs to whoever opens it. @throws ENOSPC if there are too many */
  openMaster(): FileOps {
    let number = 0;
    while (this.#slaves.has(number)) number++;
    if (number >= MAX_PTYS) throw new Errno("ENOSPC");
    const pty = new Pty(number, () => this.#slaves.delete(number));
    const terminal = new Terminal(this.kernel, pty, makedev(SLAVE_MAJOR, number));
    pty.control = terminal;
    const creds = (this.kernel.current ?? this.kernel.init).creds;
    const owner = { uid: creds.uid, gid: this.#gid ?? creds.gid };
    this.#slaves.set(number, new SlaveInode(this, { terminal, mode: this.#mode, ...owner }, FIRST_INO + number));
    return new PtyMaster(pty);
  }

  #find(name: string): Inode | undefined {
    if (name === "ptmx") return this.#ptmx;
    return /^(0|[1-9][0-9]*)$/.test(name) ? this.#slaves.get(Number(name)) : undefined;
  }

  *#list() {
    for (const [number, { ino }] of [...this.#slaves].reverse())
      yield { name: String(number), ino, type: "char" as const };
    yield { name: "ptmx", ino: this.#ptmx.ino, type: "char" as const };
  }
}

class PtmxInode extends PseudoInode {
  override readonly type = "char";
  readonly #devpts: DevPts;

  constructor(fs: DevPts, mode: number) {
    super(fs, { mode });
    this.#devpts = fs;
  }

  override get rdev(): number {
    return PTMX_DEVICE;
  }

  override open(): FileOps {
    return this.#devpts.openMaster();
  }
}

interface Slave {
  readonly terminal: Terminal;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

class SlaveInode extends PseudoInode {
  override readonly type = "char";
  readonly #devpts: DevPts;
  readonly #terminal: Terminal;
  #uid: number;
  #gid: number;

  constructor(fs: DevPts, { terminal, mode, uid, gid }: Slave, ino: number) {
    super(fs, { mode }, ino);
    this.#devpts = fs;
    this.#terminal = terminal;
    this.#uid = uid;
    this.#gid = gid;
  }

  override get uid(): number {
    return this.#uid;
  }

  override get gid(): number {
    return this.#gid;
  }

  override get rdev(): number {
    return this.#terminal.rdev;
  }

  override setattr({ uid, gid, ...rest }: AttributeChange): void {
    super.setattr(rest);
    this.#uid = uid ?? this.#uid;
    this.#gid = gid ?? this.#gid;
  }

  override open(flags: number): FileOps {
    const slave = this.#terminal.open();
    const opener = this.#devpts.kernel.current;
    if (opener !== undefined && (flags & O_NOCTTY) === 0) this.#terminal.openedBy(opener);
    return slave;
  }
}
