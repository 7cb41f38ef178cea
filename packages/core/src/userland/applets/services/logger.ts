/**
 * logger: write to the system log.
 *
 * @see logger(1p)
 */
import { getresuid, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { userById } from "../../passwd.ts";
import { priorityOrDie, tellSyslog } from "./syslog.ts";

const DEFAULT_PRIORITY = "user.notice";

export const logger: Applet = function* (io) {
  const { effective } = yield* getresuid();
  const options = yield* getopt(io, "p:st:");
  const priority = yield* priorityOrDie(io, options.value("p") ?? DEFAULT_PRIORITY);
  const tag = options.value("t") ?? (yield* userById(io, effective))?.name ?? String(effective);
  const tell = function* (message: string): Routine<void> {
    if (options.has("s")) yield* io.err.write(`${tag}: ${message}\n`);
    yield* tellSyslog(io, priority, tag, message);
  };
  if (options.operands.length > 0) yield* tell(options.operands.join(" "));
  else {
    for (let line = yield* io.in.latin1Line(); line !== undefined; line = yield* io.in.latin1Line()) {
      if (line !== "") yield* tell(line);
    }
  }
  return 0;
};
