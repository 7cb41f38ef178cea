/**
 * The base64 code, and its lenient way of reading: what is no digit is passed over.
 *
 * @see RFC 4648
 */
import type { Routine } from "../../../abi/index.ts";
import type { Io } from "../../io.ts";
import { type LineReader, put } from "./lines.ts";

export const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

/** How many digits are decoded at once; a line may be longer. */
const PORTION = 80;

/** Three bytes as four digits of `alphabet`; its last character fills up. Takes and gives byte strings. */
export function encodeQuads(bytes: string, alphabet: string): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = [0, 1, 2].map((i) => bytes.charCodeAt(at + i) || 0);
    const digits = [a >> 2, ((a & 3) << 4) | (b >> 4), ((b & 15) << 2) | (c >> 6), c & 63];
    const filled = Math.max(at + 3 - bytes.length, 0);
    for (const [i, digit] of digits.entries()) text += alphabet[i < 4 - filled ? digit : 64] ?? "";
  }
  return text;
}

/** Decodes up to the first filled group; what is left is the rest behind it, or an unfinished group. */
function decode(text: string): { readonly bytes: string; readonly rest: string } {
  let bytes = "";
  let group: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? "";
    const position = group.length;
    const fills = char === "=" && (position === 3 || (position === 2 && text[at + 1] === "="));
    const digit = BASE64.indexOf(char);
    if (digit < 0 || (digit === 64 && !fills)) continue;
    group.push(digit);
    if (position < 3) continue;
    const [a = 0, b = 0, c = 0, d = 0] = group;
    const three = String.fromCharCode(
      (a << 2) | (b >> 4),
      ((b & 15) << 4) | ((c >> 2) & 15),
      ((c & 3) << 6) | (d & 63),
    );
    group = [];
    if (d < 64) bytes += three;
    else return { bytes: bytes + three.slice(0, c === 64 ? 1 : 2), rest: text.slice(at + 1) };
  }
  return { bytes, rest: text.slice(text.length - group.length) };
}

/**
 * Decodes a stream, up to its end or, with `stopsAtMark`, up to a line `====`. An unfinished group at the end ends the
 * applet with an error.
 */
export function* decodeStream(
  io: Io,
  reader: LineReader,
  write: (bytes: string) => Routine<void>,
  options: { readonly stopsAtMark: boolean },
): Routine<void> {
  let waiting = "";
  for (;;) {
    let ended = false;
    while (waiting.length < PORTION) {
      const char = yield* reader.some(1);
      ended = char === "";
      if (ended || char <= " ") break;
      waiting += char;
    }
    if (options.stopsAtMark && waiting === "====") return;
    const { bytes, rest } = decode(waiting);
    yield* write(bytes);
    if (ended) {
      if (rest !== "") return yield* io.die("truncated input");
      return;
    }
    waiting = rest;
  }
}

/** `decodeStream` to standard output. */
export function* decodeToOutput(io: Io, reader: LineReader): Routine<void> {
  yield* decodeStream(io, reader, (bytes) => put(io, bytes), { stopsAtMark: false });
}
