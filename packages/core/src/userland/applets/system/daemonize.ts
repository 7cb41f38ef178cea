/** Going into the background as daemons do: a session of its own, and no way back to who started it. @see daemon(3) */
import { clone, dup3, Errno, O_RDWR, open, type Routine, setsid } from "../../../abi/index.ts";
import { attempt } from "../../io.ts";

/** Runs `work` as a daemon. The caller goes on at once. */
export function* daemonize(work: () => Routine<number>): Routine<void> {
  yield* clone(beDaemon, work);
}

function* beDaemon(work: () => Routine<number>): Routine<number> {
  yield* setsid();
  const nothing = yield* attempt(open("/dev/null", O_RDWR));
  if (!(nothing instanceof Errno)) for (const fd of [0, 1, 2]) if (fd !== nothing) yield* dup3(nothing, fd);
  return yield* work();
}
