/**
 * devpts: pseudo-terminals. Every mount is an instance of its own, with a ptmx of its own.
 *
 * @see pts(4), Documentation/filesystems/devpts.rst
 */

import { PseudoDirectory, PseudoFs, PseudoInode, PTMX_DEVICE } from "../fs/index.ts";
import type { FileOps, Inode } from "../vfs/index.ts";
import type { Kernel } from "./kernel.ts";

const DEVPTS_SUPER_MAGIC = 0x1cd1;

export class DevPts extends PseudoFs {
  override readonly type = "devpts";
  override readonly source: string;
  override readonly root: Inode;
  override readonly magic = DEVPTS_SUPER_MAGIC;
  readonly #shown: string;

  /** `data`: "newinstance,ptmxmode=0666,mode=0620,gid=5". */
  constructor(kernel: Kernel, source: string, data: string) {
    super(kernel);
    this.source = source;
    const options = new Map(data.split(",").map((part) => part.split("=") as [string, string | undefined]));
    const octal = (name: string, missing: string): string => (options.get(name) ?? missing).replace(/^0+(?=\d)/, "");
    const gid = options.get("gid");
    this.#shown = [
      ...(gid === undefined ? [] : [`gid=${gid}`]),
      `mode=${octal("mode", "600")}`,
      `ptmxmode=${octal("ptmxmode", "000").padStart(3, "0")}`,
    ].join(",");
    const ptmx = new PtmxInode(this, Number.parseInt(octal("ptmxmode", "0"), 8));
    this.root = new PseudoDirectory(
      this,
      { mode: 0o755 },
      {
        find: (name) => (name === "ptmx" ? ptmx : undefined),
        list: () => [{ name: "ptmx", ino: ptmx.ino, type: "char" }],
      },
    );
  }

  override options(): string {
    return this.#shown;
  }
}

class PtmxInode extends PseudoInode {
  override readonly type = "char";

  constructor(fs: DevPts, mode: number) {
    super(fs, { mode });
  }

  override get rdev(): number {
    return PTMX_DEVICE;
  }

  override open(flags: number): FileOps {
    return this.fs.machine.openDevice(this, flags);
  }
}
