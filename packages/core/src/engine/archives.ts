/**
 * Files of containers as archives: `docker cp` and `docker export`.
 *
 * What is seen is the root file system with the volumes and the directories that are mounted on it: /proc, /dev and what
 * lies in memory are not, whether the container runs or not.
 *
 * @see moby daemon/archive_unix.go, daemon/export.go
 */
import { Errno } from "../abi/index.ts";
import type { LayerEntry } from "../content/index.ts";
import { type Image, topSnapshot } from "../image/index.ts";
import type { Kernel } from "../kernel/index.ts";
import { basename, clean, dirname, join, StatusError } from "../lib/index.ts";
import { MountedSnapshot, MountedTree, type Snapshotter, SnapshotView } from "../snapshot/index.ts";
import { type FsContext, type Location, pathOf, walk } from "../vfs/index.ts";
import { unpackInto } from "./archives/unpack.ts";
import { type PathStat, statOf, treeEntries } from "./archives/walk-tree.ts";
import { BundleDirectory } from "./container/bundle.ts";
import type { Container } from "./container/container.ts";
import type { UserLookup } from "./container/user-lookup.ts";
import { makeSources } from "./mount/bind-source.ts";
import { type MountPoint, volumeOf } from "./mount/mount-points.ts";
import { resolveSubpath } from "./volume/volume-subpath.ts";

export type { PathStat } from "./archives/walk-tree.ts";

/** A path of a container, as an archive. */
export interface PathArchive {
  readonly stat: PathStat;
  readonly entries: readonly LayerEntry[];
}

export interface UnpackOptions {
  /** A directory does not give way to what is none, nor the other way round. */
  readonly keepsKinds?: boolean;
  /** All of it becomes the container's user's, if the container has one: `docker cp --archive`. */
  readonly takesOwner?: boolean;
  /** What the caller calls the container. */
  readonly reference?: string;
}

export class ArchiveService {
  readonly #kernel: Kernel;
  readonly #snapshotter: Snapshotter;
  readonly #users: UserLookup;

  constructor(kernel: Kernel, snapshotter: Snapshotter, users: UserLookup) {
    this.#kernel = kernel;
    this.#snapshotter = snapshotter;
    this.#users = users;
  }

  /** `reference` is what the caller calls the container, here and below. @throws StatusError not-found */
  stat(container: Container, path: string, reference = container.name): PathStat {
    const read = (context: FsContext, at: Location, place: string, above: string): PathStat => {
      checkDirectory(at, path);
      return statOf(context, at, basename(path), place, above);
    };
    return this.#look(container, path, read, { reference });
  }

  /** A file, or a directory with all that is in it, under its own name. @throws StatusError not-found */
  read(container: Container, path: string, reference = container.name): PathArchive {
    const read = (context: FsContext, at: Location, place: string, above: string): PathArchive => {
      checkDirectory(at, path);
      const name = basename(path) === "." ? "." : basename(absolute(path));
      return { stat: statOf(context, at, name, place, above), entries: [...treeEntries(at, name)] };
    };
    return this.#look(container, path, read, { reference });
  }

  /** The whole root file system, without what is mounted on it. */
  export(container: Container): readonly LayerEntry[] {
    const rootfs = this.#bareRootfs(container);
    try {
      return [...treeEntries(rootfs.context.root, "")].filter(({ path }) => path !== "");
    } finally {
      rootfs.close();
    }
  }

