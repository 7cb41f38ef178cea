/** fsfreeze: hold up who writes to a file system, and let them go on. @see fsfreeze(8), ioctl_fs(2) */
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { openOrDie } from "../../or-die.ts";
import { control } from "./device.ts";

export const fsfreeze: Applet = function* (io) {
  const options = yield* getopt(io, "", { freeze: "freeze", unfreeze: "unfreeze" });
  const [path, ...more] = options.operands;
  if (options.given.length !== 1 || path === undefined || more.length > 0) return yield* showUsage(io);
  const request = options.has("freeze") ? "FIFREEZE" : "FITHAW";
  yield* control(io, yield* openOrDie(io, path), request, { what: "(opts & 1) ? FIFREEZE : FITHAW" });
  return 0;
};
