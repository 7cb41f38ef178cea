/** telnetd: sessions for who connects by telnet, each with a terminal of its own. @see RFC 854, busybox's telnetd */
import {
  accept4,
  close,
  ECHO,
  Errno,
  getpid,
  ICRNL,
  IXOFF,
  ioctl,
  isTermios,
  O_CLOEXEC,
  O_NOCTTY,
  O_RDWR,
  ONLCR,
  open,
  POLLIN,
  type PollFd,
  poll,
  type Routine,
  read,
  SIGCHLD,
  SIGPIPE,
  SOCK_CLOEXEC,
  setsid,
  setsockopt,
  sigaction,
  WNOHANG,
  wait4,
  XTABS,
} from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { execPreferred, fork } from "../../exec.ts";
import { getopt, type Options } from "../../getopt.ts";
import { attempt, type Io, writeAll } from "../../io.ts";
import { moveFd, STANDARD_STREAMS } from "../../move-fd.ts";
import { hostOrDie, listenOrDie } from "../../net/stream.ts";
import { unsignedOrDie } from "../../number.ts";
import { printIssue } from "../accounts/login-issue.ts";
import { daemonize } from "../services/daemonize.ts";

const TELNET_PORT = 23;
const BACKLOG = 1;
const LOGIN = "/bin/login";
const ISSUE = "/etc/issue.net";
const READ_SIZE = 4000;
const [IAC, DO, WILL, SB, SE, NOP] = [255, 253, 251, 250, 240, 241];
const [TELOPT_ECHO, GO_AHEAD, WINDOW_SIZE] = [1, 3, 31];
const [NUL, NEWLINE, RETURN] = [0, 10, 13];
/** What is asked for and offered at once. */
const GREETING = Uint8Array.of(
  ...[IAC, DO, TELOPT_ECHO, IAC, DO, WINDOW_SIZE, IAC, WILL, TELOPT_ECHO, IAC, WILL, GO_AHEAD],
);

export const telnetd: Applet = function* (io) {
  const options = yield* getopt(io, "f:l:Kip:b:Fv");
  if (options.has("i")) return yield* new Telnetd(io, options, undefined).run([0]);
  const work = function* (): Routine<number> {
    return yield* new Telnetd(io, options, yield* listenAt(io, options)).run([]);
  };
  if (options.has("F")) return yield* work();
  yield* daemonize(work);
  return 0;
};

function* listenAt(io: Io, options: Options): Routine<number> {
  const given = options.value("p");
  const port = given === undefined ? TELNET_PORT : yield* unsignedOrDie(io, given, 0, 0xffff);
  const where = options.value("b");
  if (where === undefined) return yield* listenOrDie(io, { port }, BACKLOG);
  return yield* listenOrDie(io, yield* hostOrDie(io, where, port), BACKLOG);
}

/** A connection, the master of its terminal, and who sits at that. */
interface Session {
  readonly from: number;
  readonly to: number;
  readonly master: number;
  readonly child: number;
  /** What came and is not whole yet. */
  rest: readonly number[];
}

class Telnetd {
  readonly #io: Io;
  readonly #options: Options;
  readonly #listener: number | undefined;
  #sessions: Session[] = [];

  constructor(io: Io, options: Options, listener: number | undefined) {
    this.#io = io;
    this.#options = options;
    this.#listener = listener;
  }

