/** What a command prints while it runs, and what it may use. */
import type { ContextDisk } from "../../build/index.ts";
import {
  BrokenAnswer,
  NO_TROUBLE,
  OPERATIONS,
  type Operation,
  type Trouble,
  UNEXPECTED_EOF,
} from "../../faults/index.ts";
import { quote, rfc3339 } from "../../lib/go/index.ts";
import { concat, decode, encode, NO_BYTES } from "../../lib/index.ts";
import type { Container } from "../container/container.ts";
import type { ClientMachine } from "../docker/client.ts";
import type { Engine } from "../engine.ts";
import { managersCall } from "../swarm/managers-call.ts";
import { clientMachine } from "./client.ts";
import { absolute } from "./client-disk.ts";
import { checkNamed } from "./refusal.ts";
import type { TerminalOptions } from "./terminal.ts";

/** What a command line leaves behind. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command line has around it: input, terminal, environment, disk. */
export interface CommandOptions {
  /** Standard input. Without it the command reads nothing. */
  readonly stdin?: string | Uint8Array;
  /** The terminal that the command is called at, for `run -it` and its kin; standard input is that of the terminal then. */
  readonly terminal?: TerminalOptions;
  /** The disk that the client runs on, where `docker build` finds its context: `node:fs` or something of its shape. */
  readonly disk?: ContextDisk;
  /** The directory on it where the command is called. Default "/". */
  readonly cwd?: string;
  /** The client's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** The caller's name in the log of calls. Default "docker". */
  readonly client?: string;
  /** Interrupts the command: what it waits for goes on without it. */
  readonly signal?: AbortSignal;
  /** Hears of output as it comes, as text and as bytes. */
  readonly onOutput?: (stream: "stdout" | "stderr", text: string, bytes: Uint8Array) => void;
  /** Answers a question, with a line, when it is shown; by default answers are read from standard input. */
  readonly answer?: () => Promise<string>;
  /** Hears which container the command is attached to. */
  readonly onAttached?: (container: Container) => void;
}

/** Output beyond this is told to `onOutput` only: it has to fit into strings. */
const KEPT_BYTES = 256 * 1024 ** 2;
/** What a piece of output takes besides its bytes. */
const CHUNK_BYTES = 128;
const CUT = "bottleship: there was more output than a result can hold: the rest is not in it\n";

/** One command in progress. */
export class Session {
  readonly engine: Engine;
  readonly stdin: Uint8Array | undefined;
  readonly terminal: TerminalOptions | undefined;
  readonly disk: ContextDisk | undefined;
  readonly cwd: string;
  /** The machine that the client runs on. */
  readonly client: ClientMachine;
  /** What the client is called in the log of calls. */
  readonly name: string;
  readonly options: CommandOptions;
  /** What was called, as it was written behind the word `docker`. */
  readonly words: readonly string[];
  readonly #interrupted: AbortSignal | undefined;
  /** Ends the answer that is being read. */
  #broken: AbortController | undefined;
  /** Bytes of the answer that still arrive. */
  #left = Number.POSITIVE_INFINITY;
  readonly #out: Uint8Array[] = [];
  readonly #err: Uint8Array[] = [];
  /** Bytes of output that the result will have, with what it takes to keep them. */
  #kept = 0;
  #isCut = false;

  constructor(engine: Engine, options: CommandOptions, words: readonly string[] = []) {
    this.engine = engine;
    this.words = words;
    const { stdin, disk, cwd = "/" } = options;
    this.options = options;
    this.disk = disk;
    this.terminal = options.terminal;
    this.cwd = cwd;
    this.client = clientMachine(options);
    this.name = options.client ?? "docker";
    this.#interrupted = options.signal;
    this.stdin = typeof stdin === "string" ? encode(stdin) : stdin;
  }

  out(text: string | Uint8Array): void {
    this.#print("stdout", text);
  }

  err(text: string | Uint8Array): void {
    this.#print("stderr", text);
  }

  /** A line on standard error as logrus writes it where no terminal is. */
  log(level: "info" | "warning", message: string): void {
    this.err(`time="${rfc3339(this.now)}" level=${level} msg=${quote(message)}\n`);
  }

