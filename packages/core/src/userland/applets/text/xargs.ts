/** xargs: run commands with arguments from the input. @see xargs(1p) */
import {
  close,
  dup,
  Errno,
  O_CLOEXEC,
  O_RDONLY,
  type Routine,
  type WaitStatus,
  WNOHANG,
  wait4,
} from "../../../abi/index.ts";
import { byteLength, byteString, fromByteString } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { moveFd } from "../../move-fd.ts";
import { openOrDie } from "../../or-die.ts";
import { runInProcess } from "../in-process.ts";
import { INT_MAX, toNumber } from "./arguments.ts";
import { spawn } from "./execute.ts";
import { LineReader } from "./lines.ts";
import { waitFor } from "./subprocess.ts";

const COMMAND_LINE_MAX = 32_768;
/** Left for the environment, as POSIX wants it. */
const RESERVE = 2048;
const MANY = 100;
const TERMINAL = "/dev/tty";

const CODES = { someFailed: 123, aborted: 124, killed: 125, cannotRun: 126, notFound: 127 } as const;

export const xargs: Applet = function* (io) {
  const options = yield* getopt(io, "+trn:s:e::E:opx0I:i::P:+a:", { "no-run-if-empty": "r" });
  const parallel = options.number("P") ?? 1;
  const file = options.value("a");
  if (file !== undefined) yield* readFrom(io, file);
  const command = options.operands.length === 0 ? ["echo"] : [...options.operands];
  const fixed = command.reduce((sum, word) => sum + byteLength(word) + 1, 0);
  const size = options.value("s");
  const room =
    (size === undefined ? COMMAND_LINE_MAX - RESERVE : yield* toNumber(io, size, { least: 1, most: INT_MAX })) - fixed;
  if (room <= 0) return yield* io.die("can't fit single argument within argument list size limit");
  const number = options.value("n");
  const most = number === undefined ? room : yield* toNumber(io, number, { least: 1, most: INT_MAX });
  const runner = new Runner(io, options, parallel === 0 ? MANY : parallel);
  const replaced = options.last("I", "i") === undefined ? undefined : replacedText(options);
  const input = new XargsInput(io, options);
  if (replaced !== undefined) {
    for (let line = yield* input.line(); line !== undefined; line = yield* input.line()) {
      const text = fromByteString(line);
      if (yield* runner.run(command.map((word) => word.replaceAll(replaced, () => text)))) break;
    }
    return yield* runner.finish();
  }
  for (let first = true; ; first = false) {
    const words = yield* input.batch(most, room);
    if (words.length === 0 && (!first || options.has("r"))) break;
    if (yield* runner.run([...command, ...words])) break;
  }
  return yield* runner.finish();
};

function replacedText(options: Options): string {
  const given = options.given.findLast(([name]) => name === "I" || name === "i")?.[1] ?? "";
  return given === "" ? "{}" : given;
}

function* readFrom(io: Io, file: string): Routine<void> {
  yield* moveFd(yield* openOrDie(io, file, O_RDONLY), 0);
}

/** Splits standard input into arguments. */
class XargsInput {
  readonly #io: Io;
  readonly #reader = new LineReader(0);
  readonly #nul: boolean;
  readonly #end: string | undefined;
  #portion = "";
  #at = 0;
  #ended = false;
  /** A word that did not fit any more. */
  #pending: string | undefined;

  constructor(io: Io, options: Options) {
    this.#io = io;
    this.#nul = options.has("0");
    const end = options.given.findLast(([name]) => name === "E" || name === "e")?.[1];
    this.#end = end === undefined || end === "" ? undefined : byteString(end);
  }

  /** The next words, at most `most`, that together with a byte each fit into `room`. */
  *batch(most: number, room: number): Routine<string[]> {
    const words: string[] = [];
    let size = 0;
    while (words.length < most) {
      const word = this.#pending ?? (yield* this.#word());
      this.#pending = undefined;
      if (word === undefined) break;
      if (size + word.length + 1 > room) {
        this.#pending = word;
        if (words.length === 0) return yield* this.#io.die("argument line too long");
        break;
      }
      words.push(fromByteString(word));
      size += word.length + 1;
    }
    return words;
  }

