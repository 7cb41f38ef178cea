/**
 * Places for mounts in the root file system of a RUN: made before, and taken away afterwards where they are still empty.
 *
 * /proc, /dev and /sys stay, as runc leaves them; the parent directory of a stub gets its times back.
 *
 * @see BuildKit executor/stubs.go MountStubsCleaner, runc libcontainer/rootfs_linux.go createMountpoint
 */
import { assert, basename, dirname, join, NO_BYTES } from "../../lib/index.ts";
import type { MountedTree } from "../../snapshot/index.ts";
import { Location } from "../../vfs/index.ts";
import { rootPath } from "../files/root-path.ts";
import { namesIn } from "../files/select.ts";
import { type Place, TreeWriter } from "../files/tree-writer.ts";

/** What every container mounts on. */
const KERNEL_DIRECTORIES = ["/proc", "/dev", "/sys"];

/** Below those there is a file system of the container's own. */
function isOnRoot(path: string): boolean {
  return !KERNEL_DIRECTORIES.some((directory) => path === directory || path.startsWith(`${directory}/`));
}

const ROOTS = { mode: 0o755, uid: 0, gid: 0 };

interface Stub {
  readonly path: string;
  readonly type: "file" | "dir";
}

export class MountStubs {
  readonly #tree: MountedTree;
  readonly #writer: TreeWriter;
  /** In the order in which they were made. */
  readonly #made: Stub[] = [];

  constructor(tree: MountedTree) {
    this.#tree = tree;
    this.#writer = new TreeWriter(tree);
  }

  /** Makes the places: `files` and `directories` for as long as the process runs, the kernel's own for ever. */
  make(places: { readonly files: readonly string[]; readonly directories: readonly string[] }): void {
    for (const path of KERNEL_DIRECTORIES) this.#directory(path, { stays: true });
    for (const path of places.directories.filter(isOnRoot))
      this.#directory(rootPath(this.#tree, path), { stays: false });
    for (const path of places.files.filter(isOnRoot)) this.#file(path);
  }

  /** Takes away what was made and is still empty, the latest first. */
  clean(): void {
    for (const { path, type } of [...this.#made].reverse()) {
      const at = this.#tree.find(path, { follow: false });
      if (at === undefined || at.inode.type !== type) continue;
      const isEmpty = type === "dir" ? namesIn(at).length === 0 : at.inode.stat().size === 0;
      if (!isEmpty) continue;
      const place = placeOf(at);
      const { mtimeUs, atimeUs } = place.parent.inode.stat();
      this.#writer.remove(place);
      place.parent.inode.setattr({ mtimeUs, atimeUs });
    }
  }

  #directory(path: string, { stays }: { readonly stays: boolean }): void {
    if (path === "/" || this.#tree.find(path) !== undefined) return;
    this.#directory(dirname(path), { stays });
    const parent = this.#findDirectory(dirname(path));
    if (parent === undefined) return;
    const made = join(rootPath(this.#tree, dirname(path)), basename(path));
    this.#writer.directory({ parent, name: basename(path) }, ROOTS);
    if (!stays) this.#made.push({ path: made, type: "dir" });
  }

  #file(path: string): void {
    if (this.#tree.find(path) !== undefined) return;
    const resolved = rootPath(this.#tree, path);
    this.#directory(dirname(resolved), { stays: false });
    const parent = this.#findDirectory(dirname(resolved));
    if (parent === undefined) return;
    this.#writer.file({ parent, name: basename(resolved) }, NO_BYTES, ROOTS);
    this.#made.push({ path: resolved, type: "file" });
  }

  /** Below anything else the runtime will fail. */
  #findDirectory(path: string): Location | undefined {
    const found = this.#tree.find(path);
    return found?.inode.type === "dir" ? found : undefined;
  }
}

/** Where something is that is not the root. */
function placeOf({ mount, dentry }: Location): Place {
  assert(dentry.parent !== undefined, "what was made has a name");
  return { parent: new Location(mount, dentry.parent), name: dentry.name };
}
