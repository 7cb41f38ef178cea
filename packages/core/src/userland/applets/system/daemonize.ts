/** Going into the background as daemons do: a session of its own, and no way back to who started it. @see daemon(3) */
import { clone, close, dup3, Errno, O_RDWR, open, type Routine, setsid } from "../../../abi/index.ts";
import { attempt } from "../../io.ts";

interface Daemon {
  readonly work: () => Routine<number>;
  readonly kept: number | undefined;
}

/** Runs `work` as a daemon, with the descriptor `kept` as it is. The caller goes on at once. @see libbb bb_daemonize */
export function* daemonize(work: () => Routine<number>, kept?: number): Routine<void> {
  yield* clone(beDaemon, { work, kept });
}

function* beDaemon({ work, kept }: Daemon): Routine<number> {
  yield* setsid();
  const nothing = yield* attempt(open("/dev/null", O_RDWR));
  if (!(nothing instanceof Errno)) {
    for (const fd of [0, 1, 2]) if (fd !== nothing && fd !== kept) yield* dup3(nothing, fd);
    if (nothing > 2) yield* close(nothing);
  }
  return yield* work();
}