  /** The next line that is not empty, without leading spaces: what -I replaces. A NUL ends a line too. */
  *line(): Routine<string | undefined> {
    const isEnd = (char: string): boolean => char === "\0" || (char === "\n" && !this.#nul);
    let line = "";
    for (;;) {
      const char = yield* this.#next();
      if (char === undefined) return line === "" ? undefined : line;
      if (line === "" && (isEnd(char) || isSpace(char))) continue;
      if (isEnd(char)) return line;
      line += char;
    }
  }

  *#word(): Routine<string | undefined> {
    if (this.#ended) return undefined;
    const word = yield* this.#nul ? this.#nulWord() : this.#untilNul();
    if (word === undefined || word !== this.#end || this.#nul) return word;
    this.#ended = true;
    yield* this.#reader.rest();
    return undefined;
  }

  *#nulWord(): Routine<string | undefined> {
    let word = "";
    for (;;) {
      const char = yield* this.#next();
      if (char === undefined) return word === "" ? undefined : word;
      if (char === "\0") return word;
      word += char;
    }
  }

  /** A program takes of a word what stands before its first NUL. */
  *#untilNul(): Routine<string | undefined> {
    return (yield* this.#quotedWord())?.split("\0", 1)[0];
  }

  *#quotedWord(): Routine<string | undefined> {
    let word = "";
    let quote = "";
    for (;;) {
      const char = yield* this.#next();
      if (char === undefined) {
        if (word !== "" && quote !== "") {
          return yield* this.#io.die(`unmatched ${quote === "'" ? "single" : "double"} quote`);
        }
        return word === "" ? undefined : word;
      }
      if (quote !== "") {
        if (char === quote) quote = "";
        else word += char;
      } else if (isSpace(char)) {
        if (word !== "") return word;
      } else if (char === "\\") word += (yield* this.#next()) ?? "";
      else if (char === "'" || char === '"') quote = char;
      else word += char;
    }
  }

  *#next(): Routine<string | undefined> {
    if (this.#at >= this.#portion.length) {
      this.#portion = yield* this.#reader.some(4096);
      this.#at = 0;
      if (this.#portion === "") return undefined;
    }
    return this.#portion[this.#at++];
  }
}

const isSpace = (char: string): boolean => char === " " || (char >= "\t" && char <= "\r");

/** Runs the commands, several at a time if asked, and keeps the exit code. */
class Runner {
  readonly #io: Io;
  readonly #options: Options;
  readonly #parallel: number;
  #running = 0;
  #code = 0;
  #name = "";

  constructor(io: Io, options: Options, parallel: number) {
    this.#io = io;
    this.#options = options;
    this.#parallel = parallel;
  }

  /** Runs a command; true if no other may follow. */
  *run(argv: readonly string[]): Routine<boolean> {
    this.#name = argv[0] ?? "";
    if (!(yield* this.#announced(argv))) return false;
    const restore = this.#options.has("o") ? yield* this.#openTerminal() : undefined;
    const stops = this.#parallel === 1 ? yield* this.#runOne(argv) : yield* this.#runBeside(argv);
    if (restore !== undefined) yield* moveFd(restore, 0);
    return stops;
  }

  /** Waits for what is still running; the exit code. */
  *finish(): Routine<number> {
    while (this.#running > 0) if (yield* this.#reap(0)) break;
    return this.#code;
  }

  /** Shows the command with -t and -p; false if the user does not want it. */
  *#announced(argv: readonly string[]): Routine<boolean> {
    const asks = this.#options.has("p");
    if (!asks && !this.#options.has("t")) return true;
    yield* this.#io.err.write(argv.join(" ") + (asks ? "" : "\n"));
    if (!asks) return true;
    const fd = yield* openOrDie(this.#io, TERMINAL);
    yield* this.#io.err.write(" ?...");
    const answer = yield* new LineReader(fd).next();
    yield* close(fd);
    return answer !== undefined && /^[yY]/.test(answer);
  }

  /** Lets standard input be the terminal; what it was. */
  *#openTerminal(): Routine<number> {
    const fd = yield* openOrDie(this.#io, TERMINAL, O_RDONLY | O_CLOEXEC);
    const before = yield* dup(0);
    yield* moveFd(fd, 0);
    return before;
  }

  *#runOne(argv: readonly string[]): Routine<boolean> {
    const done = yield* runInProcess(this.#io, argv);
    if (done !== undefined) return yield* this.#judge({ exited: done });
    const pid = yield* spawn(this.#io, argv);
    if (pid instanceof Errno) return yield* this.#cannotRun(pid);
    return yield* this.#judge(yield* waitFor(pid));
  }

  *#runBeside(argv: readonly string[]): Routine<boolean> {
    for (;;) {
      const waits = this.#running >= this.#parallel;
      const before = this.#running;
      if (yield* this.#reap(waits ? 0 : WNOHANG)) return true;
      if (!waits && this.#running === before) break;
    }
    const pid = yield* spawn(this.#io, argv);
    if (pid instanceof Errno) return yield* this.#cannotRun(pid);
    this.#running++;
    return false;
  }

  /** Takes the status of a child that has ended; true if it stops everything. */
  *#reap(flags: number): Routine<boolean> {
    const waited = yield* attempt(wait4(-1, flags));
    if (waited instanceof Errno) {
      if (waited.code !== "EINTR") this.#running = 0;
      return false;
    }
    if (waited === undefined) return false;
    this.#running = Math.max(this.#running - 1, 0);
    return yield* this.#judge(waited.status);
  }

  *#cannotRun(error: Errno): Routine<boolean> {
    yield* this.#io.perror(this.#name, error);
    this.#code = error.code === "ENOENT" ? CODES.notFound : CODES.cannotRun;
    return true;
  }

  *#judge(status: WaitStatus): Routine<boolean> {
    if ("signaled" in status) {
      yield* this.#io.warn(`'${this.#name}' terminated by signal ${status.signaled}`);
      this.#code = CODES.killed;
      return true;
    }
    if (!("exited" in status) || status.exited === 0) return false;
    if (status.exited === 255) {
      yield* this.#io.warn(`${this.#name}: exited with status 255; aborting`);
      this.#code = CODES.aborted;
      return true;
    }
    this.#code = CODES.someFailed;
    return false;
  }
}
