/**
 * Where the files of a build context come from: a plain object, a directory of a disk, or a tar archive.
 *
 * Whatever the form, a context is a list of entries; owners are root's, as when the real client sends them.
 */
import { fileType, PERMISSION_BITS } from "../../abi/index.ts";
import { type LayerEntry, tarToLayer } from "../../content/index.ts";
import { compareBytes, encode, gunzip, isGzip, join, StatusError } from "../../lib/index.ts";
import { KnownFiles } from "./context-memory.ts";

const DEFAULT_MODE = 0o644;

/** A file in a context that is written as an object. A text or bytes alone mean a file with mode 0644. */
export type ContextFile =
  | string
  | Uint8Array
  | { readonly content: string | Uint8Array; readonly mode?: number }
  | { readonly symlink: string }
  | { readonly hardlink: string }
  | { readonly directory: true; readonly mode?: number };

/** Files with several names are recognised by `nlink` and `ino`, where a disk tells them. */
export interface DiskStat {
  readonly mode: number | bigint;
  readonly mtimeMs: number | bigint;
  readonly size?: number | bigint;
  readonly nlink?: number | bigint;
  readonly ino?: number | bigint;
  readonly uid?: number | bigint;
  readonly gid?: number | bigint;
}

/** What a directory on a disk needs to be read: `node:fs`, memfs and others of their shape have it. */
export interface ContextDisk {
  readdirSync(path: string): readonly (string | Uint8Array | object)[];
  readFileSync(path: string): Uint8Array | string;
  lstatSync(path: string): DiskStat | undefined;
  readlinkSync(path: string): string | Uint8Array;
}

/** Files by path, a directory of a disk, or a tar archive (plain or gzip). */
export type ContextSource =
  | { readonly files: Readonly<Record<string, ContextFile>> }
  /** `shownAs` is what messages call the directory. */
  | { readonly disk: ContextDisk; readonly path: string; readonly shownAs?: string }
  /**
   * `isRemote`: it does not come file by file from a client. It has no ignore file, and its loading is shown as
   * `loading` says.
   */
  | { readonly tar: Uint8Array; readonly isRemote?: boolean; readonly loading?: ContextLoading };

/** How a context is told of that came from somewhere else. */
export interface ContextLoading {
  /** "[internal] load git source https://host/x.git" */
  readonly name: string;
  readonly log: readonly { readonly stream: "stdout" | "stderr"; readonly text: string }[];
}

/**
 * The entries of a context, a directory before what is in it; `nowUs` is the time of files that have none.
 *
 * `known` has the files from the last time, by path: an unchanged one gives the same entry again. Bytes are read anew
 * each time, for who gave them may have changed them.
 */
export function contextEntries(source: ContextSource, nowUs: number, known = new KnownFiles()): readonly LayerEntry[] {
  if ("files" in source) return objectEntries(source.files, nowUs, known);
  if ("disk" in source) return [...diskEntries(source.disk, source.path, source.shownAs, known)];
  return [...archiveEntries(source.tar)];
}

function objectEntries(
  files: Readonly<Record<string, ContextFile>>,
  nowUs: number,
  known: KnownFiles,
): readonly LayerEntry[] {
  const entries: LayerEntry[] = [];
  for (const path of Object.keys(files)) {
    const file = files[path];
    if (file === undefined) continue;
    const text = textOf(file);
    const old = known.byPath.get(path);
    if (old !== undefined && text !== undefined && old.text === text && old.entry.mode === modeOf(file)) {
      entries.push(old.entry);
      continue;
    }
    const entry = { path, uid: 0, gid: 0, mtimeUs: nowUs, ...objectEntry(file) };
    known.byPath.set(path, { entry, text });
    entries.push(entry);
  }
  return known.sorted(entries);
}

/** The content of a file that is given as a text. */
function textOf(file: ContextFile): string | undefined {
  if (typeof file === "string") return file;
  return "content" in file && typeof file.content === "string" ? file.content : undefined;
}

function modeOf(file: ContextFile): number {
  return (typeof file === "object" && "mode" in file ? file.mode : undefined) ?? DEFAULT_MODE;
}

