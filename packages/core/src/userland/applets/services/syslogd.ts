/**
 * syslogd: take what programs say to the system log, and write it to a file or send it on.
 *
 * It reads no configuration file. What it keeps in shared memory, logread shows.
 *
 * @see syslogd(8), RFC 3164
 */
import {
  bind,
  chmod,
  close,
  Errno,
  fstat,
  getpid,
  kill,
  O_APPEND,
  O_CREAT,
  O_WRONLY,
  open,
  type Routine,
  recvfrom,
  rename,
  SIGINT,
  SIGQUIT,
  SIGTERM,
  type SocketAddress,
  sendto,
  sigaction,
  socket,
  uname,
  unlink,
} from "../../../abi/index.ts";
import { decode, encode, familyOf } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, type Io, writeAll } from "../../io.ts";
import { resolve } from "../../net/host-names.ts";
import { unsignedOrDie } from "../../number.ts";
import { VERSION } from "../../version.ts";
import { daemonize } from "./daemonize.ts";
import { LogRing } from "./log-ring.ts";
import { LEVEL_COUNT, LOG_SOCKET, levelOf, nameOfPriority, stampOf } from "./syslog.ts";

const DEFAULT_FILE = "/var/log/messages";
const DEFAULT_SIZE_KB = 200;
const MOST_FILES = 99;
const DEFAULT_RING_KB = 64;
const MOST_RING_KB = 2_097_151;
const KB = 1024;
/** What is read of a message; the rest is lost. */
const READ_BYTES = 255;
const SYSLOG_INFO = 46;
const USER_NOTICE = 13;
/** "Nov 21 23:45:13 ", as libraries put it before a message. */
const STAMP = /^.{3} .{2} .{2}:.{2}:.{2} /s;
const STAMP_LENGTH = 15;
const MOST_OF_HOST_NAME = 64;

export const syslogd: Applet = function* (io) {
  const options = yield* getopt(io, "nO:l:Ss:b:R:LC::tDf:");
  if (options.operands.length > 0) yield* showUsage(io);
  if (options.has("f")) yield* io.die(`can't read '${options.value("f")}': Function not implemented`);
  const daemon = new Syslogd(io, yield* settingsOf(io, options));
  if (options.has("n")) return yield* daemon.run();
  yield* daemonize(() => daemon.run(), { atRoot: true });
  return 0;
};

interface Settings {
  /** The file, "-" for standard output; `undefined` if all goes to another machine. */
  readonly file: string | undefined;
  /** Bytes of a ring in shared memory that takes what a file would; `undefined` without one. */
  readonly ringBytes: number | undefined;
  /** HOST[:PORT] that gets all as well. */
  readonly remote: string | undefined;
  /** Only messages below this level are taken. */
  readonly level: number;
  /** Bytes from which on a file is put aside, 0 for never, and how many of those are kept. */
  readonly size: number;
  readonly kept: number;
  readonly isShort: boolean;
  readonly stripsStamps: boolean;
  readonly dropsDuplicates: boolean;
}

function* settingsOf(io: Io, options: Options): Routine<Settings> {
  const number = function* (letter: string, usual: number, min: number, max?: number): Routine<number> {
    const text = options.value(letter);
    return text === undefined ? usual : yield* unsignedOrDie(io, text, min, max);
  };
  const remote = options.value("R");
  const isLocal = remote === undefined || options.has("L");
  const ring = options.value("C");
  const ringKb = ring === undefined || ring === "" ? DEFAULT_RING_KB : yield* unsignedOrDie(io, ring, 4, MOST_RING_KB);
  return {
    ringBytes: options.has("C") ? ringKb * KB : undefined,
    level: yield* number("l", LEVEL_COUNT, 1, LEVEL_COUNT),
    size: (yield* number("s", DEFAULT_SIZE_KB, 0)) * KB,
    kept: Math.min(yield* number("b", 1, 0), MOST_FILES),
    file: isLocal ? (options.value("O") ?? DEFAULT_FILE) : undefined,
    remote,
    isShort: options.has("S"),
    stripsStamps: options.has("t"),
    dropsDuplicates: options.has("D"),
  };
}

/** HOST[:PORT]; `undefined` as long as nobody knows the host. */
function* addressOf(text: string): Routine<SocketAddress | undefined> {
  const [, host = text, port = "514"] = /^([^:]+)(?::(\d+))?$/.exec(text) ?? [];
  const [address] = yield* resolve(host);
  if (address === undefined) return undefined;
  return { family: familyOf(address) === 6 ? "inet6" : "inet", address, port: Number(port) };
}

/** A newline is a blank, other control characters are as one types them: ^A. Tabs stay. */
function printable(text: string): string {
  const shown = (character: string): string =>
    character === "\n" ? " " : `^${String.fromCharCode(character.charCodeAt(0) + 64)}`;
  return text.replace(/(?!\t)\p{Cc}/gu, shown);
}

