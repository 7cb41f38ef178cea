/** expand and unexpand: convert tabs to spaces and spaces to tabs. @see expand(1p) */
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { columnsOf, isUnicode } from "../../unicode.ts";
import { toNumber } from "./arguments.ts";
import { eachFile, LineReader, put } from "./lines.ts";

const UINT_MAX = 4_294_967_295;

/** How many columns a text takes. */
type Measure = (text: string) => number;

export const expand: Applet = function* (io) {
  const isExpand = io.name === "expand";
  const options = isExpand
    ? yield* getopt(io, "it:", { initial: "i", tabs: "t" })
    : yield* getopt(io, "ft:a", { "first-only": "f", tabs: "t", all: "a" });
  const size = yield* toNumber(io, options.value("t") ?? "8", { least: 1, most: UINT_MAX });
  const initial = options.has("i");
  const columns = isUnicode((name) => io.env.get(name)) ? columnsOf : (text: string) => text.length;
  const all = (options.has("a") || options.has("t")) && !options.has("f");
  let failed = false;
  const code = yield* eachFile(io, options.operands, function* (fd, file) {
    const reader = new LineReader(fd, "\n\0");
    for (let line = yield* reader.next(); line !== undefined; line = yield* reader.next()) {
      const changed = isExpand ? toSpaces(line, size, initial, columns) : toTabs(line, size, all, columns);
      // A NUL ends a line, and is lost.
      yield* put(io, changed + (reader.ending === "\0" ? "" : reader.ending));
    }
    if (reader.error !== undefined) {
      yield* io.warn(`${file}: Input/output error`);
      failed = true;
    }
  });
  return failed ? 1 : code;
};

/** Tabs count from the last one: what stands between two tabs is measured alone. */
function toSpaces(line: string, size: number, initial: boolean, columns: Measure): string {
  let result = "";
  let start = 0;
  for (let at = 0; at < line.length; at++) {
    const char = line[at];
    if (initial && char !== " " && char !== "\t") break;
    if (char !== "\t") continue;
    const width = columns(line.slice(start, at));
    result += line.slice(start, at) + " ".repeat(size - (width % size));
    start = at + 1;
  }
  return result + line.slice(start);
}

function toTabs(line: string, size: number, all: boolean, columns: Measure): string {
  let result = "";
  let column = 0;
  for (let at = 0; at < line.length; ) {
    let blanks = 0;
    while (line[at] === " ") {
      at++;
      blanks++;
    }
    column += blanks;
    if (line[at] === "\t") {
      column += size - (column % size);
      at++;
      continue;
    }
    const tabs = Math.floor(column / size);
    if (tabs > 0) {
      column %= size;
      blanks = column;
      result += "\t".repeat(tabs);
    }
    if (!all && at > 0) return result + " ".repeat(blanks) + line.slice(at);
    const word = /^[^\t ]*/.exec(line.slice(at))?.[0] ?? "";
    result += " ".repeat(blanks) + word;
    at += word.length;
    column = (column + columns(word)) % size;
  }
  return result;
}
