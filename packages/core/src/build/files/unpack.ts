/**
 * ADD of an archive: its entries, unpacked into a directory of a tree.
 *
 * @see moby pkg/archive Unpack, createTarFile; BuildKit solver/llbsolver/file/unpack.go
 */
import { type LayerEntry, tarToLayer } from "../../content/index.ts";
import { bunzip2, clean, dirname, gunzip, isGzip, StatusError, unxz } from "../../lib/index.ts";
import type { MountedTree } from "../../snapshot/index.ts";
import { BuildError } from "../dockerfile/error.ts";
import { makeDirectories, type Owner } from "./make-directories.ts";
import { rootPath } from "./root-path.ts";
import { TreeWriter } from "./tree-writer.ts";

/** The entries of a tar archive, compressed or not; `undefined` if the bytes are none. */
export function archiveEntries(bytes: Uint8Array): readonly LayerEntry[] | undefined {
  try {
    const entries = [...tarToLayer(decompress(bytes))];
    return entries.length === 0 ? undefined : entries;
  } catch (error) {
    if (error instanceof StatusError) return undefined;
    throw error;
  }
}

const XZ_MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];
const BZIP2_MAGIC = [0x42, 0x5a, 0x68];

function decompress(bytes: Uint8Array): Uint8Array {
  if (isGzip(bytes)) return gunzip(bytes);
  if (startsWith(bytes, BZIP2_MAGIC)) return bunzip2(bytes);
  return startsWith(bytes, XZ_MAGIC) ? unxz(bytes) : bytes;
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

/**
 * Unpacks into the directory `dest`; `owner` is everybody's instead of those in the archive.
 *
 * @throws BuildError `invalid entry name "../x"`
 */
export function unpackEntries(
  tree: MountedTree,
  entries: readonly LayerEntry[],
  dest: string,
  owner: Owner | undefined,
): void {
  const writer = new TreeWriter(tree);
  const directories: (readonly [path: string, entry: LayerEntry])[] = [];
  for (const original of entries) {
    const entry = { ...original, ...owner };
    const path = targetOf(dest, entry.path);
    if (path !== dest) makeDirectories(tree, rootPath(tree, dirname(path)), 0o777, { uid: 0, gid: 0 });
    unpackEntry(writer, path, entry, dest);
    if (entry.type === "dir") directories.push([path, entry]);
  }
  // Filling a directory changes its times: they are set when all is in place.
  for (const [path, { mode, uid, gid, mtimeUs }] of directories)
    writer.setAttributes(path, { mode, uid, gid, mtimeUs });
}

function targetOf(dest: string, name: string): string {
  const cleaned = clean(name === "" ? "." : name);
  if (cleaned === ".." || cleaned.startsWith("../")) throw new BuildError(`invalid entry name ${JSON.stringify(name)}`);
  return clean(`${dest}/${cleaned}`);
}

function unpackEntry(writer: TreeWriter, path: string, entry: LayerEntry, dest: string): void {
  const existing = writer.at(path);
  const isDirectory = existing?.inode.type === "dir";
  if (existing !== undefined && !(isDirectory && entry.type === "dir")) {
    if (isDirectory && path === dest) return;
    writer.remove(path);
  }
  const { mode, uid, gid, mtimeUs, xattrs } = entry;
  switch (entry.type) {
    case "dir":
      if (!isDirectory) writer.directory(path);
      break;
    case "file":
      writer.file(path, entry.content ?? new Uint8Array(entry.size ?? 0));
      break;
    case "symlink":
      writer.symlink(path, entry.link ?? "");
      break;
    case "hardlink":
      writer.hardlink(path, targetOf(dest, entry.link ?? ""));
      return;
    default:
      writer.special(path, entry.type, entry.rdev ?? 0);
  }
  writer.setAttributes(path, { mode, uid, gid, mtimeUs, ...(xattrs === undefined ? {} : { xattrs }) });
}
