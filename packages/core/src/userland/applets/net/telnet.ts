/** telnet: a terminal on another host. @see RFC 854, busybox's telnet */
import { Errno, POLLIN, type PollFd, poll, type Routine, read, setsockopt, shutdown } from "../../../abi/index.ts";
import { encode } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, type Io, writeAll } from "../../io.ts";
import { portOrDie } from "../../net/services.ts";
import { connectOrDie, hostOrDie } from "../../net/stream.ts";

const TELNET_PORT = 23;
const BUFFER_SIZE = 128;
const IAC = 255;
const DONT = 254;
const DO = 253;
const WONT = 252;
const WILL = 251;
const SB = 250;
const SE = 240;
const ECHO = 1;
const SUPPRESS_GO_AHEAD = 3;
const WINDOW_SIZE = 31;

export const telnet: Applet = function* (io) {
  const { operands } = yield* getopt(io, "al:");
  const [host, service, ...others] = operands;
  if (host === undefined) return yield* showUsage(io);
  const port = yield* portOrDie(io, service, TELNET_PORT);
  if (others.length > 0) return yield* showUsage(io);
  const fd = yield* connectOrDie(io, yield* hostOrDie(io, host, port));
  yield* io.out.write(`Connected to ${host}\n`);
  yield* setsockopt(fd, "SO_KEEPALIVE", 1);
  const session = new TelnetSession(io, fd);
  let inputOpen = true;
  for (;;) {
    const wanted: PollFd[] = [
      { fd: inputOpen ? 0 : -1, events: POLLIN },
      { fd, events: POLLIN },
    ];
    const ready = yield* poll(wanted);
    if (ready.some((one) => one.fd === 0)) {
      const bytes = yield* attempt(read(0, BUFFER_SIZE));
      if (bytes instanceof Errno || bytes.length === 0) {
        inputOpen = false;
        yield* attempt(shutdown(fd, "write"));
      } else yield* attempt(writeAll(fd, escaped(bytes)));
    }
    if (!ready.some((one) => one.fd === fd)) continue;
    const bytes = yield* attempt(read(fd, BUFFER_SIZE));
    if (bytes instanceof Errno || bytes.length === 0) {
      yield* writeAll(1, encode("EOF on read from foreign host\r\n"));
      return 0;
    }
    yield* session.take(bytes);
  }
};

/** A newline goes as CR LF, and 255 twice. */
function escaped(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from([...bytes].flatMap((byte) => (byte === 10 ? [13, 10] : byte === IAC ? [IAC, IAC] : [byte])));
}

type State = "copy" | "command" | "option" | "subnegotiation" | "subcommand" | "after-cr";

/** What the other side says, and the answers to its commands. */
class TelnetSession {
  readonly #io: Io;
  readonly #fd: number;
  #state: State = "copy";
  #command = 0;
  #echoes = false;
  #offeredSize = false;

  constructor(io: Io, fd: number) {
    this.#io = io;
    this.#fd = fd;
  }

  *take(bytes: Uint8Array): Routine<void> {
    const text: number[] = [];
    const answer: number[] = [];
    for (const byte of bytes) {
      if (this.#state === "after-cr") {
        this.#state = "copy";
        if (byte === 0) continue;
      }
      if (this.#state === "copy") {
        if (byte === IAC) this.#state = "command";
        else {
          text.push(byte);
          if (byte === 13) this.#state = "after-cr";
        }
      } else if (this.#state === "command") this.#takeCommand(byte, text);
      else if (this.#state === "option") {
        this.#state = "copy";
        answer.push(...(yield* this.#negotiate(byte)));
      } else if (this.#state === "subnegotiation") {
        if (byte === IAC) this.#state = "subcommand";
      } else this.#state = byte === SE ? "copy" : "subnegotiation";
    }
    if (answer.length > 0) yield* attempt(writeAll(this.#fd, Uint8Array.from(answer)));
    yield* writeAll(1, Uint8Array.from(text));
  }

  #takeCommand(byte: number, text: number[]): void {
    this.#state = "copy";
    if (byte === IAC) text.push(byte);
    else if (byte === SB) this.#state = "subnegotiation";
    else if (byte >= WILL && byte <= DONT) {
      this.#command = byte;
      this.#state = "option";
    }
  }

  /** Lets the other side echo; refuses what it does not know. */
  *#negotiate(option: number): Routine<readonly number[]> {
    const wish = this.#command;
    if (option === ECHO && (wish === WILL || wish === WONT)) {
      if (this.#echoes === (wish === WILL)) return [];
      this.#echoes = wish === WILL;
      const [mode, key] = this.#echoes ? ["character", "]"] : ["line", "C"];
      yield* this.#io.err.write(`\r\nEntering ${mode} mode\r\nEscape character is '^${key}'.\r\n`);
      const size = this.#offeredSize ? [] : [IAC, WILL, WINDOW_SIZE];
      this.#offeredSize = true;
      return [IAC, this.#echoes ? DO : DONT, ECHO, ...size];
    }
    if (option === SUPPRESS_GO_AHEAD && wish === WILL) return [IAC, DO, option];
    if (wish === WILL) return [IAC, DONT, option];
    return wish === DO ? [IAC, WONT, option] : [];
  }
}
