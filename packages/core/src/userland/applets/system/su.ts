/** su: run a shell as another user. @see su(1) */
import { chdir, type Env, Errno, execve, getresuid, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { type User, userByName } from "../../passwd.ts";
import { changeIdentity, requirePrivilege } from "./identity.ts";

const DEFAULT_SHELL = "/bin/sh";
const ROOT_PATH = "/sbin:/usr/sbin:/bin:/usr/bin";
const USER_PATH = "/bin:/usr/bin";

export const su: Applet = function* (io) {
  yield* requirePrivilege(io);
  const options = yield* getopt(io, "mplc:s:");
  const words = [...options.operands];
  let isLogin = options.has("l");
  if (words[0] === "-") {
    words.shift();
    isLogin = true;
  }
  const name = words.shift() ?? "root";
  const preserves = options.has("m") || options.has("p");
  const user = yield* userByName(io, name);
  if (user === undefined) return yield* io.die(`unknown user ${name}`);
  // Nobody can type a password here: only root changes identity.
  if ((yield* getresuid()).real !== 0) return yield* io.die("incorrect password");
  const wanted = options.value("s") ?? (preserves ? io.env.get("SHELL") : undefined) ?? user.shell;
  const shell = wanted === "" ? DEFAULT_SHELL : wanted;
  yield* changeIdentity(io, user);
  if (isLogin) yield* goHome(io, user);
  const env = isLogin
    ? loginEnvironment(io.env, user, shell)
    : preserves
      ? io.env
      : userEnvironment(io.env, user, shell);
  const command = options.value("c");
  if (command !== undefined) words.unshift("-c", command);
  return yield* execShell(io, shell, words, env, isLogin);
};

function* goHome(io: Io, user: User): Routine<void> {
  const error = yield* attempt(chdir(user.home));
  if (!(error instanceof Errno)) return;
  yield* io.perror(`can't change directory to '${user.home}'`, error);
  yield* chdir("/");
}

/** Everything but TERM is forgotten. */
function loginEnvironment(old: Env, user: User, shell: string): Env {
  const term = old.get("TERM");
  const env = new Map<string, string>(term === undefined ? [] : [["TERM", term]]);
  env.set("PATH", user.uid === 0 ? ROOT_PATH : USER_PATH);
  env.set("USER", user.name).set("LOGNAME", user.name);
  return env.set("HOME", user.home).set("SHELL", shell);
}

/** Root's name is not told. */
function userEnvironment(old: Env, user: User, shell: string): Env {
  const env = new Map(old);
  if (user.uid !== 0) env.set("USER", user.name).set("LOGNAME", user.name);
  return env.set("HOME", user.home).set("SHELL", shell);
}

/** Becomes a shell; a login shell's name begins with a dash. */
export function* execShell(
  io: Io,
  shell: string,
  words: readonly string[],
  env: Env,
  isLogin: boolean,
): Routine<never> {
  const base = shell.slice(shell.lastIndexOf("/") + 1);
  yield* io.out.flush();
  const error = yield* attempt(execve(shell, [isLogin ? `-${base}` : base, ...words], env));
  return yield* io.pdie(`can't execute '${shell}'`, error);
}
