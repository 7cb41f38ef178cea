/**
 * ionice: the I/O priority of a process.
 *
 * Unlike Linux, disks here have no queues, so a priority is checked, then ignored.
 *
 * @see ionice(1), ioprio_set(2)
 */
import { CAP_SYS_ADMIN, CAP_SYS_NICE, capget, Errno, getpriority, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { execOrDie } from "../../exec.ts";
import { getopt, type Options } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { integerOrDie } from "./number.ts";

const REALTIME = 1;
const IDLE = 3;

export const ionice: Applet = function* (io) {
  const options = yield* getopt(io, "+n:c:p:t");
  const level = yield* numberOption(io, options, "n");
  const ioClass = yield* numberOption(io, options, "c");
  const pid = yield* numberOption(io, options, "p");
  if (ioClass > IDLE) return yield* io.die(`bad class ${ioClass}`);
  const isQuestion = !options.has("n") && !options.has("c");
  const [first] = options.operands;
  const asked = isQuestion && !options.has("p") && first !== undefined ? yield* integerOrDie(io, first, 0) : pid;
  const missing = yield* attempt(getpriority("process", asked));
  if (isQuestion) {
    if (missing instanceof Errno) return yield* io.pdie("ioprio_get", missing);
    yield* io.out.line("none: prio 0");
    return 0;
  }
  const error = missing instanceof Errno ? missing : yield* refusal(ioClass, level);
  if (error !== undefined && !options.has("t")) return yield* io.pdie("ioprio_set", error);
  if (options.operands.length > 0) return yield* execOrDie(io, options.operands);
  return 0;
};

function* numberOption(io: Io, options: Options, letter: string): Routine<number> {
  const text = options.value(letter);
  return text === undefined ? 0 : yield* integerOrDie(io, text, 0);
}

/** Why the kernel would not set this priority. */
function* refusal(ioClass: number, level: number): Routine<Errno | undefined> {
  if (ioClass === 0) return level === 0 ? undefined : new Errno("EINVAL");
  if (ioClass !== REALTIME) return undefined;
  const { effective } = yield* capget();
  return effective.has(CAP_SYS_NICE) || effective.has(CAP_SYS_ADMIN) ? undefined : new Errno("EPERM");
}
