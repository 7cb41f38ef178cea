/** Mounts of tmpfs and ramfs: their options, and limits that may change while they are mounted. @see tmpfs(5), mm/shmem.c */
import { Errno, PAGE_SIZE } from "../../abi/index.ts";
import { MemoryDirectory, MemoryFs, type MemoryFsOptions } from "../../fs/index.ts";
import { type FileSystem, walk } from "../../vfs/index.ts";
import type { Kernel } from "../kernel.ts";
import { tmpfsSpace } from "../memory/held-memory.ts";
import { chargeTmpfs, forgetTmpfs } from "../memory/tmpfs-charge.ts";
import type { MountContext, MountRequest } from "./file-systems.ts";
import { parseMode, parseOptions, parseSize } from "./mount-options.ts";

export function makeTmpfs({ source, data }: MountRequest, context: MountContext): FileSystem {
  const options = parseOptions(data);
  const { kernel } = context;
  const wish = readTmpfsOptions(options, kernel.machine.memoryBytes);
  const { mode = 0o1777, uid = context.creds.uid, gid = context.creds.gid } = wish;
  const { sizeBytes = kernel.machine.memoryBytes / 2, inodes = usualInodes(kernel) } = wish;
  return new Tmpfs(kernel, {
    type: "tmpfs",
    source,
    mode,
    uid,
    gid,
    ...(sizeBytes === 0 ? {} : { sizeBytes }),
    ...(inodes === 0 ? {} : { inodes }),
    options: shownOptions(wish),
    ...skeletonOption(options, context),
    charge: (pages, file) => chargeTmpfs(kernel.current ?? kernel.init, pages, file),
    space: tmpfsSpace(kernel),
  });
}

/** As many as half of the memory has pages. @see mm/shmem.c:shmem_default_max_inodes */
const usualInodes = ({ machine }: Kernel): number => Math.floor(machine.memoryBytes / PAGE_SIZE / 2);

/** Like tmpfs, without limits. @see Documentation/filesystems/ramfs-rootfs-initramfs.rst */
export function makeRamfs({ source, data }: MountRequest, { kernel }: MountContext): FileSystem {
  const mode = parseMode(parseOptions(data).get("mode") ?? "755");
  const options = mode === 0o755 ? "" : `mode=${mode.toString(8)}`;
  return new MemoryFs(kernel, { type: "ramfs", source, mode, options, space: tmpfsSpace(kernel) });
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
  /** Its pages are never written to swap space. */
  readonly noSwap?: boolean;
}

/** @throws EINVAL */
function readTmpfsOptions(options: ReadonlyMap<string, string>, memoryBytes: number): TmpfsWish {
  for (const name of options.keys()) if (!TMPFS_OPTIONS.has(name)) throw new Errno("EINVAL");
  const number = (name: string): number | undefined => {
    const text = options.get(name);
    if (text?.endsWith("%") === true) throw new Errno("EINVAL");
    return text === undefined ? undefined : parseSize(text, 0);
  };
  const id = (name: string): number | undefined => {
    const text = options.get(name);
    if (text !== undefined && !/^(0x[0-9a-f]+|\d+)$/i.test(text)) throw new Errno("EINVAL");
    return text === undefined ? undefined : Number(text);
  };
  const blocks = number("nr_blocks");
  const mode = options.get("mode");
  // The last of them holds.
  const words = [...options.keys()];
  const inBlocks = blocks !== undefined && words.indexOf("nr_blocks") > words.indexOf("size");
  const size = inBlocks ? String(blocks * PAGE_SIZE) : options.get("size");
  return {
    mode: mode === undefined ? undefined : parseMode(mode),
    uid: id("uid"),
    gid: id("gid"),
    sizeBytes: size === undefined ? undefined : wholePages(parseSize(size, memoryBytes)),
    inodes: number("nr_inodes"),
    noSwap: options.has("noswap"),
  };
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
    const { sizeBytes, inodes, noSwap } = readTmpfsOptions(parseOptions(data), this.#memoryBytes);
    const shown = parseOptions(this.options());
    if (noSwap === true && !shown.has("noswap")) throw new Errno("EINVAL");
    if (sizeBytes !== undefined && sizeBytes !== 0 && shown.get("size") === "0k") throw new Errno("EINVAL");
    if (inodes !== undefined && inodes !== 0 && shown.get("nr_inodes") === "0") throw new Errno("EINVAL");
    if (sizeBytes !== undefined) shown.set("size", shownKib(sizeBytes));
    if (inodes !== undefined) shown.set("nr_inodes", String(inodes));
    this.setLimits({
      ...(sizeBytes === undefined ? {} : { sizeBytes: sizeBytes || Number.POSITIVE_INFINITY }),
      ...(inodes === undefined ? {} : { inodes: inodes || Number.POSITIVE_INFINITY }),
      options: SHOWN_OPTIONS.filter((name) => shown.has(name))
        .map((name) => (name === "noswap" ? name : `${name}=${shown.get(name)}`))
        .join(","),
    });
  }
}

/** In this order. */
const SHOWN_OPTIONS = ["size", "nr_inodes", "mode", "uid", "gid", "noswap"];
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

/** What was asked for and differs from what is usual. @see mm/shmem.c:shmem_show_options */
function shownOptions({ sizeBytes, inodes, mode = 0o1777, uid = 0, gid = 0, noSwap = false }: TmpfsWish): string {
  const shown: string[] = [];
  if (sizeBytes !== undefined) shown.push(`size=${shownKib(sizeBytes)}`);
  if (inodes !== undefined) shown.push(`nr_inodes=${inodes}`);
  if (mode !== 0o1777) shown.push(`mode=${mode.toString(8)}`);
  if (uid !== 0) shown.push(`uid=${uid}`);
  if (gid !== 0) shown.push(`gid=${gid}`);
  if (noSwap) shown.push("noswap");
  return shown.join(",");
}
