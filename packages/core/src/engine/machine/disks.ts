/**
 * Disks from outside, mounted on the machine: a directory of the computer that the simulator runs on, or memfs.
 *
 * @see fs/host-fs for what of them is shown
 */
import { MS_RELATIME } from "../../abi/index.ts";
import { type HostDisk, HostFs, hostFileSystems, type SideTable } from "../../fs/index.ts";
import type { Kernel } from "../../kernel/index.ts";
import { walk } from "../../vfs/index.ts";
import { ensureDirectory } from "../volumes.ts";

/** A directory of a disk. */
export interface HostMount {
  readonly disk: HostDisk;
  /** The directory on the disk that is shown. Default "/". */
  readonly base?: string;
  /** Owners, modes and times that an earlier machine has left: what `toJSON` of its file system gave. */
  readonly sideTable?: SideTable;
}

/** Mounts each disk at its path. */
export function mountDisks(
  kernel: Kernel,
  disks: Readonly<Record<string, HostDisk | HostMount>>,
): ReadonlyMap<string, HostFs> {
  const mounted = new Map<string, HostFs>();
  for (const [path, given] of Object.entries(disks)) {
    const { disk, base, sideTable } = "disk" in given ? given : { disk: given, base: undefined, sideTable: undefined };
    const fileSystem = new HostFs(kernel, disk, {
      timeUs: kernel.nowUs,
      source: path,
      ...(base === undefined ? {} : { base }),
      ...(sideTable === undefined ? {} : { sideTable }),
    });
    ensureDirectory(kernel.disk, path);
    kernel.init.ns.mnt.tree.mount(fileSystem, walk(kernel.init, path, { follow: true }), MS_RELATIME);
    mounted.set(path, fileSystem);
  }
  kernel.fileSystems.set("hostfs", hostFileSystems(mounted));
  return mounted;
}
