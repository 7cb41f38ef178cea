/** cp: copy files. @see cp(1p) */
import { lstat, stat } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { Copier, type CopyOptions } from "./copy.ts";
import { existenceOf } from "./existence.ts";
import { makeDirectory } from "./make-directory.ts";
import { joinPath, lastComponent, parentPath, withoutTrailingSlashes } from "./paths.ts";

const LONGS = {
  archive: "a",
  force: "f",
  interactive: "i",
  "no-clobber": "n",
  link: "l",
  dereference: "L",
  "no-dereference": "P",
  recursive: "R",
  "symbolic-link": "s",
  "no-target-directory": "T",
  "target-directory": "t",
  verbose: "v",
  update: "u",
  "remove-destination": "remove-destination",
  parents: "parents",
  reflink: "reflink::",
};

export const cp: Applet = function* (io) {
  const options = yield* getopt(io, "pdRfinslLHarPvuTt:", LONGS);
  const { operands } = options;
  const reflink = options.value("reflink");
  if (reflink !== undefined && !["", "always", "auto"].includes(reflink)) return yield* showUsage(io);
  if (operands.length < 1 || (options.has("s") && options.has("l"))) return yield* showUsage(io);
  const how = copyOptions(options);
  const directory = options.value("t");
  const target = directory ?? operands[operands.length - 1] ?? "";
  const sources = directory === undefined ? operands.slice(0, -1) : operands;
  const [first] = sources;
  if (first === undefined) return yield* showUsage(io);

  const copier = new Copier(io, how);
  if (directory === undefined && sources.length === 1) {
    const from = yield* existenceOf(io, first, how.dereference === "all" ? stat : lstat);
    if (from === undefined) return 1;
    const exactly = options.has("T");
    const to = yield* existenceOf(io, target, exactly ? lstat : stat);
    if (to === undefined) return 1;
    if (exactly && from !== "directory" && to === "directory") return yield* io.die(`'${target}' is a directory`);
    if (options.has("parents") && to !== "directory") {
      return yield* io.die("with --parents, the destination must be a directory");
    }
    const isFresh = how.recursive && from === "directory" && to === "missing";
    if ((from !== "directory" && to !== "directory") || isFresh || exactly) {
      return (yield* copier.copy(first, target)) ? 0 : 1;
    }
  } else if (directory === undefined && options.has("T")) return yield* showUsage(io);

  let code = 0;
  for (const source of sources) {
    let dest: string;
    let from = source;
    if (options.has("parents")) {
      dest = joinPath(target, source);
      if (!(yield* makeDirectory(io, parentPath(dest), { parents: true }))) return 1;
    } else {
      from = withoutTrailingSlashes(source);
      dest = joinPath(target, lastComponent(source));
    }
    if (!(yield* copier.copy(from, dest))) code = 1;
  }
  return code;
};

function copyOptions(options: Options): CopyOptions {
  const archive = options.has("a");
  const recursive = archive || options.has("R") || options.has("r");
  const keepsLinks = recursive || options.has("d") || options.has("P");
  const overwrite = options.last("i", "n");
  return {
    dereference: options.has("L") || !keepsLinks ? "all" : options.has("H") ? "operands" : "none",
    recursive,
    preserve: archive || options.has("p"),
    force: options.has("f"),
    interactive: overwrite === "i",
    noOverwrite: overwrite === "n",
    update: options.has("u"),
    links: options.has("s") ? "symbolic" : options.has("l") ? "hard" : undefined,
    verbose: options.has("v"),
    reflink: options.has("reflink") && options.value("reflink") !== "auto",
  };
}
