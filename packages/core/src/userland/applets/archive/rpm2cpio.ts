/** rpm2cpio: the files of an RPM package as an archive. @see rpm2cpio(8), RPM's file format */
import { Errno, lseek, type Routine, SEEK_SET } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { attempt, type Io } from "../../io.ts";
import { openOrDie } from "../../or-die.ts";
import { Source } from "./source.ts";
import { type Compression, unpack } from "./unpack.ts";

const LEAD_BYTES = 96;
const HEADER_MAGIC = [0x8e, 0xad, 0xe8];
const HEADER_BYTES = 16;
const INDEX_BYTES = 16;
/** How compressed archives begin. */
const SIGNATURES: readonly (readonly [Compression, readonly number[]])[] = [
  ["gzip", [0x1f, 0x8b]],
  ["bzip2", [0x42, 0x5a]],
  ["xz", [0xfd, 0x37]],
];

export const rpm2cpio: Applet = function* (io) {
  const [, path] = io.argv;
  const fd = path === undefined ? 0 : yield* openOrDie(io, path);
  const source = new Source(io, fd, { canSeek: true });
  // What stands in the lead does not matter any more.
  yield* source.need(LEAD_BYTES);
  // The signature is padded, the header behind it is not.
  yield* skipHeader(io, source, path);
  yield* source.align(8);
  yield* skipHeader(io, source, path);
  const start = yield* source.take(2);
  const [compression] = SIGNATURES.find(([, magic]) => begins(start, magic)) ?? [];
  if (compression === undefined) return yield* io.die("no gzip/bzip2/xz magic");
  // What cannot go back hands on what was read to know it.
  const back = yield* attempt(lseek(fd, source.offset - start.length, SEEK_SET));
  const streams = { input: fd, output: 1, ...(back instanceof Errno ? { start } : {}) };
  return (yield* unpack(io, compression, streams)) === undefined ? 1 : 0;
};

const begins = (bytes: Uint8Array, magic: readonly number[]): boolean => magic.every((byte, at) => bytes[at] === byte);

/** Entries of the index, and the data that they lead to. */
function* skipHeader(io: Io, source: Source, path = "(null)"): Routine<void> {
  const header = yield* source.need(HEADER_BYTES);
  if (!begins(header, HEADER_MAGIC)) return yield* io.die(`invalid RPM header magic in '${path}'`);
  const view = new DataView(header.buffer, header.byteOffset);
  yield* source.skip(view.getUint32(8) * INDEX_BYTES + view.getUint32(12));
}
