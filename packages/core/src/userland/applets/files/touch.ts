/** touch: set file times, and make files that are missing. @see touch(1p) */
import {
  clock_gettime,
  close,
  Errno,
  O_CREAT,
  O_RDWR,
  open,
  type Routine,
  stat,
  type TimeChange,
  utimens,
} from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { civilOf, parseDate, zoneOf } from "../../dates.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";

const LONGS = { "no-create": "c", "no-dereference": "h", reference: "r", date: "d" };

export const touch: Applet = function* (io) {
  const options = yield* getopt(io, "chr:d:t:amf", LONGS);
  if (options.operands.length === 0 || (options.has("r") && options.has("t"))) return yield* showUsage(io);
  const [atime, mtime] = yield* timesOf(io, options);
  const isExplicit = ["r", "d", "t"].some((letter) => options.has(letter));
  const follow = !options.has("h");
  let code = 0;
  for (const path of options.operands) {
    const touched = yield* attempt(utimens(path, atime, mtime, { follow }));
    if (!(touched instanceof Errno)) continue;
    let failure: Errno | undefined = touched;
    if (touched.code === "ENOENT") {
      if (options.has("c")) continue;
      const fd = yield* attempt(open(path, O_RDWR | O_CREAT));
      if (fd instanceof Errno) failure = fd;
      else {
        if (isExplicit) yield* attempt(utimens(path, atime, mtime));
        yield* close(fd);
        failure = undefined;
      }
    }
    if (failure === undefined) continue;
    yield* io.perror(path, failure);
    code = 1;
  }
  return code;
};

function* timesOf(io: Io, options: Options): Routine<readonly [atime: TimeChange, mtime: TimeChange]> {
  let atime: TimeChange = "now";
  let mtime: TimeChange = "now";
  const reference = options.value("r");
  if (reference !== undefined) {
    const file = yield* attempt(stat(reference));
    if (file instanceof Errno) return yield* io.pdie(`can't stat '${reference}'`, file);
    atime = file.atimeUs;
    mtime = file.mtimeUs;
  }
  const last = options.last("d", "t");
  if (last !== undefined) {
    const text = options.value(last) ?? "";
    const now = civilOf(yield* clock_gettime(), zoneOf(io.env.get("TZ")));
    const timeUs = parseDate(text, now) ?? (yield* io.die(`invalid date '${text}'`));
    atime = timeUs;
    mtime = timeUs;
  }
  if (options.has("a") && !options.has("m")) mtime = "omit";
  if (options.has("m") && !options.has("a")) atime = "omit";
  return [atime, mtime];
}
