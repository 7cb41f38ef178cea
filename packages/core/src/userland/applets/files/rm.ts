/** rm: remove files. @see rm(1p) */
import type { Applet } from "../../applet.ts";
import { isDotOrDotDot } from "../../directory.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { lastComponent, withoutTrailingSlashes } from "./paths.ts";
import { removeFile } from "./remove.ts";

export const rm: Applet = function* (io) {
  const options = yield* getopt(io, "fiRrv");
  const last = options.last("f", "i");
  const how = {
    force: last === "f",
    interactive: last === "i",
    recursive: options.has("r") || options.has("R"),
    verbose: options.has("v"),
  };
  if (options.operands.length === 0 && !how.force) return yield* showUsage(io);
  let code = 0;
  for (const operand of options.operands) {
    if (isDotOrDotDot(lastComponent(operand))) yield* io.warn("can't remove '.' or '..'");
    else if (yield* removeFile(io, withoutTrailingSlashes(operand), how)) continue;
    code = 1;
  }
  return code;
};
