/** What all instructions of a build share. */
import type { Escape } from "../dockerfile/ast.ts";
import type { Environment } from "../dockerfile/environment.ts";
import type { Linter } from "../dockerfile/lint.ts";
import type { IgnoreMatcher } from "../files/ignore.ts";

export interface DispatchContext {
  readonly escape: Escape;
  /** The ARGs before the first FROM and the predefined ones, for an ARG without a default. */
  readonly globalArgs: Environment;
  /** No ARG hides what ENV has set. */
  readonly isClassic?: boolean;
  readonly buildArgs: ReadonlyMap<string, string>;
  readonly lint: Linter;
  /** The context's .dockerignore, for lint. */
  readonly ignore?: IgnoreMatcher;
}
