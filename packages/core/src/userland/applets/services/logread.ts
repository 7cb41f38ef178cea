/** logread: show what syslogd keeps in shared memory. @see busybox: sysklogd/logread.c */
import { nanosleep } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { LogRing } from "./log-ring.ts";

const SECOND = 1_000_000;

export const logread: Applet = function* (io) {
  const options = yield* getopt(io, "fF");
  const ring = yield* LogRing.find(io);
  let at = options.has("f") ? ring.tail : ring.oldest();
  for (;;) {
    const { text, tail } = yield* ring.since(at);
    yield* io.out.write(text);
    yield* io.out.flush();
    if (options.given.length === 0) return 0;
    at = tail;
    yield* nanosleep(SECOND);
  }
};
