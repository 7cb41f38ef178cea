/** readlink: what a symbolic link says, or with -f the canonical path. @see readlink(1) */
import { Errno, readlink as readLink } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt } from "../../io.ts";
import { realPathOfNew } from "./canonical.ts";

export const readlink: Applet = function* (io) {
  const options = yield* getopt(io, "nfvsq");
  const [path] = options.operands;
  if (path === undefined || options.operands.length > 1) return yield* showUsage(io);
  const text = yield* attempt(options.has("f") ? realPathOfNew(path) : readLink(path));
  if (text instanceof Errno) {
    const why = text.code === "EINVAL" ? "not a symlink" : text.message;
    if (options.has("v") && !options.has("f")) yield* io.warn(`${path}: cannot read link: ${why}`);
    return 1;
  }
  yield* io.out.write(options.has("n") ? text : `${text}\n`);
  return 0;
};
