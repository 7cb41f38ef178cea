/** su: run a shell as another user. @see su(1) */
import { type Env, execve, getresuid, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { userByName } from "../../passwd.ts";
import { changeIdentity, requirePrivilege } from "../system/identity.ts";
import { knowsPassword, pauseAfterFailure } from "./check-password.ts";
import { DEFAULT_SHELL, goHome, loginEnvironment, userEnvironment } from "./login-environment.ts";

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
  if ((yield* getresuid()).real !== 0 && (yield* knowsPassword(io, user)) !== true) {
    yield* pauseAfterFailure();
    return yield* io.die("incorrect password");
  }
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
