/** What a command prints while it runs, and what it may use. */
import type { ContextDisk } from "../../build/index.ts";
import { concat, decode, encode, join } from "../../lib/index.ts";
import type { ClientMachine } from "../docker/index.ts";
import type { Engine } from "../engine.ts";
import { clientMachine } from "./client.ts";
import type { TerminalOptions } from "./terminal.ts";

/** What a command line leaves behind. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

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
  /** Hears of output as it comes. */
  readonly onOutput?: (stream: "stdout" | "stderr", text: string) => void;
}

/** One command in progress. */
export class Session {
  readonly engine: Engine;
  readonly stdin: Uint8Array | undefined;
  readonly terminal: TerminalOptions | undefined;
  readonly disk: ContextDisk | undefined;
  readonly cwd: string;
  /** The machine that the client runs on. */
  readonly client: ClientMachine;
  readonly #onOutput: CommandOptions["onOutput"];
  readonly #out: Uint8Array[] = [];
  readonly #err: Uint8Array[] = [];

  constructor(engine: Engine, options: CommandOptions) {
    this.engine = engine;
    const { stdin, disk, cwd = "/", onOutput } = options;
    this.disk = disk;
    this.terminal = options.terminal;
    this.cwd = cwd;
    this.client = clientMachine(options);
    this.#onOutput = onOutput;
    this.stdin = typeof stdin === "string" ? encode(stdin) : stdin;
  }

  out(text: string | Uint8Array): void {
    this.#out.push(typeof text === "string" ? encode(text) : text);
    this.#onOutput?.("stdout", typeof text === "string" ? text : decode(text));
  }

  err(text: string | Uint8Array): void {
    this.#err.push(typeof text === "string" ? encode(text) : text);
    this.#onOutput?.("stderr", typeof text === "string" ? text : decode(text));
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
    disk.writeFileSync(path.startsWith("/") ? path : join(this.cwd, path), encode(text));
  }

  /** Seconds since 1970, as lists show ages. */
  get now(): number {
    return Math.floor(this.engine.kernel.nowUs / 1e6);
  }

  result(exitCode: number): CommandResult {
    return { exitCode, stdout: decode(concat(this.#out)), stderr: decode(concat(this.#err)) };
  }
}
