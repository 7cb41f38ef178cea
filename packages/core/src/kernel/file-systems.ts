/**
 * What mount(2) can mount: a factory for each type.
 *
 * @see mount(8), tmpfs(5), Documentation/filesystems/
 */
import { Errno, type MountData, MS_NODEV, PAGE_SIZE, R_OK, W_OK } from "../abi/index.ts";
import { MemoryDirectory, MemoryFs, type MemoryFsOptions, OverlayFs } from "../fs/index.ts";
import { type Dentry, type FileSystem, type FsContext, Glimpses, type Inode, walk } from "../vfs/index.ts";
import { CgroupFs } from "./cgroup-fs.ts";
import { DevPts } from "./dev-pts.ts";
import { DISK_TYPES } from "./disk-types.ts";
import { tmpfsSpace } from "./held-memory.ts";
import type { Kernel } from "./kernel.ts";
import { MACHINE_DEVICES } from "./machine-devices.ts";
import type { NamespaceSet } from "./namespaces/others.ts";
import { ProcFs } from "./procfs/proc-fs.ts";
import { SysFs } from "./sys-fs.ts";
import { chargeTmpfs, forgetTmpfs } from "./tmpfs-charge.ts";

/** What mount(2) was given, beyond its flags. */
export interface MountRequest {
  readonly source: string;
  /** Options of the file system. */
  readonly data: MountData;
}

/** For whom a file system is mounted: procfs looks at `ns.pid`, overlay finds its layers from `root`. */
export interface MountContext extends FsContext {
  readonly kernel: Kernel;
  readonly ns: NamespaceSet;
}

/** Makes the file system of one mount(2). @throws Errno */
export type FileSystemFactory = (request: MountRequest, context: MountContext) => FileSystem;

export function fileSystemFactories(): Map<string, FileSystemFactory> {
  return new Map<string, FileSystemFactory>([
    ["tmpfs", makeTmpfs],
    ["ramfs", makeRamfs],
    ["devtmpfs", ({ source }, { kernel }) => machineDevices(kernel, source)],
    ...DISK_TYPES.map((type): [string, FileSystemFactory] => [
      type,
      ({ source }, context) => fromDisk(source, context),
    ]),
    ["overlay", makeOverlay],
    ["sysfs", ({ source }, { kernel, ns }) => new SysFs(kernel, ns.net, source)],
    ["cgroup2", ({ source }, { kernel, ns }) => new CgroupFs(kernel, ns.cgroup.root, source)],
    ["devpts", ({ source, data }, { kernel }) => new DevPts(kernel, source, textOf(data))],
    ["mqueue", (_request, { kernel, ns }) => ns.ipc.queues(kernel)],
    ["proc", ({ source, data }, { kernel, ns }) => new ProcFs(kernel, ns.pid, source, textOf(data))],
  ]);
}

/** `key=value,flag` as a map; a flag's value is "". */
function parseOptions(data: MountData): Map<string, string> {
  const options = new Map<string, string>();
  for (const part of partsOf(data)) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    if (equals < 0) options.set(part, "");
    else options.set(part.slice(0, equals), part.slice(equals + 1));
  }
  return options;
}

/** Options as one text. */
export const textOf = (data: MountData): string => (typeof data === "string" ? data : data.join(","));

const partsOf = (data: MountData): readonly string[] => (typeof data === "string" ? data.split(",") : data);

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** "65536k", "64m", "50%" of memory. @throws EINVAL */
export function parseSize(text: string, memoryBytes: number): number {
  const match = /^(\d+)([kmg%]?)$/i.exec(text);
  if (match === null) throw new Errno("EINVAL");
  const unit = (match[2] ?? "").toLowerCase();
  return unit === "%" ? (Number(match[1]) / 100) * memoryBytes : Number(match[1]) * (UNITS[unit] ?? 1);
}

/** There is no disk with a file system on it that a program could mount. @throws Errno always */
function fromDisk(source: string, context: MountContext): never {
  const { inode, mount } = walk(context, source, { follow: true });
  if (inode.type !== "block") throw new Errno("ENOTBLK");
  if ((mount.flags & MS_NODEV) !== 0) throw new Errno("EACCES");
  throw new Errno(context.mayOpenDevice(inode, R_OK | W_OK) ? "EINVAL" : "EPERM");
}

/** The devices of the machine, each time as it booted. @see Documentation/filesystems/tmpfs.rst, drivers/base/devtmpfs.c */
function machineDevices(kernel: Kernel, source: string): FileSystem {
  const fs = new MemoryFs(kernel, { type: "devtmpfs", source, mode: 0o755 });
  for (const { path, type, mode, rdev } of MACHINE_DEVICES) {
    const names = path.slice("/dev/".length).split("/");
    let directory = fs.root as Inode;
    for (const name of names.slice(0, -1)) {
      directory = directory.lookup(name) ?? directory.create(name, { type: "dir", mode: 0o755, uid: 0, gid: 0 });
    }
    directory.create(names.at(-1) ?? "", { type, mode, uid: 0, gid: 0, rdev });
  }
  return fs;
}

