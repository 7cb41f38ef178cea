/** pwd: the working directory. @see pwd(1p) */
import { Errno, type Routine, stat } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { workingDirectory } from "../../working-directory.ts";

export const pwd: Applet = function* (io) {
  const options = yield* getopt(io, "LP");
  const logical = options.has("L") ? yield* logicalDirectory(io) : undefined;
  const path = logical ?? (yield* attempt(workingDirectory()));
  if (path instanceof Errno) return yield* io.pdie("getcwd", path);
  yield* io.out.line(path);
  return 0;
};

/** $PWD, if it is an absolute path without dots to where we are. */
function* logicalDirectory(io: Io): Routine<string | undefined> {
  const path = io.env.get("PWD");
  if (path === undefined || !path.startsWith("/") || /\/\.\.?(\/|$)/.test(path)) return undefined;
  const there = yield* attempt(stat(path));
  const here = yield* attempt(stat("."));
  if (there instanceof Errno || here instanceof Errno) return undefined;
  return there.ino === here.ino && there.dev === here.dev ? path : undefined;
}
