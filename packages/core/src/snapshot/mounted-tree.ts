/**
 * A file system, mounted where no process sees it: for who works on files from outside, such as an engine that makes a
 * working directory, fills a volume, looks a user up, or a builder that copies.
 *
 * Paths are absolute; symbolic links in them never lead out.
 */
import { Errno, O_RDONLY } from "../abi/index.ts";
import type { Kernel } from "../kernel/index.ts";
import { decode, dirname, StatusError } from "../lib/index.ts";
import { directory, type FileSystem, type FsContext, find, type Location, MountTree, openAt } from "../vfs/index.ts";

/** More than any text file that is looked at as a whole. */
const TEXT_LIMIT = 1 << 24;
const FOLLOW = { follow: true } as const;

/** Files by absolute paths; to be closed by who is done. */
export class MountedTree {
  readonly #tree: MountTree;
  readonly fileSystem: FileSystem;
  readonly context: FsContext;

  constructor(kernel: Kernel, fileSystem: FileSystem) {
    this.fileSystem = fileSystem;
    this.#tree = MountTree.over(kernel.mountIds, fileSystem, 0);
    const root = this.#tree.top;
    this.context = {
      root,
      cwd: root,
      umask: 0o022,
      creds: kernel.init.creds,
      protections: kernel.init.protections,
      mayOpenDevice: () => true,
    };
  }

  /** What is at a path; `undefined` if nothing is. A symbolic link at its end is followed unless `follow` is false. */
  find(path: string, options: { readonly follow: boolean } = FOLLOW): Location | undefined {
    try {
      return find(this.context, path, options);
    } catch (error) {
      if (error instanceof Errno) return undefined;
      throw error;
    }
  }

  /** A text file's contents; "" if there is none. */
  readText(path: string): string {
    const bytes = this.readFile(path);
    return bytes === undefined ? "" : decode(bytes);
  }

  /** A regular file's contents; `undefined` if there is none. */
  readFile(path: string): Uint8Array | undefined {
    const at = this.find(path);
    if (at === undefined || at.inode.type !== "file") return undefined;
    const file = openAt(at, O_RDONLY);
    const bytes = file.read(TEXT_LIMIT);
    file.release();
    return bytes;
  }

  /**
   * mkdir -p.
   *
   * @throws StatusError invalid-argument if a file stands in the way
   */
  makeDirectory(path: string): void {
    const found = this.find(path);
    if (found !== undefined && found.inode.type !== "dir") {
      throw new StatusError("invalid-argument", `Cannot mkdir: ${path} is not a directory`);
    }
    if (found !== undefined) return;
    if (path !== "/") this.makeDirectory(dirname(path));
    directory.mkdir(this.context, path, 0o755);
  }

  /** Shows something of the machine at a path of this tree, where there is such a path. */
  show(from: Location, path: string): void {
    const at = this.find(path);
    if (at === undefined || (at.inode.type === "dir") !== (from.inode.type === "dir")) return;
    this.#tree.bind(from, at, { recursive: true, foreign: true });
  }

  close(): void {
    this.#tree.dissolve();
  }
}
