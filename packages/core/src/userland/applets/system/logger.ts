/**
 * logger: write to the system log.
 *
 * Containers run no syslog daemon, so a message goes nowhere, unless `-s` shows it.
 *
 * @see logger(1p), syslog(3)
 */
import { getresuid, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { userById } from "../../passwd.ts";

const FACILITIES: ReadonlySet<string> = new Set([
  ..."auth authpriv cron daemon ftp kern lpr mail mark news security syslog user uucp".split(" "),
  ..."local0 local1 local2 local3 local4 local5 local6 local7".split(" "),
]);
const PRIORITIES: ReadonlySet<string> = new Set(
  "alert crit debug emerg err error info none notice panic warn warning".split(" "),
);

export const logger: Applet = function* (io) {
  const { effective } = yield* getresuid();
  const options = yield* getopt(io, "p:st:");
  const priority = options.value("p");
  if (priority !== undefined) yield* checkPriority(io, priority);
  const tag = options.value("t") ?? (yield* userById(io, effective))?.name ?? String(effective);
  const show = function* (message: string): Routine<void> {
    if (options.has("s")) yield* io.err.write(`${tag}: ${message}\n`);
  };
  if (options.operands.length > 0) yield* show(options.operands.join(" "));
  else {
    for (let line = yield* io.in.latin1Line(); line !== undefined; line = yield* io.in.latin1Line()) {
      if (line !== "") yield* show(line);
    }
  }
  return 0;
};

/** `FACILITY.LEVEL`, or a level; names or numbers. */
function* checkPriority(io: Io, text: string): Routine<void> {
  const dot = text.indexOf(".");
  const facility = dot < 0 ? "user" : text.slice(0, dot);
  const level = text.slice(dot + 1);
  const isKnown = (names: ReadonlySet<string>, name: string) => /^[0-9]/.test(name) || names.has(name.toLowerCase());
  if (!isKnown(FACILITIES, facility)) yield* io.die(`unknown facility name: ${facility}`);
  if (!isKnown(PRIORITIES, level)) yield* io.die(`unknown priority name: ${level}`);
}
