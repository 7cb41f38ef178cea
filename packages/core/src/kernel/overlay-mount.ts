/** Mounts of overlay: the directories that they are made of, and what those may be. @see fs/overlayfs/params.c, super.c */
import { Errno } from "../abi/index.ts";
import { OverlayFs, type OverlayOptions } from "../fs/index.ts";
import { type Dentry, type FileSystem, Glimpses, type Inode, walk } from "../vfs/index.ts";
import type { MountContext, MountRequest } from "./file-systems.ts";
import type { Kernel } from "./kernel.ts";
import { partsOf } from "./mount-options.ts";

export function makeOverlay({ source, data }: MountRequest, context: MountContext): FileSystem {
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
  return overlayOver(context.kernel, { lower, upper, work }, { source, options });
}

/** Directories that an overlay can be made of. */
export interface OverlayDirectories {
  /** Topmost first. */
  readonly lower: readonly Inode[];
  readonly upper: Inode | undefined;
  readonly work: Inode | undefined;
}

/** What mount(2) shows of an overlay. */
export type OverlayShown = Required<Pick<OverlayOptions, "source" | "options">>;

/** The overlay over such directories; where one is that writes to the same, it is that one. */
export function overlayOver(
  kernel: Kernel,
  { lower, upper, work }: OverlayDirectories,
  { source, options }: OverlayShown,
): OverlayFs {
  const { overlays } = kernel;
  const active = upper === undefined ? undefined : overlays.get(upper);
  if (active !== undefined) return active;
  claim({ upper, work });
  return new OverlayFs(kernel, { lower, upper, registry: overlays, source, options });
}

/** Makes directories an overlay's. */
export function claim({ upper, work }: Pick<OverlayDirectories, "upper" | "work">): void {
  // The overlay will change names there behind the back of whoever sees it directly.
  if (upper !== undefined) upper.fs.isShared = true;
  if (work !== undefined && work.lookup("work") === undefined)
    work.create("work", { type: "dir", mode: 0, uid: 0, gid: 0 });
}

/** @see Documentation/filesystems/overlayfs.rst, fs/overlayfs/params.c */
const OVERLAY_OPTIONS: ReadonlySet<string> = new Set(
  "lowerdir upperdir workdir default_permissions redirect_dir index uuid nfs_export userxattr xino metacopy verity volatile fsync".split(
    " ",
  ),
);

/** The directories that an overlay is made of; of an option that is given twice the last counts. @throws EINVAL */
export function overlayDirectories(options: readonly string[]) {
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
