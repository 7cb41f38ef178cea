/**
 * What mount(2) can mount: a factory for each type.
 *
 * @see mount(8), tmpfs(5), Documentation/filesystems/
 */
import { Errno, type MountData, MS_NODEV, R_OK, W_OK } from "../../abi/index.ts";
import { MemoryFs } from "../../fs/index.ts";
import { type FileSystem, type FsContext, type Inode, walk } from "../../vfs/index.ts";
import { CgroupFs } from "../cgroup-fs.ts";
import { DevPts } from "../dev-pts.ts";
import type { Kernel } from "../kernel.ts";
import { MACHINE_DEVICES } from "../machine-devices.ts";
import type { NamespaceSet } from "../namespaces/namespace-set.ts";
import { ProcFs } from "../procfs/proc-fs.ts";
import { SysFs } from "../sysfs/sys-fs.ts";
import { DISK_TYPES } from "./disk-types.ts";
import { textOf } from "./mount-options.ts";
import { makeOverlay } from "./overlay-mount.ts";
import { makeRamfs, makeTmpfs } from "./tmpfs.ts";

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