  /** The root file system that containers of an image begin with; with `mtimeUs` all of it was changed then. */
  image(image: Image, mtimeUs?: number): readonly LayerEntry[] {
    const view = new SnapshotView(this.#kernel, this.#snapshotter, topSnapshot(image));
    try {
      const entries = [...treeEntries(view.context.root, "")].filter(({ path }) => path !== "");
      return mtimeUs === undefined ? entries : entries.map((entry) => ({ ...entry, mtimeUs }));
    } finally {
      view.close();
    }
  }

  /**
   * @throws StatusError not-found, invalid-argument if `path` is no directory or is read-only
   * @see moby daemon/archive_unix.go: containerExtractToDir
   */
  write(container: Container, path: string, entries: Iterable<LayerEntry>, options: UnpackOptions = {}): void {
    const unpack = (context: FsContext, at: Location, inside: string, above: string): void => {
      if (at.inode.type !== "dir") {
        throw new StatusError("invalid-argument", "extraction point is not a directory");
      }
      const place = join(above, inside);
      verifyWritable(container, place);
      const isMounted = (inner: string): boolean => {
        const whole = join(place, inner);
        return mountOver(container, whole)?.destination === whole;
      };
      const owned = options.takesOwner === true ? this.#owned(container, entries) : entries;
      unpackInto(context, at, owned, { ...options, place, isMounted });
    };
    const explain = ({ code, message }: Errno): string =>
      code === "ELOOP" ? "EvalSymlinks: too many links" : message.toLowerCase();
    this.#look(container, path, unpack, { reference: options.reference, follows: true, explain });
  }

  /**
   * The entries as its user's own. Root's stay whose they are.
   *
   * @throws StatusError invalid-argument for a user that there is not
   * @see moby daemon/archive_tarcopyoptions_unix.go tarCopyOptions
   */
  *#owned(container: Container, entries: Iterable<LayerEntry>): Iterable<LayerEntry> {
    if ((container.config.User ?? "") === "") {
      yield* entries;
      return;
    }
    const { uid, gid } = this.#ownerIn(container);
    for (const entry of entries) yield { ...entry, uid, gid };
  }

