/**
 * logname: the name under which the user logged in.
 *
 * That is a question to the login records of a terminal; containers have none.
 *
 * @see logname(1p), getlogin(3)
 */
import { Errno, ioctl } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import { attempt } from "../../io.ts";

export const logname: Applet = function* (io) {
  if (io.argv.length > 1) return yield* showUsage(io);
  const terminal = yield* attempt(ioctl(0, "TCGETS"));
  return yield* io.pdie("getlogin", terminal instanceof Errno ? terminal : new Errno("ENOENT"));
};
