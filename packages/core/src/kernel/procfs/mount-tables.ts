/**
 * /proc/PID/mounts and mountinfo: the mounts of a process, as seen from its root.
 *
 * @see proc_pid_mountinfo(5), fstab(5)
 */
import {
  MS_NOATIME,
  MS_NODEV,
  MS_NODIRATIME,
  MS_NOEXEC,
  MS_NOSUID,
  MS_RDONLY,
  MS_RELATIME,
  major,
  minor,
} from "../../abi/index.ts";
import { Location, type Mount, pathOf } from "../../vfs/index.ts";
import { NamespaceInode } from "../nsfs.ts";
import type { Process } from "../process.ts";

const FLAG_NAMES: readonly (readonly [flag: number, name: string])[] = [
  [MS_NOSUID, "nosuid"],
  [MS_NODEV, "nodev"],
  [MS_NOEXEC, "noexec"],
  [MS_NOATIME, "noatime"],
  [MS_NODIRATIME, "nodiratime"],
  [MS_RELATIME, "relatime"],
];

export function formatMounts(process: Process): string {
  return visibleMounts(process)
    .map(([mount, path]) => {
      const options = [mountOptions(mount), fsOptions(mount)].filter((part) => part !== "").join(",");
      return `${octal(mount.source)} ${octal(path)} ${mount.fs.type} ${options} 0 0\n`;
    })
    .join("");
}

export function formatMountinfo(process: Process): string {
  return visibleMounts(process)
    .map(([mount, path]) => {
      const dev = `${major(mount.fs.dev)}:${minor(mount.fs.dev)}`;
      const propagation = [
        mount.peers === undefined ? "" : `shared:${mount.peers.id} `,
        mount.master === undefined ? "" : `master:${mount.master.id} `,
        mount.unbindable ? "unbindable " : "",
      ].join("");
      const superOptions = [mount.fs.readOnly ? "ro" : "rw", fsOptions(mount)].filter((part) => part !== "");
      return `${mount.id} ${mount.parent?.id ?? 0} ${dev} ${octal(rootPath(mount))} ${octal(path)} ${mountOptions(mount)} ${propagation}- ${mount.fs.type} ${octal(mount.source)} ${superOptions.join(",")}\n`;
    })
    .join("");
}

/** The mounts that can be reached from the process's root, with their paths there. */
function visibleMounts(process: Process): (readonly [mount: Mount, path: string])[] {
  if (!process.isAlive) return [];
  return process.ns.mnt.tree.mounts().flatMap((mount) => {
    const path = pathOf(new Location(mount, mount.root), process.root);
    return path.startsWith("(unreachable)") ? [] : [[mount, path] as const];
  });
}

function mountOptions(mount: Mount): string {
  const access = (mount.flags & MS_RDONLY) !== 0 ? "ro" : "rw";
  const rest = FLAG_NAMES.flatMap(([flag, name]) => ((mount.flags & flag) !== 0 ? [name] : []));
  return [access, ...rest].join(",");
}

const fsOptions = (mount: Mount): string => mount.fs.options();

/** Where in its file system the mount begins: names from its root dentry upwards. */
function rootPath(mount: Mount): string {
  const names: string[] = [];
  if (mount.root.inode instanceof NamespaceInode) return mount.root.name;
  for (let at = mount.root; at.parent !== undefined; at = at.parent) names.unshift(at.name);
  return `/${names.join("/")}`;
}

/** Blanks, tabs, newlines and backslashes as octal escapes. @see getmntent(3) */
function octal(text: string): string {
  return text.replace(/[ \t\n\\#]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`);
}
