/** ionice: the I/O priority of a process. @see ionice(1), ioprio_set(2) */
import { Errno, ioprio_get, ioprio_set } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { execOrDie } from "../../exec.ts";
import { getopt } from "../../getopt.ts";
import { attempt } from "../../io.ts";
import { integerOrDie } from "../../number.ts";

const CLASSES = ["none", "realtime", "best-effort", "idle"] as const;
const IDLE = 3;
const CLASS_SHIFT = 13;
const LEVEL_MASK = 0xff;

export const ionice: Applet = function* (io) {
  const options = yield* getopt(io, "+n:+c:+p:+t");
  const level = options.number("n") ?? 0;
  const ioClass = options.number("c") ?? 0;
  const pid = options.number("p") ?? 0;
  if (ioClass > IDLE) return yield* io.die(`bad class ${ioClass}`);
  const isQuestion = !options.has("n") && !options.has("c");
  const [first] = options.operands;
  if (isQuestion) {
    const asked = !options.has("p") && first !== undefined ? yield* integerOrDie(io, first, 0) : pid;
    const priority = yield* attempt(ioprio_get(asked));
    if (priority instanceof Errno) return yield* io.pdie("ioprio_get", priority);
    yield* io.out.line(describe(priority));
    return 0;
  }
  const error = yield* attempt(ioprio_set(pid, (ioClass << CLASS_SHIFT) | level));
  if (error instanceof Errno && !options.has("t")) return yield* io.pdie("ioprio_set", error);
  if (options.operands.length > 0) return yield* execOrDie(io, options.operands);
  return 0;
};

/** The idle class has no levels. */
function describe(priority: number): string {
  const ioClass = CLASSES[(priority >> CLASS_SHIFT) & 3] ?? "none";
  return ioClass === "idle" ? ioClass : `${ioClass}: prio ${priority & LEVEL_MASK}`;
}
