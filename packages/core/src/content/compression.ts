/**
 * Compressed layers: gzip, zstd, bzip2, xz or nothing, told apart by their first bytes.
 *
 * @see containerd pkg/archive/compression, moby/go-archive compression
 */
import {
  Bunzip2,
  type Bytes,
  Chunks,
  crc32,
  gzip,
  gzipHeaderLength,
  Inflater,
  isGzip,
  located,
  StatusError,
  Unxz,
  wholeOf,
} from "../lib/index.ts";

/** How a layer is compressed. */
export type Compression = "none" | "gzip" | "zstd" | "bzip2" | "xz";

/** Decompression that the host does better, or that only it can do. */
export interface Codecs {
  /** All members of a gzip stream. Whatever it throws, the stream is read again here, and refused with its place. */
  readonly gunzip?: Decompressor;
  /** All frames of a zstd stream. */
  readonly zstd?: Decompressor;
}

/** Throws for broken data, and for more than `limitBytes` when decompressed. */
export type Decompressor = (bytes: Uint8Array, limitBytes: number) => Uint8Array;

/** How far a layer may grow, and who does the work. */
export interface DecompressOptions {
  /** More than this is refused: what is left of an archive that is a bomb. Default `LAYER_LIMIT`. */
  readonly limitBytes?: number;
  readonly codecs?: Codecs;
}

/** No layer is larger when unpacked: about what one array of a JavaScript host holds. */
export const LAYER_LIMIT = 2 ** 31;

