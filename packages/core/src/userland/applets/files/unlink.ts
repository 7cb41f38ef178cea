/** unlink: call unlink(2). @see unlink(1p) */
import { Errno, unlink as removeName } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt } from "../../io.ts";

export const unlink: Applet = function* (io) {
  const { operands } = yield* getopt(io, "");
  const [path] = operands;
  if (path === undefined || operands.length > 1) return yield* showUsage(io);
  const removed = yield* attempt(removeName(path));
  if (removed instanceof Errno) return yield* io.pdie(`can't remove file '${path}'`, removed);
  return 0;
};