/** Like tmpfs, without limits. @see Documentation/filesystems/ramfs-rootfs-initramfs.rst */
function makeRamfs({ source, data }: MountRequest, { kernel }: MountContext): FileSystem {
  const mode = Number.parseInt(parseOptions(data).get("mode") ?? "755", 8);
  return new MemoryFs(kernel, { type: "ramfs", source, mode, options: textOf(data), space: tmpfsSpace(kernel) });
}

const TMPFS_OPTIONS: ReadonlySet<string> = new Set(
  "size nr_blocks nr_inodes mode uid gid huge mpol noswap inode32 inode64 usrquota grpquota skeleton".split(" "),
);

/** What the options of a tmpfs say; what they do not say is left out. */
interface TmpfsWish {
  readonly mode?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** 0 for no limit. */
  readonly sizeBytes?: number | undefined;
  readonly inodes?: number | undefined;
}

/** @throws EINVAL */
function readTmpfsOptions(options: ReadonlyMap<string, string>, memoryBytes: number): TmpfsWish {
  for (const name of options.keys()) if (!TMPFS_OPTIONS.has(name)) throw new Errno("EINVAL");
  const number = (name: string, base: number): number | undefined => {
    const text = options.get(name);
    if (text === undefined) return undefined;
    if (!(base === 8 ? /^[0-7]+$/ : /^\d+[kmg]?$/i).test(text)) throw new Errno("EINVAL");
    return base === 8 ? Number.parseInt(text, 8) : parseSize(text, 0);
  };
  const blocks = number("nr_blocks", 10);
  // The last of them holds.
  const words = [...options.keys()];
  const inBlocks = blocks !== undefined && words.indexOf("nr_blocks") > words.indexOf("size");
  const size = inBlocks ? String(blocks * PAGE_SIZE) : options.get("size");
  return {
    mode: number("mode", 8),
    uid: number("uid", 10),
    gid: number("gid", 10),
    sizeBytes: size === undefined ? undefined : wholePages(parseSize(size, memoryBytes)),
    inodes: number("nr_inodes", 10),
  };
}

function makeTmpfs({ source, data }: MountRequest, context: MountContext): FileSystem {
  const options = parseOptions(data);
  const { kernel } = context;
  const {
    mode = 0o1777,
    uid = context.creds.uid,
    gid = context.creds.gid,
    ...limits
  } = readTmpfsOptions(options, kernel.machine.memoryBytes);
  const { sizeBytes = kernel.machine.memoryBytes / 2, inodes } = limits;
  return new Tmpfs(kernel, {
    type: "tmpfs",
    source,
    mode,
    uid,
    gid,
    ...(sizeBytes === 0 ? {} : { sizeBytes }),
    ...(inodes === undefined || inodes === 0 ? {} : { inodes }),
    options: shownOptions(options, limits.sizeBytes),
    ...skeletonOption(options, context),
    charge: (pages, file) => chargeTmpfs(kernel.current ?? kernel.init, pages, file),
    space: tmpfsSpace(kernel),
  });
}

/** A tmpfs whose size can be changed while it is mounted. */
class Tmpfs extends MemoryFs {
  readonly #memoryBytes: number;

  constructor(kernel: Kernel, options: MemoryFsOptions) {
    super(kernel, options);
    this.#memoryBytes = kernel.machine.memoryBytes;
  }

  /** Its last mount is gone, and with it all that it held. */
  override unmounted(): void {
    super.unmounted();
    if (this.usedBytes > 0) forgetTmpfs(this.root);
  }

