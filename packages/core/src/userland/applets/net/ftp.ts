/** ftpget, ftpput: files from and to a server. @see RFC 959, RFC 2428 */
import {
  close,
  Errno,
  O_APPEND,
  O_CREAT,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  type Routine,
  read,
  stat,
} from "../../../abi/index.ts";
import { encode } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, Input, type Io, writeAll } from "../../io.ts";
import { portOrDie } from "../../net/services.ts";
import { connectOrDie, hostOrDie, type Target } from "../../net/stream.ts";
import { openOrDie } from "../../or-die.ts";

const FTP_PORT = 21;
const LONGS = { continue: "c", verbose: "v", username: "u", password: "p", port: "P" } as const;
const BLOCK = 65_536;
const [READY, LOGGED_IN, NEEDS_PASSWORD, PASSIVE, EXTENDED_PASSIVE] = [220, 230, 331, 227, 229];
const [SIZE_KNOWN, RESTARTS, DONE, OPENS] = [213, 350, 226, 150];

export const ftpget: Applet = (io) => transfer(io, receive);
export const ftpput: Applet = (io) => transfer(io, send);

type Direction = (session: FtpSession, first: string, second: string, continues: boolean) => Routine<void>;

function* transfer(io: Io, direction: Direction): Routine<number> {
  const options = yield* getopt(io, "cvu:p:P:", LONGS);
  const [host, first, second = first, ...more] = options.operands;
  if (host === undefined || first === undefined || second === undefined || more.length > 0) return yield* showUsage(io);
  const port = yield* portOrDie(io, options.value("P"), FTP_PORT);
  const target = yield* hostOrDie(io, host, port);
  if (options.has("v")) yield* io.out.line(`Connecting to ${host} (${target.address}:${target.port})`);
  const session = new FtpSession(io, target, yield* connectOrDie(io, target), options.has("v"));
  yield* session.login(options.value("u") ?? "anonymous", options.value("p") ?? "busybox");
  yield* direction(session, first, second, options.has("c"));
  return 0;
}

/** A file of the server's, to one here or to standard output. */
function* receive(session: FtpSession, local: string, remote: string, continues: boolean): Routine<void> {
  const { io } = session;
  const data = yield* session.openData();
  const isSizeKnown = (yield* session.command("SIZE", remote)) === SIZE_KNOWN;
  let from = 0;
  if (isSizeKnown && local !== "-" && continues) {
    const found = yield* attempt(stat(local));
    if (found instanceof Errno) return yield* io.pdie("stat", found);
    if (found.size > 0 && (yield* session.command(`REST ${found.size}`)) === RESTARTS) from = found.size;
  }
  if ((yield* session.command("RETR", remote)) > OPENS) yield* session.refuse("RETR");
  const flags = from > 0 ? O_APPEND | O_WRONLY : O_CREAT | O_TRUNC | O_WRONLY;
  yield* session.copy(data, local === "-" ? 1 : yield* openOrDie(io, local, flags, 0o666));
}

/** A file here, or standard input, to the server. */
function* send(session: FtpSession, remote: string, local: string): Routine<void> {
  const data = yield* session.openData();
  const from = local === "-" ? 0 : yield* openOrDie(session.io, local, O_RDONLY);
  const answer = yield* session.command("STOR", remote);
  if (answer !== OPENS && answer !== 125) yield* session.refuse("STOR");
  yield* session.copy(from, data);
}

class FtpSession {
  readonly io: Io;
  readonly #target: Target;
  readonly #control: number;
  readonly #lines: Input;
  readonly #isVerbose: boolean;
  #answer = "";

  constructor(io: Io, target: Target, control: number, isVerbose: boolean) {
    this.io = io;
    this.#target = target;
    this.#control = control;
    this.#lines = new Input(control);
    this.#isVerbose = isVerbose;
  }

  *login(user: string, password: string): Routine<void> {
    if ((yield* this.command()) !== READY) yield* this.refuse();
    const answer = yield* this.command("USER", user);
    if (answer === NEEDS_PASSWORD) {
      if ((yield* this.command("PASS", password)) !== LOGGED_IN) yield* this.refuse("PASS");
    } else if (answer !== LOGGED_IN) yield* this.refuse("USER");
    yield* this.command("TYPE I");
  }

  /** Sends a command, if one is given, and reads the answer to it: its number. */
  *command(verb?: string, argument?: string): Routine<number> {
    if (this.#isVerbose) yield* this.io.warn(`cmd ${verb ?? "(null)"} ${argument ?? "(null)"}`);
    if (verb !== undefined) {
      const line = argument === undefined ? verb : `${verb} ${argument}`;
      yield* attempt(writeAll(this.#control, encode(`${line}\r\n`)));
    }
    for (;;) {
      const line = yield* attempt(this.#lines.latin1Line());
      if (line instanceof Errno || line === undefined) {
        this.#answer = "EOF";
        return yield* this.refuse();
      }
      this.#answer = line;
      if (/^\d{3} /.test(line)) return Number(line.slice(0, 3));
    }
  }

  /** Ends with what the server said, as far as it can be printed. */
  *refuse(verb?: string): Routine<never> {
    const said = /^[ -~]*/.exec(this.#answer)?.[0] ?? "";
    return yield* this.io.die(`unexpected server response${verb === undefined ? "" : ` to ${verb}`}: ${said}`);
  }

  /** The connection that a file goes through: the server says at which port it waits. */
  *openData(): Routine<number> {
    const isExtended = (yield* this.command("EPSV")) === EXTENDED_PASSIVE;
    if (!isExtended && (yield* this.command("PASV")) !== PASSIVE) return yield* this.refuse("PASV");
    const port = isExtended ? this.#extendedPort() : this.#port();
    if (port === undefined) return yield* this.refuse("PASV");
    return yield* connectOrDie(this.io, { address: this.#target.address, port });
  }

  /** (|||1234|) */
  #extendedPort(): number | undefined {
    const digits = /\|(\d+)\|\)?\s*$/.exec(this.#answer)?.[1];
    return digits === undefined ? undefined : Number(digits);
  }

  /** (1,2,3,4,HIGH,LOW) */
  #port(): number | undefined {
    const [, high, low] = /(\d+),(\d+)\)?\D*$/.exec(this.#answer) ?? [];
    return high === undefined || low === undefined ? undefined : Number(high) * 256 + Number(low);
  }

  /** Copies all, and hears whether it has arrived. */
  *copy(from: number, to: number): Routine<void> {
    for (;;) {
      const bytes = yield* attempt(read(from, BLOCK));
      if (bytes instanceof Errno) return yield* this.io.pdie("read error", bytes);
      if (bytes.length === 0) break;
      const written = yield* attempt(writeAll(to, bytes));
      if (written instanceof Errno) return yield* this.io.pdie("write error", written);
    }
    yield* close(from);
    if (to !== 1) yield* close(to);
    if ((yield* this.command()) !== DONE) yield* this.refuse();
    yield* this.command("QUIT");
  }
}
