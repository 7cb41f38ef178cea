/** rmdir: remove empty directories. @see rmdir(1p) */
import { Errno, rmdir as removeDirectory } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt } from "../../io.ts";
import { parentPath } from "./paths.ts";

const LONGS = { parents: "p", "ignore-fail-on-non-empty": "ignore-fail-on-non-empty", verbose: "v" };

export const rmdir: Applet = function* (io) {
  const options = yield* getopt(io, "pv", LONGS);
  if (options.operands.length === 0) return yield* showUsage(io);
  const ignoresFull = options.has("ignore-fail-on-non-empty");
  let code = 0;
  for (const operand of options.operands) {
    for (let path = operand; ; path = parentPath(path)) {
      if (path === "." && path !== operand) break;
      if (options.has("v")) yield* io.out.line(`rmdir: removing directory, '${path}'`);
      const removed = yield* attempt(removeDirectory(path));
      if (!(removed instanceof Errno)) {
        if (options.has("p")) continue;
        break;
      }
      if (ignoresFull && removed.code === "ENOTEMPTY") break;
      yield* io.perror(`'${path}'`, removed);
      code = 1;
      break;
    }
  }
  return code;
};
