/** login: ask who somebody is, and begin a session. @see login(1) */
import {
  access,
  alarm,
  Errno,
  exit,
  F_OK,
  fchmod,
  fchown,
  getpid,
  getresuid,
  ioctl,
  isTermios,
  type Routine,
  read,
  SIGALRM,
  sigaction,
} from "../../../abi/index.ts";
import { decode } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { AppletExit, attempt, type Io, isatty, readFile, readText } from "../../io.ts";
import { INT_MAX, unsignedOrDie } from "../../number.ts";
import { type User, userByName } from "../../passwd.ts";
import { LEVEL_COUNT, tellSyslog } from "../services/syslog.ts";
import { changeIdentity, requirePrivilege } from "../system/identity.ts";
import { terminalName } from "../system/tty.ts";
import { knowsPassword, pauseAfterFailure } from "./check-password.ts";
import { DEFAULT_SHELL, goHome, loginEnvironment, userEnvironment } from "./login-environment.ts";
import { printPrompt } from "./login-issue.ts";
import { execShell } from "./su.ts";

const SECOND = 1_000_000;
const DEFAULT_TIMEOUT = "60";
/** Wrong passwords, and empty names, until it gives up. */
const TRIES = 3;
const EMPTY_NAMES = 5;
const MOST_OF_NAME = 63;
const MOTD = "/etc/motd";
const NO_LOGIN = "/etc/nologin";
const SECURE_TERMINALS = "/etc/securetty";
/** The facility auth, and two levels. */
const AUTH = 4 * LEVEL_COUNT;
const AUTH_WARNING = AUTH | 4;
const AUTH_INFO = AUTH | 6;

export const login: Applet = function* (io) {
  yield* requirePrivilege(io);
  const timeout = yield* unsignedOrDie(io, io.env.get("LOGIN_TIMEOUT") ?? DEFAULT_TIMEOUT, 0, INT_MAX);
  const options = yield* getopt(io, "f:h:p");
  const isTrusted = options.has("f");
  const uids = yield* getresuid();
  if (isTrusted && uids.real !== uids.effective) return yield* io.die("-f is for root only");
  const modes = yield* attempt(ioctl(0, "TCGETS"));
  if (!isTermios(modes) || !(yield* isatty(1))) return 1;
  yield* limitTime(io, timeout, modes);
  const terminal = ((yield* terminalName(0)) ?? "UNKNOWN").replace(/^\/dev\//, "");
  const host = options.value("h");
  const where = ` on '${terminal}'${host === undefined ? "" : ` from '${host}'`}`;
  const user = yield* authenticate(io, options.operands[0] ?? options.value("f"), isTrusted, terminal, where);
  yield* alarm(0);
  if (user.uid !== 0) yield* refuseAllButRoot(io);
  yield* attempt(fchown(0, user.uid, user.gid));
  yield* attempt(fchmod(0, 0o600));
  yield* changeIdentity(io, user);
  const shell = user.shell === "" ? DEFAULT_SHELL : user.shell;
  yield* goHome(io, user);
  const env = options.has("p") ? userEnvironment(io.env, user, shell) : loginEnvironment(io.env, user, shell);
  if ((yield* attempt(access(".hushlogin", F_OK))) instanceof Errno) yield* sayMessageOfTheDay(io);
  if (user.uid === 0) yield* tellSyslog(io, AUTH_INFO, yield* tag(), `root login${where}`);
  return yield* execShell(io, shell, [], env, true);
};

function* tag(): Routine<string> {
  return `login[${yield* getpid()}]`;
}

/** Nobody may sit at the prompt for ever. */
function* limitTime(io: Io, seconds: number, modes: unknown): Routine<void> {
  yield* sigaction(SIGALRM, function* () {
    yield* attempt(ioctl(0, "TCSETS", modes));
    yield* io.out.write(`\r\nLogin timed out after ${seconds} seconds\r\n`);
    yield* io.out.flush();
    yield* exit(0);
  });
  yield* alarm(seconds * SECOND);
}

function* authenticate(
  io: Io,
  named: string | undefined,
  isTrusted: boolean,
  terminal: string,
  where: string,
): Routine<User> {
  let name = named?.slice(0, MOST_OF_NAME);
  let trusted = isTrusted;
  for (let failures = 0; failures < TRIES; failures++) {
    yield* attempt(ioctl(0, "TCFLSH", 0));
    const typed = name === undefined || name === "" ? yield* askName(io) : name;
    const user = yield* userByName(io, typed);
    const welcome = yield* isWelcome(io, user, trusted, terminal);
    if (welcome && user !== undefined) return user;
    trusted = false;
    yield* pauseAfterFailure();
    yield* io.out.line("Login incorrect");
    yield* io.out.flush();
    yield* tellSyslog(io, AUTH_WARNING, yield* tag(), `invalid password for '${user?.name ?? "UNKNOWN"}'${where}`);
    name = undefined;
  }
  throw new AppletExit(1);
}

/** Who is not known is asked for a password, too. */
function* isWelcome(io: Io, user: User | undefined, trusted: boolean, terminal: string): Routine<boolean> {
  if (user !== undefined) {
    if (/^[!*]/.test(user.password)) return false;
    if (trusted) return true;
    if (user.uid === 0 && !(yield* isSecure(terminal))) return false;
    if (user.password === "") return true;
  }
  return (yield* knowsPassword(io, user)) === true;
}

/** Root may come by any terminal, unless some are listed. */
function* isSecure(terminal: string): Routine<boolean> {
  const text = yield* attempt(readText(SECURE_TERMINALS));
  if (text instanceof Errno) return true;
  const names = text.split("\n").map((line) => line.replace(/#.*/, "").trim());
  const listed = names.filter((one) => one !== "");
  return listed.length === 0 || listed.includes(terminal);
}

/** The first word of what is typed. */
function* askName(io: Io): Routine<string> {
  for (let empty = 0; empty < EMPTY_NAMES; empty++) {
    yield* printPrompt(io);
    const line = yield* readLineToEnd();
    if (line === undefined) break;
    const word = line.trimStart().split(/[\0-\x20]/)[0] ?? "";
    if (word !== "") return word.slice(0, MOST_OF_NAME);
  }
  throw new AppletExit(1);
}

/** A line that has an end; byte by byte, for what follows belongs to the session. */
function* readLineToEnd(): Routine<string | undefined> {
  const bytes: number[] = [];
  for (;;) {
    const one = yield* attempt(read(0, 1));
    const byte = one instanceof Errno ? undefined : one[0];
    if (byte === undefined) return undefined;
    if (byte === 10) return decode(Uint8Array.from(bytes));
    bytes.push(byte);
  }
}

function* refuseAllButRoot(io: Io): Routine<void> {
  const text = yield* attempt(readText(NO_LOGIN));
  if (text instanceof Errno) return;
  yield* io.out.write(text === "" ? "\r\nSystem closed for routine maintenance\r\n" : text.replaceAll("\n", "\r\n"));
  throw new AppletExit(1);
}

function* sayMessageOfTheDay(io: Io): Routine<void> {
  const text = yield* attempt(readFile(MOTD));
  if (!(text instanceof Errno)) yield* io.out.write(text);
}
