/** watch: run a program again and again. @see watch(1) */
import { clock_gettime, nanosleep } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { civilOf, strftime, zoneOf } from "../../dates.ts";
import { runProgram } from "../../exec.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { durationOrDie } from "./duration.ts";
import { terminalSize } from "./terminal-size.ts";

const CLEAR = "\x1b[H\x1b[J";

export const watch: Applet = function* (io) {
  const options = yield* getopt(io, "+dtn:x");
  if (options.operands.length === 0) return yield* showUsage(io);
  const periodUs = yield* durationOrDie(io, options.value("n") ?? "2");
  const command = options.operands.join(" ");
  for (;;) {
    yield* io.out.write(CLEAR);
    if (!options.has("t")) {
      const { columns } = yield* terminalSize(2, io.env);
      const title = `Every ${(periodUs / 1e6).toFixed(1)}s: ${command.padEnd(columns)}`;
      const now = strftime("%Y-%m-%d %H:%M:%S", civilOf(yield* clock_gettime(), zoneOf(io.env.get("TZ"))));
      yield* io.out.write(`${title.slice(0, Math.max(0, columns - now.length - 1))}${now}\n\n`);
    }
    yield* io.out.flush();
    yield* runProgram(io, options.has("x") ? options.operands : ["/bin/sh", "-c", command]);
    yield* nanosleep(periodUs);
  }
};
