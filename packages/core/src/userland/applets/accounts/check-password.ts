/** Does somebody know a user's password? @see busybox: libbb/correct_password.c, login.defs(5) FAIL_DELAY */
import { nanosleep, type Routine } from "../../../abi/index.ts";
import { askPassword } from "../../ask-password.ts";
import { crypt } from "../../crypt/index.ts";
import type { Io } from "../../io.ts";
import type { User } from "../../passwd.ts";
import { shadowPassword } from "./set-password.ts";

/** What nobody's password hashes to. */
const NEVER = "aa";
const FAILURE_DELAY_US = 3_000_000;

/**
 * Asks, unless the user has no password. Without a user it asks all the same, so that nobody learns who there is.
 * `undefined` if there is nothing more to read.
 */
export function* knowsPassword(io: Io, user: User | undefined, prompt = "Password: "): Routine<boolean | undefined> {
  const wanted = user === undefined ? NEVER : yield* passwordOf(user);
  if (wanted === "") return true;
  const typed = yield* askPassword(io, prompt);
  if (typed === undefined) return undefined;
  return (yield* crypt(typed, wanted)) === wanted;
}

/** A single x or * says that it is kept in /etc/shadow. */
function* passwordOf(user: User): Routine<string> {
  if (user.password !== "x" && user.password !== "*") return user.password;
  return (yield* shadowPassword(user.name)) ?? NEVER;
}

/** Guessing takes its time. */
export function* pauseAfterFailure(): Routine<void> {
  yield* nanosleep(FAILURE_DELAY_US);
}
