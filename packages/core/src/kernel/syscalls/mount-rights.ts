/**
 * Who may mount what: in a user namespace of one's own only file systems that were made for that.
 *
 * @see user_namespaces(7), mount_namespaces(7), fs/super.c:mount_capable, fs/namespace.c:mount_too_revealing
 */
import { CAP_SYS_ADMIN, Errno, MS_RDONLY } from "../../abi/index.ts";
import type { FileSystem } from "../../vfs/index.ts";
import type { UserNamespace } from "../namespaces/user.ts";
import type { Process } from "../process.ts";

/** Types that any user namespace may mount (FS_USERNS_MOUNT), and over which one has to have rights for that. */
const OWNER_OF_TYPE: ReadonlyMap<string, (process: Process) => UserNamespace> = new Map([
  ["tmpfs", ({ creds }: Process) => creds.user],
  ["ramfs", ({ creds }: Process) => creds.user],
  ["devpts", ({ creds }: Process) => creds.user],
  ["overlay", ({ creds }: Process) => creds.user],
  ["proc", ({ ns }: Process) => ns.pid.owner],
  ["sysfs", ({ ns }: Process) => ns.net.owner],
  ["mqueue", ({ ns }: Process) => ns.ipc.owner],
  ["cgroup2", ({ ns }: Process) => ns.cgroup.owner],
]);

/** Types that show the machine: what is hidden of them must not be uncovered by another mount. */
const REVEALING: ReadonlySet<string> = new Set(["proc", "sysfs"]);

/** File systems that were mounted from a user namespace other than the machine's. */
const owners = new WeakMap<FileSystem, UserNamespace>();

const machineUser = ({ kernel }: Process): UserNamespace => kernel.init.creds.user;

/** @throws EPERM */
export function checkMountRight(process: Process, type: string, flags: number): void {
  const owner = OWNER_OF_TYPE.get(type)?.(process) ?? machineUser(process);
  if (!process.creds.capable(CAP_SYS_ADMIN, owner)) throw new Errno("EPERM");
  const isOwn = process.ns.mnt.owner === machineUser(process);
  if (!isOwn && REVEALING.has(type) && !isVisible(process, type, flags)) throw new Errno("EPERM");
}

/** True if such a file system is mounted already, as a whole, with nothing over it that hides a part. */
function isVisible(process: Process, type: string, flags: number): boolean {
  return process.ns.mnt.tree.mounts().some((mount) => {
    if (mount.fs.type !== type || mount.root !== mount.fs.rootDentry) return false;
    if ((mount.lock & MS_RDONLY & ~flags) !== 0) return false;
    return !mount.children.some((child) => child.isLocked);
  });
}

export function setOwner(process: Process, fs: FileSystem): void {
  const { user } = process.creds;
  if (user !== machineUser(process) && fs.activeMounts === 0) owners.set(fs, user);
}

/** The user namespace in which one has to be root to change the file system as a whole. */
export function ownerOf(process: Process, fs: FileSystem): UserNamespace {
  return owners.get(fs) ?? machineUser(process);
}
