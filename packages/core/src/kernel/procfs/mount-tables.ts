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
      options: mountOptions(mount),
      propagation: [
        ...(mount.peers === undefined ? [] : [`shared:${mount.peers.id}`]),
        ...(mount.master === undefined ? [] : [`master:${mount.master.id}`]),
        ...(mount.unbindable ? ["unbindable"] : []),
      ],
      type: mount.fs.type,
      source: mount.source,
      fileSystemOptions: [mount.fs.readOnly ? "ro" : "rw", fsOptions(mount)].filter((part) => part !== "").join(","),
    }),
  );
}

export function formatMounts(process: Process): string {
  return visibleMounts(process)
    .map(([mount, path]) => {
      const options = [mountOptions(mount), fsOptions(mount)].filter((part) => part !== "").join(",");
      return `${octal(mount.source)} ${octal(path)} ${mount.fs.type} ${options} 0 0\n`;
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
