/** openvt: run a program on a virtual terminal of its own. @see openvt(1) */
import { Errno, ioctl, O_NONBLOCK, O_RDWR, open, type Routine, setsid } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { execOrDie, fork, waitFor } from "../../exec.ts";
import { getopt } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { moveFd, STANDARD_STREAMS } from "../../move-fd.ts";
import { unsignedOrDie } from "../../number.ts";
import { openOrDie } from "../../or-die.ts";
import { FIRST_TERMINAL, LAST_TERMINAL, makeActive } from "./console.ts";
import { control, knows } from "./device.ts";

const CONSOLE = "/dev/console";

export const openvt: Applet = function* (io) {
  const options = yield* getopt(io, "+c:wslfv");
  const number = options.value("c");
  const terminal =
    number === undefined ? yield* freeTerminal(io) : yield* unsignedOrDie(io, number, FIRST_TERMINAL, LAST_TERMINAL);
  const fd = yield* openOrDie(io, `/dev/tty${terminal}`, O_RDWR);
  const before = yield* control(io, fd, "VT_GETSTATE");
  if (options.has("s")) yield* makeActive(io, fd, terminal);
  yield* moveFd(fd, ...STANDARD_STREAMS);
  const words = options.operands.length > 0 ? options.operands : [io.env.get("SHELL") || "/bin/sh"];
  const child = yield* fork(io, function* () {
    yield* attempt(setsid());
    yield* attempt(ioctl(0, "TIOCSCTTY", 0));
    return yield* execOrDie(io, words);
  });
  if (!options.has("w")) return 0;
  yield* waitFor(child);
  if (!options.has("s")) return 0;
  yield* makeActive(io, 0, Number(before));
  yield* control(io, 0, "VT_DISALLOCATE", { argument: terminal });
  return 0;
};

/** The first one that nobody has open. */
function* freeTerminal(io: Io): Routine<number> {
  const nothing = "can't find open VT";
  for (const fd of STANDARD_STREAMS) if (yield* knows(fd, "VT_GETSTATE")) return yield* firstFree(io, fd, nothing);
  const fd = yield* attempt(open(CONSOLE, O_NONBLOCK));
  if (fd instanceof Errno || !(yield* knows(fd, "VT_GETSTATE"))) return yield* io.die(nothing);
  return yield* firstFree(io, fd, nothing);
}

function* firstFree(io: Io, fd: number, what: string): Routine<number> {
  return Number(yield* control(io, fd, "VT_OPENQRY", { what }));
}
