/**
 * Columns: cells end at tabs, and a column is as wide as its widest cell and three spaces, at least ten characters.
 *
 * The last cell of a line belongs to no column. A column is a run of neighbouring lines that have a cell there; a line
 * without tabs ends all of them. Model: Go's text/tabwriter as docker/cli uses it.
 */
import { displayWidth } from "./values/width.ts";

export interface TableOptions {
  readonly minimumWidth?: number;
}

const PADDING = 3;

/** `text` with its tabs turned into spaces. */
export function alignColumns(text: string, { minimumWidth = 10 }: TableOptions = {}): string {
  const lines = text.split("\n").map((line) => line.split(/[\t\v]/));
  const out: string[] = [];
  let start = 0;
  for (const [at, cells] of lines.entries()) {
    if (cells.length > 1 && at < lines.length - 1) continue;
    const block = lines.slice(start, at + 1);
    out.push(...alignBlock(block, minimumWidth));
    start = at + 1;
  }
  return out.join("\n");
}

function alignBlock(lines: readonly (readonly string[])[], minimumWidth: number): string[] {
  const out = lines.map(() => "");
  alignFrom(lines, out, 0, 0, lines.length, minimumWidth);
  return out;
}

/** Pads the cells of `column` in the lines from `first` to `end`, run by run, and those to the right of them. */
function alignFrom(
  lines: readonly (readonly string[])[],
  out: string[],
  column: number,
  first: number,
  end: number,
  minimumWidth: number,
): void {
  for (let at = first; at < end; ) {
    const run = at;
    while (at < end && column < (lines[at]?.length ?? 0) - 1) at++;
    if (at === run) {
      out[at] += lines[at]?.[column] ?? "";
      at++;
      continue;
    }
    const cells = lines.slice(run, at).map((line) => line[column] ?? "");
    const width = Math.max(minimumWidth, ...cells.map((cell) => displayWidth(cell) + PADDING));
    for (const [index, cell] of cells.entries()) out[run + index] += cell + " ".repeat(width - displayWidth(cell));
    alignFrom(lines, out, column + 1, run, at, minimumWidth);
  }
}
