/** realpath: canonical absolute paths. It has no options: every word is a path. @see realpath(1) */
import { Errno } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import { attempt } from "../../io.ts";
import { realPathOfNew } from "./canonical.ts";

export const realpath: Applet = function* (io) {
  const paths = io.argv.slice(1);
  if (paths.length === 0) return yield* showUsage(io);
  let code = 0;
  for (const path of paths) {
    const real = yield* attempt(realPathOfNew(path));
    if (real instanceof Errno) {
      yield* io.perror(path, real);
      code = 1;
    } else yield* io.out.line(real);
  }
  return code;
};