  #ownerIn(container: Container): { readonly uid: number; readonly gid: number } {
    try {
      return this.#users.resolve(container);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      const message = error.message.replace(UNKNOWN, 'failed to look up $1 "$2" in container: ');
      throw new StatusError("invalid-argument", message);
    }
  }

  #look<T>(container: Container, path: string, work: Work<T>, options: LookOptions = {}): T {
    const place = absolute(path);
    const { reference = container.name, follows = place === "/" || /\/\.?$/.test(path) } = options;
    const { explain = ({ message }) => `lstat ${rooted(path)}: ${message.toLowerCase()}` } = options;
    try {
      return this.#lookAt(container, place, follows, work);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      if (error.code === "ELOOP" || error.code === "ENOTDIR") throw new StatusError("internal", explain(error));
      throw new StatusError("not-found", `Could not find the file ${path} in container ${reference}`);
    }
  }

  #lookAt<T>(container: Container, place: string, follows: boolean, work: Work<T>): T {
    if (!container.isRunning) this.#makeMountPoints(container);
    const mount = mountOver(container, place);
    if (mount !== undefined) {
      const { subpath } = mount;
      const source = subpath === undefined ? mount.source : resolveSubpath(this.#kernel, volumeOf(mount), subpath);
      const root = walk(this.#kernel.init, source, { follow: true });
      if (root.inode.type !== "dir" && place === mount.destination) return work(this.#context(root), root, place, "/");
      const inner = place.slice(mount.destination.length) || "/";
      return workAt(this.#context(root), inner, mount.destination, { follows, work });
    }
    const rootfs = this.#rootfs(container);
    try {
      return workAt(rootfs.context, place, "/", { follows, work });
    } finally {
      rootfs.close();
    }
  }

  /** With what is mounted on it, as far as the links of the way there can lead to it. */
  #rootfs(container: Container): MountedTree {
    const rootfs = this.#bareRootfs(container);
    for (const { type, source, subpath, destination } of container.mountPoints) {
      if (type === "tmpfs" || subpath !== undefined || (type === "image" && !container.isRunning)) continue;
      rootfs.show(walk(this.#kernel.init, source, { follow: true }), destination);
    }
    return rootfs;
  }

  #bareRootfs({ id, isRunning, oci }: Container): MountedTree {
    const process = isRunning ? oci?.process : undefined;
    return process === undefined
      ? new MountedSnapshot(this.#kernel, this.#snapshotter, id)
      : new MountedTree(this.#kernel, process.root.mount.fs);
  }

  /** Looking at files mounts what is mounted on them: where the places of mounts are missing, they are made and stay. */
  #makeMountPoints({ id, mountPoints }: Container): void {
    makeSources(this.#kernel, mountPoints);
    const directories = mountPoints.filter(
      ({ type, source }) => type !== "tmpfs" && type !== "image" && this.#sourceAt(source).inode.type === "dir",
    );
    if (directories.length === 0) return;
    const rootfs = new MountedSnapshot(this.#kernel, this.#snapshotter, id);
    try {
      for (const { destination } of directories) rootfs.makeDirectory(destination);
    } finally {
      rootfs.close();
    }
  }

  /** What of the machine is to be mounted. @throws StatusError internal for a way through a file; ENOENT if nothing is there */
  #sourceAt(path: string): Location {
    try {
      return walk(this.#kernel.init, path, { follow: true });
    } catch (error) {
      if (!(error instanceof Errno) || error.code !== "ENOTDIR") throw error;
      throw new StatusError("internal", `stat ${path}: not a directory`);
    }
  }

  #context(root: Location): FsContext {
    const { creds, protections } = this.#kernel.init;
    return { root, cwd: root, umask: 0, creds, protections, mayOpenDevice: () => true };
  }
}

/** How a lookup begins that finds nobody. */
const UNKNOWN = /^unable to find (user|group) (.*): (?=no matching entries)/;

/** @throws StatusError internal for what is named like a directory and is none */
function checkDirectory({ inode }: Location, path: string): void {
  if (inode.type === "dir" || !/\/\.?$/.test(path)) return;
  throw new StatusError("internal", `lstat ${rooted(path)}: not a directory`);
}

interface LookOptions {
  /** What the caller calls the container. */
  readonly reference?: string | undefined;
  /** Whether a link at the end of the path is followed; by default only where it ends like a directory's. */
  readonly follows?: boolean;
  /** What is said of a way that leads through a file, or round and round. */
  readonly explain?: (why: Errno) => string;
}

/** `place` is a path below the context's root, which is at `above` in the container. */
type Work<T> = (context: FsContext, at: Location, place: string, above: string) => T;

function workAt<T>(
  context: FsContext,
  place: string,
  above: string,
  { follows, work }: { readonly follows: boolean; readonly work: Work<T> },
): T {
  const parent = walk(context, dirname(place), { follow: true });
  const at = walk(context, place, { follow: follows });
  const found = follows ? place : `${pathOf(parent, context.root)}/${basename(place)}`.replace(/^\/+/, "/");
  return work(context, at, found, above);
}

const rooted = (path: string): string => (path.startsWith("/") ? path : `/${path}`);
const absolute = (path: string): string => clean(rooted(path));

/** Files that the engine mounts into every container, by where their bundle has them. */
const BUNDLE_FILES = new Map(["hostname", "hosts", "resolv.conf"].map((name) => [`/etc/${name}`, name]));

/** @throws StatusError invalid-argument for a place in a volume, or on a root, that is read-only */
function verifyWritable(container: Container, place: string): void {
  const mount = mountOver(container, place);
  if (mount?.readOnly === true) throw new StatusError("invalid-argument", "mounted volume is marked read-only");
  if (mount === undefined && container.hostConfig.ReadonlyRootfs === true) {
    throw new StatusError("invalid-argument", "container rootfs is marked read-only");
  }
}

/** What is mounted over a path of a container; its files from the engine are there once that was tried. */
function mountOver(
  container: Container,
  place: string,
): Pick<MountPoint, "source" | "subpath" | "destination" | "readOnly"> | undefined {
  const mount = container.mountPoints.findLast(
    ({ type, destination }) => type !== "tmpfs" && (place === destination || place.startsWith(`${destination}/`)),
  );
  const file = BUNDLE_FILES.get(place);
  if (mount !== undefined || file === undefined || !container.hasBeenTried) return mount;
  return { source: `${BundleDirectory.path(container.id)}/${file}`, destination: place, readOnly: false };
}
