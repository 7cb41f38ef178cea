/** halt, poweroff, reboot: ask init, or the kernel, to stop. @see halt(8), reboot(2) */
import {
  Errno,
  kill,
  nanosleep,
  type Routine,
  reboot as rebootCall,
  SIGTERM,
  SIGUSR1,
  SIGUSR2,
  sync,
} from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { attempt } from "../../io.ts";
import { integerOrDie } from "../../number.ts";
import { processesByName } from "../system/process-table.ts";

type Command = "restart" | "halt" | "power-off";

/** What busybox's init understands. */
const SIGNALS: Readonly<Record<Command, number>> = { halt: SIGUSR1, "power-off": SIGUSR2, restart: SIGTERM };

const stopper = (command: Command): Applet =>
  function* (io) {
    const options = yield* getopt(io, "d:nfwi");
    const delay = options.value("d");
    if (delay !== undefined) yield* nanosleep((yield* integerOrDie(io, delay, 0)) * 1e6);
    if (options.has("w")) return 0;
    if (!options.has("n")) yield* sync();
    const error = options.has("f") ? yield* attempt(rebootCall(command)) : yield* askInit(SIGNALS[command]);
    if (error instanceof Errno) return yield* io.pdie("", error);
    return 0;
  };

function* askInit(signal: number): Routine<Errno | undefined> {
  for (const pid of yield* processesByName("linuxrc")) {
    if (!((yield* attempt(kill(pid, signal))) instanceof Errno)) return undefined;
  }
  const error = yield* attempt(kill(1, signal));
  return error instanceof Errno ? error : undefined;
}

export const halt: Applet = stopper("halt");
export const poweroff: Applet = stopper("power-off");
export const reboot: Applet = stopper("restart");
