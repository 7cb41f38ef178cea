/**
 * /proc/PID/mounts and mountinfo: the mounts of a process, as seen from its root.
 *
 * @see proc_pid_mountinfo(5), fstab(5)
 */
import {
  MS_DIRSYNC,
  MS_LAZYTIME,
  MS_MANDLOCK,
  MS_NOATIME,
  MS_NODEV,
  MS_NODIRATIME,
  MS_NOEXEC,
  MS_NOSUID,
  MS_NOSYMFOLLOW,
  MS_RDONLY,
  MS_RELATIME,
  MS_SYNCHRONOUS,
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
  [MS_NOSYMFOLLOW, "nosymfollow"],
];
const HABIT_NAMES: readonly (readonly [flag: number, name: string])[] = [
  [MS_SYNCHRONOUS, "sync"],
  [MS_DIRSYNC, "dirsync"],
  [MS_MANDLOCK, "mand"],
  [MS_LAZYTIME, "lazytime"],
];

/** A mount as its process sees it: a line of mountinfo. */
export interface MountLine {
  readonly id: number;
  readonly parentId: number;
  /** "0:45" */
  readonly device: string;
  /** The part of the file system that shows. */
  readonly root: string;
  /** Where it is mounted, from the process's root. */
  readonly path: string;
  /** Those of the mount: "rw,nosuid". */
  readonly options: string;
  /** "shared:3", "master:1", "unbindable"; empty for a private mount. */
  readonly propagation: readonly string[];
  readonly type: string;
  readonly source: string;
  /** Those of the file system: "rw,size=65536k". */
  readonly fileSystemOptions: string;
}

/** The mounts that can be reached from the process's root, in the order of mounting. */
export function mountTable(process: Process): readonly MountLine[] {
  return visibleMounts(process).map(
    ([mount, path]): MountLine => ({
      id: mount.id,
      parentId: mount.parent?.id ?? 0,
      device: `${major(mount.fs.dev)}:${minor(mount.fs.dev)}`,
      root: rootPath(mount),
      path,
      options: joined([access((mount.flags & MS_RDONLY) !== 0), ...flags(mount)]),
      propagation: [
        ...(mount.peers === undefined ? [] : [`shared:${mount.peers.id}`]),
        ...(mount.master === undefined ? [] : [`master:${mount.master.id}`]),
        ...(mount.unbindable ? ["unbindable"] : []),
      ],
      type: mount.fs.type,
      source: mount.source,
      fileSystemOptions: joined([access(mount.fs.readOnly), ...habits(mount), mount.fs.options()]),
    }),
  );
}

export function formatMounts(process: Process): string {
  return visibleMounts(process)
    .map(([mount, path]) => {
      const options = [access(mount.readOnly), ...habits(mount), ...flags(mount), mount.fs.options()];
      return `${octal(mount.source)} ${octal(path)} ${mount.fs.type} ${joined(options)} 0 0\n`;
    })
    .join("");
}

export function formatMountinfo(process: Process): string {
  return mountTable(process)
    .map(({ id, parentId, device, root, path, options, propagation, type, source, fileSystemOptions }) => {
      const where = `${id} ${parentId} ${device} ${octal(root)} ${octal(path)} ${options}`;
      return `${[where, ...propagation].join(" ")} - ${type} ${octal(source)} ${fileSystemOptions}\n`;
    })
    .join("");
}

/** Which file system is mounted where; none here counts more. @see Documentation/filesystems/proc.rst 3.5 */
export function formatMountstats(process: Process): string {
  return visibleMounts(process)
    .map(([{ source, fs }, path]) => `device ${octal(source)} mounted on ${octal(path)} with fstype ${fs.type}\n`)
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

const access = (readOnly: boolean): string => (readOnly ? "ro" : "rw");

const flags = (mount: Mount): readonly string[] => namesIn(mount.flags, FLAG_NAMES);

const habits = (mount: Mount): readonly string[] => namesIn(mount.fs.habits, HABIT_NAMES);

function namesIn(set: number, names: readonly (readonly [flag: number, name: string])[]): readonly string[] {
  return names.flatMap(([flag, name]) => ((set & flag) !== 0 ? [name] : []));
}

const joined = (options: readonly string[]): string => options.filter((option) => option !== "").join(",");

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
