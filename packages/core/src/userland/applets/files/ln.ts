/** ln: make links. @see ln(1p) */
import { Errno, link, lstat, type Routine, rename, stat, symlink, unlink } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { joinPath, lastComponent } from "./paths.ts";

export const ln: Applet = function* (io) {
  const options = yield* getopt(io, "sfnbS:vT");
  const { operands } = options;
  const [first] = operands;
  if (first === undefined) return yield* showUsage(io);
  if (options.has("T") && operands.length > 2) return yield* io.die("-T accepts 2 args max");
  const target = operands.length === 1 ? lastComponent(first) : (operands[operands.length - 1] ?? "");
  let code = 0;
  for (const source of operands.length === 1 ? operands : operands.slice(0, -1)) {
    let place = target;
    if (yield* isDirectory(target, !options.has("n") && !options.has("T"))) {
      if (options.has("T")) return yield* io.die(`'${target}' is a directory`);
      place = joinPath(target, lastComponent(source));
    }
    if (!(yield* makeLink(io, options, source, place))) code = 1;
  }
  return code;
};

function* makeLink(io: Io, options: Options, source: string, place: string): Routine<boolean> {
  const symbolic = options.has("s");
  if (!symbolic) {
    // A link to a dangling symbolic link is a link to that symbolic link.
    const there = yield* attempt(stat(source));
    const itself = there instanceof Errno ? yield* attempt(lstat(source)) : there;
    if (there instanceof Errno && (itself instanceof Errno || itself.type !== "symlink")) {
      yield* io.perror(source, itself instanceof Errno ? itself : there);
      return false;
    }
  }
  if (options.has("b")) {
    const moved = yield* attempt(rename(place, `${place}${options.value("S") ?? "~"}`));
    if (moved instanceof Errno && moved.code !== "ENOENT") {
      yield* io.perror(place, moved);
      return false;
    }
    // Renaming one of two names of a file onto the other does nothing.
    yield* attempt(unlink(place));
  } else if (options.has("f")) yield* attempt(unlink(place));
  if (options.has("v")) yield* io.out.line(`'${place}' -> '${source}'`);
  const made = yield* attempt(symbolic ? symlink(source, place) : link(source, place));
  if (!(made instanceof Errno)) return true;
  yield* io.perror(place, made);
  return false;
}

export function* isDirectory(path: string, follow: boolean): Routine<boolean> {
  const there = yield* attempt(follow ? stat(path) : lstat(path));
  return !(there instanceof Errno) && there.type === "dir";
}
