/** mkpasswd, cryptpw: print a password as crypt(3) keeps it. @see mkpasswd(1) */
import { dup3, Errno } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { askPassword, readLine } from "../../ask-password.ts";
import { crypt, methodOf } from "../../crypt/index.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, isatty } from "../../io.ts";
import { freshSetting } from "./set-password.ts";

const LONG_OPTIONS = { stdin: "s", "password-fd": "P", salt: "S", method: "m" };

export const mkpasswd: Applet = function* (io) {
  const options = yield* getopt(io, "sP:+S:m:a:", LONG_OPTIONS);
  const [given, second, ...others] = options.operands;
  if (others.length > 0) return yield* showUsage(io);
  const method = options.value("m") ?? options.value("a");
  const salt = options.value("S") ?? second ?? "";
  // Without a method the salt says it.
  const prefix = method === undefined ? "" : methodOf(method).prefix;
  const setting = salt === "" ? yield* freshSetting(method) : prefix + salt;
  const fd = options.number("P") ?? 0;
  const moved = fd === 0 ? undefined : yield* attempt(dup3(fd, 0));
  if (moved instanceof Errno) return yield* io.pdie("can't duplicate file descriptor", moved);
  const asks = given === undefined && io.name === "mkpasswd" && (yield* isatty(0));
  const password = given ?? (asks ? yield* askPassword(io, "Password: ") : yield* readLine());
  if (password === undefined) return 0;
  yield* io.out.line((yield* crypt(password, setting)) ?? (yield* io.die("bad salt")));
  return 0;
};
