/**
 * Tar archives: `packTar` and `readTar` on bytes, `encodeTarHeader` and `TarDecoder` for those who stream.
 *
 * @see pax(1p), tar(5), Go's archive/tar
 */
export { BLOCK_SIZE, paddingOf } from "./tar-block.ts";
export { type TarEntry, type TarHeader, type TarType, tarHeader } from "./tar-header.ts";
export { readTar, TarDecoder, type TarStep } from "./tar-reader.ts";
export { END_OF_TAR, encodeTarHeader, packTar, type TarFormat, tarChunks } from "./tar-writer.ts";