  /** Attributes of the root stay what they are; what had no limit gets none. @see mm/shmem.c:shmem_reconfigure */
  override reconfigure(data: string): void {
    const { sizeBytes, inodes } = readTmpfsOptions(parseOptions(data), this.#memoryBytes);
    const shown = parseOptions(this.options());
    if (sizeBytes !== undefined && sizeBytes !== 0 && shown.get("size") === "0k") throw new Errno("EINVAL");
    if (inodes !== undefined && inodes !== 0 && shown.get("nr_inodes") === "0") throw new Errno("EINVAL");
    if (sizeBytes !== undefined) shown.set("size", shownKib(sizeBytes));
    if (inodes !== undefined) shown.set("nr_inodes", String(inodes));
    this.setLimits({
      ...(sizeBytes === undefined ? {} : { sizeBytes: sizeBytes || Number.POSITIVE_INFINITY }),
      ...(inodes === undefined ? {} : { inodes: inodes || Number.POSITIVE_INFINITY }),
      options: SHOWN_OPTIONS.filter((name) => shown.has(name))
        .map((name) => `${name}=${shown.get(name)}`)
        .join(","),
    });
  }
}

/** In this order. */
const SHOWN_OPTIONS = ["size", "nr_inodes", "mode", "uid", "gid"];
const wholePages = (bytes: number): number => Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE;
const shownKib = (bytes: number): string => `${Math.ceil(bytes / 1024)}k`;

/**
 * Unlike Linux, `skeleton=DIR` makes a tmpfs start with what is in a sealed directory, shared until it is touched: every
 * container's /dev begins so. The directory is looked for on the machine.
 */
function skeletonOption(
  options: ReadonlyMap<string, string>,
  context: MountContext,
): Pick<MemoryFsOptions, "skeleton"> {
  const path = options.get("skeleton");
  if (path === undefined) return {};
  const { inode } = walk(context.kernel.init, path, { follow: true });
  if (!(inode instanceof MemoryDirectory) || !inode.sealed) throw new Errno("EINVAL");
  return { skeleton: inode };
}

/** tmpfs shows its size in KiB and its mode, if they were given. */
function shownOptions(options: ReadonlyMap<string, string>, sizeBytes: number | undefined): string {
  const shown: string[] = [];
  if (sizeBytes !== undefined) shown.push(`size=${shownKib(sizeBytes)}`);
  for (const name of SHOWN_OPTIONS.slice(1)) {
    const given = options.get(name);
    const value = name === "nr_inodes" && given !== undefined ? String(parseSize(given, 0)) : given;
    if (value !== undefined && value !== "1777") shown.push(`${name}=${value.replace(/^0+(?=\d)/, "")}`);
  }
  return shown.join(",");
}

/** @see Documentation/filesystems/overlayfs.rst, fs/overlayfs/params.c */
const OVERLAY_OPTIONS: ReadonlySet<string> = new Set(
  "lowerdir upperdir workdir default_permissions redirect_dir index uuid nfs_export userxattr xino metacopy verity volatile fsync".split(
    " ",
  ),
);

/** The directories that an overlay is made of; of an option that is given twice the last counts. */
function overlayDirectories(options: readonly string[]) {
  let lowerdir: string | undefined;
  let upperdir: string | undefined;
  let workdir: string | undefined;
  for (const option of options) {
    const equals = option.indexOf("=");
    if (option.startsWith("lowerdir=")) lowerdir = option.slice(equals + 1);
    else if (option.startsWith("upperdir=")) upperdir = option.slice(equals + 1);
    else if (option.startsWith("workdir=")) workdir = option.slice(equals + 1);
    else if (!OVERLAY_OPTIONS.has(equals < 0 ? option : option.slice(0, equals))) throw new Errno("EINVAL");
  }
  return { lowerdir, upperdir, workdir };
}

function makeOverlay({ source, data }: MountRequest, context: MountContext): FileSystem {
  const options = partsOf(data);
  const { lowerdir, upperdir, workdir } = overlayDirectories(options);
  const glimpses = new Glimpses(context);
  const directory = (path: string): Inode => {
    const inode = glimpses.at(path);
    if (inode.type !== "dir") throw new Errno("EINVAL");
    return inode;
  };
  const writable = (path: string): Inode => {
    const inode = directory(path);
    if (inode.fs.type === "overlay") throw new Errno("EINVAL");
    return inode;
  };
  if (lowerdir === undefined || lowerdir === "") throw new Errno("EINVAL");
  if (upperdir !== undefined && workdir === undefined) throw new Errno("EINVAL");
  const upper = upperdir === undefined ? undefined : writable(upperdir);
  const work = workdir === undefined ? undefined : writable(workdir);
  const lower = lowerdir.split(":").map(directory);
  if (upper === undefined ? lower.length < 2 : upper.fs !== work?.fs) throw new Errno("EINVAL");
  if (upperdir !== undefined && workdir !== undefined && overlap(context, upperdir, workdir)) throw new Errno("EINVAL");
  const layers = [...lower, upper, work].filter((inode) => inode !== undefined);
  if (new Set(layers).size < layers.length) throw new Errno("ELOOP");
  const { overlays } = context.kernel;
  const active = upper === undefined ? undefined : overlays.get(upper);
  if (active !== undefined) return active;
  // The overlay will change names there behind the back of whoever sees it directly.
  if (upper !== undefined) upper.fs.isShared = true;
  if (work !== undefined && work.lookup("work") === undefined)
    work.create("work", { type: "dir", mode: 0, uid: 0, gid: 0 });
  return new OverlayFs(context.kernel, { lower, upper, registry: overlays, source, options });
}

/** True if one of two directories is the other, or is below it. */
function overlap(context: MountContext, first: string, second: string): boolean {
  // What does not look so is not walked: containers are made often.
  if (!first.startsWith(second) && !second.startsWith(first)) return false;
  const one = walk(context, first, { follow: true }).dentry;
  const other = walk(context, second, { follow: true }).dentry;
  return isAbove(one, other) || isAbove(other, one);
}

function isAbove(directory: Dentry, below: Dentry): boolean {
  for (let at: Dentry | undefined = below; at !== undefined; at = at.parent) if (at === directory) return true;
  return false;
}
