/**
 * sysfs: what containers look for in it.
 *
 * @see sysfs(5)
 */
import { PseudoFs, type PseudoLeaf, type PseudoTree, TreeDirectory, textFile } from "../fs/index.ts";
import type { Inode } from "../vfs/index.ts";
import type { Kernel } from "./kernel.ts";
import type { NetNamespace } from "./namespaces/net.ts";
import { cpuList } from "./procfs/status.ts";
import { deviceDirectories, deviceLinks } from "./sys-net.ts";

const SYSFS_MAGIC = 0x62656572;

export class SysFs extends PseudoFs {
  override readonly type = "sysfs";
  override readonly source: string;
  override readonly root: Inode;
  override readonly magic = SYSFS_MAGIC;

  readonly kernel: Kernel;
  /** Whose devices show under /sys/class/net. */
  readonly net: NetNamespace;

  constructor(kernel: Kernel, net: NetNamespace, source: string) {
    super(kernel);
    this.kernel = kernel;
    this.net = net;
    this.source = source;
    this.root = new TreeDirectory(this, SYSFS_TREE);
  }
}

const cpus = textFile<SysFs>(({ kernel }) => `${cpuList(kernel.machine.cpus)}\n`);

/** The power limits of the processors are there if the kernel was built with them. */
const virtualDevices: PseudoLeaf<SysFs> = (fs) =>
  new TreeDirectory(
    fs,
    fs.kernel.machine.missingParts.has("POWERCAP")
      ? { net: deviceDirectories }
      : { net: deviceDirectories, powercap: {} },
  );

const SYSFS_TREE: PseudoTree<SysFs> = {
  block: {},
  bus: {},
  class: { net: deviceLinks },
  dev: { block: {}, char: {} },
  devices: {
    system: { cpu: { online: cpus, possible: cpus, present: cpus } },
    virtual: virtualDevices,
  },
  firmware: {},
  fs: { cgroup: {} },
  kernel: { mm: {}, security: {} },
  module: {},
  power: {},
};
