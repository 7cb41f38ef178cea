/**
 * What a machine's early user space does: the standard directories and mounts.
 *
 * @see hier(7), Documentation/admin-guide/devices.txt
 */
import { MS_NODEV, MS_NOEXEC, MS_NOSUID, makedev, S_IFCHR } from "../abi/index.ts";
import { directory, walk } from "../vfs/index.ts";
import type { Kernel } from "./kernel.ts";
import { LOOPBACK_UP } from "./namespaces/net.ts";
import type { Process } from "./process.ts";

const DIRECTORIES: readonly (readonly [path: string, mode: number])[] = [
  ["/dev", 0o755],
  ["/etc", 0o755],
  ["/home", 0o755],
  ["/proc", 0o555],
  ["/root", 0o700],
  ["/run", 0o755],
  ["/sys", 0o555],
  ["/tmp", 0o1777],
  ["/var", 0o755],
  ["/var/lib", 0o755],
];

/** The character devices that every Linux has in /dev, in runc's order. @see runc libcontainer/specconv/spec_linux.go */
export const STANDARD_DEVICES: readonly (readonly [name: string, dev: number])[] = [
  ["null", makedev(1, 3)],
  ["random", makedev(1, 8)],
  ["full", makedev(1, 7)],
  ["tty", makedev(5, 0)],
  ["zero", makedev(1, 5)],
  ["urandom", makedev(1, 9)],
];

/** The links that every Linux has in /dev, in runc's order. @see runc libcontainer/rootfs_linux.go: setupPtmx, setupDevSymlinks */
export const STANDARD_LINKS: readonly (readonly [name: string, target: string])[] = [
  ["ptmx", "pts/ptmx"],
  ["fd", "/proc/self/fd"],
  ["stdin", "/proc/self/fd/0"],
  ["stdout", "/proc/self/fd/1"],
  ["stderr", "/proc/self/fd/2"],
];

/** Makes the standard directories on the machine's disk and mounts /proc, /sys, /dev and what belongs into them. */
export function bootMachine(kernel: Kernel): void {
  const { init } = kernel;
  const { umask } = init;
  init.alter({ umask: 0 });
  // A disk that was in use before has them.
  if (kernel.disk.root.lookup("var") === undefined) {
    for (const [path, mode] of DIRECTORIES) directory.mkdir(init, path, mode);
  }
  const safe = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  mount(init, "proc", "proc", "/proc", safe);
  mount(init, "sysfs", "sysfs", "/sys", safe);
  mount(init, "cgroup2", "cgroup2", "/sys/fs/cgroup", safe);
  mount(init, "tmpfs", "udev", "/dev", MS_NOSUID, "mode=755");
  for (const [name, dev] of STANDARD_DEVICES) directory.mknod(init, `/dev/${name}`, S_IFCHR | 0o666, dev);
  for (const [name, target] of STANDARD_LINKS) directory.symlink(init, target, `/dev/${name}`);
  for (const name of ["pts", "shm", "mqueue"]) directory.mkdir(init, `/dev/${name}`, 0o755);
  mount(init, "devpts", "devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "gid=5,mode=620,ptmxmode=666");
  mount(init, "tmpfs", "tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV);
  mount(init, "mqueue", "mqueue", "/dev/mqueue", safe);
  init.alter({ umask });
  init.ns.net.furnish(LOOPBACK_UP);
}

function mount(init: Process, type: string, source: string, target: string, flags: number, data = ""): void {
  const factory = init.kernel.fileSystems.get(type);
  if (factory === undefined) return;
  init.ns.mnt.tree.mount(factory({ source, data }, init), walk(init, target, { follow: true }), flags);
}
