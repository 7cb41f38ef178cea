/** gzip: compress files. @see gzip(1), RFC 1952 */
import { Errno, type Routine, read } from "../../../abi/index.ts";
import { concat, crc32, type DeflateLevel, Deflater, NO_BYTES } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { writeOrDie } from "../../or-die.ts";
import { Work } from "../../work.ts";
import { FILTER_OPTIONS, filterFiles, withExtension } from "./filter.ts";
import { GUNZIP } from "./gunzip.ts";
import type { Streams } from "./unpack.ts";

const LONG_OPTIONS = {
  stdout: "c",
  "to-stdout": "c",
  force: "f",
  verbose: "v",
  decompress: "d",
  uncompress: "d",
  test: "t",
  quiet: "q",
  fast: "1",
  best: "9",
  "no-name": "n",
};
/** Deflated, without a name and without a time, on Unix. */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3);
const READ_SIZE = 32_768;
const NS_PER_BYTE = 20;

export const gzip: Applet = function* (io) {
  const options = yield* getopt(io, `${FILTER_OPTIONS}dtn123456789`, LONG_OPTIONS);
  if (options.has("d") || options.has("t")) return yield* filterFiles(io, options, GUNZIP);
  const level = Number(options.last(..."123456789") ?? 6) as DeflateLevel;
  const transform = (_io: Io, streams: Streams) => compress(io, streams, level);
  return yield* filterFiles(io, options, { transform, rename: withExtension("gz") });
};

function* compress(io: Io, { input, output }: Streams, level: DeflateLevel): Routine<number> {
  const deflater = new Deflater(level);
  const work = new Work(NS_PER_BYTE);
  let checksum = 0;
  let length = 0;
  yield* put(io, output, HEADER);
  for (;;) {
    const bytes = yield* attempt(read(input, READ_SIZE));
    // A file that cannot be read is taken for one that has ended.
    if (bytes instanceof Errno || bytes.length === 0) break;
    checksum = crc32(bytes, checksum);
    length += bytes.length;
    yield* work.on(bytes.length);
    yield* put(io, output, deflater.push(bytes, false));
  }
  const trailer = new DataView(new ArrayBuffer(8));
  trailer.setUint32(0, checksum, true);
  trailer.setUint32(4, length % 2 ** 32, true);
  yield* put(io, output, concat([deflater.push(NO_BYTES, true), new Uint8Array(trailer.buffer)]));
  // Unlike bzip2, gzip counts nothing.
  return 0;
}

function* put(io: Io, output: number, bytes: Uint8Array): Routine<void> {
  yield* writeOrDie(io, output, bytes);
}
