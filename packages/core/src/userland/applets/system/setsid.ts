/** setsid: run a program in a session of its own. @see setsid(1) */
import { Errno, ioctl, setsid as setsidCall } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { execOrDie, fork } from "../../exec.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt } from "../../io.ts";

export const setsid: Applet = function* (io) {
  const options = yield* getopt(io, "+c");
  if (options.operands.length === 0) return yield* showUsage(io);
  const start = function* () {
    if (options.has("c")) yield* attempt(ioctl(0, "TIOCSCTTY", 1));
    return yield* execOrDie(io, options.operands);
  };
  const session = yield* attempt(setsidCall());
  if (!(session instanceof Errno)) return yield* start();
  // A process that leads its group must not leave it; its child may.
  yield* fork(io, function* () {
    yield* setsidCall();
    return yield* start();
  });
  return 0;
};
