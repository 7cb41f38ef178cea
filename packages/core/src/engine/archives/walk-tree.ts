/** Reading a tree of files: what one of them is, and all of them as the entries of an archive. */
import { Errno, O_RDONLY, S_ISGID, S_ISUID, S_ISVTX } from "../../abi/index.ts";
import type { LayerEntry } from "../../content/index.ts";
import { basename, compareBytes, join, NO_BYTES, StatusError } from "../../lib/index.ts";
import { type FsContext, type Inode, type Location, openAt, pathOf, walk } from "../../vfs/index.ts";
import { timeOf } from "../documents/time.ts";

/** What the header `X-Docker-Container-Path-Stat` tells. */
export interface PathStat {
  readonly name: string;
  readonly size: number;
  /** Bits of Go's os.FileMode. */
  readonly mode: number;
  readonly mtime: string;
  /** Where a symbolic link leads, written out from the container's root; else empty. */
  readonly linkTarget: string;
}

/** @see Go io/fs.FileMode */
const GO_TYPES: Readonly<Record<string, number>> = {
  file: 0,
  dir: 2 ** 31,
  symlink: 2 ** 27,
  block: 2 ** 26,
  char: 2 ** 26 + 2 ** 21,
  fifo: 2 ** 25,
  socket: 2 ** 24,
};

/** The stat of what lies at `place` below the context's root, which is at `above` in the container. */
export function statOf(context: FsContext, at: Location, place: string, above: string): PathStat {
  const { inode } = at;
  const { size, mtimeUs } = inode.stat();
  return {
    name: basename(join(above, place)),
    size: inode.type === "dir" ? 4096 : size,
    mode: goMode(inode),
    mtime: timeOf(mtimeUs),
    linkTarget: inode.type === "symlink" ? linkTarget(context, inode, place, above) : "",
  };
}

function goMode({ mode, type }: Inode): number {
  const special =
    ((mode & S_ISUID) === 0 ? 0 : 2 ** 23) +
    ((mode & S_ISGID) === 0 ? 0 : 2 ** 22) +
    ((mode & S_ISVTX) === 0 ? 0 : 2 ** 20);
  return (GO_TYPES[type] ?? 0) + special + (mode & 0o777);
}

/** A link that leads nowhere is shown as it is written. @throws StatusError internal for one that leads round and round */
function linkTarget(context: FsContext, inode: Inode, place: string, above: string): string {
  try {
    return join(above, pathOf(walk(context, place, { follow: true }), context.root));
  } catch (error) {
    if (!(error instanceof Errno) || error.code !== "ELOOP") return inode.readlink();
    throw new StatusError("internal", `evalSymlinksInScope: too many links in ${join(above, place)}`);
  }
}

/** The entries of what lies at a location, under `name`; of a directory everything, of other files one. */
export function* treeEntries(at: Location, name: string): Iterable<LayerEntry> {
  yield* entriesOf(at.inode, name, at, new Map());
}

function* entriesOf(inode: Inode, path: string, at: Location, names: Map<string, string>): Iterable<LayerEntry> {
  if (inode.type === "socket") return;
  const { mode, uid, gid, mtimeUs, nlink, rdev, dev, ino } = inode.stat();
  const about = { path, mode: mode & 0o7777, uid, gid, mtimeUs };
  const first = inode.type === "dir" || nlink < 2 ? undefined : names.get(`${dev}:${ino}`);
  if (first !== undefined) {
    yield { ...about, type: "hardlink", link: first };
    return;
  }
  if (nlink > 1) names.set(`${dev}:${ino}`, path);
  switch (inode.type) {
    case "dir":
      yield { ...about, type: "dir" };
      yield* childrenOf(inode, path, at, names);
      return;
    case "symlink":
      yield { ...about, type: "symlink", link: inode.readlink() };
      return;
    case "file":
      yield { ...about, type: "file", content: contentOf(inode, at) };
      return;
    default:
      yield { ...about, type: inode.type, rdev };
  }
}

function* childrenOf(inode: Inode, path: string, at: Location, names: Map<string, string>): Iterable<LayerEntry> {
  const children = [...inode.readdir()].map(({ name }) => name).sort(compareBytes);
  for (const name of children) {
    const child = name === "." || name === ".." ? undefined : inode.lookup(name);
    const separator = path === "" || path === "/" ? "" : "/";
    if (child !== undefined) yield* entriesOf(child, path + separator + name, at, names);
  }
}

function contentOf(inode: Inode, at: Location): Uint8Array {
  const { size } = inode.stat();
  if (size === 0) return NO_BYTES;
  const file = inode === at.inode ? openAt(at, O_RDONLY).ops : inode.open(O_RDONLY);
  return file.read(size, 0) ?? NO_BYTES;
}
