/**
 * A root directory, and what would differ if paths on its mount led elsewhere, or were closed to somebody: names, owners,
 * modes, mounts.
 */
import type { Location } from "../vfs/index.ts";

export class SteadyRoot {
  readonly #root: Location;
  readonly #mountFlags: number;
  readonly #mountChanges: number;
  readonly #nameChanges: number;

  /** `undefined` where nobody counts changes. */
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

  /** It is this very root, and nothing has changed. */
  is(root: Location): boolean {
    if (root !== this.#root) return false;
    const { fs, tree, flags } = root.mount;
    return fs.nameChanges === this.#nameChanges && tree.changes === this.#mountChanges && flags === this.#mountFlags;
  }
}
