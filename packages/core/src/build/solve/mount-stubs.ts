/**
 * Places for mounts in the root file system of a RUN: made before, and taken away afterwards where they are still empty.
 *
 * /proc, /dev and /sys stay, as runc leaves them; the parent directory of a stub gets its times back.
 *
 * @see BuildKit executor/stubs.go MountStubsCleaner, runc libcontainer/rootfs_linux.go createMountpoint
 */
import { basename, dirname, join, NO_BYTES } from "../../lib/index.ts";
import type { MountedTree } from "../../snapshot/index.ts";
import { rootPath } from "../files/root-path.ts";
import { namesIn } from "../files/select.ts";
import { TreeWriter } from "../files/tree-writer.ts";

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
    for (const path of places.files.filter(isOnRoot)) this.#file(rootPath(this.#tree, path));
  }

  /** Takes away what was made and is still empty, the latest first. */
  clean(): void {
    for (const { path, type } of [...this.#made].reverse()) {
      const at = this.#tree.find(path, { follow: false });
      if (at === undefined || at.inode.type !== type) continue;
      const isEmpty = type === "dir" ? namesIn(at).length === 0 : at.inode.stat().size === 0;
      if (!isEmpty) continue;
      const place = this.#writer.place(path);
      const { mtimeUs, atimeUs } = place.parent.inode.stat();
      this.#writer.remove(place);
      place.parent.inode.setattr({ mtimeUs, atimeUs });
    }
  }

  #directory(path: string, { stays }: { readonly stays: boolean }): void {
    if (path === "/" || this.#tree.find(path) !== undefined) return;
    this.#directory(dirname(path), { stays });
    if (!this.#isDirectory(dirname(path))) return;
    const made = join(rootPath(this.#tree, dirname(path)), basename(path));
    this.#writer.directory(this.#writer.place(made), ROOTS);
    if (!stays) this.#made.push({ path: made, type: "dir" });
  }

  #file(path: string): void {
    if (this.#tree.find(path) !== undefined) return;
    this.#directory(dirname(path), { stays: false });
    if (!this.#isDirectory(dirname(path))) return;
    this.#writer.file(this.#writer.place(path), NO_BYTES, ROOTS);
    this.#made.push({ path, type: "file" });
  }

  /** Below anything else the runtime will fail. */
  #isDirectory(path: string): boolean {
    return this.#tree.find(path)?.inode.type === "dir";
  }
}
