/** Changes between two texts, gathered into hunks, and hunks in the unified format. @see diff(1p) */
import type { Routine } from "../../../../abi/index.ts";
import { commonLines } from "./common-lines.ts";
import type { TextFile } from "./text-file.ts";

/** Lines `first` to `last` of a file, numbered from 1; there are none if `last` is before `first`. */
interface Span {
  readonly first: number;
  readonly last: number;
}

interface Change {
  readonly from: Span;
  readonly to: Span;
}

/** Changes that are shown together; never empty. */
export type Hunk = readonly Change[];

/** How lines are shown. */
export interface Appearance {
  readonly context: number;
  readonly expandTabs: boolean;
  /** A tab follows the sign, so that tabs in the text line up. */
  readonly initialTab: boolean;
}

const TAB_STOP = 8;

export function* findHunks(
  from: TextFile,
  to: TextFile,
  options: { context: number; thorough: boolean },
): Routine<Hunk[]> {
  const hunks: Change[][] = [];
  let previous: Change | undefined;
  for (const change of yield* findChanges(from, to, options.thorough)) {
    const isNear = previous !== undefined && change.from.first <= previous.from.last + 2 * options.context + 1;
    if (isNear) hunks.at(-1)?.push(change);
    else hunks.push([change]);
    previous = change;
  }
  return hunks;
}

function* findChanges(from: TextFile, to: TextFile, thorough: boolean): Routine<Change[]> {
  const matches = [...(yield* commonLines(from.keys, to.keys, thorough)), to.lines.length + 1];
  const changes: Change[] = [];
  let x = 0;
  let y = 0;
  for (const [line, match] of matches.entries()) {
    if (line === 0 || match === 0) continue;
    if (line > x + 1 || match > y + 1) {
      changes.push({ from: { first: x + 1, last: line - 1 }, to: { first: y + 1, last: match - 1 } });
    }
    x = line;
    y = match;
  }
  return changes;
}

/** Whether all lines that a hunk takes away or adds are empty. */
export function isBlank(hunk: Hunk, from: TextFile, to: TextFile): boolean {
  const blank = (file: TextFile, { first, last }: Span): boolean =>
    file.lines.slice(first - 1, last).every((line) => line === "\n");
  return hunk.every((change) => blank(from, change.from) && blank(to, change.to));
}

export function formatHunk(hunk: Hunk, from: TextFile, to: TextFile, appearance: Appearance): string {
  const { context } = appearance;
  const [head, tail] = [hunk[0], hunk.at(-1)];
  if (head === undefined || tail === undefined) return "";
  const around = (file: TextFile, first: Span, last: Span): Span => ({
    first: Math.max(1, first.first - context),
    last: Math.min(file.lines.length, last.last + context),
  });
  const shown = around(from, head.from, tail.from);
  const show = (file: TextFile, sign: string, { first, last }: Span): string =>
    file.lines
      .slice(first - 1, Math.max(last, first - 1))
      .map((line) => formatLine(line, sign, appearance))
      .join("");
  let text = `@@ -${range(shown)} +${range(around(to, head.to, tail.to))} @@\n`;
  let next = shown.first;
  for (const change of hunk) {
    text += show(from, " ", { first: next, last: change.from.first - 1 });
    text += show(from, "-", change.from) + show(to, "+", change.to);
    next = change.from.last + 1;
  }
  return text + show(from, " ", { first: next, last: shown.last });
}

function range({ first, last }: Span): string {
  if (first === last) return String(first);
  return first < last ? `${first},${last - first + 1}` : `${last},0`;
}

function formatLine(line: string, sign: string, { expandTabs, initialTab }: Appearance): string {
  const text = expandTabs ? withoutTabs(line) : line;
  return sign + (initialTab ? "\t" : "") + text + (line.endsWith("\n") ? "" : "\n\\ No newline at end of file\n");
}

function withoutTabs(line: string): string {
  let text = "";
  for (const char of line) text += char === "\t" ? " ".repeat(TAB_STOP - (text.length % TAB_STOP)) : char;
  return text;
}
