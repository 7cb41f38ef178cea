/**
 * sysfs: what containers look for in it.
 *
 * @see sysfs(5)
 */
import { PseudoFs, type PseudoTree, TreeDirectory, textFile } from "../fs/index.ts";
import type { Inode } from "../vfs/index.ts";
import type { Kernel } from "./kernel.ts";
import { cpuList } from "./procfs/status.ts";

const SYSFS_MAGIC = 0x62656572;

export class SysFs extends PseudoFs {
  override readonly type = "sysfs";
  override readonly source: string;
  override readonly root: Inode;
  override readonly magic = SYSFS_MAGIC;

  readonly kernel: Kernel;

  constructor(kernel: Kernel, source: string) {
    super(kernel);
    this.kernel = kernel;
    this.source = source;
    this.root = new TreeDirectory(this, SYSFS_TREE);
  }
}

const cpus = textFile<SysFs>(({ kernel }) => `${cpuList(kernel.machine.cpus)}\n`);

const SYSFS_TREE: PseudoTree<SysFs> = {
  block: {},
  bus: {},
  class: { net: {} },
  dev: { block: {}, char: {} },
  devices: {
    system: { cpu: { online: cpus, possible: cpus, present: cpus } },
    virtual: { powercap: {} },
  },
  firmware: {},
  fs: { cgroup: {} },
  kernel: { mm: {}, security: {} },
  module: {},
  power: {},
};
