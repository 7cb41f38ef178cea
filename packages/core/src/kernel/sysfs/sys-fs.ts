/**
 * sysfs: what containers look for in it.
 *
 * @see sysfs(5)
 */
import { Errno, PAGE_SIZE } from "../../abi/index.ts";
import { file, PseudoFs, type PseudoLeaf, type PseudoTree, TreeDirectory, textFile } from "../../fs/index.ts";
import type { Inode } from "../../vfs/index.ts";
import type { Kernel } from "../kernel.ts";
import type { NetNamespace } from "../namespaces/net.ts";
import { cpuList } from "../procfs/status.ts";
import { blockLinks, blockNumbers, diskOfMachine, virtualBlocks } from "./sys-block.ts";
import { deviceDirectories, deviceLinks } from "./sys-net.ts";
import {
  CLOCK_ATTRIBUTES,
  KERNEL_ATTRIBUTES,
  MODULE_ATTRIBUTES,
  PROCESSOR_ATTRIBUTES,
  type QuietAttributes,
} from "./sys-quiet.data.ts";

const SYSFS_MAGIC = 0x62656572;

export class SysFs extends PseudoFs {
  override readonly type = "sysfs";
  override readonly source: string;
  override readonly root: Inode;
  override readonly magic = SYSFS_MAGIC;
  override readonly directoryMode = 0o755;
  /** Attributes have a page to themselves. @see fs/sysfs/file.c: sysfs_add_file_mode_ns */
  override readonly fileSize = PAGE_SIZE;

  readonly kernel: Kernel;
  /** Whose devices show under /sys/class/net. */
  readonly net: NetNamespace;

  constructor(kernel: Kernel, net: NetNamespace, source: string) {
    super(kernel);
    this.kernel = kernel;
    this.net = net;
    this.source = source;
    this.root = new TreeDirectory(this, SYSFS_TREE, 0o555);
  }
}

/**
 * Directories and files with fixed initial texts, or what was written to them since. `path` is that of their directory.
 */
function quiet(path: string, attributes: QuietAttributes): PseudoTree<SysFs> {
  const tree: Record<string, PseudoTree<SysFs> | PseudoLeaf<SysFs>> = {};
  for (const [name, value] of Object.entries(attributes)) {
    const below = `${path}/${name}`;
    if (typeof value === "string") tree[name] = textFile<SysFs>(() => `${value}\n`);
    else tree[name] = isSettable(value) ? settable(below, value[0]) : quiet(below, value);
  }
  return tree;
}

const isSettable = (value: readonly [string] | QuietAttributes): value is readonly [string] => Array.isArray(value);

function settable(path: string, initial: string): PseudoLeaf<SysFs> {
  return file<SysFs>(({ kernel: { attributes } }) => ({
    read: () => `${attributes.get(path) ?? initial}\n`,
    write: (text) => void attributes.set(path, setTo(initial, text.trim())),
  }));
}

/** One of several words gets brackets, a number or a switch is replaced. @throws EINVAL for anything else. */
function setTo(initial: string, value: string): string {
  const words = initial.split(" ").map((word) => word.replace(/[[\]]/g, ""));
  if (words.length > 1 && words.includes(value)) {
    return words.map((word) => (word === value ? `[${word}]` : word)).join(" ");
  }
  if (/^[0-9]+$/.test(initial) && /^[0-9]+$/.test(value)) return value;
  if (/^[YN]$/.test(initial) && /^[YyNn01]/.test(value)) return /^[Yy1]/.test(value) ? "Y" : "N";
  if (/^(true|false)$/.test(initial) && /^([01]|true|false)$/.test(value)) {
    return value === "1" || value === "true" ? "true" : "false";
  }
  if (value !== initial) throw new Errno("EINVAL");
  return value;
}

const cpus = textFile<SysFs>(({ kernel }) => `${cpuList(kernel.machine.cpus)}\n`);

const none = textFile<SysFs>(() => "\n");

const processorAttributes: PseudoTree<SysFs> = quiet("devices/system/cpu", PROCESSOR_ATTRIBUTES);
/** The list of nodes that has the only one. */
const onlyNode = textFile<SysFs>(() => "0\n");

/** A directory for each processor, and lists of them. */
const processors: PseudoLeaf<SysFs> = (fs) => {
  const numbers = Array.from({ length: fs.kernel.machine.cpus }, (_, cpu) => cpu);
  const each = numbers.map((cpu): [string, PseudoTree<SysFs>] => [`cpu${cpu}`, processor(cpu)]);
  const lists = { isolated: none, offline: none, online: cpus, possible: cpus, present: cpus };
  return new TreeDirectory(fs, { ...Object.fromEntries(each), ...lists, ...processorAttributes });
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
      ? { block: virtualBlocks, net: deviceDirectories }
      : { block: virtualBlocks, net: deviceDirectories, powercap: {} },
  );

const SYSFS_TREE: PseudoTree<SysFs> = {
  block: blockLinks(".."),
  bus: {},
  class: {
    block: blockLinks("../.."),
    net: deviceLinks,
    tty: { console: { active: textFile<SysFs>(() => "ttyS0\n") } },
  },
  dev: { block: blockNumbers, char: {} },
  devices: {
    system: {
      clocksource: { clocksource0: quiet("devices/system/clocksource/clocksource0", CLOCK_ATTRIBUTES) },
      cpu: processors,
      // One node has all processors and all memory.
      node: { has_cpu: onlyNode, has_memory: onlyNode, node0: { cpulist: cpus }, online: onlyNode, possible: onlyNode },
    },
    virtio0: diskOfMachine,
    virtual: virtualDevices,
  },
  firmware: {},
  fs: { cgroup: {} },
  kernel: quiet("kernel", KERNEL_ATTRIBUTES),
  module: quiet("module", MODULE_ATTRIBUTES),
  power: { state: textFile<SysFs>(() => "\n", 0o644) },
};
