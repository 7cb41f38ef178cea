/**
 * What mount(2) can mount: a factory for each type.
 *
 * @see mount(8), tmpfs(5), Documentation/filesystems/
 */
import { Errno } from "../abi/index.ts";
import { MemoryDirectory, MemoryFs, type MemoryFsOptions, OverlayFs } from "../fs/index.ts";
import { type FileSystem, type FsContext, type Inode, walk } from "../vfs/index.ts";
import { CgroupFs } from "./cgroup-fs.ts";
import { DevPts } from "./dev-pts.ts";
import type { Kernel } from "./kernel.ts";
import type { NamespaceSet } from "./namespaces/others.ts";
import { chargeShared } from "./oom.ts";
import { ProcFs } from "./procfs/proc-fs.ts";
import { SysFs } from "./sys-fs.ts";

/** What mount(2) was given, beyond its flags. */
export interface MountRequest {
  readonly source: string;
  /** Comma-separated options of the file system. */
  readonly data: string;
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
    ["overlay", makeOverlay],
    ["sysfs", ({ source }, { kernel }) => new SysFs(kernel, source)],
    ["cgroup2", ({ source }, { kernel, ns }) => new CgroupFs(kernel, ns.cgroup.root, source)],
    ["devpts", ({ source, data }, { kernel }) => new DevPts(kernel, source, data)],
    ["mqueue", (_request, { kernel, ns }) => ns.ipc.queues(kernel)],
    ["proc", ({ source }, { kernel, ns }) => new ProcFs(kernel, ns.pid, source)],
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

function makeTmpfs({ source, data }: MountRequest, context: MountContext): FileSystem {
  const options = parseOptions(data);
  const { kernel } = context;
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
    uid: number("uid", 10) ?? context.creds.uid,
    gid: number("gid", 10) ?? context.creds.gid,
    ...(sizeBytes === 0 ? {} : { sizeBytes }),
    ...(inodes === undefined || inodes === 0 ? {} : { inodes }),
    options: shownOptions(options, sizeBytes),
    ...skeletonOption(options, context),
    charge: (pages) => chargeShared(kernel.current ?? kernel.init, pages),
  });
}

/**
 * Unlike Linux, `skeleton=DIR` makes a tmpfs start with what is in a sealed directory, shared until it is touched: every
 * container's /dev begins so. The directory is looked for on the machine.
 */
function skeletonOption(
  options: ReadonlyMap<string, string>,
  context: MountContext,
): Pick<MemoryFsOptions, "skeleton"> {
  const path = options.get("skeleton");
  if (path === undefined) return {};
  const { inode } = walk(context.kernel.init, path, { follow: true });
  if (!(inode instanceof MemoryDirectory) || !inode.sealed) throw new Errno("EINVAL");
  return { skeleton: inode };
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

function makeOverlay({ data }: MountRequest, context: MountContext): FileSystem {
  const options = parseOptions(data);
  const directory = (path: string): Inode => {
    const { inode } = walk(context, path, { follow: true });
    if (inode.type !== "dir") throw new Errno("ENOTDIR");
    return inode;
  };
  const lowerdir = options.get("lowerdir");
  if (lowerdir === undefined || lowerdir === "") throw new Errno("EINVAL");
  const upperdir = options.get("upperdir");
  if (upperdir !== undefined && options.get("workdir") === undefined) throw new Errno("EINVAL");
  const workdir = options.get("workdir");
  if (workdir !== undefined) directory(workdir);
  const upper = upperdir === undefined ? undefined : directory(upperdir);
  const { overlays } = context.kernel;
  const active = upper === undefined ? undefined : overlays.get(upper);
  if (active !== undefined) return active;
  const overlay = new OverlayFs(context.kernel, {
    lower: lowerdir.split(":").map(directory),
    ...(upper === undefined ? {} : { upper, onUnmounted: () => overlays.delete(upper) }),
    options: data,
  });
  if (upper !== undefined) overlays.set(upper, overlay);
  return overlay;
}
