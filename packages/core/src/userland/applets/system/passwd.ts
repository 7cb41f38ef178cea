/**
 * passwd: lock, unlock or delete a password.
 *
 * Unlike the real one it does not ask for new passwords: it has no terminal to ask at and no crypt(3).
 *
 * @see passwd(1p), shadow(5)
 */
import { Errno, getresuid, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, type Io, readText } from "../../io.ts";
import { userById, userByName } from "../../passwd.ts";
import { PASSWD, replaceFile, SHADOW } from "./account-files.ts";
import { requirePrivilege } from "./identity.ts";

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
  const shadow = yield* shadowPassword(io, name);
  const old = shadow ?? user.password;
  if (action === undefined) {
    yield* io.out.line(`Changing password for ${name}`);
    yield* io.out.flush();
    return yield* io.die(`password for ${name} is unchanged`);
  }
  const isLocked = old.startsWith("!");
  if ((action === "l" && isLocked) || (action === "u" && !isLocked)) {
    return yield* io.die(`password for ${name} is already ${action === "u" ? "un" : ""}locked`);
  }
  const next = action === "d" ? "" : action === "l" ? `!${old}` : old.slice(1);
  const inShadow = shadow !== undefined && (yield* setField(io, SHADOW, name, next));
  yield* setField(io, PASSWD, name, inShadow ? "x" : next);
  yield* io.err.write(`${io.name}: password for ${name} changed by ${me}\n`);
  return 0;
};

/** The password in /etc/shadow, if the user has one there; complains if only the user is missing. */
function* shadowPassword(io: Io, name: string): Routine<string | undefined> {
  const text = yield* attempt(readText(SHADOW));
  if (text instanceof Errno) return undefined;
  const record = text.split("\n").find((line) => line.startsWith(`${name}:`));
  if (record === undefined) yield* io.warn(`no record of ${name} in ${SHADOW}, using ${PASSWD}`);
  return record?.split(":")[1];
}

/** Sets the second field of a user's record. False if there is none. */
function* setField(io: Io, path: string, name: string, password: string): Routine<boolean> {
  const text = yield* attempt(readText(path));
  if (text instanceof Errno) return yield* io.die(`can't update password file ${path}`);
  let found = false;
  const lines = text.split("\n").map((line) => {
    if (!line.startsWith(`${name}:`)) return line;
    found = true;
    const fields = line.split(":");
    fields[1] = password;
    return fields.join(":");
  });
  if (found) yield* replaceFile(io, path, lines.join("\n"));
  return found;
}
