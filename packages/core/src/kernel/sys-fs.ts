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

const none = textFile<SysFs>(() => "\n");

/** A directory for each processor, and lists of them. */
const processors: PseudoLeaf<SysFs> = (fs) => {
  const numbers = Array.from({ length: fs.kernel.machine.cpus }, (_, cpu) => cpu);
  const each = numbers.map((cpu): [string, PseudoTree<SysFs>] => [`cpu${cpu}`, processor(cpu)]);
  const lists = { isolated: none, offline: none, online: cpus, possible: cpus, present: cpus };
  return new TreeDirectory(fs, { ...Object.fromEntries(each), ...lists });
};

/** The first one cannot be taken away. */
function processor(cpu: number): PseudoTree<SysFs> {
  const topology = { core_id: textFile<SysFs>(() => `${cpu}\n`), physical_package_id: textFile<SysFs>(() => "0\n") };
  return cpu === 0 ? { topology } : { online: textFile<SysFs>(() => "1\n"), topology };
}

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
    system: { cpu: processors },
    virtual: virtualDevices,
  },
  firmware: {},
  fs: { cgroup: {} },
  kernel: { mm: {}, security: {} },
  module: {},
  power: {},
};
