/**
 * ADD of an archive: its entries, unpacked into a directory of a tree.
 *
 * The directory is the root for everything in the archive: an absolute link is one from there, and a relative one that
 * leads out of it is refused.
 *
 * @see moby/go-archive Unpack, createTarFile; BuildKit solver/llbsolver/file/unpack.go
 */
import { Errno } from "../../abi/index.ts";
import { type Codecs, compressionOf, decompressLayer, type LayerEntry, tarToLayer } from "../../content/index.ts";
import { quote } from "../../lib/go/index.ts";
import {
  basename,
  bunzip2,
  clean,
  dirname,
  firstTarHeader,
  gunzipStart,
  isGzip,
  join,
  StatusError,
  unxz,
} from "../../lib/index.ts";
import type { MountedTree } from "../../snapshot/index.ts";
import { pathOf } from "../../vfs/index.ts";
import { BuildError, rethrow } from "../dockerfile/error.ts";
import { makeDirectories, type Owner } from "./make-directories.ts";
import { pathBelow } from "./root-path.ts";
import { type Place, TreeWriter } from "./tree-writer.ts";

const XZ_MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];
const BZIP2_MAGIC = [0x42, 0x5a, 0x68];

export interface ArchiveOptions {
  /** Archives that xz has compressed are unpacked, too. */
  readonly xz: boolean;
  /** With a codec for zstd, so are archives that zstd has compressed. */
  readonly codecs?: Codecs;
}

/** The bytes of a tar archive, compressed or not; `undefined` if they are none, which the first entry tells. */
export function openArchive(bytes: Uint8Array, options: ArchiveOptions): Uint8Array | undefined {
  try {
    const archive = decompress(bytes, options);
    return firstTarHeader(archive) === undefined ? undefined : archive;
  } catch (error) {
    if (error instanceof StatusError) return undefined;
    throw error;
  }
}

function decompress(bytes: Uint8Array, { xz, codecs = {} }: ArchiveOptions): Uint8Array {
  if (isGzip(bytes)) return gunzipStart(bytes);
  if (startsWith(bytes, BZIP2_MAGIC)) return bunzip2(bytes);
  if (codecs.zstd !== undefined && compressionOf(bytes) === "zstd") return decompressLayer(bytes, { codecs }).whole();
  return xz && startsWith(bytes, XZ_MAGIC) ? unxz(bytes) : bytes;
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

/**
 * Unpacks into the directory `dest`; `owner` is everybody's instead of those in the archive.
 *
 * @throws BuildError `invalid entry name "../x"`, `unexpected EOF`
 */
export function unpackArchive(tree: MountedTree, archive: Uint8Array, dest: string, owner: Owner | undefined): void {
  const writer = new TreeWriter(tree);
  const directories: (readonly [place: Place, entry: LayerEntry])[] = [];
  for (const original of entriesOf(archive)) {
    const entry = { ...original, ...owner };
    const name = nameOf(entry.type === "dir" ? `${entry.path}/` : entry.path, "entry name");
    if (name === ".") continue;
    const place = makePlace(writer, dest, name, entry.type);
    unpackEntry(writer, place, entry, dest);
    if (entry.type === "dir") directories.push([place, { ...entry, path: name }]);
  }
  // Filling a directory changes its times: they are set when all is in place.
  for (const [place, { path, mode, uid, gid, mtimeUs }] of directories) {
    const at = writer.at(place);
    // A later entry of the same name may have taken its place.
    if (at?.inode.type === "symlink" && tree.find(pathOf(at, tree.context.root)) === undefined)
      throw new BuildError(`chtimesat ${path}: no such file or directory`);
    if (at?.inode.type === "dir") writer.setAttributes(at, { mode, uid, gid, mtimeUs });
  }
}

function* entriesOf(archive: Uint8Array): Iterable<LayerEntry> {
  try {
    yield* tarToLayer(archive);
  } catch (error) {
    throw error instanceof StatusError && !(error instanceof BuildError) ? new BuildError(error.message) : error;
  }
}

/** Below the root, whether or not it says so. @throws BuildError for one that leads out of it */
function nameOf(name: string, what: "entry name" | "hardlink target"): string {
  const cleaned = clean(name.replace(/^\/+/, "") || ".");
  if (cleaned === ".." || cleaned.startsWith("../")) throw new BuildError(`invalid ${what} ${quote(name)}`);
  return cleaned;
}

/** Where an entry goes; the directories on the way are made. */
function makePlace(writer: TreeWriter, dest: string, name: string, type: LayerEntry["type"]): Place {
  const { tree } = writer;
  const parent = inside(tree, dest, dirname(name));
  const existing = tree.find(parent, { follow: false });
  if (existing !== undefined && existing.inode.type !== "dir")
    throw new BuildError(`${type === "dir" ? "mkdirat" : "openat"} ${name}: not a directory`);
  makeDirectories(tree, parent, 0o755, { uid: 0, gid: 0 });
  return writer.place(join(parent, basename(name)));
}

/** The directory that `name` means below `dest`. @throws BuildError `statat l: path escapes from parent` */
function inside(tree: MountedTree, dest: string, name: string): string {
  return rethrow(
    () => pathBelow(tree, dest, name, { mayLeave: false }),
    ({ message }) => {
      const why = message === "too many links" ? "too many levels of symbolic links" : message;
      return new BuildError(`statat ${name}: ${why}`);
    },
  );
}

function unpackEntry(writer: TreeWriter, place: Place, entry: LayerEntry, dest: string): void {
  const existing = writer.at(place);
  const isDirectory = existing?.inode.type === "dir";
  if (existing !== undefined && !(isDirectory && entry.type === "dir")) writer.remove(place);
  if (existing !== undefined && isDirectory && entry.type === "dir") writer.setAttributes(existing, entry);
  else if (entry.type === "dir") writer.directory(place, entry);
  else if (entry.type === "file") writer.file(place, entry.content ?? new Uint8Array(entry.size ?? 0), entry);
  else if (entry.type === "symlink") writer.symlink(place, entry.link ?? "", entry);
  else if (entry.type === "hardlink") linkEntry(writer, place, entry, dest);
  else writer.special(place, { type: entry.type, rdev: entry.rdev ?? 0 }, entry);
}

function linkEntry(writer: TreeWriter, place: Place, entry: LayerEntry, dest: string): void {
  const { path, link = "" } = entry;
  try {
    const target = nameOf(link, "hardlink target");
    writer.hardlink(place, writer.place(join(inside(writer.tree, dest, dirname(target)), basename(target))));
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new BuildError(`linkat ${clean(link).replace(/^\/+/, "")} ${path}: ${error.message.toLowerCase()}`);
  }
  // A hard link's attributes count as well: they become those of the file.
  const made = writer.at(place);
  if (made !== undefined) writer.setAttributes(made, entry);
}