  #print(stream: "stdout" | "stderr", text: string | Uint8Array): void {
    if (this.#left < Number.POSITIVE_INFINITY) {
      this.#printRest(stream, text);
      return;
    }
    const bytes = typeof text === "string" ? encode(text) : text;
    this.#keep(stream, bytes);
    this.options.onOutput?.(stream, typeof text === "string" ? text : decode(text), bytes);
  }

  #keep(stream: "stdout" | "stderr", bytes: Uint8Array): void {
    if (this.#isCut) return;
    this.#kept += bytes.length + CHUNK_BYTES;
    this.#isCut = this.#kept > KEPT_BYTES;
    if (this.#isCut) this.#err.push(encode(CUT));
    else (stream === "stdout" ? this.#out : this.#err).push(bytes);
  }

  /** The first line that somebody says to a question. */
  async answer(): Promise<string> {
    const { answer } = this.options;
    return answer === undefined ? (decode(this.stdin ?? NO_BYTES).split("\n")[0] ?? "") : answer();
  }

  /** Prints of a broken answer what arrives. */
  #printRest(stream: "stdout" | "stderr", text: string | Uint8Array): void {
    const bytes = (typeof text === "string" ? encode(text) : text).slice(0, this.#left);
    const left = this.#left - bytes.length;
    this.#left = Number.POSITIVE_INFINITY;
    if (bytes.length > 0) this.#print(stream, bytes);
    this.#left = left;
    if (left === 0) this.#broken?.abort(new BrokenAnswer(UNEXPECTED_EOF));
  }

  /** Aborted when the command is interrupted, or the answer that it reads breaks. */
  get signal(): AbortSignal | undefined {
    const signals = [this.#interrupted, this.#broken?.signal].filter((signal) => signal !== undefined);
    return signals.length > 1 ? AbortSignal.any(signals) : signals[0];
  }

  /** The same for waits. */
  get interruptible(): { readonly signal?: AbortSignal } {
    const { signal } = this;
    return signal === undefined ? {} : { signal };
  }

  /**
   * Makes a call of the API: it is logged, and faults may keep it from being carried out or answered.
   *
   * @param subject what it is about, as the client calls it @param image that a container is to be made from
   * @throws StatusError as the daemon answers, or as the client finds it
   */
  async call<T>(operation: Operation, subject: string, act: () => T | Promise<T>, image?: string): Promise<T> {
    checkNamed(operation, subject);
    const managed = managersCall(OPERATIONS[operation]);
    const work = (): T | Promise<T> => {
      const led = managed && this.engine.swarm.leader(managed);
      return led === undefined ? act() : led.then(act);
    };
    const call = { operation, subject, client: this.name, ...(image === undefined ? {} : { image }) };
    const carry = (trouble: Trouble): T | Promise<T> =>
      trouble === NO_TROUBLE ? work() : this.#troubled(operation, trouble, work);
    return await this.engine.faults.api.call(call, carry, this.#interrupted);
  }

  async #troubled<T>(operation: Operation, trouble: Trouble, work: () => T | Promise<T>): Promise<T> {
    const { failsLate, cutAfterBytes, losesReply } = trouble;
    const { reply } = OPERATIONS[operation];
    if (failsLate !== undefined) throw new BrokenAnswer(failsLate);
    if (reply === "empty" && losesReply !== true) return work();
    const isStream = reply === "stream" && cutAfterBytes !== undefined;
    this.#left = isStream ? cutAfterBytes : 0;
    this.#broken = new AbortController();
    if (isStream && cutAfterBytes === 0) this.#broken.abort(new BrokenAnswer(UNEXPECTED_EOF));
    try {
      const answer = await work();
      if (losesReply === true || (isStream && this.#left > 0)) return answer;
    } finally {
      this.#left = Number.POSITIVE_INFINITY;
      this.#broken = undefined;
    }
    throw new BrokenAnswer(UNEXPECTED_EOF);
  }

  /** A line each. */
  lines(texts: readonly string[]): void {
    for (const text of texts) this.out(`${text}\n`);
  }

  /** Writes a text into a file of the client's disk; nowhere without a path, or without a disk that can be written. */
  write(path: string, text: string): void {
    const { disk } = this;
    if (path === "" || disk === undefined) return;
    if (!("writeFileSync" in disk) || typeof disk.writeFileSync !== "function") return;
    disk.writeFileSync(absolute(this.cwd, path), encode(text));
  }

  /** Seconds since 1970, as lists show ages. */
  get now(): number {
    return Math.floor(this.engine.kernel.nowUs / 1e6);
  }

  result(exitCode: number): CommandResult {
    return { exitCode, stdout: decode(concat(this.#out)), stderr: decode(concat(this.#err)) };
  }
}
