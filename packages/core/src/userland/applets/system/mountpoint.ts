/** mountpoint: is a directory where a file system is mounted? @see mountpoint(1) */
import { Errno, lstat, major, minor, type Routine, stat } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { MTAB, mountEntries } from "./mount-table.ts";

export const mountpoint: Applet = function* (io) {
  const options = yield* getopt(io, "qdxn");
  const [path] = options.operands;
  if (path === undefined || options.operands.length > 1) return yield* showUsage(io);
  const found = yield* attempt(options.has("x") ? stat(path) : lstat(path));
  if (found instanceof Errno) return yield* complain(io, options, `${path}: ${found.message}`);
  if (options.has("x")) {
    if (found.type !== "block") return yield* complain(io, options, `${path}: not a block device`);
    yield* io.out.line(`${major(found.rdev)}:${minor(found.rdev)}`);
    return 0;
  }
  if (found.type !== "dir") return yield* complain(io, options, `${path}: Not a directory`);
  const parent = yield* stat(`${path}/..`);
  const isMount = parent.dev !== found.dev || parent.ino === found.ino;
  if (options.has("d")) yield* io.out.line(`${major(found.dev)}:${minor(found.dev)}`);
  if (options.has("n")) yield* io.out.line(`${yield* sourceOf(path)} ${path}`);
  if (!["q", "d", "n"].some((letter) => options.has(letter))) {
    yield* io.out.line(`${path} is ${isMount ? "" : "not "}a mountpoint`);
  }
  return isMount ? 0 : 1;
};

function* complain(io: Io, options: Options, message: string): Routine<number> {
  if (!options.has("q")) yield* io.warn(message);
  return 1;
}

function* sourceOf(path: string): Routine<string> {
  const entries = yield* mountEntries(MTAB);
  const entry = entries instanceof Errno ? undefined : entries.findLast(({ directory }) => directory === path);
  return entry?.source ?? "UNKNOWN";
}
