/** The list of options in `--help`. Model: spf13/pflag FlagSet.FlagUsagesWrapped. */
import { byteLength } from "../../../lib/index.ts";
import type { Flag, Flags } from "./flag.ts";

/** Columns of a terminal that does not tell. */
const COLUMNS = 80;
/** How far the last line of an option may go over, to avoid a line of one short word. */
const SLOP = 5;
/** Texts narrower than this start below the option instead. */
const NARROW = 24;

/** One or more lines an option, sorted by name; hidden options are left out. */
export function flagUsages(flags: Flags): string {
  const rows = Object.entries(flags)
    .filter(([, flag]) => !flag.hidden && flag.only === undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, flag]) => [head(name, flag), description(flag)] as const);
  const width = Math.max(0, ...rows.map(([left]) => left.length + 1));
  return rows
    .map(([left, text]) => `${left}${" ".repeat(width - left.length + 1)} ${wrap(text, width + 2)}\n`)
    .join("");
}

function head(name: string, flag: Flag<unknown>): string {
  const names = flag.short === undefined ? `      --${name}` : `  -${flag.short}, --${name}`;
  return flag.type === "" ? names : `${names} ${flag.type}`;
}

function description(flag: Flag<unknown>): string {
  return flag.shown === undefined ? flag.usage : `${flag.usage} (default ${flag.shown})`;
}

function wrap(text: string, indent: number): string {
  let margin = indent;
  let width = COLUMNS - 1 - indent;
  let wrapped = "";
  if (width < NARROW) {
    margin = 16;
    width = COLUMNS - 1 - margin;
    wrapped = `\n${" ".repeat(margin)}`;
  }
  const newline = `\n${" ".repeat(margin)}`;
  const parts: string[] = [];
  for (let rest = text; rest !== "" || parts.length === 0; ) {
    const [part, next] = takeLine(rest, width - SLOP);
    parts.push(part.replaceAll("\n", newline));
    rest = next;
  }
  return wrapped + parts.join(newline);
}

/** As much of `text` as fits in `width`, cut at white space, and what is left. */
function takeLine(text: string, width: number): readonly [line: string, rest: string] {
  if (width + SLOP > byteLength(text)) return [text, ""];
  const fitting = text.slice(0, width);
  const space = Math.max(fitting.lastIndexOf(" "), fitting.lastIndexOf("\t"), fitting.lastIndexOf("\n"));
  if (space <= 0) return [text, ""];
  const newline = fitting.lastIndexOf("\n");
  const cutAt = newline > 0 && newline < space ? newline : space;
  return [text.slice(0, cutAt), text.slice(cutAt + 1)];
}
