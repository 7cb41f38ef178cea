/** chroot: run a program with another root directory. @see chroot(1) */
import { chdir, chroot as chrootCall, Errno, getresuid, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { execOrDie } from "../../exec.ts";
import { showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { userById } from "../../passwd.ts";

export const chroot: Applet = function* (io) {
  const [root, ...program] = io.argv.slice(1);
  if (root === undefined) return yield* showUsage(io);
  yield* chrootOrDie(io, root);
  return yield* execOrDie(io, program.length > 0 ? program : [yield* shellName(io), "-i"]);
};

/** Changes the root directory and goes there. */
export function* chrootOrDie(io: Io, path: string): Routine<void> {
  const error = yield* attempt(chrootCall(path));
  if (error instanceof Errno) return yield* io.pdie(`can't change root directory to '${path}'`, error);
  yield* chdir("/");
}

/** The user's shell: $SHELL, or the one in /etc/passwd. */
export function* shellName(io: Io): Routine<string> {
  const fromEnvironment = io.env.get("SHELL") ?? "";
  if (fromEnvironment !== "") return fromEnvironment;
  const { real } = yield* getresuid();
  const fromPasswd = (yield* userById(io, real))?.shell ?? "";
  return fromPasswd === "" ? "/bin/sh" : fromPasswd;
}
