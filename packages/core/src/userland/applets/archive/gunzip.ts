/** gunzip and zcat: decompress files. @see gzip(1) */
import { close, Errno, O_RDONLY, O_WRONLY, open, type Routine, read } from "../../../abi/index.ts";
import { NO_BYTES } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { FILTER_OPTIONS, type Filter, filterFiles, withoutExtension } from "./filter.ts";
import { type Compression, unpack } from "./unpack.ts";

const LONG_OPTIONS = { stdout: "c", "to-stdout": "c", force: "f", test: "t", "no-name": "n" };
const READ_SIZE = 65_536;

/** `.tgz` becomes `.tar`. */
function outputName(name: string): string | undefined {
  if (name.endsWith(".tgz")) return `${name.slice(0, -4)}.tar`;
  return withoutExtension("gz")(name) ?? withoutExtension("Z")(name);
}

export const GUNZIP: Filter = { transform: (io, streams) => unpack(io, "gzip", streams), rename: outputName };

export const gunzip: Applet = function* (io) {
  const options = yield* getopt(io, `${FILTER_OPTIONS}dtn`, LONG_OPTIONS);
  return yield* filterFiles(io, options, GUNZIP);
};

/** Files that each say by their first bytes how they are compressed. */
export const zcat: Applet = function* (io) {
  const options = yield* getopt(io, `${FILTER_OPTIONS}dtn`, LONG_OPTIONS);
  let code = 0;
  for (const file of options.operands.length === 0 ? ["-"] : options.operands) {
    const input = file === "-" ? 0 : yield* attempt(open(file, O_RDONLY));
    if (input instanceof Errno) {
      yield* io.perror(file, input);
      code = 1;
      continue;
    }
    yield* showFile(io, input, options.has("t") ? yield* open("/dev/null", O_WRONLY) : 1);
    if (input !== 0) yield* close(input);
  }
  return code;
};

function* showFile(io: Io, input: number, output: number): Routine<void> {
  const start = yield* readStart(input);
  const compression = compressionOf(start);
  if (compression === undefined) {
    yield* io.die(start.length < SHORTEST_SIGNATURE ? "short read" : "no gzip/bzip2/xz magic");
    return;
  }
  // It is a child that decompresses: what it complains about does not count.
  yield* unpack(io, compression, { input, output, start });
}

/** Enough bytes to tell the format. */
function* readStart(input: number): Routine<Uint8Array> {
  const bytes = yield* attempt(read(input, READ_SIZE));
  if (bytes instanceof Errno) return NO_BYTES;
  if (bytes.length === 0 || bytes.length >= SIGNATURE_SIZE) return bytes;
  const more = yield* read(input, READ_SIZE);
  return Uint8Array.of(...bytes, ...more);
}

const SIGNATURE_SIZE = 6;
const SHORTEST_SIGNATURE = 2;
const SIGNATURES: readonly (readonly [Compression, readonly number[]])[] = [
  ["gzip", [0x1f, 0x8b]],
  ["bzip2", [0x42, 0x5a]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
];

function compressionOf(start: Uint8Array): Compression | undefined {
  return SIGNATURES.find(([, signature]) => signature.every((byte, index) => start[index] === byte))?.[0];
}
