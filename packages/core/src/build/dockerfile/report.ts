/**
 * What a client prints of errors and warnings: excerpts of the Dockerfile, `>>>` at the guilty lines.
 *
 * Model: BuildKit's solver/errdefs/source.go and frontend/subrequests/lint, buildx's build command.
 */
import type { SourceRange } from "./ast.ts";
import type { BuildError } from "./error.ts";
import type { LintWarning } from "./lint.ts";

const RULE = "--------------------\n";
const YELLOW = "\x1b[33m";
const RESET = "\x1b[0m";

/** What a Dockerfile was read from. */
export interface SourceText {
  readonly text: string;
  readonly fileName?: string;
}

/** The lines around every location of an error, the outermost first; "" without locations. */
export function excerpt(error: BuildError, source: SourceText): string {
  return error.locations
    .map((range) => excerptOf([range], source))
    .reverse()
    .join("");
}

/** What `docker build` prints to standard error when it fails. */
export function printError(error: BuildError, source: SourceText): string {
  return `${excerpt(error, source)}ERROR: failed to build: failed to solve: ${error.message}\n`;
}

/** What `docker build` prints to standard error after a build with warnings, each once; "" without warnings. */
export function printWarnings(warnings: readonly LintWarning[]): string {
  const lines = new Set(warnings.map(({ rule, message, range }) => `${rule}: ${message}${lineHint(range)}`));
  if (lines.size === 0) return "";
  const title = `${lines.size} warning${lines.size === 1 ? "" : "s"} found (use docker --debug to expand):`;
  return `\n ${YELLOW}${title}\n${RESET}${[...lines].map((line) => ` - ${line}\n`).join("")}`;
}

/** What `docker build --check` prints to standard output: all warnings, by line. An error goes to `printCheckError`. */
export function printCheck(warnings: readonly LintWarning[], source: SourceText, error?: BuildError): string {
  const { length } = warnings;
  if (length === 0) return error === undefined ? "Check complete, no warnings found.\n" : "";
  const found = length === 1 ? "1 warning has" : `${length} warnings have`;
  const line = ({ range }: LintWarning): number => range?.startLine ?? 0;
  const sorted = [...warnings].sort((a, b) => line(a) - line(b));
  const end = error === undefined ? "" : "\n";
  return `Check complete, ${found} been found!\n${sorted.map((one) => printWarning(one, source)).join("")}${end}`;
}

/** What `docker build --check` prints to standard error: all locations in one excerpt. */
export function printCheckError(error: BuildError, source: SourceText): string {
  return `ERROR: ${error.message}\n${excerptOf(error.locations, source)}\n`;
}

function printWarning({ rule, url, message, range }: LintWarning, source: SourceText): string {
  const where = range === undefined ? "" : excerptOf([range], source);
  return `\nWARNING: ${rule}${url === undefined ? "" : ` - ${url}`}\n${message}\n${where}`;
}

function lineHint(range: SourceRange | undefined): string {
  return range === undefined ? "" : ` (line ${range.startLine})`;
}

/** The lines of all ranges and those between, and up to four more, alternating below and above. */
export function excerptOf(ranges: readonly SourceRange[], { text, fileName = "Dockerfile" }: SourceText): string {
  const lines = text.split("\n");
  const first = Math.min(...ranges.map(({ startLine }) => startLine));
  if (ranges.length === 0 || first < 1 || first > lines.length) return "";
  let start = first;
  let end = Math.min(Math.max(...ranges.map(lastLine)), lines.length);
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
  let drawn = `${fileName}:${first}\n${RULE}`;
  for (let line = start; line <= end; line++) {
    const isGuilty = ranges.some((range) => range.startLine <= line && line <= lastLine(range));
    drawn += ` ${String(line).padStart(3)} | ${isGuilty ? ">>>" : "   "} ${lines[line - 1] ?? ""}\n`;
  }
  return drawn + RULE;
}

function lastLine({ startLine, endLine }: SourceRange): number {
  return Math.max(startLine, endLine);
}
