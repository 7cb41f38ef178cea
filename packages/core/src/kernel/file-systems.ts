/**
 * What mount(2) can mount: a factory for each type.
 *
 * @see mount(8), tmpfs(5), Documentation/filesystems/
 */
import { Errno } from "../abi/index.ts";
import { MemoryFs, OverlayFs } from "../fs/index.ts";
import { type FileSystem, type Inode, walk } from "../vfs/index.ts";
import { chargeShared } from "./oom.ts";
import type { Process } from "./process.ts";

/** What mount(2) was given, beyond its flags. */
export interface MountRequest {
  readonly source: string;
  /** Comma-separated options of the file system. */
  readonly data: string;
}

/** Makes the file system of one mount(2). procfs looks at `process.ns.pid`, overlay finds its layers from `process.root`. */
export type FileSystemFactory = (request: MountRequest, process: Process) => FileSystem;

export function fileSystemFactories(): Map<string, FileSystemFactory> {
  return new Map<string, FileSystemFactory>([
    ["tmpfs", makeTmpfs],
    ["overlay", makeOverlay],
  ]);
}

/** `key=value,flag` as a map; a flag's value is "". */
export function parseOptions(data: string): Map<string, string> {
  const options = new Map<string, string>();
  for (const part of data.split(",")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    if (equals < 0) options.set(part, "");
    else options.set(part.slice(0, equals), part.slice(equals + 1));
  }
  return options;
}

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** "65536k", "64m", "50%" of memory. @throws EINVAL */
export function parseSize(text: string, memoryBytes: number): number {
  const match = /^(\d+)([kmg%]?)$/i.exec(text);
  if (match === null) throw new Errno("EINVAL");
  const unit = (match[2] ?? "").toLowerCase();
  return unit === "%" ? (Number(match[1]) / 100) * memoryBytes : Number(match[1]) * (UNITS[unit] ?? 1);
}

function makeTmpfs({ source, data }: MountRequest, process: Process): FileSystem {
  const options = parseOptions(data);
  const { kernel } = process;
  const number = (name: string, base: number): number | undefined => {
    const text = options.get(name);
    if (text === undefined) return undefined;
    const value = Number.parseInt(text, base);
    if (Number.isNaN(value)) throw new Errno("EINVAL");
    return value;
  };
  const size = options.get("size");
  const inodes = number("nr_inodes", 10);
  const sizeBytes = size === undefined ? kernel.machine.memoryBytes / 2 : parseSize(size, kernel.machine.memoryBytes);
  return new MemoryFs(kernel, {
    type: "tmpfs",
    source,
    mode: number("mode", 8) ?? 0o1777,
    uid: number("uid", 10) ?? process.creds.uid,
    gid: number("gid", 10) ?? process.creds.gid,
    ...(sizeBytes === 0 ? {} : { sizeBytes }),
    ...(inodes === undefined || inodes === 0 ? {} : { inodes }),
    options: shownOptions(options, sizeBytes),
    charge: (pages) => chargeShared(kernel.current ?? process, pages),
  });
}

/** tmpfs shows its size in KiB and its mode, if they were given. */
function shownOptions(options: ReadonlyMap<string, string>, sizeBytes: number): string {
  const shown: string[] = [];
  if (options.has("size")) shown.push(`size=${Math.ceil(sizeBytes / 1024)}k`);
  for (const name of ["nr_inodes", "mode", "uid", "gid"]) {
    const value = options.get(name);
    if (value !== undefined && value !== "1777") shown.push(`${name}=${value.replace(/^0+(?=\d)/, "")}`);
  }
  return shown.join(",");
}

function makeOverlay({ data }: MountRequest, process: Process): FileSystem {
  const options = parseOptions(data);
  const directory = (path: string): Inode => {
    const { inode } = walk(process, path, { follow: true });
    if (inode.type !== "dir") throw new Errno("ENOTDIR");
    return inode;
  };
  const lowerdir = options.get("lowerdir");
  if (lowerdir === undefined || lowerdir === "") throw new Errno("EINVAL");
  const upperdir = options.get("upperdir");
  if (upperdir !== undefined && options.get("workdir") === undefined) throw new Errno("EINVAL");
  const workdir = options.get("workdir");
  if (workdir !== undefined) directory(workdir);
  return new OverlayFs(process.kernel, {
    lower: lowerdir.split(":").map(directory),
    ...(upperdir === undefined ? {} : { upper: directory(upperdir) }),
    options: data,
  });
}