/** How many bytes it takes to see how data are compressed. */
const MAGIC_SIZE = 6;
const MAGICS: readonly (readonly [Compression, readonly number[]])[] = [
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["bzip2", [0x42, 0x5a, 0x68]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
];
/** Input is inflated in pieces of this size, so that a bomb is noticed while it is still small. */
const PIECE_SIZE = 1 << 16;
/** What makes far less of a bomb is read in smaller ones. */
const DENSE_PIECE_SIZE = 1 << 10;

/** Seen from the first bytes: a layer's media type is not believed. */
export function compressionOf(bytes: Bytes): Compression {
  const magic = wholeOf(bytes.subarray(0, MAGIC_SIZE));
  if (isGzip(magic)) return "gzip";
  return MAGICS.find(([, wanted]) => wanted.every((byte, i) => magic[i] === byte))?.[0] ?? "none";
}

/** One gzip member, the same bytes everywhere. */
export const compressLayer = (bytes: Bytes): Uint8Array => gzip(wholeOf(bytes));

/**
 * The archive itself.
 *
 * @throws ArchiveError invalid-argument for broken or cut data; resource-exhausted for too much of it;
 * not-implemented for zstd without a codec.
 */
export function decompressLayer(bytes: Bytes, options: DecompressOptions = {}): Chunks {
  const { limitBytes = LAYER_LIMIT, codecs = {} } = options;
  try {
    const plain = decompress(bytes, limitBytes, codecs);
    if (plain.length > limitBytes) throw tooLarge(limitBytes);
    return plain;
  } catch (error) {
    throw located(error, 0);
  }
}

function decompress(bytes: Bytes, limitBytes: number, { gunzip, zstd }: Codecs): Chunks {
  const compression = compressionOf(bytes);
  if (compression === "none") return Chunks.of(bytes);
  const compressed = wholeOf(bytes);
  if (compression === "gzip") {
    return (gunzip && tried(gunzip, compressed, limitBytes)) ?? boundedGunzip(compressed, limitBytes);
  }
  if (compression === "bzip2") return boundedBunzip2(compressed, limitBytes);
  if (compression === "xz") return boundedUnxz(compressed, limitBytes);
  if (zstd === undefined) throw new StatusError("not-implemented", "no decoder for zstd has been given");
  return tried(zstd, compressed, limitBytes) ?? refuseZstd(limitBytes);
}

/** Undefined if a codec has failed, in whatever way. */
function tried(codec: Decompressor, bytes: Uint8Array, limitBytes: number): Chunks | undefined {
  try {
    return Chunks.of(codec(bytes, limitBytes));
  } catch {
    return undefined;
  }
}

function refuseZstd(limitBytes: number): never {
  throw broken(`zstd: invalid input, or larger than ${limitBytes} bytes when decompressed`);
}

function boundedGunzip(bytes: Uint8Array, limitBytes: number): Chunks {
  let offset = 0;
  const onProgress = (at: number): void => {
    offset = at;
  };
  try {
    return gunzipMembers(bytes, limitBytes, onProgress);
  } catch (error) {
    throw located(error, offset);
  }
}

/** `onProgress` hears how far the input has been read. */
function gunzipMembers(bytes: Uint8Array, limitBytes: number, onProgress: (at: number) => void): Chunks {
  const parts: Uint8Array[] = [];
  let size = 0;
  for (let rest = bytes; rest.length > 0; ) {
    const start = bytes.length - rest.length;
    onProgress(start);
    const header = gzipHeaderLength(rest);
    if (header === undefined) throw broken("unexpected EOF");
    const inflater = new Inflater();
    const before = size;
    let checksum = 0;
    let at = header;
    for (; !inflater.done && at < rest.length; at += PIECE_SIZE) {
      onProgress(start + at);
      const piece = inflater.push(rest.subarray(at, at + PIECE_SIZE));
      size += piece.length;
      if (size > limitBytes) throw tooLarge(limitBytes);
      checksum = crc32(piece, checksum);
      parts.push(piece);
    }
    if (!inflater.done) throw broken("unexpected EOF");
    const end = Math.min(at, rest.length) - inflater.rest.length;
    onProgress(start + end);
    checkTrailer(rest.subarray(end, end + 8), checksum, size - before);
    rest = rest.subarray(end + 8);
  }
  return Chunks.from(parts);
}

function boundedBunzip2(bytes: Uint8Array, limitBytes: number): Chunks {
  const decoder = new Bunzip2();
  const plain = inPieces(bytes, limitBytes, (piece, isLast) => decoder.push(piece, isLast));
  const { fault } = decoder;
  if (fault !== undefined) throw broken(fault === "incomplete" ? "unexpected EOF" : "bzip2 data invalid");
  return plain;
}

function boundedUnxz(bytes: Uint8Array, limitBytes: number): Chunks {
  const decoder = new Unxz();
  const plain = inPieces(bytes, limitBytes, (piece) => decoder.push(piece));
  if (!decoder.complete) throw broken("unexpected EOF");
  return plain;
}

function inPieces(
  bytes: Uint8Array,
  limitBytes: number,
  decode: (piece: Uint8Array, isLast: boolean) => Uint8Array,
): Chunks {
  const parts: Uint8Array[] = [];
  let size = 0;
  for (let at = 0; at < bytes.length; at += DENSE_PIECE_SIZE) {
    const end = at + DENSE_PIECE_SIZE;
    const plain = decode(bytes.subarray(at, end), end >= bytes.length);
    size += plain.length;
    if (size > limitBytes) throw tooLarge(limitBytes);
    parts.push(plain);
  }
  return Chunks.from(parts);
}

function checkTrailer(trailer: Uint8Array, checksum: number, size: number): void {
  if (trailer.length < 8) throw broken("unexpected EOF");
  const view = new DataView(trailer.buffer, trailer.byteOffset, 8);
  if (view.getUint32(0, true) !== checksum || view.getUint32(4, true) !== size % 2 ** 32) {
    throw broken("gzip: invalid checksum");
  }
}

const broken = (message: string): StatusError => new StatusError("invalid-argument", message);
const tooLarge = (limitBytes: number): StatusError =>
  new StatusError("resource-exhausted", `archive is larger than ${limitBytes} bytes when decompressed`);
