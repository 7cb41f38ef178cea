/** dpkg-deb: what is in a Debian package. @see dpkg-deb(1), deb(5) */
import { close, mkdir, pipe2, type Routine } from "../../../abi/index.ts";
import { latin1, ownValue } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { fork } from "../../exec.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { moveFd } from "../../move-fd.ts";
import { chdirOrDie, openOrDie } from "../../or-die.ts";
import { ArReader, MAGIC } from "./ar.ts";
import { Source } from "./source.ts";
import { tar } from "./tar.ts";

const ACTIONS = ["c", "e", "f", "X", "x"] as const;
/** Endings of archives, and tar's option for each. */
const COMPRESSIONS: Readonly<Record<string, readonly string[]>> = {
  "": [],
  ".gz": ["-z"],
  ".bz2": ["-j"],
  ".lzma": ["--lzma"],
  ".xz": ["-J"],
};

export const dpkgDeb: Applet = function* (io) {
  const options = yield* getopt(io, "cefXx");
  const [file, given, ...more] = options.operands;
  const asked = ACTIONS.filter((letter) => options.has(letter));
  if (file === undefined || more.length > 0 || asked.length > 1) return yield* showUsage(io);
  const directory = options.has("e") ? (given ?? "./DEBIAN") : given;
  const extracts = options.has("x") || options.has("X");
  const shows = options.has("c") || options.has("f");
  if ((extracts && directory === undefined) || (shows && given !== undefined)) return yield* showUsage(io);
  const fd = file === "-" ? 0 : yield* openOrDie(io, file);
  if (directory !== undefined) {
    yield* attempt(mkdir(directory));
    yield* chdirOrDie(io, directory);
  }
  const archive = options.has("e") || options.has("f") ? "control.tar" : "data.tar";
  return yield* forMember(io, fd, archive, (compression) => unpack(io, options, compression));
};

/** Finds the archive in the archive, and makes it standard input. */
function* forMember(
  io: Io,
  fd: number,
  wanted: string,
  use: (compression: readonly string[]) => Routine<number>,
): Routine<number> {
  const source = new Source(io, fd, { canSeek: true });
  if (latin1(yield* source.need(MAGIC.length)) !== MAGIC) return yield* io.die("invalid ar magic");
  const reader = new ArReader(io, source);
  for (let member = yield* reader.next(); member !== undefined; member = yield* reader.next()) {
    const { name, size } = member;
    const compression = name.startsWith(wanted) ? ownValue(COMPRESSIONS, name.slice(wanted.length)) : undefined;
    if (compression !== undefined) {
      const [from, to] = yield* pipe2();
      yield* fork(io, function* () {
        yield* close(from);
        yield* source.offerTo(to, size);
        return 0;
      });
      yield* close(to);
      yield* moveFd(from, 0);
      return yield* use(compression);
    }
    yield* source.skip(size);
    yield* source.align(2);
  }
  return 0;
}

/** What tar does with it. */
function* unpack(io: Io, options: Options, compression: readonly string[]): Routine<number> {
  const how: readonly string[] = options.has("c")
    ? ["-tvf", "-"]
    : options.has("f")
      ? ["-xOf", "-", "./control"]
      : [options.has("X") ? "-xvf" : "-xf", "-"];
  return yield* tar(io.withArguments([io.calledAs, ...compression, ...how]));
}
