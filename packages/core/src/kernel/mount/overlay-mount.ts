/** Mounts of overlay: the directories that they are made of, and what those may be. @see fs/overlayfs/params.c, super.c */
import { Errno } from "../../abi/index.ts";
import { OverlayFs, type OverlayOptions } from "../../fs/index.ts";
import { type Dentry, type FileSystem, Glimpses, type Inode, walk } from "../../vfs/index.ts";
import type { Kernel } from "../kernel.ts";
import type { MountContext, MountRequest } from "./file-systems.ts";
import { partsOf } from "./mount-options.ts";
import { OverlayMountOptions } from "./overlay-options.ts";

export function makeOverlay({ source, data }: MountRequest, context: MountContext): FileSystem {
  const options = new OverlayMountOptions(partsOf(data));
  const { upper: upperdir, work: workdir } = options;
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
  if (options.lower.length === 0) throw new Errno("EINVAL");
  if (upperdir !== undefined && workdir === undefined) throw new Errno("EINVAL");
  const upper = upperdir === undefined ? undefined : writable(upperdir);
  const work = workdir === undefined ? undefined : writable(workdir);
  const lower = options.lower.map(directory);
  if (upper === undefined ? lower.length < 2 : upper.fs !== work?.fs) throw new Errno("EINVAL");
  if (upperdir !== undefined && workdir !== undefined && overlap(context, upperdir, workdir)) throw new Errno("EINVAL");
  const layers = [...lower, upper, work].filter((inode) => inode !== undefined);
  if (new Set(layers).size < layers.length) throw new Errno("ELOOP");
  const used = work?.lookup("work");
  if (used?.lookup("incompat") !== undefined) throw new Errno("EINVAL");
  // Unlike Linux, which keeps the UUID with the upper directory, a new overlay is known by its working directory.
  const shown = options.shown({ hasNewUuid: options.choosesUuid && used === undefined });
  const made = overlayOver(context.kernel, { lower, upper, work }, { source, options: shown });
  if (options.isVolatile) markVolatile(work);
  return made;
}

/** What was written without syncing must not be mounted again. @see fs/overlayfs/super.c: ovl_create_volatile_dirty */
function markVolatile(work: Inode | undefined): void {
  const directory = { type: "dir", mode: 0, uid: 0, gid: 0 } as const;
  work?.lookup("work")?.create("incompat", directory).create("volatile", directory);
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
