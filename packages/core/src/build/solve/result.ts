/** What a vertex came to: a tree, as a snapshot or as files from outside. */
import type { MountedTree } from "../../snapshot/index.ts";

export interface Result {
  /** What stands for it in the cache keys of those who build on it. */
  readonly key: string;
  /** What stood for it before it was made anew. */
  readonly earlier?: readonly string[] | undefined;
  /** The committed snapshot; `undefined` for an empty tree, and for files from outside. */
  readonly snapshot: string | undefined;
  /** Known by its key only: nobody has made it here, and it cannot be opened. */
  readonly isUnmade?: boolean;
  /** Opens the tree for reading; to be closed. */
  open(): MountedTree;
  /** For a context: patterns of the paths that the build asks for. Nothing else of it was sent. */
  readonly includes?: readonly string[] | undefined;
}
