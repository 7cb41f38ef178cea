/** basename: the last component of paths. @see basename(1p) */
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { lastComponent } from "./paths.ts";

export const basename: Applet = function* (io) {
  const options = yield* getopt(io, "+as:");
  const { operands } = options;
  const many = options.has("a") || options.has("s");
  if (operands.length === 0 || (!many && operands.length > 2)) return yield* showUsage(io);
  const suffix = many ? options.value("s") : operands[1];
  for (const path of many ? operands : operands.slice(0, 1)) {
    const name = lastComponent(path);
    const strips = suffix !== undefined && name.length > suffix.length && name.endsWith(suffix);
    yield* io.out.line(strips ? name.slice(0, name.length - suffix.length) : name);
    // Each name is written by itself, without stdio's buffer.
    yield* io.out.flush();
  }
  return 0;
};
