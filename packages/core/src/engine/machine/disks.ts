/**
 * Disks from outside, mounted on the machine: a directory of the computer that the simulator runs on, or memfs.
 *
 * @see fs/host-fs for what of them is shown
 */
import { MS_RELATIME } from "../../abi/index.ts";
import { type HostDisk, HostFs, hostFileSystems, type SideTable } from "../../fs/index.ts";
import type { Kernel } from "../../kernel/index.ts";
import { StatusError } from "../../lib/index.ts";
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

/** Mounts each disk at its path. @throws StatusError invalid-argument for one that is no disk, or a path that is none */
export function mountDisks(
  kernel: Kernel,
  disks: Readonly<Record<string, HostDisk | HostMount>>,
): ReadonlyMap<string, HostFs> {
  const mounted = new Map<string, HostFs>();
  for (const [path, given] of Object.entries(disks)) {
    if (!path.startsWith("/")) throw notMounted(`${JSON.stringify(path)} is no absolute path`);
    const { disk, base, sideTable } = "disk" in given ? given : { disk: given, base: undefined, sideTable: undefined };
    if (typeof disk?.realpathSync !== "function") throw notMounted(`what is given for ${path} is not like node:fs`);
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

const notMounted = (problem: string): StatusError =>
  new StatusError("invalid-argument", `a disk cannot be mounted: ${problem}`);
