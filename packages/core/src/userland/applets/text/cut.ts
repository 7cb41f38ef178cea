/** cut: print parts of lines. @see cut(1p) */
import type { Routine } from "../../../abi/index.ts";
import { byteString } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { EXTENDED, Regex, RegexError } from "../../regex/index.ts";
import { INT_MAX, toNumber, usage } from "./arguments.ts";
import { eachFile, LineReader, put } from "./lines.ts";

/** Positions from zero, both included. */
interface Range {
  readonly start: number;
  readonly end: number;
}

interface FieldCut {
  readonly ranges: readonly Range[];
  readonly delimiter: string | Regex;
  readonly joiner: string;
  readonly onlyDelimited: boolean;
  /** Ranges are taken as given, not sorted. */
  readonly asGiven: boolean;
}

export const cut: Applet = function* (io) {
  const options = yield* getopt(io, "b:c:f:d:O:sDF:n", { "output-delimiter": "O" });
  const kinds = ["b", "c", "f", "F"].filter((letter) => options.has(letter));
  if (kinds.length > 1) return yield* usage(io);
  const kind = kinds[0];
  if (kind === undefined) return yield* usage(io);
  const fields = kind === "f" || kind === "F";
  if (!fields && options.has("s")) {
    return yield* io.die("-s requires -f or -F");
  }
  if (!fields && options.has("d")) {
    return yield* io.die("-d DELIM requires -f or -F");
  }
  const parsed = yield* parseRanges(io, options.value(kind) ?? "");
  const ranges = options.has("D") ? parsed : parsed.toSorted((a, b) => a.start - b.start);
  const cutLine = fields ? fieldCutter(yield* fieldCut(io, options, kind === "F", ranges)) : byteCutter(ranges);
  const lines = fields && byteString(options.value("d") ?? "\t").startsWith("\n");
  return yield* eachFile(io, options.operands, function* (fd) {
    const reader = new LineReader(fd, "\n\0");
    let number = 0;
    for (let line = yield* reader.next(); line !== undefined; line = yield* reader.next(), number++) {
      const result = lines ? (isIn(ranges, number) ? line : undefined) : cutLine(line);
      if (result !== undefined) yield* put(io, `${result}\n`);
    }
    if (fd === 0) yield* reader.giveBack();
  });
};

function* parseRanges(io: Io, list: string): Routine<Range[]> {
  const ranges: Range[] = [];
  for (const item of list.split(",")) {
    if (item === "" || item === "-") return yield* usage(io);
    const dash = item.indexOf("-");
    const first = dash < 0 ? item : item.slice(0, dash);
    const last = dash < 0 ? first : item.slice(dash + 1);
    const start = first === "" ? 1 : yield* toNumber(io, first, { most: INT_MAX });
    const end = last === "" ? INT_MAX : yield* toNumber(io, last, { most: INT_MAX });
    if (start < 1 || end < start) return yield* io.die(`invalid range ${start}-${end}`);
    ranges.push({ start: start - 1, end: end - 1 });
  }
  return ranges;
}

const isIn = (ranges: readonly Range[], position: number): boolean =>
  ranges.some(({ start, end }) => position >= start && position <= end);

/** Each byte once, in the order of the ranges. */
function byteCutter(ranges: readonly Range[]): (line: string) => string {
  return (line) => {
    const printed = new Set<number>();
    let result = "";
    for (const { start, end } of ranges) {
      for (let at = start; at <= end && at < line.length; at++) {
        if (printed.has(at)) continue;
        printed.add(at);
        result += line[at] ?? "";
      }
    }
    return result;
  };
}

function* fieldCut(io: Io, options: Options, isRegex: boolean, ranges: readonly Range[]): Routine<FieldCut> {
  const given = byteString(options.value("d") ?? "");
  const text = given === "" ? (isRegex ? "[[:space:]]+" : "\t") : given;
  const joiner = options.value("O");
  let delimiter: string | Regex = text.charAt(0);
  if (isRegex) {
    try {
      delimiter = new Regex(text, EXTENDED);
    } catch (error) {
      if (!(error instanceof RegexError)) throw error;
      return yield* io.die(`bad regex '${text}': ${error.message}`);
    }
  }
  return {
    ranges,
    delimiter,
    joiner: joiner === undefined ? (isRegex ? " " : text) : byteString(joiner),
    onlyDelimited: options.has("s"),
    asGiven: options.has("D"),
  };
}

/** Where the fields of a line begin and end. */
function fieldsOf(line: string, delimiter: string | Regex): Range[] {
  const fields: Range[] = [];
  let start = 0;
  for (;;) {
    const found = nextDelimiter(line, start, delimiter);
    if (found === undefined) break;
    fields.push({ start, end: found.start });
    start = found.end;
  }
  fields.push({ start, end: line.length });
  return fields;
}

function nextDelimiter(line: string, from: number, delimiter: string | Regex): Range | undefined {
  if (typeof delimiter === "string") {
    const at = line.indexOf(delimiter, from);
    return at < 0 ? undefined : { start: at, end: at + 1 };
  }
  const found = delimiter.find(line, { start: from, origin: from, notLineStart: true });
  return found === undefined || found.end === found.start ? undefined : found;
}

/** What is printed of a line; `undefined` for nothing at all. */
function fieldCutter({
  ranges,
  delimiter,
  joiner,
  onlyDelimited,
  asGiven,
}: FieldCut): (line: string) => string | undefined {
  const isRegex = typeof delimiter !== "string";
  return (line) => {
    const fields = fieldsOf(line, delimiter);
    if (fields.length === 1 && !asGiven) return onlyDelimited ? undefined : line;
    const parts: string[] = [];
    const printed = new Set<number>();
    for (const { start, end } of ranges) {
      const last = Math.min(end, fields.length - 1);
      let first = start;
      while (!asGiven && printed.has(first)) first++;
      if (isRegex) {
        // Neighbours keep what stands between them.
        const text = line.slice(fields[first]?.start ?? 0, first > last ? 0 : fields[last]?.end);
        if (text !== "") parts.push(text);
      }
      for (let i = first; i <= last; i++) {
        const field = fields[i];
        if (!isRegex && field !== undefined && (asGiven || !printed.has(i)))
          parts.push(line.slice(field.start, field.end));
        printed.add(i);
      }
    }
    return parts.join(joiner);
  };
}