class Syslogd {
  readonly #io: Io;
  readonly #settings: Settings;
  #hostName = "";
  /** The file, and the second in which it was opened: it may have been moved away since. */
  #fd: number | undefined;
  #openedAt = "";
  #last = "";
  #sender: number | undefined;
  #ring: LogRing | undefined;

  constructor(io: Io, settings: Settings) {
    this.#io = io;
    this.#settings = settings;
  }

  *run(): Routine<number> {
    this.#hostName = (yield* uname()).nodename.slice(0, MOST_OF_HOST_NAME);
    const daemon = this;
    for (const signal of [SIGTERM, SIGINT, SIGQUIT]) {
      yield* sigaction(signal, function* () {
        yield* daemon.#say("exiting");
        if (daemon.#ring !== undefined) yield* daemon.#ring.remove();
        yield* sigaction(signal, "default");
        yield* kill(yield* getpid(), signal);
      });
    }
    const fd = yield* this.#listen();
    const { ringBytes } = this.#settings;
    if (ringBytes !== undefined) this.#ring = yield* LogRing.make(this.#io, ringBytes);
    yield* this.#say(`started: BusyBox v${VERSION}`);
    for (;;) {
      const received = yield* attempt(recvfrom(fd, READ_BYTES));
      if (!(received instanceof Errno)) yield* this.#take(decode(received.data));
    }
  }

  *#listen(): Routine<number> {
    yield* attempt(unlink(LOG_SOCKET));
    const fd = yield* socket("unix", "dgram");
    const failure = yield* attempt(bind(fd, { family: "unix", path: LOG_SOCKET }));
    if (failure instanceof Errno) return yield* this.#io.die(`bind: ${failure.message}`);
    yield* chmod(LOG_SOCKET, 0o666);
    return fd;
  }

  /** A datagram: one message, or several with a NUL after each. */
  *#take(data: string): Routine<void> {
    const text = data.replace(/[\n\0]+$/, "");
    if (text === "" || (this.#settings.dropsDuplicates && text === this.#last)) return;
    this.#last = text;
    if (this.#settings.remote !== undefined) yield* this.#send(text, this.#settings.remote);
    if (this.#settings.file === undefined) return;
    for (const line of text.split(/\0+/)) {
      const [head, digits] = /^<(\d+)>/.exec(line) ?? [""];
      const priority = digits === undefined ? USER_NOTICE : Number.parseInt(digits, 10);
      yield* this.#log(priority, line.slice(head.length));
    }
  }

  *#say(message: string): Routine<void> {
    if (this.#settings.file !== undefined) yield* this.#log(SYSLOG_INFO, `syslogd ${message}`);
  }

  *#log(priority: number, text: string): Routine<void> {
    const { level, isShort, stripsStamps } = this.#settings;
    if (levelOf(priority) >= level) return;
    const hasStamp = STAMP.test(text);
    const now = yield* stampOf(this.#io);
    const stamp = hasStamp && !stripsStamps ? text.slice(0, STAMP_LENGTH) : now;
    const message = printable(hasStamp ? text.slice(STAMP_LENGTH + 1) : text);
    const origin = isShort ? "" : ` ${this.#hostName} ${nameOfPriority(priority)}`;
    yield* this.#write(now, encode(`${stamp}${origin} ${message}\n`));
  }

  *#write(now: string, line: Uint8Array): Routine<void> {
    if (this.#ring !== undefined) return yield* this.#ring.append(line);
    const path = this.#settings.file ?? DEFAULT_FILE;
    if (path === "-") {
      yield* attempt(writeAll(1, line));
      return;
    }
    if (now !== this.#openedAt || this.#fd === undefined) yield* this.#open(path, now);
    if (this.#fd === undefined) return;
    if (this.#settings.size > 0 && (yield* fstat(this.#fd)).size > this.#settings.size) yield* this.#rotate(path, now);
    if (this.#fd !== undefined) yield* attempt(writeAll(this.#fd, line));
  }

  *#open(path: string, now: string): Routine<void> {
    if (this.#fd !== undefined) yield* close(this.#fd);
    const fd = yield* attempt(open(path, O_WRONLY | O_CREAT | O_APPEND, 0o666));
    this.#fd = fd instanceof Errno ? undefined : fd;
    this.#openedAt = now;
  }

  /** FILE becomes FILE.0, what was that FILE.1, and so on. */
  *#rotate(path: string, now: string): Routine<void> {
    const { kept } = this.#settings;
    for (let at = kept - 1; at > 0; at--) yield* attempt(rename(`${path}.${at - 1}`, `${path}.${at}`));
    yield* kept > 0 ? attempt(rename(path, `${path}.0`)) : attempt(unlink(path));
    yield* this.#open(path, now);
  }

  *#send(text: string, remote: string): Routine<void> {
    const to = yield* addressOf(remote);
    if (to === undefined) return;
    this.#sender ??= yield* socket(to.family === "inet6" ? "inet6" : "inet", "dgram");
    yield* attempt(sendto(this.#sender, encode(text), 0, to));
  }
}
