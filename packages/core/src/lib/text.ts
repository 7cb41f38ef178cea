/**
 * Text and bytes: UTF-8 that loses nothing.
 *
 * Unix names, arguments and lines are bytes; JavaScript has strings. `decode` reads UTF-8 and maps every byte that is
 * not UTF-8 to a lone surrogate U+DC80…U+DCFF; `encode` turns those back into the byte, so that
 * `encode(decode(bytes))` equals `bytes` for every input (Python calls it surrogateescape, PEP 383).
 *
 * `latin1` is the other view: one character a byte, what a C program in the C locale sees.
 */

const ESCAPE = 0xdc00;

/** The host's encoder is faster from about here on. */
const LONG = 100;
const ENCODER = new TextEncoder();

/** Bytes of `text` as UTF-8; a lone surrogate U+DC80…U+DCFF becomes the byte it stands for. */
export function encode(text: string): Uint8Array {
  if (text.length > LONG && text.isWellFormed()) return ENCODER.encode(text);
  const bytes = new Uint8Array(byteLength(text));
  encodeInto(text, bytes, 0);
  return bytes;
}

/** Number of bytes that `encode(text)` has. */
export function byteLength(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) length += 1;
    else if (unit >= 0xd800 && unit <= 0xdbff && isLow(text.charCodeAt(i + 1))) {
      length += 2;
      i++;
    } else if (!isEscape(unit)) length += 2;
  }
  return length;
}

function encodeInto(text: string, bytes: Uint8Array, start: number): void {
  let at = start;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) bytes[at++] = unit;
    else if (unit < 0x800) {
      bytes[at++] = 0xc0 | (unit >> 6);
      bytes[at++] = 0x80 | (unit & 0x3f);
    } else if (unit >= 0xd800 && unit <= 0xdbff && isLow(text.charCodeAt(i + 1))) {
      const point = 0x10000 + ((unit - 0xd800) << 10) + (text.charCodeAt(++i) - 0xdc00);
      bytes[at++] = 0xf0 | (point >> 18);
      bytes[at++] = 0x80 | ((point >> 12) & 0x3f);
      bytes[at++] = 0x80 | ((point >> 6) & 0x3f);
      bytes[at++] = 0x80 | (point & 0x3f);
    } else if (isEscape(unit)) bytes[at++] = unit - ESCAPE;
    else {
      bytes[at++] = 0xe0 | (unit >> 12);
      bytes[at++] = 0x80 | ((unit >> 6) & 0x3f);
      bytes[at++] = 0x80 | (unit & 0x3f);
    }
  }
}

/** Orders two texts by their bytes, as `strcmp` and Go's string comparison do: negative, zero or positive. */
export function compareBytes(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const difference = a.charCodeAt(i) - b.charCodeAt(i);
    if (difference === 0) continue;
    return a.charCodeAt(i) < 0x80 || b.charCodeAt(i) < 0x80 ? difference : compareEncoded(encode(a), encode(b));
  }
  return a.length - b.length;
}

function compareEncoded(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Text of `bytes` read as UTF-8, byte for byte recoverable with `encode`. */
export function decode(bytes: Uint8Array): string {
  if (bytes.length === 0) return "";
  try {
    return DECODER.decode(bytes);
  } catch {
    return decodeEscaping(bytes);
  }
}

function decodeEscaping(bytes: Uint8Array): string {
  const ascii = asciiPrefix(bytes);
  const parts: string[] = [latin1(bytes.subarray(0, ascii))];
  const units: number[] = [];
  for (let i = ascii; i < bytes.length; ) {
    const [point, width] = decodePoint(bytes, i);
    i += width;
    if (point > 0xffff) units.push(0xd800 + ((point - 0x10000) >> 10), 0xdc00 + ((point - 0x10000) & 0x3ff));
    else units.push(point);
    if (units.length >= 4096) parts.push(String.fromCharCode(...units.splice(0)));
  }
  parts.push(String.fromCharCode(...units));
  return parts.join("");
}

/** The code point that starts at `at` and how many bytes it takes; an invalid byte yields its escape, width 1. */
function decodePoint(bytes: Uint8Array, at: number): readonly [point: number, width: number] {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return [lead, 1];
  const width = lead >= 0xf0 && lead < 0xf5 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (width === 0 || lead >= 0xf5) return [ESCAPE + lead, 1];
  let point = lead & (0xff >> (width + 1));
  for (let i = 1; i < width; i++) {
    const next = bytes[at + i] ?? 0;
    if ((next & 0xc0) !== 0x80) return [ESCAPE + lead, 1];
    point = (point << 6) | (next & 0x3f);
  }
  const overlong = (width === 3 && point < 0x800) || (width === 4 && (point < 0x10000 || point > 0x10ffff));
  const surrogate = point >= 0xd800 && point <= 0xdfff;
  return overlong || surrogate ? [ESCAPE + lead, 1] : [point, width];
}

/** One character a byte, code = byte value. */
export function latin1(bytes: Uint8Array): string {
  if (bytes.length <= 4096) return fromUnits(bytes);
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += 4096) parts.push(fromUnits(bytes.subarray(i, i + 4096)));
  return parts.join("");
}

/** `apply`, for spreading an array of bytes takes ten times as long. */
const fromUnits = (units: Uint8Array): string => Reflect.apply(String.fromCharCode, undefined, units);

/** Inverse of `latin1`: the low eight bits of every character. */
export function fromLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** The bytes of a decoded text, one character each: `latin1(encode(text))`, free for ASCII. */
export function byteString(text: string): string {
  return isAscii(text) ? text : latin1(encode(text));
}

/** Inverse of `byteString`. */
export function fromByteString(text: string): string {
  return isAscii(text) ? text : decode(fromLatin1(text));
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x80) return false;
  return true;
}

function asciiPrefix(bytes: Uint8Array): number {
  let i = 0;
  while (i < bytes.length && (bytes[i] ?? 0) < 0x80) i++;
  return i;
}

const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;
const isEscape = (unit: number): boolean => unit >= 0xdc80 && unit <= 0xdcff;
