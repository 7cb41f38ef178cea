/**
 * mim: run one of the scripts that a file holds, each behind a line with its name and a colon.
 *
 * In the real busybox it is itself a script for its shell, which makes a program of the file and has `sh -s` read it:
 * what is wrong with a script is said by that shell, and what is wrong with the file by its line 7.
 */
import { close, Errno, O_RDONLY, open, pipe2, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { execvp, fork } from "../../exec.ts";
import { attempt, Input, type Io, Output } from "../../io.ts";
import { moveFd } from "../../move-fd.ts";

const DEFAULT_FILE = "Mimfile";
const SHELL = "sh";

export const mim: Applet = function* (io) {
  let words = io.argv.slice(1);
  let path = DEFAULT_FILE;
  if (words[0] === "-f" && words[1] !== undefined) {
    path = words[1];
    words = words.slice(2);
  }
  const fd = yield* attempt(open(path, O_RDONLY));
  if (fd instanceof Errno) {
    return yield* io.die(`line 7: can't open ${path}: ${fd.code === "ENOENT" ? "no such file" : fd.message}`);
  }
  const [from, to] = yield* pipe2();
  yield* fork(io, function* () {
    yield* close(from);
    yield* writeProgram(new Input(fd), new Output(to, { buffered: true }));
    return 0;
  });
  yield* close(to);
  yield* close(fd);
  yield* moveFd(from, 0);
  return yield* becomeShell(io, words);
};

function* becomeShell(io: Io, words: readonly string[]): Routine<never> {
  const argv = [SHELL, "-s", ...words];
  return yield* io.pdie(`can't execute '${SHELL}'`, yield* execvp(argv, io.env), 127);
}

/** One branch of a `case` for each name; the first name is the one that is meant if none is given. */
function* writeProgram(lines: Input, out: Output): Routine<void> {
  let isOpen = false;
  for (;;) {
    const line = yield* attempt(lines.latin1Line());
    if (line instanceof Errno || line === undefined) break;
    const text = line.replace(/^[ \t]+|[ \t]+$/g, "");
    if (text.endsWith(":")) {
      const name = text.slice(0, -1);
      if (!isOpen) yield* out.write(`[ $# -eq 0 ] && set -- "${name}"\nTARGET="$1"\nshift\ncase "$TARGET" in\n`);
      yield* out.write(`${isOpen ? ";;\n" : ""}${name})\n`);
      isOpen = true;
    } else if (text !== "") yield* out.line(text);
  }
  yield* out.write(`${isOpen ? ";;\n" : ""}*)\necho "Unknown command $TARGET"\nexit 1\n;;\nesac\n`);
  yield* out.flush();
}
