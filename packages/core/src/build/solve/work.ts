/** How one vertex is done, once its inputs are there. */
import type { VertexProgress } from "../progress/progress.ts";
import type { Ingredients } from "./cache-miss.ts";
import type { Result } from "./result.ts";

/** Looked up anew in every build: an image, files from outside. */
export interface SourceWork {
  /** What stands before the message of an error. */
  readonly failsWith?: string | undefined;
  /** What it came to was there already. */
  readonly isCached?: boolean;
  produce(progress: VertexProgress): Result | Promise<Result>;
}

/** A change of a tree, which the cache may know already. */
export interface ChangeWork {
  /** Everything that the result depends on. */
  readonly ingredients: Ingredients;
  /** The committed snapshot that is changed; `undefined` for an empty tree. */
  readonly base: string | undefined;
  /** What history calls the layer if no instruction tells. */
  readonly title?: string;
  /** Changes the active snapshot `key`. @throws BuildError */
  change(key: string, progress: VertexProgress, signal: AbortSignal): Promise<void>;
}

/**
 * A vertex whose sources are there, but perhaps not the tree that it changes: what can be checked now is checked, and the
 * rest waits for that tree.
 */
export type Prepared = SourceWork | ((base: Result | undefined) => ChangeWork);
