/** mv: rename files; across file systems, copy and remove them. @see mv(1p) */
import { access, Errno, lstat, type Routine, rename, stat, unlink, W_OK } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, type Io, isatty } from "../../io.ts";
import { confirm } from "./confirm.ts";
import { Copier, PLAIN_COPY } from "./copy.ts";
import { type Existence, existenceOf } from "./existence.ts";
import { joinPath, lastComponent, withoutTrailingSlashes } from "./paths.ts";
import { removeFile } from "./remove.ts";

const LONGS = {
  interactive: "i",
  force: "f",
  "no-clobber": "n",
  "no-target-directory": "T",
  "target-directory": "t",
  verbose: "v",
};

export const mv: Applet = function* (io) {
  const options = yield* getopt(io, "finTt:v", LONGS);
  const { operands } = options;
  const directory = options.value("t");
  if (operands.length < 1 || (directory !== undefined && options.has("T"))) return yield* showUsage(io);
  const target = directory ?? operands[operands.length - 1] ?? "";
  const sources = directory === undefined ? operands.slice(0, -1) : operands;
  const [first] = sources;
  if (first === undefined) return yield* showUsage(io);
  const mover = new Mover(io, options);
  if (directory === undefined && sources.length === 1) {
    const there = yield* existenceOf(io, target);
    if (there === undefined) return 1;
    if (there === "directory" && options.has("T")) {
      const from = yield* attempt(stat(first));
      if (!(from instanceof Errno) && from.type !== "dir") return yield* io.die(`'${target}' is a directory`);
    }
    if (there !== "directory" || options.has("T")) return (yield* mover.move(first, target, there)) ? 0 : 1;
  } else if (directory === undefined && options.has("T")) return yield* showUsage(io);
  let code = 0;
  for (const operand of sources) {
    const dest = joinPath(target, lastComponent(operand));
    const source = withoutTrailingSlashes(operand);
    const there = yield* existenceOf(io, dest);
    if (there === undefined) {
      yield* mover.tell(source, dest);
      code = 1;
    } else if (!(yield* mover.move(source, dest, there))) code = 1;
  }
  return code;
};

class Mover {
  readonly #io: Io;
  readonly #verbose: boolean;
  /** The last of -f, -i and -n. */
  readonly #overwrites: string | undefined;
  readonly #copier: Copier;

  constructor(io: Io, options: Options) {
    this.#io = io;
    this.#verbose = options.has("v");
    this.#overwrites = options.last("f", "i", "n");
    this.#copier = new Copier(io, { ...PLAIN_COPY, dereference: "none", recursive: true, preserve: true });
  }

  /** Moves one file; says what went wrong and returns false otherwise. `there` is what is at `dest`. */
  *move(source: string, dest: string, there: Existence): Routine<boolean> {
    const done = (yield* this.#mayReplace(dest, there)) ? yield* this.#rename(source, dest, there) : true;
    yield* this.tell(source, dest);
    return done;
  }

  /** With -v a move is told even if it failed. */
  *tell(source: string, dest: string): Routine<void> {
    if (this.#verbose) yield* this.#io.out.line(`'${source}' -> '${dest}'`);
  }

  *#mayReplace(dest: string, there: Existence): Routine<boolean> {
    if (there === "missing") return true;
    if (this.#overwrites === "n") return false;
    if (this.#overwrites === "f") return true;
    const isProtected = (yield* attempt(access(dest, W_OK))) instanceof Errno && (yield* isatty(0));
    if (!isProtected && this.#overwrites !== "i") return true;
    return yield* confirm(this.#io, `mv: overwrite '${dest}'? `);
  }

  *#rename(source: string, dest: string, there: Existence): Routine<boolean> {
    const renamed = yield* attempt(rename(source, dest));
    if (!(renamed instanceof Errno)) return true;
    const from = renamed.code === "EXDEV" ? yield* existenceOf(this.#io, source, lstat) : "missing";
    if (from === "missing" || from === undefined) {
      yield* this.#io.perror(`can't rename '${source}'`, renamed);
      return false;
    }
    if (there !== "missing") {
      if (from !== there) {
        const [to, what] = there === "directory" ? ["", "non-"] : ["non-", ""];
        yield* this.#io.warn(`can't overwrite ${to}directory with ${what}directory`);
        return false;
      }
      const removed = yield* attempt(unlink(dest));
      if (removed instanceof Errno) {
        yield* this.#io.perror(`can't remove '${dest}'`, removed);
        return false;
      }
    }
    if (!(yield* this.#copier.copy(source, dest))) return false;
    return yield* removeFile(this.#io, source, { force: true, interactive: false, recursive: true });
  }
}
