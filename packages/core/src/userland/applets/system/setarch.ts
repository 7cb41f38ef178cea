/**
 * linux32, linux64: run a program under another personality.
 *
 * Unlike Linux, the kernel here has one personality: `uname -m` stays what it is.
 *
 * @see setarch(8), personality(2)
 */
import type { Applet } from "../../applet.ts";
import { execOrDie } from "../../exec.ts";
import { getopt } from "../../getopt.ts";

export const setarch: Applet = function* (io) {
  const options = yield* getopt(io, "+");
  return yield* execOrDie(io, options.operands.length > 0 ? options.operands : ["/bin/sh"]);
};
