/**
 * passwd: ask for a new password, or lock, unlock or delete one.
 *
 * @see passwd(1p), shadow(5)
 */
import { getresuid, type Routine, uname } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { askPassword } from "../../ask-password.ts";
import { crypt } from "../../crypt/index.ts";
import { getopt, showUsage } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { type User, userById, userByName } from "../../passwd.ts";
import { requirePrivilege } from "../system/identity.ts";
import { hashPassword, setPassword, shadowPasswordOrWarn } from "./set-password.ts";
import { weakness } from "./weak-password.ts";

export const passwd: Applet = function* (io) {
  yield* requirePrivilege(io);
  const options = yield* getopt(io, "a:lud");
  const { real } = yield* getresuid();
  const action = ["l", "u", "d"].find((letter) => options.has(letter));
  const given = options.operands[0];
  if (action !== undefined && (real !== 0 || given === undefined)) return yield* showUsage(io);
  const me = (yield* userById(io, real))?.name;
  if (me === undefined) return yield* io.die(`unknown uid ${real}`);
  const name = given ?? me;
  const user = yield* userByName(io, name);
  if (user === undefined) return yield* io.die(`unknown user ${name}`);
  if (real !== 0 && user.uid !== real) return yield* io.die(`${me} can't change password for ${name}`);
  const old = (yield* shadowPasswordOrWarn(io, name)) ?? user.password;
  const isLocked = old.startsWith("!");
  let next = action === "d" ? "" : action === "l" ? `!${old}` : old.slice(1);
  if (action === undefined) {
    if (real !== 0 && isLocked) return yield* io.die(`can't change locked password for ${name}`);
    yield* io.out.line(`Changing password for ${name}`);
    const chosen = yield* choose(io, { ...user, password: old }, real !== 0);
    if (chosen === undefined) {
      yield* io.out.flush();
      return yield* io.die(`password for ${name} is unchanged`);
    }
    next = yield* hashPassword(io, chosen, options.value("a"));
  } else if ((action === "l" && isLocked) || (action === "u" && !isLocked)) {
    return yield* io.die(`password for ${name} is already ${action === "u" ? "un" : ""}locked`);
  }
  yield* setPassword(io, name, next);
  yield* io.err.write(`${io.name}: password for ${name} changed by ${me}\n`);
  return 0;
};

/** Asks for a password, twice; `undefined` if none is to be had. Only root may choose a weak one, and use none of old. */
function* choose(io: Io, user: User, isChecked: boolean): Routine<string | undefined> {
  let old: string | undefined;
  if (isChecked && user.password !== "") {
    old = yield* askPassword(io, "Old password: ");
    if (old === undefined) return undefined;
    if ((yield* crypt(old, user.password)) !== user.password) {
      yield* io.out.line("Incorrect password");
      return undefined;
    }
  }
  const chosen = yield* askPassword(io, "New password: ");
  if (chosen === undefined) return undefined;
  const why = weakness(
    chosen,
    [
      ["username", user.name],
      ["gecos", user.gecos],
      ["hostname", (yield* uname()).nodename],
    ],
    old,
  );
  if (why !== undefined) yield* io.out.line(`Bad password: ${why}`);
  if (why !== undefined && isChecked) return undefined;
  const again = yield* askPassword(io, "Retype password: ");
  if (again === undefined || again === chosen) return again;
  yield* io.out.line("Passwords don't match");
  return undefined;
}
