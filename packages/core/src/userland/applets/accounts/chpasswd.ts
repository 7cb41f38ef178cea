/** chpasswd: set passwords of many users, a line of standard input each. @see chpasswd(8) */
import type { Applet } from "../../applet.ts";
import { readLine } from "../../ask-password.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { userByName } from "../../passwd.ts";
import { chrootOrDie } from "../system/chroot.ts";
import { requireRoot } from "../system/identity.ts";
import { hashPassword, setPassword } from "./set-password.ts";

const LONG_OPTIONS = { encrypted: "e", md5: "m", "crypt-method": "c", root: "R" };

export const chpasswd: Applet = function* (io) {
  yield* requireRoot(io);
  const options = yield* getopt(io, "emc:R:", LONG_OPTIONS);
  if (["e", "m", "c"].filter((letter) => options.has(letter)).length > 1) return yield* showUsage(io);
  const root = options.value("R");
  if (root !== undefined) yield* chrootOrDie(io, root);
  const method = options.has("m") ? "md5" : options.value("c");
  for (let line = yield* readLine(); line !== undefined; line = yield* readLine()) {
    const colon = line.indexOf(":");
    if (colon < 0) return yield* io.die("missing new password");
    const name = line.slice(0, colon);
    if ((yield* userByName(io, name)) === undefined) return yield* io.die(`unknown user ${name}`);
    const password = line.slice(colon + 1);
    yield* setPassword(io, name, options.has("e") ? password : yield* hashPassword(io, password, method));
    yield* io.err.write(`${io.name}: password for '${name}' changed\n`);
  }
  return 0;
};
