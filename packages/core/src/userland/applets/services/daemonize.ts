/** Going into the background as daemons do: a session of its own, and no way back to who started it. @see daemon(3) */
import { chdir, clone, close, dup3, Errno, O_RDWR, open, type Routine, setsid } from "../../../abi/index.ts";
import { attempt } from "../../io.ts";

interface DaemonOptions {
  /** A descriptor that stays as it is. */
  readonly kept?: number;
  /** It is not to be in anybody's way. */
  readonly atRoot?: boolean;
}

interface Daemon extends DaemonOptions {
  readonly work: () => Routine<number>;
}

/** Runs `work` as a daemon. The caller goes on at once. @see libbb bb_daemonize */
export function* daemonize(work: () => Routine<number>, options: DaemonOptions = {}): Routine<void> {
  yield* clone(beDaemon, { work, ...options });
}

function* beDaemon({ work, kept, atRoot }: Daemon): Routine<number> {
  if (atRoot === true) yield* chdir("/");
  yield* setsid();
  const nothing = yield* attempt(open("/dev/null", O_RDWR));
  if (!(nothing instanceof Errno)) {
    for (const fd of [0, 1, 2]) if (fd !== nothing && fd !== kept) yield* dup3(nothing, fd);
    if (nothing > 2) yield* close(nothing);
  }
  return yield* work();
}
