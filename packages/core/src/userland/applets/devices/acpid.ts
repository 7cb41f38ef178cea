/** acpid: run programs when somebody presses a button of the machine. It has none: there is no device for them. @see acpid(8) */
import { Errno, O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY, open, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { moveFd } from "../../move-fd.ts";
import { chdirOrDie, openOrDie } from "../../or-die.ts";
import { daemonize } from "../services/daemonize.ts";

const LOG = "/var/log/acpid.log";
const CONFIGURATION = "/etc/acpi";
const EVENTS = "/dev/input/event";

export const acpid: Applet = function* (io) {
  const options = yield* getopt(io, "c:de:fl:a:M:p:g:m:s:S:v");
  if (options.has("e") && options.count("e") > 1) return yield* showUsage(io);
  const work = (): Routine<number> => listen(io, options);
  if (options.has("f") || options.has("d")) return yield* work();
  yield* daemonize(work);
  return 0;
};

function* listen(io: Io, options: Options): Routine<number> {
  if (!options.has("d")) {
    const log = yield* openOrDie(io, options.value("l") ?? LOG, O_WRONLY | O_CREAT | O_APPEND, 0o666);
    yield* moveFd(log, 1, 2);
  }
  yield* chdirOrDie(io, options.value("c") ?? CONFIGURATION);
  const path = options.value("e") ?? `${EVENTS}0`;
  const fd = yield* attempt(open(path, O_NONBLOCK));
  if (fd instanceof Errno) return yield* io.pdie(path, fd);
  // What can be opened there is no driver's, and tells of no button.
  return 0;
}
