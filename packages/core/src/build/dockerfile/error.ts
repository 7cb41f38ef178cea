/**
 * `BuildError`: what is wrong with a Dockerfile, and where.
 *
 * The message is BuildKit's, its suggestion included; the locations are those of its LocationError, innermost first.
 * How a client shows them is `report.ts`'s business.
 */
import { ValueError } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { SourceRange } from "./ast.ts";

/** A Dockerfile, a build argument or an ignore file that BuildKit refuses. */
export class BuildError extends StatusError {
  /** Where it happened; several if one place led to the other, none if it is not about a line. */
  readonly locations: readonly SourceRange[];

  constructor(message: string, locations: readonly SourceRange[] = []) {
    super("invalid-argument", message);
    this.locations = locations;
  }

  /** The same error with words before it, as Go wraps errors. */
  prefixed(prefix: string): BuildError {
    return new BuildError(`${prefix}: ${this.message}`, this.locations);
  }

  /** The same error that also happened at `range`. */
  at(range: SourceRange | undefined): BuildError {
    return range === undefined ? this : new BuildError(this.message, [...this.locations, range]);
  }

  /** The same error that happened at `range` and nowhere else. */
  onlyAt(range: SourceRange | undefined): BuildError {
    return new BuildError(this.message, range === undefined ? [] : [range]);
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
  try {
    return read();
  } catch (error) {
    throw error instanceof ValueError ? new BuildError(error.message) : error;
  }
}
