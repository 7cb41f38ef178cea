/** resize: ask a terminal how large it is, and tell its driver. @see resize(1) */
import {
  alarm,
  CLOCAL,
  CREAD,
  ECHO,
  ECHOE,
  Errno,
  ICANON,
  ISIG,
  ioctl,
  isTermios,
  type Routine,
  read,
  SIGALRM,
  SIGINT,
  SIGQUIT,
  SIGTERM,
  sigaction,
} from "../../../abi/index.ts";
import { latin1 } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { attempt } from "../../io.ts";

const SECOND = 1_000_000;
const PATIENCE_US = 3 * SECOND;
/** Keep the cursor's place, go as far as one can, and ask where that is. */
const QUESTION = "\x1b7\x1b[r\x1b[999;999H\x1b[6n";
const RESTORE = "\x1b8";
const MOST_ANSWER = 32;
const FAILURE = 255;

export const resize: Applet = function* (io) {
  const modes = yield* attempt(ioctl(2, "TCGETS"));
  const restore = function* (): Routine<void> {
    if (isTermios(modes)) yield* attempt(ioctl(2, "TCSETS", modes));
  };
  if (isTermios(modes)) {
    const lflag = modes.lflag & ~(ICANON | ECHO | ECHOE | ISIG);
    yield* attempt(ioctl(2, "TCSETSF", { ...modes, cflag: modes.cflag | CLOCAL | CREAD, lflag }));
  }
  let interrupted = false;
  for (const signal of [SIGINT, SIGQUIT, SIGTERM, SIGALRM]) {
    yield* sigaction(
      signal,
      function* () {
        interrupted = true;
      },
      { restart: false },
    );
  }
  yield* io.err.write(QUESTION);
  yield* alarm(PATIENCE_US);
  const answer = yield* readAnswer();
  yield* alarm(0);
  if (interrupted) {
    yield* restore();
    return 1;
  }
  yield* io.err.write(RESTORE);
  const [, rows = "0", columns = "0"] = /^\x1b\[(\d+);(\d+)R/.exec(answer) ?? [];
  const set = yield* attempt(ioctl(2, "TIOCSWINSZ", { rows: Number(rows), columns: Number(columns) }));
  yield* restore();
  yield* io.out.line(`COLUMNS=${columns};LINES=${rows};export COLUMNS LINES;`);
  return set instanceof Errno ? FAILURE : 0;
};

/** What the terminal says, up to the R. */
function* readAnswer(): Routine<string> {
  let answer = "";
  while (answer.length < MOST_ANSWER && !answer.endsWith("R")) {
    const byte = yield* attempt(read(0, 1));
    if (byte instanceof Errno || byte.length === 0) break;
    answer += latin1(byte);
  }
  return answer;
}
