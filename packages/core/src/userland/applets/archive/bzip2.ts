/** bzip2, bunzip2 and bzcat. @see bzip2(1) */
import { Errno, type Routine, read } from "../../../abi/index.ts";
import { Bzip2 } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, Options } from "../../getopt.ts";
import { attempt, type Io, writeAll } from "../../io.ts";
import { Work } from "../../work.ts";
import { FILTER_OPTIONS, type Filter, filterFiles, withExtension, withoutExtension } from "./filter.ts";
import { type Streams, unpack } from "./unpack.ts";

const READ_SIZE = 65_536;
const NS_PER_BYTE = 100;

const BUNZIP2: Filter = {
  transform: (io, streams) => unpack(io, "bzip2", streams),
  rename: withoutExtension("bz2"),
};

export const bzip2: Applet = function* (io) {
  const options = yield* getopt(io, `${FILTER_OPTIONS}dt123456789zs`);
  if (options.has("d") || options.has("t")) return yield* filterFiles(io, options, BUNZIP2);
  const level = Number(options.last(..."123456789") ?? 9);
  const transform = (_io: Io, streams: Streams) => compress(io, streams, level);
  return yield* filterFiles(io, options, { transform, rename: withExtension("bz2") });
};

export const bunzip2: Applet = function* (io) {
  return yield* filterFiles(io, yield* getopt(io, `${FILTER_OPTIONS}dt`), BUNZIP2);
};

export const bzcat: Applet = function* (io) {
  const options = yield* getopt(io, `${FILTER_OPTIONS}dt`);
  return yield* filterFiles(io, new Options([...options.given, ["c", ""]], options.operands), BUNZIP2);
};

function* compress(io: Io, { input, output }: Streams, level: number): Routine<number | undefined> {
  const encoder = new Bzip2(level);
  const work = new Work(NS_PER_BYTE);
  let written = 0;
  for (;;) {
    const bytes = yield* attempt(read(input, READ_SIZE));
    if (bytes instanceof Errno) {
      yield* io.perror("read error", bytes);
      return undefined;
    }
    if (bytes.length === 0) break;
    yield* work.on(bytes.length);
    const packed = encoder.push(bytes);
    written += packed.length;
    yield* put(io, output, packed);
  }
  const rest = encoder.finish();
  yield* put(io, output, rest);
  return written + rest.length;
}

function* put(io: Io, output: number, bytes: Uint8Array): Routine<void> {
  const error = bytes.length === 0 ? undefined : yield* attempt(writeAll(output, bytes));
  if (error instanceof Errno) yield* io.pdie("write error", error);
}
