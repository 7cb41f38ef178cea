/** The file that a system call is about, as the process that makes it sees it. */
import type { Call, SyscallName } from "../abi/index.ts";
import type { Process } from "../kernel/index.ts";
import { clean, join } from "../lib/index.ts";
import { pathOf } from "../vfs/index.ts";

/** Calls whose first argument is a descriptor. */
const BY_DESCRIPTOR: ReadonlySet<SyscallName> = new Set([
  ...(["read", "write", "pread", "pwrite", "lseek", "close", "fsync", "ftruncate", "fstat", "getdents"] as const),
  ...(["fchmod", "fchown", "fchdir", "flock", "fcntl", "ioctl"] as const),
]);

/** Calls whose first argument is a text, but no path. */
const NO_PATH: ReadonlySet<SyscallName> = new Set(["sethostname", "setdomainname", "sysctl", "mount", "reboot"]);

/** `undefined` for a call that is about no file, or about a descriptor that is not open. */
export function calledPath(process: Process, { name, a, b }: Call): string | undefined {
  if (typeof a === "number") {
    if (!BY_DESCRIPTOR.has(name) || !process.files.has(a)) return undefined;
    return pathOf(process.files.get(a).at, process.root);
  }
  if (typeof a !== "string" || NO_PATH.has(name)) return undefined;
  const path = name === "symlink" && typeof b === "string" ? b : a;
  return path.startsWith("/") ? clean(path) : clean(join(pathOf(process.cwd, process.root), path));
}

/** File systems that take no room on a disk. */
const NOT_ON_DISK: ReadonlySet<string> = new Set([
  ...["tmpfs", "ramfs", "devtmpfs", "proc", "sysfs", "cgroup", "cgroup2", "devpts", "mqueue", "rootfs"],
]);

/** Whether a descriptor leads to a regular file on a disk. */
export function isOnDisk(process: Process, fd: unknown): boolean {
  if (typeof fd !== "number" || !process.files.has(fd)) return false;
  const { at } = process.files.get(fd);
  return at.inode.type === "file" && !NOT_ON_DISK.has(at.mount.fs.type);
}
