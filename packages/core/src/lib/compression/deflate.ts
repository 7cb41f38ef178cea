/**
 * gzip and raw DEFLATE on byte arrays, the only door to the compression library.
 *
 * The bytes that come out are the same everywhere: one JavaScript implementation, no time stamp, no file name.
 *
 * @see RFC 1951, RFC 1952
 */
import { Deflate, deflateSync } from "fflate";
import { concat } from "../bytes.ts";
import { StatusError } from "../status-error.ts";
import { crc32 } from "./crc32.ts";
import { Inflater } from "./inflate.ts";

/** 0 stores, 9 tries hardest. */
export type DeflateLevel = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** Method 8, no flags, no time, no extra flags; the operating system is left to the caller. */
const HEADER = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0];
/** "Unknown", as Go's compress/gzip writes it. */
const OS_UNKNOWN = 255;

const FHCRC = 2;
const FEXTRA = 4;
const FNAME = 8;
const FCOMMENT = 16;

/** A raw DEFLATE stream. */
export function deflate(bytes: Uint8Array, level: DeflateLevel = 6): Uint8Array {
  return deflateSync(bytes, { level });
}

/** A raw DEFLATE stream that is made piece by piece. */
export class Deflater {
  readonly #deflate: Deflate;
  #ready: Uint8Array[] = [];

  constructor(level: DeflateLevel = 6) {
    this.#deflate = new Deflate({ level }, (data) => this.#ready.push(data));
  }

  /** Takes more input, the last one with `final`; returns what is ready. */
  push(chunk: Uint8Array, final: boolean): Uint8Array {
    this.#deflate.push(chunk, final);
    const ready = concat(this.#ready);
    this.#ready = [];
    return ready;
  }
}

/** One gzip member, laid out as Go's compress/gzip does; `os` is the operating system that it names. */
export function gzip(
  bytes: Uint8Array,
  options: { readonly level?: DeflateLevel; readonly os?: number } = {},
): Uint8Array {
  const trailer = new Uint8Array(8);
  const view = new DataView(trailer.buffer);
  view.setUint32(0, crc32(bytes), true);
  view.setUint32(4, bytes.length % 2 ** 32, true);
  const header = Uint8Array.of(...HEADER, options.os ?? OS_UNKNOWN);
  return concat([header, deflate(bytes, options.level), trailer]);
}

/** True if the bytes begin as gzip does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8;
}

/**
 * Everything that is in a gzip file, of however many members.
 *
 * @throws StatusError invalid-argument for a wrong header, checksum or length, or an early end; the messages are those
 * of Go's compress/gzip.
 */
export function gunzip(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let rest = bytes;
  do {
    const header = gzipHeaderLength(rest);
    if (header === undefined) throw broken("unexpected EOF");
    const inflater = new Inflater();
    const data = inflater.push(rest.subarray(header));
    rest = inflater.rest;
    if (!inflater.done || rest.length < 8) throw broken("unexpected EOF");
    const view = new DataView(rest.buffer, rest.byteOffset, 8);
    if (view.getUint32(0, true) !== crc32(data) || view.getUint32(4, true) !== data.length % 2 ** 32) {
      throw broken("gzip: invalid checksum");
    }
    parts.push(data);
    rest = rest.subarray(8);
  } while (rest.length > 0);
  return concat(parts);
}

/**
 * What a reader gets of a gzip stream that stops at what it wants to know: all that can be unpacked before the stream
 * breaks off, whatever comes then and whether or not the checksum is right.
 *
 * @throws StatusError invalid-argument if it does not begin as one, or its first block is broken.
 */
export function gunzipStart(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let rest = bytes;
  do {
    const header = gzipHeaderLength(rest);
    if (header === undefined) break;
    const inflater = new Inflater();
    parts.push(inflater.push(rest.subarray(header)));
    rest = inflater.done ? inflater.rest.subarray(8) : NO_REST;
  } while (isGzip(rest));
  return concat(parts);
}

const NO_REST = new Uint8Array();

/**
 * How long the header of a gzip member is; `undefined` if the bytes end within it.
 *
 * @throws StatusError invalid-argument if it is none.
 */
export function gzipHeaderLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < 10) {
    if (bytes.length >= 3 && !isGzip(bytes)) throw broken("gzip: invalid header");
    return undefined;
  }
  if (!isGzip(bytes)) throw broken("gzip: invalid header");
  const flags = bytes[3] as number;
  let at = 10;
  if ((flags & FEXTRA) !== 0) at += 2 + ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8));
  for (const flag of [FNAME, FCOMMENT]) {
    if ((flags & flag) === 0) continue;
    const end = bytes.indexOf(0, at);
    if (end < 0) return undefined;
    at = end + 1;
  }
  if ((flags & FHCRC) !== 0) at += 2;
  return at <= bytes.length ? at : undefined;
}

const broken = (message: string): StatusError => new StatusError("invalid-argument", message);
