/**
 * `BuildError`: what is wrong with a Dockerfile, and where.
 *
 * The message is BuildKit's, its suggestion included; the locations are those of its LocationError, innermost first.
 * How a client shows them is `report.ts`'s business.
 */
import { reworded } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { SourceRange } from "./ast.ts";

/** A Dockerfile, a build argument or an ignore file that BuildKit refuses. */
export class BuildError extends StatusError {
  /** Where it happened; several if one place led to the other, none if it is not about a line. */
  readonly locations: readonly SourceRange[];
  readonly #about: SourceRange | undefined;

  constructor(message: string, locations: readonly SourceRange[] = [], about?: SourceRange) {
    super("invalid-argument", message);
    this.locations = locations;
    this.#about = about;
  }

  /** The lines that are wrong, also where docker shows none or others; `undefined` if no line is to blame. */
  get range(): SourceRange | undefined {
    return this.#about ?? this.locations[0];
  }

  /** The same error with words before it, as Go wraps errors. */
  prefixed(prefix: string): BuildError {
    return new BuildError(`${prefix}: ${this.message}`, this.locations, this.#about);
  }

  /** The same error that also happened at `range`. */
  at(range: SourceRange | undefined): BuildError {
    return range === undefined ? this : new BuildError(this.message, [...this.locations, range], this.#about);
  }

  /** The same error that happened at `range` and nowhere else. */
  onlyAt(range: SourceRange | undefined): BuildError {
    return new BuildError(this.message, range === undefined ? [] : [range]);
  }

  /** The same error with `range` to blame, which docker does not show. */
  about(range: SourceRange | undefined): BuildError {
    return new BuildError(this.message, this.locations, this.#about ?? range);
  }
}

/** Runs `body`; a BuildError that leaves it is passed through `change` first. */
export function rethrow<T>(body: () => T, change: (error: BuildError) => BuildError): T {
  try {
    return body();
  } catch (error) {
    throw error instanceof BuildError ? change(error) : error;
  }
}

/** Reads a value; what is none is wrong with the Dockerfile. @throws BuildError */
export function readValue<T>(read: () => T): T {
  return reworded(read, ({ message }) => new BuildError(message));
}
