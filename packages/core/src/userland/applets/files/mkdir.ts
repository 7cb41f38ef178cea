/** mkdir: make directories. @see mkdir(1p) */
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { parseModeHere } from "../../mode.ts";
import { makeDirectory } from "./make-directory.ts";

const LONGS = { mode: "m", parents: "p", verbose: "v" };

export const mkdir: Applet = function* (io) {
  const options = yield* getopt(io, "m:pv", LONGS);
  const text = options.value("m");
  const mode = text === undefined ? undefined : yield* parseModeHere(text, 0o777);
  if (text !== undefined && mode === undefined) return yield* io.die(`invalid mode '${text}'`);
  if (options.operands.length === 0) return yield* showUsage(io);
  const how = { parents: options.has("p"), verbose: options.has("v"), mode };
  let code = 0;
  for (const path of options.operands) {
    if (!(yield* makeDirectory(io, path, how))) code = 1;
  }
  return code;
};
