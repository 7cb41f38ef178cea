/**
 * Unpacking an archive into a running or resting file system, as root.
 *
 * @see moby pkg/archive/archive.go Unpack, createTarFile
 */
import { Errno, O_CREAT, O_EXCL, O_WRONLY, typeBits } from "../../abi/index.ts";
import type { LayerEntry } from "../../content/index.ts";
import { quote } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import { attributes, directory, type FsContext, type Location, open, walk } from "../../vfs/index.ts";
import { isLocalPath } from "../volume/volume-subpath.ts";

export interface UnpackOptions {
  readonly keepsKinds?: boolean;
  /** The path of the target, as errors name it. */
  readonly place: string;
  /** Whether something is mounted on a path of the target: that cannot be taken away. */
  readonly isMounted?: (path: string) => boolean;
}

/**
 * Writes entries below the directory `target`; their paths never lead out of it.
 *
 * @throws StatusError invalid-argument for an entry that cannot be, or must not be there
 */
export function unpackInto(
  context: FsContext,
  target: Location,
  entries: Iterable<LayerEntry>,
  options: UnpackOptions,
): void {
  const inside: FsContext = { ...context, root: target, cwd: target };
  const directories: LayerEntry[] = [];
  for (const entry of entries) {
    checkNames(entry);
    const path = `/${entry.path
      .split("/")
      .filter((part) => part !== "" && part !== ".")
      .join("/")}`;
    if (path !== "/") put(inside, path, entry, options);
    if (entry.type === "dir") directories.push({ ...entry, path });
    else if (path !== "/" && entry.type !== "hardlink") setAttributes(inside, path, entry);
  }
  for (const entry of directories) if (entry.path !== "/") setAttributes(inside, entry.path, entry);
}

/** @throws StatusError invalid-argument for a name, or the target of a hard link, that climbs out of the directory */
function checkNames({ path, type, link = "" }: LayerEntry): void {
  const stays = (name: string): boolean => isLocalPath(`./${name}`);
  if (!stays(path)) {
    const name = type === "dir" ? `${path}/` : path;
    throw new StatusError("invalid-argument", `invalid entry name ${quote(name)}`);
  }
  if (type === "hardlink" && !stays(link)) {
    throw new StatusError("invalid-argument", `invalid hardlink target ${quote(link)}`);
  }
}

function put(
  inside: FsContext,
  path: string,
  entry: LayerEntry,
  { keepsKinds = false, place, isMounted = () => false }: UnpackOptions,
): void {
  makeParents(inside, path);
  const existing = find(inside, path);
  const name = quote(path.slice(1));
  if (existing?.inode.type === "dir") {
    if (entry.type === "dir") return;
    if (keepsKinds) {
      throw new StatusError(
        "invalid-argument",
        `cannot overwrite directory ${name} with non-directory ${quote(place)}`,
      );
    }
    directory.rmdir(inside, path);
  } else if (existing !== undefined) {
    if (entry.type === "dir" && keepsKinds) {
      throw new StatusError(
        "invalid-argument",
        `cannot overwrite non-directory ${name} with directory ${quote(place)}`,
      );
    }
    if (isMounted(path)) throw new StatusError("internal", `RemoveAll ${path.slice(1)}: device or resource busy`);
    directory.unlink(inside, path);
  }
  make(inside, path, entry);
}

function make(inside: FsContext, path: string, entry: LayerEntry): void {
  const { type, link = "", content } = entry;
  if (type === "dir") directory.mkdir(inside, path, 0o755);
  else if (type === "symlink") directory.symlink(inside, link, path);
  else if (type === "hardlink") directory.link(inside, `/${link}`, path, { follow: false });
  else if (type === "file") {
    const file = open(inside, path, O_CREAT | O_EXCL | O_WRONLY, 0o600);
    if (content !== undefined && content.length > 0) file.write(content);
    file.release();
  } else directory.mknod(inside, path, typeBits(type) | 0o600, entry.rdev ?? 0);
}

function makeParents(inside: FsContext, path: string): void {
  const parent = path.slice(0, path.lastIndexOf("/"));
  if (parent === "" || find(inside, parent, true) !== undefined) return;
  makeParents(inside, parent);
  directory.mkdir(inside, parent, 0o755);
}

function setAttributes(inside: FsContext, path: string, { type, mode, uid, gid, mtimeUs }: LayerEntry): void {
  const at = walk(inside, path, { follow: false });
  attributes.chown(inside.creds, at, uid, gid);
  if (type !== "symlink") attributes.chmod(inside.creds, at, mode);
  attributes.utimens(inside.creds, at, mtimeUs, mtimeUs, mtimeUs);
}

function find(inside: FsContext, path: string, follow = false): Location | undefined {
  try {
    return walk(inside, path, { follow });
  } catch (error) {
    if (error instanceof Errno) return undefined;
    throw error;
  }
}
