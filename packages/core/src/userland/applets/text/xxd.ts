/** xxd: make a hex dump, or the bytes of one. @see xxd(1) */
import { Errno, fstat, lseek, type Routine, SEEK_CUR, SEEK_SET } from "../../../abi/index.ts";
import { fromByteString } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { openOrDie } from "../../or-die.ts";
import { toCNumber, usage } from "./arguments.ts";
import { Concatenation } from "./concatenation.ts";
import { LineReader } from "./lines.ts";

interface Style {
  readonly columns: number;
  /** Bytes between spaces. */
  readonly group: number;
  readonly plain: boolean;
  readonly include: boolean;
  /** Added to the addresses. */
  readonly shift: number;
}

export const xxd: Applet = function* (io) {
  // In `-ps` the s is no option; it hides the rest of its word.
  const argv = io.argv.map((word) => word.replace(/^(-[apir]*p)s.*/s, "$1"));
  const options = yield* getopt(io.withArguments(argv), "l:s:apirg:+c:+o:");
  const [file, excess] = options.operands;
  if (excess !== undefined) return yield* usage(io);
  const limit = options.has("l") ? yield* toCNumber(io, options.value("l") ?? "") : undefined;
  if (options.has("r")) return yield* reverse(io, options, file);
  const skip = options.has("s") ? yield* toCNumber(io, options.value("s") ?? "") : 0;
  const style = yield* styleOf(io, options);
  const input = new Concatenation(io, file === undefined ? [] : [file], (name, error) => `${name}: ${error.message}`);
  if (skip > 0) yield* skipInput(io, file, input, skip);
  const named = style.include && file !== undefined ? file : undefined;
  if (named !== undefined) yield* io.out.write(`unsigned char ${identifier(named)}[] = {\n`);
  let address = skip;
  for (let rest = limit ?? Infinity; rest > 0; ) {
    const bytes = yield* input.take(Math.min(style.columns, rest), { exact: limit !== undefined });
    if (bytes.length === 0) break;
    yield* io.out.write(line(bytes, address, style));
    address += bytes.length;
    rest -= bytes.length;
    if (bytes.length < style.columns) break;
  }
  if (named !== undefined && !input.failed) {
    yield* io.out.write(`};\nunsigned int ${identifier(named)}_len = ${address};\n`);
  }
  return input.failed ? 1 : 0;
};

function* styleOf(io: Io, options: Options): Routine<Style> {
  const columnsGiven = options.number("c") ?? 0;
  const groupGiven = options.number("g") ?? 2;
  const plain = options.has("p");
  const include = options.has("i");
  const columns = columnsGiven || (plain ? 30 : include ? 12 : 16);
  const shift = options.has("o") ? yield* toCNumber(io, options.value("o") ?? "", { signed: true }) : 0;
  return { columns, group: plain ? columns : groupGiven, plain, include, shift };
}

function* skipInput(io: Io, file: string | undefined, input: Concatenation, count: number): Routine<void> {
  if (file === undefined || file === "-") {
    const moved = yield* attempt(lseek(0, count, SEEK_SET));
    if (moved instanceof Errno) return yield* io.pdie(file ?? "stdin", moved);
    const status = yield* attempt(fstat(0));
    if (!(status instanceof Errno) && status.type === "file") return;
  }
  yield* input.skip(count);
}

function line(bytes: Uint8Array, address: number, style: Style): string {
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0"));
  if (style.plain) return `${hex.join("")}\n`;
  if (style.include) return ` ${hex.map((digits) => ` 0x${digits},`).join("")}\n`;
  let text = "";
  for (let i = 0; i < style.columns; i++) {
    text += hex[i] ?? "  ";
    const grouped = style.group > 0 && style.group < style.columns;
    if (grouped && i + 1 < style.columns && (i + 1) % style.group === 0) text += " ";
  }
  const shown = [...bytes].map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
  const where = BigInt.asUintN(64, BigInt(address + style.shift))
    .toString(16)
    .padStart(8, "0");
  return `${where}: ${text}  ${shown}\n`;
}

function identifier(file: string): string {
  return (/^[0-9]/.test(file) ? "__" : "") + file.replace(/[^A-Za-z0-9]/g, "_");
}

/** Writes the bytes that a dump describes. Without `-p`, every line begins with its address. */
function* reverse(io: Io, options: Options, file: string | undefined): Routine<number> {
  const plain = options.has("p");
  const shift = options.has("s") ? yield* toCNumber(io, options.value("s") ?? "") : 0;
  const fd = file === undefined ? 0 : yield* openOrDie(io, file);
  const reader = new LineReader(fd, "\n\0");
  let position = 0;
  let half: number | undefined;
  for (let text = yield* reader.next(); text !== undefined; text = yield* reader.next()) {
    let rest = text;
    if (!plain) {
      const trimmed = text.trimStart();
      const [whole, digits] = /^(?:0[xX](?=[0-9a-fA-F]))?([0-9a-fA-F]+):?/.exec(trimmed) ?? [];
      if (whole === undefined || digits === undefined)
        return yield* io.die(`invalid number '${fromByteString(trimmed)}'`);
      rest = trimmed.slice(whole.length);
      position = yield* seek(io, position, Number.parseInt(digits, 16) + shift);
    }
    const decoded = decodeLine(rest, plain, half);
    half = decoded.half;
    yield* io.out.write(Uint8Array.from(decoded.bytes));
    position += decoded.bytes.length;
  }
  return 0;
}

/** Moves the output to a position, filling what lies between with zeros if it cannot seek. */
function* seek(io: Io, from: number, to: number): Routine<number> {
  if (to === from) return to;
  yield* io.out.flush();
  const moved = yield* attempt(lseek(1, to - from, SEEK_CUR));
  if (!(moved instanceof Errno)) return to;
  if (to < from) return yield* io.pdie("cannot seek", moved);
  yield* io.out.write(new Uint8Array(to - from));
  return to;
}

/** The bytes of a line. One character that is no digit is passed over, two end the line; half a byte waits. */
function decodeLine(
  text: string,
  plain: boolean,
  pending: number | undefined,
): { bytes: number[]; half: number | undefined } {
  const bytes: number[] = [];
  let high = pending;
  let bad = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? "";
    if (plain && /\s/.test(char)) continue;
    if (!/[0-9a-fA-F]/.test(char)) {
      if (high !== undefined) {
        // Half a byte before rubbish is dropped, with all up to the next digit.
        high = undefined;
        while (at + 1 < text.length && !/[0-9a-fA-F]/.test(text[at + 1] ?? "")) at++;
        continue;
      }
      if (bad++ > 0) break;
      continue;
    }
    const digit = Number.parseInt(char, 16);
    if (high === undefined) high = digit;
    else {
      bytes.push(high * 16 + digit);
      high = undefined;
      bad = 0;
    }
  }
  return { bytes, half: plain ? high : undefined };
}
