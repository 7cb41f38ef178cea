/** chvt: show another virtual terminal. @see chvt(1) */
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import { unsignedOrDie } from "../../number.ts";
import { FIRST_TERMINAL, LAST_TERMINAL, makeActive, openConsole } from "./console.ts";

export const chvt: Applet = function* (io) {
  const [, text, ...more] = io.argv;
  if (text === undefined || more.length > 0) return yield* showUsage(io);
  const terminal = yield* unsignedOrDie(io, text, FIRST_TERMINAL, LAST_TERMINAL);
  yield* makeActive(io, yield* openConsole(io), terminal);
  return 0;
};
