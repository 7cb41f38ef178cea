/** mknod and mkfifo: make special files. @see mknod(1), mkfifo(1p) */
import {
  Errno,
  makedev,
  mknod as makeNode,
  type Routine,
  S_IFBLK,
  S_IFCHR,
  S_IFIFO,
  umask,
} from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt } from "../../io.ts";
import { parseModeHere } from "../../mode.ts";
import { numberOrDie } from "./number.ts";

const DEFAULT_MODE = 0o666;
const TYPES: Readonly<Record<string, number>> = { b: S_IFBLK, c: S_IFCHR, u: S_IFCHR, p: S_IFIFO };
const MAJOR_MAX = 0xfff;
const MINOR_MAX = 0xfffff;

export const mkfifo: Applet = function* (io) {
  const options = yield* getopt(io, "m:");
  const mode = yield* modeOf(options);
  if (options.operands.length === 0) return yield* showUsage(io);
  let code = 0;
  for (const path of options.operands) {
    const made = mode === undefined ? new Errno("EINVAL") : yield* attempt(makeNode(path, S_IFIFO | mode));
    if (!(made instanceof Errno)) continue;
    yield* io.perror(path, made);
    code = 1;
  }
  return code;
};

export const mknod: Applet = function* (io) {
  const options = yield* getopt(io, "m:");
  const mode = yield* modeOf(options);
  const [path, letters = "", major, minor, ...further] = options.operands;
  const type = TYPES[letters.slice(0, 1)];
  if (path === undefined || type === undefined) return yield* showUsage(io);
  let dev = 0;
  if (type === S_IFIFO) {
    if (major !== undefined) return yield* showUsage(io);
  } else {
    if (major === undefined || minor === undefined) return yield* showUsage(io);
    const low = yield* numberOrDie(io, minor, { most: MINOR_MAX });
    dev = makedev(yield* numberOrDie(io, major, { most: MAJOR_MAX }), low);
    if (further.length > 0) return yield* showUsage(io);
  }
  const made = mode === undefined ? new Errno("EINVAL") : yield* attempt(makeNode(path, type | mode, dev));
  if (made instanceof Errno) return yield* io.pdie(path, made);
  return 0;
};

/** The mode of -m, which the umask does not touch. A wrong one is found out only by the system call. */
function* modeOf(options: Options): Routine<number | undefined> {
  const text = options.value("m");
  if (text === undefined) return DEFAULT_MODE;
  const mode = yield* parseModeHere(text, DEFAULT_MODE);
  if (mode !== undefined) yield* umask(0);
  return mode;
}
