/** mountpoint: is a directory the root of a mount? @see mountpoint(1) */
import { Errno, lstat, major, minor, stat } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt } from "../../io.ts";
import { findMount } from "./mount-table.ts";

export const mountpoint: Applet = function* (io) {
  const options = yield* getopt(io, "qdxn");
  const [path] = options.operands;
  if (path === undefined || options.operands.length > 1) return yield* showUsage(io);
  const quiet = options.has("q");
  const file = yield* attempt(options.has("x") ? stat(path) : lstat(path));
  let failure = file instanceof Errno ? file.message : undefined;
  let name = path;
  if (!(file instanceof Errno) && options.has("x")) {
    if (file.type === "block") {
      yield* io.out.line(`${major(file.rdev)}:${minor(file.rdev)}`);
      return 0;
    }
    failure = "not a block device";
  } else if (!(file instanceof Errno)) {
    name = `${path}/..`;
    const parent = file.type === "dir" ? yield* attempt(stat(name)) : new Errno("ENOTDIR");
    if (file.type !== "dir") name = path;
    if (parent instanceof Errno) failure = parent.message;
    else {
      // The root is its own parent.
      const isMount = file.dev !== parent.dev || file.ino === parent.ino;
      if (options.has("d")) yield* io.out.line(`${major(file.dev)}:${minor(file.dev)}`);
      if (options.has("n")) {
        const mount = yield* attempt(findMount(path));
        yield* io.out.line(`${mount instanceof Errno ? "UNKNOWN" : (mount?.device ?? "UNKNOWN")} ${path}`);
      }
      const says = !quiet && !options.has("d") && !options.has("n");
      if (says) yield* io.out.line(`${path} is ${isMount ? "" : "not "}a mountpoint`);
      return isMount ? 0 : 1;
    }
  }
  if (!quiet) yield* io.warn(`${name}: ${failure ?? ""}`);
  return 1;
};
