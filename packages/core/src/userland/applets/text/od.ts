/** od: dump files in octal and other formats. @see od(1p) */
import type { Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { BKM, toCNumber } from "./arguments.ts";
import { Concatenation } from "./concatenation.ts";
import { BadFormat, type OdFormat, parseFormats } from "./od-format.ts";

const LINE_BYTES = 16;
/** What `-w` without a number means. */
const WIDE = 32;
/** By how much further types are indented where no addresses are shown: what lies behind a table that has no entry for it. */
const STRAY_INDENT = 69;

const LONG_OPTIONS = {
  "skip-bytes": "j",
  "address-radix": "A",
  "read-bytes": "N",
  format: "t",
  "output-duplicates": "v",
  strings: "S",
  width: "w",
  traditional: "traditional",
};

/** Letters that stand for a type. */
const SHORTHANDS: readonly (readonly [letters: string, type: string])[] = [
  ["a", "a"],
  ["b", "oC"],
  ["c", "c"],
  ["d", "u2"],
  ["D", "uI"],
  ["f", "fF"],
  ["hx", "x2"],
  ["HX", "xI"],
  ["i", "dI"],
  ["IlL", "dL"],
  ["oB", "o2"],
  ["O", "oI"],
];

type Address = (offset: number) => string;

export const od: Applet = function* (io) {
  const options = yield* getopt(io, "A:N:abcdDfhHiIj:lLoOBt:vxXsS:w::+", LONG_OPTIONS);
  const address = yield* addressFormat(io, options.value("A") ?? "o");
  const limit = options.has("N") ? yield* sizeOf(io, options.value("N") ?? "") : undefined;
  const formats = yield* formatsOf(io, options);
  const traditional = options.has("traditional") ? yield* oldOffset(io, options.operands) : undefined;
  const skip = traditional?.offset ?? (options.has("j") ? yield* sizeOf(io, options.value("j") ?? "") : 0);
  const shortest = options.has("S") ? yield* sizeOf(io, options.value("S") || "3") : 3;
  const input = new Concatenation(
    io,
    traditional?.files ?? options.operands,
    (file) => `${file === "-" ? "standard input" : file}: read error`,
  );
  if ((yield* input.skip(skip)) > 0) return yield* io.die("can't skip past end of combined input");
  if (options.has("S")) yield* dumpStrings(io, input, { address, skip, limit, shortest });
  else {
    const step = formats.reduce((multiple, { size }) => lcm(multiple, size), 1);
    const width = yield* lineWidth(io, options, step);
    yield* dump(io, input, { formats, address, skip, limit, width, step, all: options.has("v") });
  }
  return input.failed || input.unread ? 1 : 0;
};

/** `[FILE] [[+]OFFSET[.][b]]`: octal, decimal with a point, in blocks with a b. */
function* oldOffset(
  io: Io,
  operands: readonly string[],
): Routine<{ files: readonly string[]; offset: number | undefined }> {
  const last = operands.at(-1) ?? "";
  const [, octal, decimal, blocks] = /^\+?(?:([0-7]+)|([0-9]+)\.)(b?)$/.exec(last) ?? [];
  const isOffset = octal !== undefined || decimal !== undefined;
  if (operands.length > 1 && !isOffset) return yield* io.die(`invalid second argument '${last}'`);
  if (!isOffset) return { files: operands, offset: undefined };
  const value = octal === undefined ? Number(decimal) : Number.parseInt(octal, 8);
  return { files: operands.slice(0, -1), offset: value * (blocks === "b" ? 512 : 1) };
}

function* addressFormat(io: Io, radix: string): Routine<Address> {
  switch (radix.charAt(0)) {
    case "o":
      return (offset) => offset.toString(8).padStart(7, "0");
    case "d":
      return (offset) => String(offset).padStart(7, "0");
    case "x":
      return (offset) => offset.toString(16).padStart(6, "0");
    case "n":
      return () => "";
    default:
      return yield* io.die(`bad output address radix '${radix.charAt(0)}' (must be [doxn])`);
  }
}

const sizeOf = (io: Io, text: string): Routine<number> => toCNumber(io, text, { suffixes: BKM });

function* formatsOf(io: Io, options: Options): Routine<OdFormat[]> {
  const types = SHORTHANDS.flatMap(([letters, type]) =>
    [...letters].some((letter) => options.has(letter)) ? [type] : [],
  );
  types.push(...options.values("t"));
  if (options.has("s")) types.push("d2");
  if (types.length === 0) types.push("o2");
  try {
    return types.flatMap(parseFormats);
  } catch (error) {
    if (error instanceof BadFormat) return yield* io.die(error.message);
    throw error;
  }
}

function* lineWidth(io: Io, options: Options, step: number): Routine<number> {
  if (!options.has("w")) return step < LINE_BYTES ? step * Math.floor(LINE_BYTES / step) : step;
  const given = options.values("w").findLast((text) => text !== "");
  const width = given === undefined ? WIDE : Number(given);
  if (width > 0 && width % step === 0) return width;
  yield* io.warn(`warning: invalid width ${width}; using ${step} instead`);
  return step;
}

function lcm(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}

interface DumpOptions {
  readonly formats: readonly OdFormat[];
  readonly address: Address;
  readonly skip: number;
  readonly limit: number | undefined;
  readonly width: number;
  readonly step: number;
  /** Repeated lines are shown too. */
  readonly all: boolean;
}

function* dump(io: Io, input: Concatenation, options: DumpOptions): Routine<void> {
  const { formats, address, skip, limit, width, step, all } = options;
  const indent = " ".repeat(address(0).length || STRAY_INDENT);
  yield* input.begin();
  let offset = skip;
  let previous: Uint8Array | undefined;
  let starred = false;
  for (;;) {
    const wanted = limit === undefined ? width : Math.min(width, skip + limit - offset);
    const bytes = wanted > 0 ? yield* input.take(wanted, { exact: limit !== undefined }) : new Uint8Array(0);
    if (bytes.length === 0) break;
    if (!all && bytes.length === width && previous !== undefined && same(previous, bytes)) {
      if (!starred) yield* io.out.write("*\n");
      starred = true;
    } else {
      starred = false;
      const padded = new Uint8Array(step * Math.ceil(bytes.length / step));
      padded.set(bytes);
      for (const [i, format] of formats.entries()) {
        yield* io.out.write(`${i === 0 ? address(offset) : indent}${line(padded, format, width)}\n`);
      }
    }
    previous = bytes;
    offset += bytes.length;
    if (bytes.length < wanted) break;
  }
  if (!input.opened) return;
  const end = address(offset);
  if (end !== "") yield* io.out.write(`${end}\n`);
}

function line(bytes: Uint8Array, format: OdFormat, width: number): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let text = "";
  for (let at = 0; at < bytes.length; at += format.size) text += ` ${format.item(view, at)}`;
  if (!format.trailer) return text;
  const missing = Math.floor((width - bytes.length) / format.size);
  const shown = [...bytes].map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
  return `${text}${" ".repeat(missing * (format.width + 1))}  >${shown}<`;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

interface StringsOptions {
  readonly address: Address;
  readonly skip: number;
  readonly limit: number | undefined;
  readonly shortest: number;
}

/** Prints the printable strings that a NUL ends. */
function* dumpStrings(io: Io, input: Concatenation, options: StringsOptions): Routine<void> {
  const { address, skip, limit, shortest } = options;
  let offset = skip;
  let text = "";
  while (limit === undefined || offset < skip + limit) {
    const [byte] = yield* input.take(1);
    if (byte === undefined) return;
    offset++;
    if (byte >= 32 && byte < 127) text += String.fromCharCode(byte);
    else {
      if (byte === 0 && text.length >= shortest) {
        const where = address(offset - text.length - 1);
        yield* io.out.write(`${where === "" ? "" : `${where} `}${text}\n`);
      }
      text = "";
    }
  }
}
