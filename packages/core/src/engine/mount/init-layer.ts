/**
 * The layer between an image and its containers: the places that Docker mounts on, so that they exist in every image.
 *
 * It is the same for all containers of an image, and part of neither image nor container: diff and commit leave it out.
 * It goes with the image, or with the last container if that is there longer.
 *
 * @see moby daemon/initlayer/setup_unix.go
 */
import { applyLayer, type LayerEntry } from "../../content/index.ts";
import type { MemoryInode } from "../../fs/index.ts";
import type { Snapshotter } from "../../snapshot/index.ts";

const PLACES: readonly (readonly [path: string, type: "dir" | "file" | "symlink"])[] = [
  ["dev", "dir"],
  ["dev/pts", "dir"],
  ["dev/shm", "dir"],
  ["proc", "dir"],
  ["sys", "dir"],
  ["etc", "dir"],
  [".dockerenv", "file"],
  ["etc/resolv.conf", "file"],
  ["etc/hosts", "file"],
  ["etc/hostname", "file"],
  ["dev/console", "file"],
  ["etc/mtab", "symlink"],
];

/** The name of the snapshot on top of `image`'s, made if need be. */
export function initLayer(snapshotter: Snapshotter, image: string | undefined): string {
  const known = image === undefined ? undefined : snapshotter.companionOf(image);
  if (known !== undefined) return known;
  const name = `${image ?? "scratch"}-init`;
  if (snapshotter.has(name)) return name;
  snapshotter.prepare(`prepare-${name}`, image);
  const nowUs = snapshotter.directory(`prepare-${name}`).mtimeUs;
  const find = (path: string): MemoryInode | undefined =>
    image === undefined ? undefined : snapshotter.lookup(image, path);
  const missing = PLACES.filter(([path]) => find(path) === undefined);
  applyLayer(snapshotter.directory(`prepare-${name}`), entries(find, missing, nowUs));
  snapshotter.commit(name, `prepare-${name}`, { isCompanion: true });
  return name;
}

/** A directory that has to hold something new keeps the mode and the owner that it has in the image. */
function* entries(
  find: (path: string) => MemoryInode | undefined,
  missing: readonly (readonly [path: string, type: "dir" | "file" | "symlink"])[],
  nowUs: number,
): Iterable<LayerEntry> {
  const parents = new Set(missing.flatMap(([path]) => (path.includes("/") ? path.slice(0, path.indexOf("/")) : [])));
  for (const parent of parents) {
    const existing = find(parent);
    if (existing === undefined) continue;
    const { mode, uid, gid } = existing;
    yield { path: parent, type: "dir", mode, uid, gid, mtimeUs: nowUs };
  }
  for (const [path, type] of missing) {
    const link = type === "symlink" ? { link: "/proc/mounts" } : {};
    yield { path, type, mode: type === "symlink" ? 0o777 : 0o755, uid: 0, gid: 0, mtimeUs: nowUs, ...link };
  }
}
