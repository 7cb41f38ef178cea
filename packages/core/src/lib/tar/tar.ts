/**
 * Tar archives: `packTar` and `readTar` for those who want whole arrays, `tarChunks` and `readTarInChunks` for those who
 * want nothing copied, `TarDecoder` for those who stream.
 *
 * @see pax(1p), tar(5), Go's archive/tar
 */
export { BLOCK_SIZE, paddingOf } from "./tar-block.ts";
export { NO_XATTRS, type TarEntry, type TarHeader, type TarType, TYPE_FLAGS, tarHeader } from "./tar-header.ts";
export { firstTarHeader, readTar, readTarInChunks, TarDecoder, type TarStep } from "./tar-reader.ts";
export { END_OF_TAR, packTar, type TarFormat, tarChunks } from "./tar-writer.ts";
