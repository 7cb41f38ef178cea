/** getty: take a terminal, ask for a name, and hand both to login. @see getty(8) */
import {
  alarm,
  B38400,
  BRKINT,
  CBAUD,
  CLOCAL,
  CREAD,
  CS8,
  CSTOPB,
  close,
  ECHO,
  ECHOE,
  ECHOK,
  ECHOKE,
  Errno,
  exit,
  fchmod,
  fchown,
  fcntl,
  getpid,
  getsid,
  HUPCL,
  ICANON,
  ICRNL,
  ISIG,
  IXON,
  ioctl,
  isTermios,
  nanosleep,
  O_NONBLOCK,
  O_RDWR,
  ONLCR,
  OPOST,
  open,
  PARENB,
  PARODD,
  type Routine,
  read,
  SIGALRM,
  SIGHUP,
  setsid,
  sigaction,
  type Termios,
  VEOF,
  VEOL,
  VERASE,
  VINTR,
  VKILL,
  VMIN,
  VQUIT,
  VTIME,
} from "../../../abi/index.ts";
import { encode } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { execvp } from "../../exec.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { AppletExit, attempt, type Io, writeAll } from "../../io.ts";
import { moveFd, STANDARD_STREAMS } from "../../move-fd.ts";
import { terminalName } from "../system/tty.ts";
import { printIssue, printPrompt } from "./login-issue.ts";

const LOGIN = "/bin/login";
const ISSUE = "/etc/issue";
const SECOND = 1_000_000;
/** The line may still be saying something when it is taken. */
const SETTLE_US = 100_000;
/** How long the reason of a failure is to be read. */
const FAILURE_DELAY_US = 10 * SECOND;
const MOST_OF_NAME = 127;
/** Speeds that there are. @see termios(3) */
const SPEEDS: ReadonlySet<number> = new Set([
  0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400,
  460_800, 500_000, 576_000, 921_600, 1_000_000, 1_152_000, 1_500_000, 2_000_000, 2_500_000, 3_000_000, 3_500_000,
  4_000_000,
]);
const [CTRL_C, CTRL_D, BACKSPACE, NEWLINE, RETURN, CTRL_U, BLANK, DELETE] = [3, 4, 8, 10, 13, 21, 32, 127];
const ERASE = "\b \b";

export const getty: Applet = function* (io) {
  const options = yield* getopt(io, "I:LH:f:hil:mt:+wn");
  const [first, second, term] = options.operands;
  if (first === undefined || second === undefined) return yield* showUsage(io);
  const timeout = options.number("t") ?? 0;
  const [terminal, speeds] = /^\d/.test(first) ? [second, first] : [first, second];
  for (const speed of speeds.split(",")) {
    if (!/^\d+$/.test(speed) || !SPEEDS.has(Number(speed))) return yield* io.die(`bad speed: ${speed}`);
  }
  const env = term === undefined ? io.env : new Map([...io.env, ["TERM", term] as const]);
  yield* leaveOldTerminal(io);
  const name = yield* openTerminal(terminal);
  const talker = new Talker(io, options, name);
  const who = yield* talker.run(timeout);
  const program = options.value("l") ?? LOGIN;
  yield* execvp([program, "--", ...(who === undefined ? [] : [who])], env);
  return yield* talker.fail(`can't execute '${program}'`);
};

/** A session of its own; who leads one already gives its terminal up. */
function* leaveOldTerminal(io: Io): Routine<void> {
  const session = yield* attempt(setsid());
  if (!(session instanceof Errno)) return;
  if ((yield* getsid(0)) !== (yield* getpid())) return yield* io.pdie("setsid", session);
  const fd = yield* attempt(open("/dev/tty", O_RDWR | O_NONBLOCK));
  if (fd instanceof Errno) return;
  const before = yield* sigaction(SIGHUP, "ignore");
  yield* attempt(ioctl(fd, "TIOCNOTTY"));
  yield* close(fd);
  yield* sigaction(SIGHUP, before);
}

/** The terminal becomes the standard streams. Evaluates to its name. */
function* openTerminal(given: string): Routine<string> {
  if (given === "-") return (yield* terminalName(0)) ?? given;
  const path = given.startsWith("/") ? given : `/dev/${given}`;
  const fd = yield* attempt(open(path, O_RDWR | O_NONBLOCK));
  if (fd instanceof Errno) {
    yield* silence();
    yield* nanosleep(FAILURE_DELAY_US);
    throw new AppletExit(1);
  }
  yield* fcntl(fd, "F_SETFL", O_RDWR);
  yield* attempt(fchown(fd, 0, 0));
  yield* attempt(fchmod(fd, 0o620));
  yield* moveFd(fd, ...STANDARD_STREAMS);
  return path;
}

/** Before it has a terminal it has no standard output. */
function* silence(): Routine<void> {
  const nothing = yield* attempt(open("/dev/null", O_RDWR));
  if (nothing instanceof Errno) return;
  yield* moveFd(nothing, 1, 2);
}

class Talker {
  readonly #io: Io;
  readonly #options: Options;
  readonly #path: string;
  #modes: Termios | undefined;
  #end = RETURN;
  #erase = DELETE;

  constructor(io: Io, options: Options, path: string) {
    this.#io = io;
    this.#options = options;
    this.#path = path;
  }

