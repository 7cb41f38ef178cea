/** The terminal while top reads single keys from it, and the signals that end top. */
import {
  ECHO,
  ECHONL,
  exit,
  getpid,
  ICANON,
  ISIG,
  ioctl,
  isTermios,
  kill,
  type Routine,
  SIGABRT,
  SIGALRM,
  SIGHUP,
  SIGINT,
  SIGPIPE,
  SIGQUIT,
  SIGTERM,
  SIGUSR1,
  SIGUSR2,
  SIGVTALRM,
  SIGXCPU,
  SIGXFSZ,
  type Signal,
  SignalSet,
  sigaction,
  sigprocmask,
  type Termios,
  VEOF,
  VINTR,
  VMIN,
  VTIME,
} from "../../../../abi/index.ts";
import { attempt } from "../../../io.ts";

/** Signals that end a program which does not care. @see busybox: include/libbb.h BB_FATAL_SIGS */
const FATAL: readonly Signal[] = [
  ...[SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGUSR1, SIGUSR2],
  ...[SIGPIPE, SIGALRM, SIGTERM, SIGXCPU, SIGXFSZ, SIGVTALRM],
];
const KILLED = 128;

export class Terminal {
  #before: Termios | undefined;

  /** Each key comes at once, is not shown by the driver, and raises no signal. */
  *takeKeys(): Routine<void> {
    const modes = yield* attempt(ioctl(0, "TCGETS"));
    if (!isTermios(modes)) return;
    this.#before = modes;
    const lflag = modes.lflag & ~(ICANON | ECHO | ECHONL | ISIG);
    const cc = modes.cc.map((value, at) => (at === VMIN ? 1 : at === VTIME ? 0 : value));
    yield* attempt(ioctl(0, "TCSETS", { ...modes, lflag, cc }));
  }

  /** As it was before. */
  *restore(): Routine<void> {
    if (this.#before !== undefined) yield* attempt(ioctl(0, "TCSETS", this.#before));
  }

  /** A key that would raise SIGINT, or end the input. */
  endsInput(key: string): boolean {
    const code = key.charCodeAt(0);
    return this.#before !== undefined && (code === this.#before.cc[VINTR] || code === this.#before.cc[VEOF]);
  }

  /** Dies of a fatal signal as if it were not caught, but leaves the terminal as it was; also as the first process. */
  *dieOfSignals(): Routine<void> {
    const terminal = this;
    for (const signal of FATAL) {
      yield* sigaction(signal, function* () {
        yield* terminal.restore();
        yield* sigaction(signal, "default");
        yield* sigprocmask("unblock", SignalSet.of(signal));
        yield* kill(yield* getpid(), signal);
        yield* exit(KILLED | signal);
      });
    }
  }
}
