/** Reading a tree of files: what one of them is, and all of them as the entries of an archive. */
import { Errno, O_RDONLY, S_ISGID, S_ISUID, S_ISVTX } from "../../abi/index.ts";
import type { LayerEntry } from "../../content/index.ts";
import { compareBytes, join, NO_BYTES, StatusError } from "../../lib/index.ts";
import { type FsContext, type Inode, type Location, openAt, walk } from "../../vfs/index.ts";
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

/** The stat of what is called `name` and lies at `place` below the context's root, which is at `above` in the container. */
export function statOf(context: FsContext, at: Location, name: string, place: string, above: string): PathStat {
  const { inode } = at;
  const { size, mtimeUs } = inode.stat();
  return {
    name,
    size: inode.type === "dir" ? 4096 : size,
    mode: goMode(inode),
    mtime: timeOf(mtimeUs),
    linkTarget: inode.type === "symlink" ? linkTarget(context, join(above, place), above) : "",
  };
}

function goMode({ mode, type }: Inode): number {
  const special =
    ((mode & S_ISUID) === 0 ? 0 : 2 ** 23) +
    ((mode & S_ISGID) === 0 ? 0 : 2 ** 22) +
    ((mode & S_ISVTX) === 0 ? 0 : 2 ** 20);
  return (GO_TYPES[type] ?? 0) + special + (mode & 0o777);
}

/** As many links are followed one after the other. */
const MOST_LINKS = 255;

/**
 * Where the link at `path` leads, as far as links can be followed: what is not there is taken as it is written.
 *
 * @throws StatusError internal for one that leads round and round
 * @see github.com/moby/sys/symlink FollowSymlinkInScope
 */
function linkTarget(context: FsContext, path: string, above: string): string {
  const ahead = path.split("/").reverse();
  let at = "/";
  for (let links = 0; ahead.length > 0; ) {
    const next = join(at, ahead.pop() ?? "");
    const link = linkAt(context, next, above);
    if (link === undefined) {
      at = next;
      continue;
    }
    if (++links > MOST_LINKS) throw new StatusError("internal", `evalSymlinksInScope: too many links in ${path}`);
    if (link.startsWith("/")) at = "/";
    ahead.push(...link.split("/").reverse());
  }
  return at;
}

/** What the link at `path` says; `undefined` if there is none, or it is not below `above`, where the context's root is. */
function linkAt(context: FsContext, path: string, above: string): string | undefined {
  if (path === "/" || !(above === "/" || path.startsWith(`${above}/`))) return undefined;
  try {
    const { inode } = walk(context, above === "/" ? path : path.slice(above.length), { follow: false });
    return inode.type === "symlink" ? inode.readlink() : undefined;
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return undefined;
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
