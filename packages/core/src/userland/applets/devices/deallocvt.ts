/** deallocvt: free the memory of virtual terminals that nobody uses. @see deallocvt(1) */
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import { unsignedOrDie } from "../../number.ts";
import { FIRST_TERMINAL, LAST_TERMINAL, openConsole } from "./console.ts";
import { control } from "./device.ts";

export const deallocvt: Applet = function* (io) {
  const [, text, ...more] = io.argv;
  if (more.length > 0) return yield* showUsage(io);
  // Zero stands for all of them.
  const argument = text === undefined ? 0 : yield* unsignedOrDie(io, text, FIRST_TERMINAL, LAST_TERMINAL);
  yield* control(io, yield* openConsole(io), "VT_DISALLOCATE", { argument });
  return 0;
};
