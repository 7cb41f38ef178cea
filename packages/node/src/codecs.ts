/** Decompression for engines on Node.js: gzip by the host's zlib, zstd by a library. */
import { gunzipSync } from "node:zlib";
import type { Codecs } from "@bottleship/core/content";
import { Decompress } from "fzstd";

/** How many bytes the decoder gets at once: a bomb is noticed while it is still small. */
const PIECE_SIZE = 1 << 16;

/** For `createEngine({ codecs })`. */
export const CODECS: Codecs = {
  gunzip: (bytes, limitBytes) => plain(gunzipSync(bytes, { maxOutputLength: limitBytes })),
  zstd: (bytes, limitBytes) => {
    const parts: Uint8Array[] = [];
    let size = 0;
    const decoder = new Decompress((part) => {
      size += part.length;
      if (size > limitBytes) throw new RangeError(`more than ${limitBytes} bytes`);
      parts.push(part);
    });
    for (let at = 0; at < bytes.length; at += PIECE_SIZE) {
      decoder.push(bytes.subarray(at, at + PIECE_SIZE), at + PIECE_SIZE >= bytes.length);
    }
    return plain(Buffer.concat(parts, size));
  },
};

/** A view that is a plain Uint8Array. */
const plain = (buffer: Buffer): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
