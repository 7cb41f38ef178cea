/** tr: translate, squeeze or delete bytes. @see tr(1p) */
import { Errno, type Routine, read } from "../../../abi/index.ts";
import { byteString, ownValue } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { writeOrDie } from "../../or-die.ts";
import { TEXT_NS_PER_BYTE, Work } from "../../work.ts";
import { usage } from "./arguments.ts";
import { readEscape } from "./escape.ts";

const BUFFER_SIZE = 8192;
const CLASSES: Readonly<Record<string, (byte: number) => boolean>> = {
  alpha: (byte) => isUpper(byte) || isLower(byte),
  alnum: (byte) => isDigit(byte) || isUpper(byte) || isLower(byte),
  digit: (byte) => isDigit(byte),
  lower: (byte) => isLower(byte),
  upper: (byte) => isUpper(byte),
  space: (byte) => byte === 32 || (byte >= 9 && byte <= 13),
  blank: (byte) => byte === 32 || byte === 9,
  punct: (byte) => byte > 32 && byte < 127 && !isDigit(byte) && !isUpper(byte) && !isLower(byte),
  cntrl: (byte) => byte < 32 || byte === 127,
};
const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57;
const isUpper = (byte: number): boolean => byte >= 65 && byte <= 90;
const isLower = (byte: number): boolean => byte >= 97 && byte <= 122;

export const tr: Applet = function* (io) {
  const options = yield* getopt(io, "+Ccds");
  const [first, second, excess] = options.operands;
  if (first === undefined || excess !== undefined) return yield* usage(io);
  const given = yield* expand(io, byteString(first));
  const complemented = options.has("c") || options.has("C");
  const from = complemented ? complement(given) : given;
  if (second === "") return yield* io.die("STRING2 cannot be empty");
  const to = second === undefined ? [] : yield* expand(io, byteString(second));
  const table = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  for (const [i, byte] of from.entries()) if (to.length > 0) table[byte] = to[Math.min(i, to.length - 1)] ?? byte;
  const inputs = new Set(from);
  const outputs = new Set(to);
  yield* translate(io, (bytes, state) => {
    const result = new Uint8Array(bytes.length);
    let length = 0;
    for (const byte of bytes) {
      if (options.has("d") && inputs.has(byte)) continue;
      const coded = table[byte] ?? byte;
      const repeats = state.last === coded && (inputs.has(byte) || outputs.has(coded));
      if (options.has("s") && repeats) continue;
      result[length++] = coded;
      state.last = coded;
    }
    return result.subarray(0, length);
  });
  return 0;
};

function* translate(io: Io, convert: (bytes: Uint8Array, state: { last: number }) => Uint8Array): Routine<void> {
  const state = { last: -1 };
  const work = new Work(TEXT_NS_PER_BYTE);
  for (;;) {
    const bytes = yield* attempt(read(0, BUFFER_SIZE));
    if (bytes instanceof Errno) return yield* io.pdie("read error", bytes);
    if (bytes.length === 0) return;
    yield* work.on(bytes.length);
    yield* writeOrDie(io, 1, convert(bytes, state));
  }
}

function complement(bytes: readonly number[]): number[] {
  const without = new Set(bytes);
  return Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !without.has(byte));
}

/** The bytes that a set stands for: ranges, escapes, `[:class:]` and `[=c=]`. */
function* expand(io: Io, text: string): Routine<number[]> {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; ) {
    let { byte, end } = readByte(text, at);
    if (text[end] === "-" && end + 1 < text.length) {
      const last = readByte(text, end + 1);
      for (; byte <= last.byte; byte++) bytes.push(byte);
      at = last.end;
      continue;
    }
    if (text[at] === "[") {
      const [whole, name = ""] = /^\[:([a-z]{5}|xdigit):\]/.exec(text.slice(at)) ?? [];
      if (whole !== undefined && (name in CLASSES || name === "xdigit")) {
        bytes.push(...classBytes(name));
        at += whole.length;
        continue;
      }
      if (text[at + 1] === "=") {
        if (text.slice(at + 3, at + 5) !== "=]") return yield* usage(io);
        bytes.push(text.charCodeAt(at + 2));
        at += 5;
        continue;
      }
    }
    bytes.push(byte);
    at = end;
  }
  return bytes;
}

function classBytes(name: string): number[] {
  if (name === "xdigit") return [..."0123456789ABCDEFabcdef"].map((char) => char.charCodeAt(0));
  return Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => ownValue(CLASSES, name)?.(byte));
}

function readByte(text: string, at: number): { byte: number; end: number } {
  if (text[at] !== "\\") return { byte: text.charCodeAt(at), end: at + 1 };
  const { char, end } = readEscape(text, at + 1);
  return { byte: (char ?? "\\").charCodeAt(0), end };
}
