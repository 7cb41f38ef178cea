/**
 * `BuildError`: what is wrong with a Dockerfile, and where.
 *
 * The message is BuildKit's; the locations are those of its LocationError, innermost first. `excerpt` draws them as
 * buildx does below a failed build: the lines around, `>>>` at the guilty ones.
 */
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

/** The lines around every location of an error, as buildx prints them to standard error; "" without locations. */
export function excerpt(error: BuildError, text: string, fileName = "Dockerfile"): string {
  const lines = text.split("\n");
  return error.locations.map((range) => excerptOf(range, lines, fileName)).join("");
}

/** Up to four lines of context in all, alternating above and below (BuildKit: solver/errdefs/source.go). */
function excerptOf(range: SourceRange, lines: readonly string[], fileName: string): string {
  if (range.startLine < 1 || range.startLine > lines.length) return "";
  let start = range.startLine;
  let end = Math.min(Math.max(range.endLine, start), lines.length);
  const context = start === end ? 4 : 2;
  for (let added = 0; added < context; added++) {
    if (start > 1) {
      start--;
      added++;
    }
    if (end !== lines.length) {
      end++;
      added++;
    }
  }
  const rule = "--------------------\n";
  let drawn = `${fileName}:${range.startLine}\n${rule}`;
  for (let line = start; line <= end; line++) {
    const guilty = range.startLine <= line && line <= Math.max(range.endLine, range.startLine);
    drawn += ` ${String(line).padStart(3)} | ${guilty ? ">>>" : "   "} ${lines[line - 1] ?? ""}\n`;
  }
  return drawn + rule;
}
