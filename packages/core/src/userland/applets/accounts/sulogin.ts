/** sulogin: a shell for who knows root's password, when nobody else may come in. @see sulogin(8) */
import {
  alarm,
  Errno,
  exit,
  getpid,
  ioctl,
  isTermios,
  O_RDWR,
  type Routine,
  SIGALRM,
  setsid,
  sigaction,
} from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { attempt } from "../../io.ts";
import { moveFd, STANDARD_STREAMS } from "../../move-fd.ts";
import { openOrDie } from "../../or-die.ts";
import { userById } from "../../passwd.ts";
import { knowsPassword, pauseAfterFailure } from "./check-password.ts";
import { DEFAULT_SHELL, goHome, userEnvironment } from "./login-environment.ts";
import { execShell } from "./su.ts";

const SECOND = 1_000_000;
const PROMPT = "Give root password for maintenance\n(or type Ctrl-D to continue): ";

export const sulogin: Applet = function* (io) {
  const options = yield* getopt(io, "pt:+");
  const seconds = options.number("t") ?? 0;
  const [terminal] = options.operands;
  if (terminal !== undefined) yield* moveFd(yield* openOrDie(io, terminal, O_RDWR), ...STANDARD_STREAMS);
  const root = yield* userById(io, 0);
  if (root === undefined) return yield* io.die("no password entry for root");
  const modes = yield* attempt(ioctl(0, "TCGETS"));
  yield* sigaction(SIGALRM, function* () {
    if (isTermios(modes)) yield* attempt(ioctl(0, "TCSETS", modes));
    yield* io.out.line("");
    yield* io.out.flush();
    yield* exit(0);
  });
  for (;;) {
    yield* alarm(seconds * SECOND);
    const answer = yield* knowsPassword(io, root, PROMPT);
    yield* alarm(0);
    if (answer === undefined) return 0;
    if (answer) break;
    yield* pauseAfterFailure();
    yield* io.warn("Login incorrect");
  }
  const shell = io.env.get("SUSHELL") ?? io.env.get("sushell") ?? root.shell;
  yield* goHome(io, root);
  yield* takeTerminal();
  const env = userEnvironment(io.env, root, shell, { tellsName: true });
  return yield* execShell(io, shell === "" ? DEFAULT_SHELL : shell, [], env, options.has("p"));
};

/** Makes the terminal that of a session of its own. */
function* takeTerminal(): Routine<void> {
  const session = yield* attempt(ioctl(0, "TIOCGSID"));
  if (!(session instanceof Errno) && session === (yield* getpid())) return;
  if (!((yield* attempt(ioctl(0, "TIOCSCTTY", 1))) instanceof Errno)) return;
  if ((yield* attempt(setsid())) instanceof Errno) return;
  yield* attempt(ioctl(0, "TIOCSCTTY", 1));
}
