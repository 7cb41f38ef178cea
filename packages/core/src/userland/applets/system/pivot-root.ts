/** pivot_root: change what the root file system is. @see pivot_root(8), pivot_root(2) */
import { Errno, pivot_root as pivotRootCall } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import { attempt } from "../../io.ts";

export const pivotRoot: Applet = function* (io) {
  const [, newRoot, putOld] = io.argv;
  if (newRoot === undefined || putOld === undefined || io.argv.length > 3) return yield* showUsage(io);
  const error = yield* attempt(pivotRootCall(newRoot, putOld));
  return error instanceof Errno ? yield* io.pdie("", error) : 0;
};