function objectEntry(file: ContextFile): Pick<LayerEntry, "type" | "mode" | "content" | "link"> {
  if (typeof file === "string") return { type: "file", mode: DEFAULT_MODE, content: encode(file) };
  if (file instanceof Uint8Array) return { type: "file", mode: DEFAULT_MODE, content: file.slice() };
  if ("symlink" in file) return { type: "symlink", mode: 0o777, link: file.symlink };
  if ("hardlink" in file) return { type: "hardlink", mode: 0o644, link: file.hardlink };
  if ("directory" in file) return { type: "dir", mode: file.mode ?? 0o755 };
  const { content } = file;
  return { type: "file", mode: modeOf(file), content: typeof content === "string" ? encode(content) : content.slice() };
}

/** @throws StatusError not-found `path "DIR" not found`, in the client's words */
function* diskEntries(disk: ContextDisk, root: string, shownAs = root, known: KnownFiles): Iterable<LayerEntry> {
  if (!isDirectory(disk, root))
    throw new StatusError("not-found", `unable to prepare context: path "${shownAs}" not found`);
  yield* below({ disk, root, known, firstNames: new Map() }, "");
}

interface DiskWalk {
  readonly disk: ContextDisk;
  readonly root: string;
  readonly known: KnownFiles;
  /** The path under which an inode was met first. */
  readonly firstNames: Map<string, string>;
}

function* below(walk: DiskWalk, prefix: string): Iterable<LayerEntry> {
  const { disk, root, firstNames } = walk;
  const names = disk.readdirSync(prefix === "" ? root : join(root, prefix)).map(String);
  for (const name of names.sort(compareBytes)) {
    const path = prefix + name;
    const place = join(root, path);
    const stat = disk.lstatSync(place);
    if (stat === undefined) continue;
    const type = fileType(Number(stat.mode));
    // Sockets are not sent; a device of a client's disk is none here.
    if (type !== "file" && type !== "dir" && type !== "symlink" && type !== "fifo") continue;
    const mtimeUs = Math.round(Number(stat.mtimeMs) * 1000);
    const entry = { path, type, mode: Number(stat.mode) & PERMISSION_BITS, uid: 0, gid: 0, mtimeUs };
    if (type === "file") {
      const inode = Number(stat.nlink ?? 1) > 1 ? `${stat.ino}` : undefined;
      const first = inode === undefined ? undefined : firstNames.get(inode);
      if (inode !== undefined && first === undefined) firstNames.set(inode, path);
      if (first !== undefined) yield { ...entry, type: "hardlink", link: first };
      else yield diskFile(walk, entry, stat, place);
    } else if (type === "fifo") yield same(walk, entry);
    else if (type === "symlink") yield same(walk, { ...entry, mode: 0o777, link: String(disk.readlinkSync(place)) });
    else {
      yield same(walk, entry);
      yield* below(walk, `${path}/`);
    }
  }
}

/** The entry from the last time if it says the same. */
function same({ known }: DiskWalk, entry: LayerEntry): LayerEntry {
  const old = known.byPath.get(entry.path)?.entry;
  const { type, mode, mtimeUs, link } = entry;
  if (old?.type === type && old.mode === mode && old.mtimeUs === mtimeUs && old.link === link) return old;
  known.byPath.set(entry.path, { entry, text: undefined });
  return entry;
}

/** A file whose time and size are as before is not read again. */
function diskFile(
  { disk, known }: DiskWalk,
  entry: Omit<LayerEntry, "content">,
  { size }: DiskStat,
  place: string,
): LayerEntry {
  const old = known.byPath.get(entry.path)?.entry;
  const isSame =
    old?.content !== undefined &&
    old.type === "file" &&
    size !== undefined &&
    old.content.length === Number(size) &&
    old.mtimeUs === entry.mtimeUs &&
    old.mode === entry.mode;
  if (isSame) return old;
  const read = { ...entry, content: bytesOf(disk.readFileSync(place)) };
  known.byPath.set(entry.path, { entry: read, text: undefined });
  return read;
}

function isDirectory(disk: ContextDisk, path: string): boolean {
  try {
    const stat = disk.lstatSync(path);
    return stat !== undefined && fileType(Number(stat.mode)) === "dir";
  } catch {
    return false;
  }
}

/** A view that is a plain Uint8Array, whatever subclass the disk answers with. */
function bytesOf(data: Uint8Array | string): Uint8Array {
  if (typeof data === "string") return encode(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function* archiveEntries(archive: Uint8Array): Iterable<LayerEntry> {
  const plain = isGzip(archive) ? gunzip(archive) : archive;
  for (const entry of tarToLayer(plain)) yield { ...entry, uid: 0, gid: 0 };
}
