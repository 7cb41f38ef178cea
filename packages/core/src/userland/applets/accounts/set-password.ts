/** Passwords in /etc/shadow and /etc/passwd. @see shadow(5) */
import { Errno, type Routine, stat } from "../../../abi/index.ts";
import { crypt, methodOf, saltOf } from "../../crypt/index.ts";
import { attempt, type Io, readText } from "../../io.ts";
import { randomBytes } from "../../random-bytes.ts";
import { PASSWD, replaceFile, SHADOW } from "./account-files.ts";

const DEFAULT_METHOD = "sha256";

/** Hashed with salt of chance. Ends the applet if the method is unknown. */
export function* hashPassword(io: Io, password: string, method?: string): Routine<string> {
  return (yield* crypt(password, yield* freshSetting(method))) ?? (yield* io.die("bad salt"));
}

/** What crypt(3) is to begin with: the method's prefix and salt of chance. */
export function* freshSetting(method = DEFAULT_METHOD): Routine<string> {
  const { prefix, saltLength } = methodOf(method);
  return prefix + saltOf(yield* randomBytes(saltLength));
}

/** Where the user has a record in /etc/shadow, /etc/passwd says only so. */
export function* setPassword(io: Io, name: string, password: string): Routine<void> {
  const inShadow = yield* setField(io, SHADOW, name, password);
  yield* setField(io, PASSWD, name, inShadow ? "x" : password);
}

/** The password in /etc/shadow, if the user has one there; complains if only the user is missing. */
export function* shadowPasswordOrWarn(io: Io, name: string): Routine<string | undefined> {
  const password = yield* shadowPassword(name);
  if (password === undefined && !((yield* attempt(stat(SHADOW))) instanceof Errno)) {
    yield* io.warn(`no record of ${name} in ${SHADOW}, using ${PASSWD}`);
  }
  return password;
}

/** The password in /etc/shadow, if the user has one there. */
export function* shadowPassword(name: string): Routine<string | undefined> {
  const text = yield* attempt(readText(SHADOW));
  if (text instanceof Errno) return undefined;
  return text
    .split("\n")
    .find((line) => line.startsWith(`${name}:`))
    ?.split(":")[1];
}

/** Sets the second field of a user's record. False if there is none. */
function* setField(io: Io, path: string, name: string, password: string): Routine<boolean> {
  const text = yield* attempt(readText(path));
  if (text instanceof Errno) return path === SHADOW ? false : yield* io.die(`can't update password file ${path}`);
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
