/** xz, lzma and compress: decompression only, as in busybox. @see xz(1), compress(1p) */
import type { Applet } from "../../applet.ts";
import { getopt, Options, showUsage } from "../../getopt.ts";
import { FILTER_OPTIONS, type Filter, filterFiles, withoutExtension } from "./filter.ts";
import { type Compression, unpack } from "./unpack.ts";

const filterOf = (compression: Compression, extension: string): Filter => ({
  transform: (io, streams) => unpack(io, compression, streams),
  rename: withoutExtension(extension),
});

const XZ = filterOf("xz", "xz");
const LZMA = filterOf("lzma", "lzma");

/** `xz` and `lzma` must be told to decompress. */
const compressor = (filter: Filter): Applet =>
  function* (io) {
    const options = yield* getopt(io, `${FILTER_OPTIONS}dt`);
    if (!options.has("d") && !options.has("t")) return yield* showUsage(io);
    return yield* filterFiles(io, options, filter);
  };

const decompressor = (filter: Filter): Applet =>
  function* (io) {
    return yield* filterFiles(io, yield* getopt(io, `${FILTER_OPTIONS}dt`), filter);
  };

const shower = (filter: Filter): Applet =>
  function* (io) {
    const options = yield* getopt(io, `${FILTER_OPTIONS}dt`);
    return yield* filterFiles(io, new Options([...options.given, ["c", ""]], options.operands), filter);
  };

export const xz = compressor(XZ);
export const unxz = decompressor(XZ);
export const xzcat = shower(XZ);
export const lzma = compressor(LZMA);
export const unlzma = decompressor(LZMA);
export const lzcat = shower(LZMA);

export const uncompress: Applet = function* (io) {
  return yield* filterFiles(io, yield* getopt(io, "cf"), filterOf("compress", "Z"));
};
