/** md5sum, sha1sum, sha256sum, sha384sum, sha512sum, sha3sum: print and check message digests. @see md5sum(1) */
import { close, Errno, open, type Routine, read } from "../../../abi/index.ts";
import { fromByteString, toHex } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { type Hash, Md5, Sha1, Sha3, Sha256, Sha512 } from "../../digest/index.ts";
import { getopt, type Options } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { Work } from "../../work.ts";
import { usage } from "./arguments.ts";
import { finish, LineReader, openInputOrDie } from "./lines.ts";

const READ_SIZE = 65_536;
/** As long as they take here: busybox's own, without instructions of the processor for it, are not much faster. */
const NS_PER_BYTE: ReadonlyMap<string, number> = new Map([
  ["md5sum", 8],
  ["sha1sum", 8],
  ["sha256sum", 12],
  ["sha384sum", 25],
  ["sha512sum", 25],
  ["sha3sum", 60],
]);
const SHA3_WIDTH = 224;
const SHA3_STATE_BITS = 1600;

export const hashSum: Applet = function* (io) {
  const isSha3 = io.name === "sha3sum";
  const options = yield* getopt(io, isSha3 ? "scwbta:+" : "scwbt");
  if (!options.has("c") && (options.has("s") || options.has("w"))) return yield* usage(io);
  const width = options.number("a") ?? SHA3_WIDTH;
  if (isSha3 && (width === 0 || width >= SHA3_STATE_BITS / 2 || width % 32 !== 0)) {
    return yield* io.die(`bad -a${width}`);
  }
  const make = (): Hash => makeHash(io.name, width);
  let code = 0;
  for (const file of options.operands.length === 0 ? ["-"] : options.operands) {
    if (options.has("c")) {
      if (!(yield* check(io, options, file, make))) code = 1;
      continue;
    }
    const digest = yield* hashFile(io, file, make());
    if (digest === undefined) code = 1;
    else yield* io.out.line(`${digest} ${options.has("b") ? "*" : " "}${file}`);
  }
  return code;
};

function makeHash(name: string, width: number): Hash {
  switch (name) {
    case "md5sum":
      return new Md5();
    case "sha1sum":
      return new Sha1();
    case "sha256sum":
      return new Sha256();
    case "sha384sum":
      return new Sha512(384);
    case "sha3sum":
      return new Sha3(width);
    default:
      return new Sha512();
  }
}

/** The digest of a file in hexadecimal; says why there is none. */
function* hashFile(io: Io, file: string, hash: Hash): Routine<string | undefined> {
  const fd = file === "-" ? 0 : yield* attempt(open(file));
  if (fd instanceof Errno) {
    yield* io.perror(`can't open '${file}'`, fd);
    return undefined;
  }
  let digest: string | undefined;
  const work = new Work(NS_PER_BYTE.get(io.name) ?? 0);
  for (;;) {
    const bytes = yield* attempt(read(fd, READ_SIZE));
    if (bytes instanceof Errno) {
      yield* io.perror(`can't read '${file}'`, bytes);
      break;
    }
    if (bytes.length === 0) {
      digest = toHex(hash.digest());
      break;
    }
    hash.update(bytes);
    yield* work.on(bytes.length);
  }
  if (fd !== 0) yield* close(fd);
  return digest;
}

/** Compares files with the digests that `list` gives; true if all agree. */
function* check(io: Io, options: Options, list: string, make: () => Hash): Routine<boolean> {
  const silent = options.has("s");
  const fd = yield* openInputOrDie(io, list);
  const reader = new LineReader(fd, "\n\0");
  let total = 0;
  let failed = 0;
  for (let line = yield* reader.next(); line !== undefined; line = yield* reader.next()) {
    total++;
    const space = line.indexOf(" ");
    if (space < 0) {
      if (options.has("w")) yield* io.warn("invalid format");
      failed++;
      continue;
    }
    const wanted = line.slice(0, space).toLowerCase();
    const file = fromByteString(line.slice(space + 1).replace(/^[ *]/, ""));
    const ok = (yield* hashFile(io, file, make())) === wanted;
    if (!ok) failed++;
    if (!silent) yield* io.out.line(`${file}: ${ok ? "OK" : "FAILED"}`);
  }
  yield* finish(fd, reader);
  if (failed > 0 && !silent) yield* io.warn(`WARNING: ${failed} of ${total} computed checksums did NOT match`);
  if (total === 0) yield* io.warn(`${list}: no checksum lines found`);
  return failed === 0 && total > 0;
}
