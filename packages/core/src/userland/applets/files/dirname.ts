/** dirname: a path without its last component. @see dirname(1p) */
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import { parentPath } from "./paths.ts";

export const dirname: Applet = function* (io) {
  const operands = io.argv[1] === "--" ? io.argv.slice(2) : io.argv.slice(1);
  const [path] = operands;
  if (path === undefined || operands.length > 1) return yield* showUsage(io);
  yield* io.out.line(parentPath(path));
  return 0;
};
