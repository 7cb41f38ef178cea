/**
 * The format strings of hexdump: iteration count, byte count, and a printf format for every unit.
 *
 * @see hexdump(1)
 */
import { formatFloat, formatInteger, type Layout, PLAIN, readDirective } from "../../format-number.ts";
import { CONTROL_NAMES, ESCAPES } from "./control-characters.ts";
import { readEscape } from "./escape.ts";
import { readInteger } from "./od-format.ts";

export class BadDumpFormat {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** One conversion with the text around it. */
export interface PrintUnit {
  readonly kind: "text" | "address" | "integer" | "float" | "string" | "char" | "escaped" | "dotted" | "named";
  /** Bytes that it shows. */
  readonly bytes: number;
  readonly before: string;
  readonly layout: Layout;
  readonly letter: string;
  readonly after: string;
  /** `%_A`: shown once, at the end. */
  readonly atEnd: boolean;
}

export interface FormatUnit {
  repeats: number;
  readonly countGiven: boolean;
  /** Bytes of one iteration. */
  readonly bytes: number;
  readonly parts: readonly PrintUnit[];
}

/** A format string; its units show the same block one behind the other. */
export type DumpFormat = readonly FormatUnit[];

/** @throws BadDumpFormat */
export function parseDumpFormat(text: string): DumpFormat {
  const units: FormatUnit[] = [];
  let rest = text.trimStart();
  while (rest !== "") {
    const match = /^(?:([0-9]+)(?=[\s/])\s?)?\s*(?:\/\s*)?(?:([0-9]+)\s\s*)?"([^"]*)"/.exec(rest);
    if (match === null) throw new BadDumpFormat(`bad format {${text}}`);
    const [whole, repeats, bytes, format = ""] = match;
    units.push(parseUnit(unescapeFormat(format), repeats, bytes === undefined ? 0 : Number(bytes)));
    rest = rest.slice(whole.length).trimStart();
  }
  return units;
}

function unescapeFormat(text: string): string {
  return text.replace(/\\/g, "\\").replace(/\\([0-7]{1,3}|x[0-9a-fA-F]{1,2}|.)/gs, (whole, sequence: string) => {
    const { char, end } = readEscape(sequence, 0);
    return char === undefined ? whole : char + sequence.slice(end);
  });
}

function parseUnit(format: string, repeats: string | undefined, byteCount: number): FormatUnit {
  const parts: PrintUnit[] = [];
  let at = 0;
  do {
    const percent = format.indexOf("%", at);
    if (percent < 0) {
      const text = format.slice(at);
      parts.push({ kind: "text", bytes: 0, before: text, layout: PLAIN, letter: "", after: "", atEnd: false });
      break;
    }
    const { part, end } = parseConversion(format, at, percent, byteCount);
    parts.push(part);
    at = end;
  } while (at < format.length);
  if (byteCount > 0 && parts.filter(({ kind }) => kind !== "address" && kind !== "text").length > 1) {
    throw new BadDumpFormat("byte count with multiple conversion characters");
  }
  const bytes = byteCount > 0 ? byteCount : parts.reduce((sum, part) => sum + part.bytes, 0);
  return { repeats: repeats === undefined ? 1 : Number(repeats), countGiven: repeats !== undefined, bytes, parts };
}

/** The conversion at `percent` with the text from `start` and the text up to the next conversion. */
function parseConversion(
  format: string,
  start: number,
  percent: number,
  byteCount: number,
): { part: PrintUnit; end: number } {
  const layout = readDirective(format, percent);
  let end = layout.end;
  let letter = layout.conversion;
  let kind: PrintUnit["kind"];
  let bytes = 0;
  let atEnd = false;
  const bad = (): never => {
    throw new BadDumpFormat(`bad conversion character %${format.slice(end - 1)}`);
  };
  if (letter === "_") {
    const special = format[end++] ?? "";
    if (special === "a" || special === "A") {
      letter = format[end++] ?? "";
      if (!"dox".includes(letter) || letter === "") bad();
      kind = "address";
      atEnd = special === "A";
    } else {
      kind = special === "c" ? "escaped" : special === "p" ? "dotted" : special === "u" ? "named" : bad();
      bytes = sized(byteCount, [1], format, end);
    }
  } else if (letter === "c") {
    kind = "char";
    bytes = sized(byteCount, [1], format, end);
  } else if (letter !== "" && "diouxX".includes(letter)) {
    kind = "integer";
    bytes = byteCount === 0 ? 4 : sized(byteCount, [8, 4, 2, 1], format, end);
  } else if (letter !== "" && "eEfgG".includes(letter)) {
    kind = "float";
    bytes = byteCount === 0 ? 8 : sized(byteCount, [8, 4], format, end);
  } else if (letter === "s") {
    kind = "string";
    bytes = byteCount > 0 ? byteCount : (layout.precision ?? 0);
    if (bytes === 0) throw new BadDumpFormat("%s needs precision or byte count");
  } else kind = bad();
  const next = format.indexOf("%", end);
  const after = format.slice(end, next < 0 ? undefined : next);
  const part = { kind, bytes, before: format.slice(start, percent), layout, letter, after, atEnd };
  return { part, end: next < 0 ? format.length : next };
}

function sized(given: number, allowed: readonly number[], format: string, end: number): number {
  if (given === 0) return allowed[0] ?? 0;
  if (!allowed.includes(given))
    throw new BadDumpFormat(`bad byte count for conversion character ${format.slice(end - 1)}`);
  return given;
}

/** What a conversion shows of the bytes at `at`; for an address, `address`. */
export function convertUnit(part: PrintUnit, view: DataView, at: number, address: number): string {
  const { kind, layout, letter } = part;
  const cell = (text: string): string => (layout.left ? text.padEnd(layout.width) : text.padStart(layout.width));
  const byte = kind === "text" || kind === "address" ? 0 : view.getUint8(at);
  switch (kind) {
    case "text":
      return "";
    case "address":
      return formatInteger(BigInt(address), letter === "d" ? "d" : letter, layout);
    case "integer": {
      const signed = letter === "d" || letter === "i";
      return formatInteger(readInteger(view, at, part.bytes, signed), letter, layout);
    }
    case "float":
      return formatFloat(part.bytes === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true), letter, layout);
    case "string": {
      // A byte count does not end the text: the next NUL does, or the end of the block.
      let text = "";
      for (let i = at; i < view.byteLength && view.getUint8(i) !== 0; i++)
        text += String.fromCharCode(view.getUint8(i));
      return cell(layout.precision === undefined ? text : text.slice(0, layout.precision));
    }
    case "char":
      return cell(String.fromCharCode(byte));
    case "dotted":
      return cell(isPrintable(byte) ? String.fromCharCode(byte) : ".");
    case "escaped":
      return cell(ESCAPES[byte] ?? (isPrintable(byte) ? String.fromCharCode(byte) : byte.toString(8).padStart(3, "0")));
    case "named":
      return cell(
        byte === 127 ? "del" : (CONTROL_NAMES[byte] ?? (byte < 127 ? String.fromCharCode(byte) : byte.toString(16))),
      );
  }
}

const isPrintable = (byte: number): boolean => byte >= 32 && byte < 127;