  /** The name that was typed; `undefined` if none is asked for. */
  *run(timeout: number): Routine<string | undefined> {
    const pid = yield* getpid();
    if ((yield* attempt(ioctl(0, "TIOCGSID"))) !== pid) {
      const taken = yield* attempt(ioctl(0, "TIOCSCTTY", 1));
      if (taken instanceof Errno) return yield* this.fail(`TIOCSCTTY: ${taken.message}`);
    }
    const shown = yield* attempt(ioctl(0, "TIOCSPGRP", pid));
    if (shown instanceof Errno) return yield* this.fail(`tcsetpgrp: ${shown.message}`);
    const modes = yield* attempt(ioctl(0, "TCGETS"));
    if (!isTermios(modes)) return yield* this.fail("tcgetattr");
    this.#modes = modes;
    yield* attempt(ioctl(0, "TCFLSH", 2));
    yield* this.#set(this.#rawModes(modes));
    const first = this.#options.value("I");
    if (first !== undefined) yield* this.#say(unescaped(first));
    const talker = this;
    yield* sigaction(SIGALRM, function* () {
      yield* talker.#finish();
      yield* exit(0);
    });
    yield* alarm(timeout * SECOND);
    if (this.#options.has("w")) yield* this.#waitForLine();
    const name = this.#options.has("n") ? undefined : yield* this.#askName();
    yield* alarm(0);
    yield* this.#finish();
    return name;
  }

  /** Says why on the terminal, and gives time to read it. */
  *fail(why: string): Routine<never> {
    yield* this.#say(`getty: ${this.#path.replace(/^\/dev\//, "")}: ${why}\r\n`);
    yield* nanosleep(FAILURE_DELAY_US);
    throw new AppletExit(1);
  }

  *#waitForLine(): Routine<void> {
    for (;;) {
      const byte = yield* attempt(read(0, 1));
      if (byte instanceof Errno || byte.length === 0 || byte[0] === NEWLINE || byte[0] === RETURN) return;
    }
  }

  *#askName(): Routine<string> {
    yield* nanosleep(SETTLE_US);
    yield* attempt(ioctl(0, "TCFLSH", 0));
    for (;;) {
      if (!this.#options.has("i")) {
        yield* this.#say("\r\n");
        yield* printIssue(this.#io, this.#options.value("f") ?? ISSUE, this.#path);
      }
      yield* printPrompt(this.#io);
      const name = yield* this.#readName();
      if (name !== "") return name;
    }
  }

  *#readName(): Routine<string> {
    let name = "";
    for (;;) {
      const bytes = yield* attempt(read(0, 1));
      const byte = bytes instanceof Errno ? undefined : bytes[0];
      if (byte === undefined || byte === CTRL_C || byte === CTRL_D) {
        yield* this.#finish();
        throw new AppletExit(0);
      }
      if (byte === RETURN || byte === NEWLINE) {
        this.#end = byte;
        return name;
      }
      if (byte === BACKSPACE || byte === DELETE) {
        this.#erase = byte;
        if (name !== "") yield* this.#say(ERASE);
        name = name.slice(0, -1);
      } else if (byte === CTRL_U) {
        yield* this.#say(ERASE.repeat(name.length));
        name = "";
      } else if (byte >= BLANK && name.length < MOST_OF_NAME) {
        const letter = String.fromCharCode(byte);
        yield* this.#say(letter);
        name += letter;
      }
    }
  }

  /** Each key comes at once, and is not shown by the driver. */
  #rawModes(modes: Termios): Termios {
    const kept = CSTOPB | PARENB | PARODD | CBAUD | (CBAUD << 16);
    const local = this.#options.has("L") ? CLOCAL : 0;
    return {
      ...modes,
      iflag: 0,
      lflag: 0,
      oflag: OPOST | ONLCR,
      cflag: (modes.cflag & kept) | CS8 | HUPCL | CREAD | local,
      line: 0,
      cc: modes.cc.map((value, at) => (at === VMIN ? 1 : at === VTIME ? 0 : value)),
    };
  }

  /** The modes in which people type lines. */
  *#finish(): Routine<void> {
    if (this.#modes === undefined) return;
    const special = new Map([
      [VINTR, CTRL_C],
      [VQUIT, 28],
      [VEOF, CTRL_D],
      [VKILL, CTRL_U],
      [VERASE, this.#erase],
      [VEOL, NEWLINE],
    ]);
    const modes = this.#rawModes(this.#modes);
    yield* this.#set({
      ...modes,
      iflag: IXON | BRKINT | (this.#end === RETURN ? ICRNL : 0),
      lflag: ICANON | ISIG | ECHO | ECHOE | ECHOK | ECHOKE,
      oflag: OPOST | ONLCR,
      cflag: modes.cflag | (modes.cflag & CBAUD ? 0 : B38400),
      cc: modes.cc.map((value, at) => special.get(at) ?? value),
    });
    yield* this.#say("\n");
  }

  *#set(modes: Termios): Routine<void> {
    yield* attempt(ioctl(0, "TCSETS", modes));
  }

  *#say(text: string): Routine<void> {
    yield* attempt(writeAll(1, encode(text)));
  }
}

/** Octal numbers behind backslashes are characters. */
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{1,3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
