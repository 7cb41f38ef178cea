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
  const kind = kinds[0];
  if (kind === undefined || kinds.length > 1 || options.count(kind) > 1) return yield* usage(io);
  const fields = kind === "f" || kind === "F";
  if (!fields && options.has("s")) {
    return yield* io.die("-s requires -f or -F");
  }
  if (!fields && options.has("d")) {
    return yield* io.die("-d DELIM requires -f or -F");
  }
  const parsed = yield* parseRanges(io, options.value(kind) ?? "");
  const ranges = options.has("D") ? parsed : parsed.toSorted((a, b) => a.start - b.start);
  const joiner = options.value("O");
  const cutLine = fields
    ? fieldCutter(yield* fieldCut(io, options, kind === "F", ranges))
    : byteCutter(ranges, byteString(joiner ?? ""));
  const lines = fields && byteString(options.value("d") ?? "\t").startsWith("\n");
  return yield* eachFile(io, options.operands, function* (fd) {
    const reader = new LineReader(fd, "\n\0");
    if (lines) yield* putLines(io, reader, ranges, byteString(joiner ?? "\n"));
    else {
      for (let line = yield* reader.next(); line !== undefined; line = yield* reader.next()) {
        const result = cutLine(line);
        if (result !== undefined) yield* put(io, `${result}\n`);
      }
    }
    if (fd === 0) yield* reader.giveBack();
  });
};

/** Lines are the fields of a file, which is not read again: a range that begins before where one ended is cut. */
function* putLines(io: Io, reader: LineReader, ranges: readonly Range[], joiner: string): Routine<void> {
  const left = [...ranges];
  let some = false;
  let number = 0;
  for (let line = yield* reader.next(); line !== undefined; line = yield* reader.next(), number++) {
    while (left[0] !== undefined && left[0].end < number) left.shift();
    if (left[0] === undefined || left[0].start > number) continue;
    yield* put(io, `${some ? joiner : ""}${line}`);
    some = true;
  }
  if (some) yield* put(io, "\n");
}

function* parseRanges(io: Io, list: string): Routine<Range[]> {
  const ranges: Range[] = [];
  for (const item of list.split(",")) {
    if (item === "" || item === "-") return yield* usage(io);
    const dash = item.indexOf("-");
    const first = dash < 0 ? item : item.slice(0, dash);
    const last = dash < 0 ? first : item.slice(dash + 1);
    const start = first === "" ? 1 : yield* toNumber(io, first, { most: INT_MAX });
    const end = last === "" ? INT_MAX : yield* toNumber(io, last, { most: INT_MAX });
    if (start < 1 || end < start)
      return yield* io.die(`invalid range ${item.startsWith("-") ? item : `${start}-${end}`}`);
    ranges.push({ start: start - 1, end: end - 1 });
  }
  return ranges;
}

/** Each byte once, in the order of the ranges; the joiner stands where the byte before has not been printed. */
function byteCutter(ranges: readonly Range[], joiner: string): (line: string) => string {
  return (line) => {
    const printed = new Set<number>();
    let result = "";
    for (const { start, end } of ranges) {
      for (let at = start; at <= end && at < line.length; at++) {
        if (printed.has(at)) continue;
        if (result !== "" && at > 0 && !printed.has(at - 1)) result += joiner;
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
  // An empty delimiter is the byte that ends every text: no line has it.
  let delimiter: string | Regex = options.value("d") === "" ? "\0" : text.charAt(0);
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
    joiner: joiner === undefined ? (isRegex ? " " : (options.value("d") ?? text)) : byteString(joiner),
    onlyDelimited: options.has("s"),
    asGiven: options.has("D"),
  };
}

/** What is printed of a line; `undefined` for nothing at all. */
function fieldCutter(cut: FieldCut): (line: string) => string | undefined {
  const isSilent = cut.onlyDelimited && !cut.asGiven;
  return (line) => (isSilent && line === "" ? undefined : new FieldWalk(cut, line).run());
}

/**
 * One pass over a line. Ranges are taken in turn and the line is not read again, so that ranges that overlap show what
 * comes next; the real one asks at every byte whether a range is over.
 */
class FieldWalk {
  readonly #cut: FieldCut;
  readonly #line: string;
  readonly #parts: string[] = [];
  #range = 0;
  /** Where reading goes on, where the field began, and how many delimiters were met. */
  #next = 0;
  #start = 0;
  #delimiters = 0;

  constructor(cut: FieldCut, line: string) {
    this.#cut = cut;
    this.#line = line;
  }

  run(): string | undefined {
    const { ranges, asGiven, onlyDelimited, joiner } = this.#cut;
    const line = this.#line;
    const isRegex = typeof this.#cut.delimiter !== "string";
    let end = 0;
    for (;;) {
      if (end === line.length || this.#delimiters > (ranges[this.#range]?.end ?? 0)) {
        if (!this.#nextRange()) break;
        end = 0;
      }
      const { start: first, end: last } = ranges[this.#range] ?? { start: 0, end: 0 };
      if (this.#next === line.length) {
        if (!asGiven && this.#range === 0 && this.#delimiters === 0) {
          if (onlyDelimited) return undefined;
        } else if (this.#delimiters < first) {
          // What is not there leaves no delimiter behind.
          end = line.length;
          continue;
        }
        end = line.length;
      } else {
        const found = this.#delimiterHere();
        if (found === undefined) continue;
        end = found;
        this.#delimiters++;
        if (this.#delimiters <= first) {
          this.#start = this.#next;
          continue;
        }
        // Neighbours keep what stands between them.
        if (isRegex && this.#delimiters <= last) continue;
      }
      if (end !== this.#start || !isRegex) this.#parts.push(line.slice(this.#start, end));
      this.#start = this.#next;
    }
    return this.#parts.join(joiner);
  }

  #nextRange(): boolean {
    this.#range++;
    if (this.#cut.asGiven) {
      this.#start = 0;
      this.#delimiters = 0;
      this.#next = 0;
    }
    return this.#range < this.#cut.ranges.length;
  }

  /** Reads on; where a delimiter begins, if one was met. */
  #delimiterHere(): number | undefined {
    const { delimiter } = this.#cut;
    const at = this.#next;
    if (typeof delimiter === "string") {
      this.#next++;
      return this.#line[at] === delimiter ? at : undefined;
    }
    const found = delimiter.find(this.#line, { start: at, origin: at, notLineStart: true });
    if (found === undefined || found.end === found.start) {
      this.#next = this.#line.length;
      return undefined;
    }
    this.#next = found.end;
    return found.start;
  }
}