  /** Serves until there is nobody left, if it listens to nobody else. */
  *run(connected: readonly number[]): Routine<number> {
    yield* sigaction(SIGPIPE, "ignore");
    yield* sigaction(SIGCHLD, function* () {}, { restart: false });
    for (const fd of connected) yield* this.#begin(fd, fd === 0 ? 1 : fd);
    for (;;) {
      if (this.#listener === undefined && this.#sessions.length === 0) return 0;
      const ready = yield* attempt(poll(this.#wanted()));
      yield* this.#reap();
      if (ready instanceof Errno) continue;
      for (const { fd } of ready) yield* this.#serve(fd);
    }
  }

  #wanted(): readonly PollFd[] {
    const fds = this.#sessions.flatMap(({ from, master }) => [master, from]);
    if (this.#listener !== undefined) fds.push(this.#listener);
    return fds.map((fd) => ({ fd, events: POLLIN }));
  }

  *#serve(fd: number): Routine<void> {
    if (fd === this.#listener) {
      const accepted = yield* attempt(accept4(fd, SOCK_CLOEXEC));
      if (!(accepted instanceof Errno)) yield* this.#begin(accepted.fd, accepted.fd);
      return;
    }
    const session = this.#sessions.find(({ from, master }) => from === fd || master === fd);
    if (session === undefined) return;
    const bytes = yield* attempt(read(fd, READ_SIZE));
    if (bytes instanceof Errno || bytes.length === 0) yield* this.#end(session);
    else if (fd === session.master) yield* attempt(writeAll(session.to, doubled(bytes)));
    else yield* this.#takeTyped(session, bytes);
  }

  /** Commands are obeyed or passed over; what ends a line is one character. */
  *#takeTyped(session: Session, bytes: Uint8Array): Routine<void> {
    const input = [...session.rest, ...bytes];
    const plain: number[] = [];
    let at = 0;
    while (at < input.length) {
      const byte = input[at] ?? 0;
      if (byte === IAC) {
        const length = commandLength(input, at);
        if (length === undefined) break;
        if (input[at + 1] === IAC) plain.push(IAC);
        yield* resize(session, input.slice(at, at + length));
        at += length;
        continue;
      }
      plain.push(byte);
      at++;
      if (byte === RETURN && (input[at] === NEWLINE || input[at] === NUL)) at++;
    }
    session.rest = input.slice(at);
    if (plain.length > 0) yield* attempt(writeAll(session.master, Uint8Array.from(plain)));
  }

  *#begin(from: number, to: number): Routine<void> {
    const io = this.#io;
    const master = yield* attempt(open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (master instanceof Errno) return yield* io.die("can't find free pty");
    const terminal = `/dev/pts/${String(yield* ioctl(master, "TIOCGPTN"))}`;
    yield* ioctl(master, "TIOCSPTLCK", 0);
    yield* attempt(setsockopt(from, "SO_KEEPALIVE", 1));
    yield* attempt(writeAll(to, GREETING));
    const child = yield* fork(io, () => this.#becomeLogin(terminal));
    this.#sessions.push({ from, to, master, child, rest: [] });
  }

  *#becomeLogin(terminal: string): Routine<number> {
    const io = this.#io;
    for (const signal of [SIGPIPE, SIGCHLD]) yield* sigaction(signal, "default");
    yield* setsid();
    yield* moveFd(yield* open(terminal, O_RDWR), ...STANDARD_STREAMS);
    yield* attempt(ioctl(0, "TIOCSPGRP", yield* getpid()));
    const modes = yield* attempt(ioctl(0, "TCGETS"));
    if (isTermios(modes)) {
      const iflag = (modes.iflag | ICRNL) & ~IXOFF;
      const set = { ...modes, iflag, oflag: modes.oflag | ONLCR | XTABS, lflag: modes.lflag | ECHO };
      yield* attempt(ioctl(0, "TCSETS", set));
    }
    yield* printIssue(io, this.#options.value("f") ?? ISSUE, terminal);
    yield* execPreferred(io, [this.#options.value("l") ?? LOGIN]);
    return 1;
  }

  *#end(session: Session): Routine<void> {
    this.#sessions = this.#sessions.filter((other) => other !== session);
    yield* close(session.master);
    yield* close(session.from);
  }

  /** With -K a connection ends with its login, whoever else has the terminal open. */
  *#reap(): Routine<void> {
    for (;;) {
      const waited = yield* attempt(wait4(-1, WNOHANG));
      if (waited instanceof Errno || waited === undefined) return;
      const session = this.#sessions.find(({ child }) => child === waited.pid);
      if (session !== undefined && this.#options.has("K")) yield* this.#end(session);
    }
  }
}

/** 255 goes twice. */
function doubled(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(IAC)) return bytes;
  return Uint8Array.from([...bytes].flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte])));
}

/** How many bytes the command at `at` has; `undefined` if they are not all there yet. */
function commandLength(input: readonly number[], at: number): number | undefined {
  const verb = input[at + 1];
  if (verb === undefined) return undefined;
  if (verb === IAC || (verb >= NOP && verb < SB)) return 2;
  if (verb !== SB) return input.length >= at + 3 ? 3 : undefined;
  for (let end = at + 2; end + 1 < input.length; end++) {
    if (input[end] === IAC && input[end + 1] === SE) return end + 2 - at;
  }
  return undefined;
}

/** Somebody says how large the window is: columns and rows, two bytes each. */
function* resize(session: Session, [, verb, option, ...size]: readonly number[]): Routine<void> {
  if (verb !== SB || option !== WINDOW_SIZE) return;
  const [high = 0, low = 0, rowsHigh = 0, rowsLow = 0] = size;
  const window = { columns: (high << 8) | low, rows: (rowsHigh << 8) | rowsLow };
  yield* attempt(ioctl(session.master, "TIOCSWINSZ", window));
}
