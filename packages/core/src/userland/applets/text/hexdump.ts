/** hexdump: dump files as format strings say. @see hexdump(1) */
import { Errno, fstat, lseek, type Routine, SEEK_SET } from "../../../abi/index.ts";
import { byteString, fromLatin1 } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { openOrDie } from "../../or-die.ts";
import { KMG, toCNumber } from "./arguments.ts";
import { Concatenation } from "./concatenation.ts";
import {
  BadDumpFormat,
  convertUnit,
  type DumpFormat,
  type FormatUnit,
  type PrintUnit,
  parseDumpFormat,
} from "./dump-format.ts";
import { finish, LineReader } from "./lines.ts";

const SHORTHANDS: Readonly<Record<string, string>> = {
  b: '16/1 " %03o"',
  c: '16/1 " %3_c"',
  d: '8/2 "   %05u"',
  o: '8/2 "  %06o"',
  x: '8/2 "    %04x"',
};
const DEFAULT = '8/2 " %04x"';

export const hexdump: Applet = function* (io) {
  const options = yield* getopt(io, "bcdoxCe:f:n:s:v", "letters only");
  const length = options.value("n");
  const limit = length === undefined ? undefined : yield* toCNumber(io, length, { suffixes: KMG });
  const skip = yield* toCNumber(io, options.value("s") ?? "0", { suffixes: KMG });
  const formats = yield* formatsOf(io, options);
  if (limit === 0) return 0;
  return yield* dumpFiles(io, options.operands, formats, { limit, skip, all: options.has("v") });
};

function* formatsOf(io: Io, options: Options): Routine<DumpFormat[]> {
  const texts: string[] = [];
  const withAddress = (format: string): void => {
    texts.push('"%07_Ax\n"', `"%07_ax"${format}"\n"`);
  };
  for (const [name, value] of options.given) {
    const shorthand = SHORTHANDS[name];
    if (shorthand !== undefined) withAddress(shorthand);
    else if (name === "C") texts.push('"%08_Ax\n"', '"%08_ax "8/1 " %02x"" "8/1 " %02x"', '"  |"16/1 "%_p""|\n"');
    else if (name === "e") texts.push(byteString(value));
    else if (name === "f") texts.push(...(yield* formatFile(io, value)));
  }
  if (texts.length === 0) withAddress(DEFAULT);
  try {
    return texts.map(parseDumpFormat);
  } catch (error) {
    if (error instanceof BadDumpFormat) return yield* io.die(error.message);
    throw error;
  }
}

function* formatFile(io: Io, path: string): Routine<string[]> {
  const fd = yield* openOrDie(io, path);
  const reader = new LineReader(fd);
  const texts: string[] = [];
  for (let line = yield* reader.next(); line !== undefined; line = yield* reader.next()) {
    const text = line.trimStart();
    if (text !== "" && !text.startsWith("#")) texts.push(text);
  }
  yield* finish(fd, reader);
  return texts;
}

interface DumpOptions {
  readonly limit: number | undefined;
  readonly skip: number;
  /** Repeated blocks are shown too. */
  readonly all: boolean;
}

function* dumpFiles(io: Io, files: readonly string[], formats: DumpFormat[], options: DumpOptions): Routine<number> {
  const blockSize = Math.max(...formats.map(bytesOf));
  for (const format of formats) fillBlock(format, blockSize);
  const input = new Concatenation(io, files, (file, error) => `${file}: ${error.message}`);
  let address = options.skip;
  if (options.skip > 0) address -= yield* skipInput(io, files, input, options.skip);
  let rest = options.limit ?? Infinity;
  let previous: Uint8Array | undefined;
  let starred = false;
  let end: number | undefined;
  while (end === undefined && blockSize > 0) {
    const bytes =
      rest > 0
        ? yield* input.take(Math.min(blockSize, rest), { exact: options.limit !== undefined })
        : new Uint8Array(0);
    if (bytes.length === 0) break;
    rest -= bytes.length;
    const repeated = !options.all && previous?.subarray(0, bytes.length).every((byte, i) => byte === bytes[i]) === true;
    if (repeated && !starred) yield* io.out.write("*\n");
    const isPartial = bytes.length < blockSize;
    if (isPartial) end = address + bytes.length;
    if (!repeated || isPartial) {
      const block = new Uint8Array(blockSize);
      block.set(bytes);
      yield* io.out.write(fromLatin1(formats.map((format) => show(format, block, address, end)).join("")));
    }
    starred = repeated;
    previous = bytes;
    if (!isPartial) address += blockSize;
  }
  const last = end ?? address;
  // Of several formats that show the end, the last one does.
  const closing = formats.findLast((format) => format.some(isAtEnd));
  if (last > 0 && closing !== undefined) yield* io.out.write(fromLatin1(showEnd(closing, last)));
  return input.failed ? 1 : 0;
}

/** A file that ends before the bytes to skip is passed over; what cannot seek cannot skip. How many were missing. */
function* skipInput(io: Io, files: readonly string[], input: Concatenation, count: number): Routine<number> {
  if (files.length === 0) {
    const status = yield* attempt(fstat(0));
    const isFile = !(status instanceof Errno) && status.type === "file";
    const moved = yield* attempt(lseek(0, isFile && status.size === count ? 0 : count, SEEK_SET));
    if (moved instanceof Errno) return yield* io.pdie("stdin", moved);
    if (isFile) return 0;
  }
  return yield* input.skip(count, { stopsAtEnd: false });
}

const bytesOf = (format: DumpFormat): number => format.reduce((sum, unit) => sum + unit.bytes * unit.repeats, 0);

/** The last unit of a format that shows less than the block is repeated. */
function fillBlock(format: DumpFormat, blockSize: number): void {
  const last = format.at(-1);
  const used = bytesOf(format);
  if (last === undefined || last.countGiven || last.bytes === 0 || used >= blockSize) return;
  last.repeats += Math.floor((blockSize - used) / last.bytes);
}

function show(format: DumpFormat, block: Uint8Array, start: number, end: number | undefined): string {
  const view = new DataView(block.buffer);
  let text = "";
  let at = 0;
  for (const unit of format) {
    if (isAtEnd(unit)) break;
    for (let round = unit.repeats; round > 0; round--) {
      for (const [i, part] of unit.parts.entries()) {
        const isPast = end !== undefined && start + at >= end;
        const shown = isPast && part.kind !== "text" ? blank(part) : convertUnit(part, view, at, start + at);
        // The last round of several leaves out the space that ends its format.
        const isLast = round === 1 && unit.repeats > 1 && i === unit.parts.length - 1;
        const [before, after] = isLast ? withoutSpace(part) : [part.before, part.after];
        text += before + shown + after;
        at += part.bytes;
      }
    }
  }
  return text;
}

function withoutSpace({ kind, before, after }: PrintUnit): readonly [before: string, after: string] {
  return kind === "text" ? [before.replace(/\s$/, ""), after] : [before, after.replace(/\s$/, "")];
}

const isAtEnd = (unit: FormatUnit): boolean => unit.parts.some(({ atEnd }) => atEnd);
const blank = (part: PrintUnit): string => " ".repeat(part.layout.width);

function showEnd(format: DumpFormat, end: number): string {
  const unit = format.find(isAtEnd);
  if (unit === undefined) return "";
  const view = new DataView(new ArrayBuffer(8));
  return unit.parts.map((part) => part.before + convertUnit(part, view, 0, end) + part.after).join("");
}
