/** chmod: change permissions. @see chmod(1p) */
import { chmod as changeMode, Errno, PERMISSION_BITS, type Routine, type Stat, stat } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, Io } from "../../io.ts";
import { modeString, parseModeHere } from "../../mode.ts";
import { type Visit, walkTree } from "./walk.ts";

export const chmod: Applet = function* (io) {
  const [protectedIo, dashed] = protectMode(io);
  const options = yield* getopt(protectedIo, "Rvcf");
  const [given, ...files] = options.operands;
  if (given === undefined || files.length === 0) return yield* showUsage(io);
  const change = changer(io, options, dashed ?? given);
  let code = 0;
  for (const file of files) {
    const done = yield* walkTree(io, file, {
      recurses: options.has("R"),
      follows: "none",
      depthFirst: false,
      file: change,
      directory: change,
    });
    if (!done) code = 1;
  }
  return code;
};

/** A mode such as `-x` in front of the files is not to be taken for an option. */
function protectMode(io: Io): readonly [io: Io, mode: string | undefined] {
  for (const [index, word] of io.argv.entries()) {
    if (index === 0) continue;
    if (!word.startsWith("-")) break;
    if (word.length === 1 || "-Rvcf".includes(word.charAt(1))) continue;
    return [new Io(io.name, io.argv.with(index, `a${word.slice(1)}`), io.env), word];
  }
  return [io, undefined];
}

function changer(io: Io, options: Options, text: string) {
  return function* change(path: string, found: Stat, depth: number): Routine<Visit> {
    // A link on the command line stands for its target; inside a tree links are left alone.
    if (depth > 0 && found.type === "symlink") return "done";
    const file = depth > 0 ? found : yield* attempt(stat(path));
    if (file instanceof Errno) return yield* refused(io, options, path, file);
    const mode = yield* parseModeHere(text, file.mode);
    if (mode === undefined) return yield* io.die(`invalid mode '${text}'`);
    const changed = yield* attempt(changeMode(path, mode & PERMISSION_BITS));
    if (changed instanceof Errno) return yield* refused(io, options, path, changed);
    const differs = (file.mode & PERMISSION_BITS) !== (mode & PERMISSION_BITS);
    if (options.has("v") || (options.has("c") && differs)) {
      const octal = (mode & PERMISSION_BITS).toString(8).padStart(4, "0");
      yield* io.out.line(`mode of '${path}' changed to ${octal} (${modeString(mode).slice(1)})`);
    }
    return "done";
  };
}

function* refused(io: Io, options: Options, path: string, error: Errno): Routine<Errno> {
  if (!options.has("f")) yield* io.perror(path, error);
  return error;
}
