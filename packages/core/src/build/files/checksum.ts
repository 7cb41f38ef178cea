/**
 * Content checksums: what makes two selections of files the same to the cache. Names, types, modes, owners, contents and
 * link targets count; times do not.
 *
 * @see BuildKit cache/contenthash/checksum.go, filehash.go
 */
import { O_RDONLY } from "../../abi/index.ts";
import { MemoryFile } from "../../fs/index.ts";
import { clean, encode, NO_BYTES, sha256 } from "../../lib/index.ts";
import type { MountedTree } from "../../snapshot/index.ts";
import { type FileSystem, type Location, lookup, openAt } from "../../vfs/index.ts";
import type { IgnoreMatcher } from "./ignore.ts";
import { rootPath } from "./root-path.ts";
import { namesIn } from "./select.ts";

/** What counts of each path that a selection covers: `name=value` with NUL between, so that a difference can be named. */
export type Checksums = ReadonlyMap<string, string>;

export interface ChecksumOptions {
  /** What stays behind and does not count. */
  readonly exclude?: IgnoreMatcher | undefined;
  /** Only what it matches counts; a directory that only leads there does not. */
  readonly include?: IgnoreMatcher | undefined;
  /** Symbolic links right below the path are counted elsewhere. */
  readonly leavesLinks?: boolean;
  /** The files come from outside: modes of directories are not looked at, as in BuildKit's transfer. */
  readonly isFromOutside?: boolean;
}

/** Checksums of what is at `path` (links followed) and below; `undefined` if nothing is there. */
export function checksums(tree: MountedTree, path: string, options: ChecksumOptions = {}): Checksums | undefined {
  const { isFromOutside = false, exclude, include } = options;
  if (!isFromOutside || exclude !== undefined || include !== undefined) return compute(tree, path, options);
  // A context's tree never changes, and the next build may have the same.
  const known = memos.get(tree.fileSystem) ?? new Map<string, Checksums | undefined>();
  memos.set(tree.fileSystem, known);
  if (!known.has(path)) known.set(path, compute(tree, path, options));
  return known.get(path);
}

const memos = new WeakMap<FileSystem, Map<string, Checksums | undefined>>();

function compute(tree: MountedTree, path: string, options: ChecksumOptions): Checksums | undefined {
  const resolved = rootPath(tree, path);
  const at = tree.find(resolved, { follow: false });
  if (at === undefined) return undefined;
  const found = new Map<string, string>();
  // Where a link leads counts whole, whatever of it stays behind.
  const isLink = tree.find(clean(path), { follow: false })?.inode.type === "symlink";
  if (at.inode.type === "dir") collect(at, "", found, isLink ? { ...options, exclude: undefined } : options);
  else found.set("", checksumOf(at, options));
  return found;
}

/** One digest for all. */
export function combined(sums: Checksums): string {
  const known = digests.get(sums);
  if (known !== undefined) return known;
  const digest = sha256(encode([...sums].map(([path, one]) => `${path}\0${one}\n`).join("")));
  digests.set(sums, digest);
  return digest;
}

const digests = new WeakMap<Checksums, string>();

function collect(directory: Location, prefix: string, found: Map<string, string>, options: ChecksumOptions): void {
  const { exclude, include, leavesLinks } = options;
  for (const name of namesIn(directory)) {
    const path = prefix + name;
    const at = lookup(directory, name);
    if (at === undefined || (leavesLinks === true && prefix === "" && at.inode.type === "symlink")) continue;
    if (exclude?.matches(path) === true && (at.inode.type !== "dir" || !exclude.hasExclusions)) continue;
    if (include === undefined || include.matches(path)) found.set(path, checksumOf(at, options));
    if (at.inode.type === "dir") collect(at, `${path}/`, found, options);
  }
}

function checksumOf(at: Location, { isFromOutside = false }: ChecksumOptions): string {
  const { inode } = at;
  const { type } = inode;
  if (isFromOutside && type === "dir") return "type=dir";
  const { mode, uid, gid, rdev } = inode.stat();
  const plain = `type=${type}\0mode=${(mode & 0o7777).toString(8).padStart(4, "0")}\0owner=${uid}:${gid}`;
  const xattrs = inode.listxattr().map((name) => `\0attribute ${name}=${sha256(inode.getxattr(name) ?? NO_BYTES)}`);
  return `${plain}${xattrs.join("")}${contentPart(at, rdev)}`;
}

function contentPart(at: Location, rdev: number): string {
  switch (at.inode.type) {
    case "file":
      return `\0content=${sha256(contentOf(at))}`;
    case "symlink":
      return `\0link=${JSON.stringify(at.inode.readlink())}`;
    default:
      return rdev === 0 ? "" : `\0device=${rdev}`;
  }
}

function contentOf(at: Location): Uint8Array {
  if (at.inode instanceof MemoryFile) return at.inode.content.bytes();
  const file = openAt(at, O_RDONLY);
  const content = file.read(at.inode.stat().size);
  file.release();
  return content ?? NO_BYTES;
}
