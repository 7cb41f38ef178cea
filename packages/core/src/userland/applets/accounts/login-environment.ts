/** Where a user begins, and with which environment. @see busybox: libbb/setup_environment.c */
import { chdir, type Env, Errno, type Routine } from "../../../abi/index.ts";
import { attempt, type Io } from "../../io.ts";
import type { User } from "../../passwd.ts";

const ROOT_PATH = "/sbin:/usr/sbin:/bin:/usr/bin";
const USER_PATH = "/bin:/usr/bin";
export const DEFAULT_SHELL = "/bin/sh";

export function* goHome(io: Io, user: User): Routine<void> {
  const error = yield* attempt(chdir(user.home));
  if (!(error instanceof Errno)) return;
  yield* io.perror(`can't change directory to '${user.home}'`, error);
  yield* chdir("/");
}

/** Everything but TERM is forgotten. */
export function loginEnvironment(old: Env, user: User, shell: string): Env {
  const term = old.get("TERM");
  const env = new Map<string, string>(term === undefined ? [] : [["TERM", term]]);
  env.set("PATH", user.uid === 0 ? ROOT_PATH : USER_PATH);
  env.set("USER", user.name).set("LOGNAME", user.name);
  return env.set("HOME", user.home).set("SHELL", shell);
}

/** Root's name is not told, unless somebody logs in. */
export function userEnvironment(old: Env, user: User, shell: string, options = { tellsName: user.uid !== 0 }): Env {
  const env = new Map(old);
  if (options.tellsName) env.set("USER", user.name).set("LOGNAME", user.name);
  return env.set("HOME", user.home).set("SHELL", shell);
}
