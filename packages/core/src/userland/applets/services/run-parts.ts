/** run-parts: run the programs of a directory in order. @see run-parts(8) */
import { access, Errno, exitCode, lstat, type Routine, stat, umask, X_OK } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { namesIn } from "../../directory.ts";
import { execvp, fork, waitFor } from "../../exec.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";

const LONG_OPTIONS = {
  arg: "a",
  umask: "u",
  reverse: "reverse",
  test: "test",
  "exit-on-error": "exit-on-error",
};
/** What a child that could not be started ends with: like vfork(2), the parent knows why. */
const CANNOT_EXECUTE = 255;

export const runParts: Applet = function* (io) {
  const options = yield* getopt(io, "a:u:", LONG_OPTIONS);
  const [directory] = options.operands;
  if (directory === undefined || options.operands.length > 1) return yield* showUsage(io);
  const mask = options.value("u") ?? "22";
  if (!/^[0-7]{1,4}$/.test(mask)) return yield* io.die(`invalid number '${mask}'`);
  yield* umask(Number.parseInt(mask, 8));
  const names = yield* attempt(namesIn(directory));
  if (names instanceof Errno) {
    yield* io.perror(directory, names);
    return 0;
  }
  const paths = names.map((name) => `${directory.replace(/\/$/, "")}/${name}`).sort();
  if (options.has("reverse")) paths.reverse();
  let code = 0;
  for (const path of paths) {
    if (!(yield* isPart(path))) continue;
    if (options.has("test")) {
      yield* io.out.line(path);
      continue;
    }
    if (yield* runPart(io, [path, ...options.values("a")])) continue;
    code = 1;
    if (options.has("exit-on-error")) return 1;
  }
  return code;
};

/** A file with a harmless name that may be executed. */
function* isPart(path: string): Routine<boolean> {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (!/^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(name)) return false;
  const found = yield* attempt(stat(path));
  const there = found instanceof Errno ? yield* attempt(lstat(path)) : found;
  if (there instanceof Errno || (there.type !== "file" && there.type !== "symlink")) return false;
  return !((yield* attempt(access(path, X_OK))) instanceof Errno);
}

/** True if the program ended well. */
function* runPart(io: Io, argv: readonly string[]): Routine<boolean> {
  const pid = yield* fork(io, function* () {
    const error = yield* execvp(argv, io.env);
    yield* io.perror(`can't execute '${argv[0]}'`, error);
    return CANNOT_EXECUTE;
  });
  const code = exitCode(yield* waitFor(pid));
  if (code !== 0 && code !== CANNOT_EXECUTE) yield* io.warn(`${argv[0]}: exit status ${code}`);
  return code === 0;
}
