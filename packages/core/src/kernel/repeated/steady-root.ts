/**
 * A root directory with its counters of changes: as long as those stand still, paths on its mount lead where they led,
 * for the same users.
 */
import type { Location } from "../../vfs/index.ts";

export class SteadyRoot {
  readonly #root: Location;
  readonly #mountFlags: number;
  readonly #mountChanges: number;
  readonly #nameChanges: number;

  /** `undefined` for a file system that does not count changes. */
  static of(root: Location): SteadyRoot | undefined {
    const { nameChanges } = root.mount.fs;
    return nameChanges === undefined ? undefined : new SteadyRoot(root, nameChanges);
  }

  private constructor(root: Location, nameChanges: number) {
    const { tree, flags } = root.mount;
    this.#root = root;
    this.#mountFlags = flags;
    this.#mountChanges = tree.changes;
    this.#nameChanges = nameChanges;
  }

  /** True if it is this very root, and nothing has changed since. */
  is(root: Location): boolean {
    if (root !== this.#root) return false;
    const { fs, tree, flags } = root.mount;
    return fs.nameChanges === this.#nameChanges && tree.changes === this.#mountChanges && flags === this.#mountFlags;
  }
}
