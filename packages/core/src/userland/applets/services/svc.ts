/** svc, svok: tell the supervisor of a service what to do, and ask whether there is one. @see svc(8), sv(8) */
import { chdir, close, Errno, getcwd, O_NONBLOCK, O_WRONLY, open, type Routine, read } from "../../../abi/index.ts";
import { encode } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, type Io, writeAll } from "../../io.ts";

/** Where services are that are named without a path. */
const SERVICES = "/var/service";
/** Commands in the order in which they are given, whatever the order of options. */
const COMMANDS = "udopchaitkx";
const OK = "supervise/ok";
const STATUS = "supervise/status";
const STATUS_BYTES = 20;
const [NO_SUPERVISOR, NO_SERVICE] = [100, 111];

export const svc: Applet = function* (io) {
  const options = yield* getopt(io, COMMANDS);
  if (options.operands.length === 0 || options.given.length === 0) return yield* showUsage(io);
  for (const command of COMMANDS) {
    if (!options.has(command)) continue;
    let failed = false;
    for (const service of options.operands) failed = !(yield* tell(io, service, command)) || failed;
    if (failed) return 1;
  }
  return 0;
};

const isElsewhere = (service: string): boolean => /^[/.]|\/$/.test(service);

/** Whether the supervisor was told. */
function* tell(io: Io, service: string, command: string): Routine<boolean> {
  const home = yield* getcwd();
  const there = isElsewhere(service) ? service : `${SERVICES}/${service}`;
  const moved = yield* attempt(chdir(there));
  if (moved instanceof Errno) {
    yield* io.out.line(`fail: ${service}: can't change to service directory: ${moved.message}`);
    return false;
  }
  const problem = yield* superviseProblem(command);
  if (problem !== undefined) yield* io.out.line(`warning: ${service}: ${problem}`);
  yield* chdir(home);
  return problem === undefined;
}

function* superviseProblem(command: string): Routine<string | undefined> {
  const ok = yield* attempt(open(OK, O_WRONLY | O_NONBLOCK));
  if (ok instanceof Errno) return `can't open ${OK}: ${ok.message}`;
  yield* close(ok);
  const status = yield* attempt(open(STATUS, O_NONBLOCK));
  if (status instanceof Errno) return `can't open ${STATUS}: ${status.message}`;
  const bytes = yield* attempt(read(status, STATUS_BYTES));
  yield* close(status);
  if (bytes instanceof Errno || bytes.length < STATUS_BYTES) return `can't read ${STATUS}: bad format`;
  const fd = yield* attempt(open("supervise/control", O_WRONLY | O_NONBLOCK));
  if (fd instanceof Errno) return `can't open supervise/control: ${fd.message}`;
  const sent = yield* attempt(writeAll(fd, encode(command)));
  yield* close(fd);
  return sent instanceof Errno ? `can't write to supervise/control: ${sent.message}` : undefined;
}

export const svok: Applet = function* (io) {
  const [, service] = io.argv;
  if (service === undefined) return yield* showUsage(io);
  if (!isElsewhere(service)) {
    const moved = yield* attempt(chdir(SERVICES));
    // The message names nothing: the real one has lost the name by then.
    if (moved instanceof Errno) return yield* io.pdie("can't change directory to ''", moved, NO_SERVICE);
  }
  const moved = yield* attempt(chdir(service));
  if (moved instanceof Errno) return yield* io.pdie(`can't change directory to '${service}'`, moved, NO_SERVICE);
  const fd = yield* attempt(open(OK, O_WRONLY));
  if (!(fd instanceof Errno)) return 0;
  if (fd.code === "ENOENT" || fd.code === "ENXIO") return NO_SUPERVISOR;
  return yield* io.pdie(`can't open '${OK}'`, fd, NO_SERVICE);
};
