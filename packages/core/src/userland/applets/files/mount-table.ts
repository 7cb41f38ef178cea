/** The list of mounts as programs read it, and the mount that a file is on. @see getmntent(3), fstab(5) */
import { Errno, type Routine, stat } from "../../../abi/index.ts";
import { attempt, readText } from "../../io.ts";

export const MOUNT_TABLE = "/proc/mounts";

export interface MountEntry {
  readonly device: string;
  readonly directory: string;
  readonly type: string;
}

/** All mounts. @throws Errno if the table cannot be read. */
export function* readMounts(): Routine<readonly MountEntry[]> {
  const lines = (yield* readText(MOUNT_TABLE)).split("\n");
  return lines.flatMap((line) => {
    const [device, directory, type] = line.split(/[ \t]+/).filter((word) => word !== "");
    if (device === undefined || device.startsWith("#") || directory === undefined || type === undefined) return [];
    return [{ device: withoutEscapes(device), directory: withoutEscapes(directory), type: withoutEscapes(type) }];
  });
}

/** The mount that `path` is on: named by it, of the same device, or of the block device that it is. */
export function* findMount(path: string): Routine<MountEntry | undefined> {
  const file = yield* attempt(stat(path));
  if (file instanceof Errno) return undefined;
  const blockDevice = file.type === "block" ? file.rdev : undefined;
  for (const mount of yield* readMounts()) {
    if (mount.device === "rootfs") continue;
    if (mount.directory === path || mount.device === path) return mount;
    const device = yield* attempt(stat(mount.device));
    const isDevice = !(device instanceof Errno) && device.type === "block";
    if (isDevice && device.rdev === (blockDevice ?? file.dev)) return mount;
    const root = yield* attempt(stat(mount.directory));
    if (!(root instanceof Errno) && root.dev === file.dev) return mount;
  }
  return undefined;
}

/** Blanks and backslashes are written as three octal digits. */
function withoutEscapes(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
