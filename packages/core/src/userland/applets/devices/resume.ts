/** resume: go on from what was written to a disk before the machine slept. @see Documentation/power/swsusp.rst */
import { Errno, major, makedev, minor, O_WRONLY, type Routine, S_IFBLK, S_IFMT, stat } from "../../../abi/index.ts";
import { encode } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import { attempt, readText } from "../../io.ts";
import { openOrDie, writeOrDie } from "../../or-die.ts";
import { numberOrDie } from "../files/number.ts";

const RESUME = "/sys/power/resume";

export const resume: Applet = function* (io) {
  const [, name, offsetText = "0"] = io.argv;
  if (name === undefined) return yield* showUsage(io);
  const device = yield* deviceNamed(name);
  if (major(device) === 0) return yield* io.die(`invalid resume device: ${name}`);
  const offset = yield* numberOrDie(io, offsetText);
  if (offset !== 0) {
    yield* writeOrDie(io, yield* openOrDie(io, `${RESUME}_offset`, O_WRONLY), encode(String(offset)));
  }
  yield* writeOrDie(io, yield* openOrDie(io, RESUME, O_WRONLY), encode(`${major(device)}:${minor(device)}`));
  // Who comes so far has not resumed.
  return 1;
};

/** MAJOR:MINOR, hexadecimal digits, or a name; 0 if there is no such device. */
function* deviceNamed(name: string): Routine<number> {
  let path = name;
  if (!name.startsWith("/dev/")) {
    const pair = /^(\d+):(\d+)$/.exec(name);
    if (pair !== null) return makedev(Number(pair[1]), Number(pair[2]));
    if (!name.includes(":") && /^(0x)?[0-9a-f]+$/i.test(name)) return Number.parseInt(name, 16);
    path = `/dev/${name}`;
  }
  const found = yield* attempt(stat(path));
  if (!(found instanceof Errno) && (found.mode & S_IFMT) === S_IFBLK) return found.rdev;
  const shown = yield* attempt(readText(`/sys/class/block/${path.slice("/dev/".length)}/dev`));
  const known = shown instanceof Errno ? null : /^(\d+):(\d+)/.exec(shown);
  return known === null ? 0 : makedev(Number(known[1]), Number(known[2]));
}
