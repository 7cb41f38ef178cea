/**
 * Runs a transcript's lines: docker commands go to the engine, `sleep` lets its time pass, and tools (`sort`, `wc`, `head`…)
 * run in a busybox on a machine of their own, which sees nothing but its standard input.
 */
import type { Engine } from "@bottleship/core/engine";
import { decode, encode } from "@bottleship/core/lib";
import type { ClientDisk } from "../build/client-disk.ts";
import {
  NotUnderstood,
  type Redirection,
  type ShellCommand,
  type ShellList,
  type Stage,
  type Word,
} from "./shell-syntax.ts";

/** How long it takes until a client has started, in virtual time. */
const CLIENT_STARTS_US = 20_000;
/** How long a small program takes to start. */
const PROGRAM_STARTS_US = 2_000;
/** Tools that need nothing but their standard input. */
const TOOLS: ReadonlySet<string> = new Set([
  "awk",
  "cmp",
  "cut",
  "grep",
  "head",
  "md5sum",
  "od",
  "printf",
  "sed",
  "seq",
  "sort",
  "tail",
  "tar",
  "tr",
  "uniq",
  "wc",
]);

interface Streams {
  stdin: string;
  stdout: string;
  stderr: string;
}

/** What is added to an output goes where that leads at once: both may lead to the same place. */
class RedirectedStreams implements Streams {
  readonly stdin: string;
  readonly #deliver: (fd: 1 | 2, text: string) => void;

  constructor(stdin: string, deliver: (fd: 1 | 2, text: string) => void) {
    this.stdin = stdin;
    this.#deliver = deliver;
  }

  get stdout(): string {
    return "";
  }

  set stdout(text: string) {
    this.#deliver(1, text);
  }

  get stderr(): string {
    return "";
  }

  set stderr(text: string) {
    this.#deliver(2, text);
  }
}

export interface ShellParts {
  readonly engine: Engine;
  /** Another machine, with busybox. */
  readonly tools: Engine;
  readonly disk: ClientDisk;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Leaves a loop. */
class Break extends Error {}
/** Ends the shell. */
class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super();
    this.code = code;
  }
}

export class Shell {
  readonly #parts: ShellParts;
  readonly #variables: Map<string, string>;
  readonly #isBackground: boolean;
  #status = 0;
  /** The exit code of the last command substitution in the present command. */
  #substituted = 0;

  constructor(parts: ShellParts, variables: ReadonlyMap<string, string> = new Map(), isBackground = false) {
    this.#parts = parts;
    this.#isBackground = isBackground;
    this.#variables = new Map(variables);
  }

  /** @throws NotUnderstood for what cannot be run here */
  async run(list: ShellList): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> {
    const streams = { stdin: "", stdout: "", stderr: "" };
    const exitCode = await this.#whole(list, streams);
    return { exitCode, stdout: streams.stdout, stderr: streams.stderr };
  }

  async #whole(list: ShellList, streams: Streams): Promise<number> {
    try {
      return await this.#list(list, streams);
    } catch (error) {
      if (error instanceof Exit) return error.code;
      throw error;
    }
  }

  async #list(list: ShellList, streams: Streams): Promise<number> {
    for (const { operator, stages, background } of list) {
      if (operator === "and" && this.#status !== 0) continue;
      if (operator === "or" && this.#status === 0) continue;
      if (background) {
        const inside = new Shell(this.#parts, this.#variables, true);
        void inside.#pipeline(stages, streams).catch(() => {});
        this.#status = 0;
      } else this.#status = await this.#pipeline(stages, streams);
    }
    return this.#status;
  }

  async #pipeline(stages: readonly Stage[], streams: Streams): Promise<number> {
    let { stdin } = streams;
    for (const [index, stage] of stages.entries()) {
      const isLast = index === stages.length - 1;
      if (isLast && index === 0) return this.#stage(stage, streams);
      const piped = { stdin, stdout: "", stderr: "" };
      const status = await this.#stage(stage, piped);
      streams.stderr += piped.stderr;
      stdin = piped.stdout;
      if (!isLast) continue;
      streams.stdout += piped.stdout;
      return status;
    }
    return 0;
  }

  async #stage({ command, redirections }: Stage, outer: Streams): Promise<number> {
    if (redirections.length === 0) return this.#command(command, outer);
    const input: Pick<Streams, "stdin"> = { stdin: outer.stdin };
    const sinks = await this.#open(redirections, input);
    const own = new RedirectedStreams(input.stdin, (fd, text) => this.#deliver(sinks[fd], text, outer));
    return this.#command(command, own);
  }

  /** Where the two outputs go: a stream of the outer command, or a file. */
  async #open(
    redirections: readonly Redirection[],
    own: Pick<Streams, "stdin">,
  ): Promise<Record<1 | 2, "stdout" | "stderr" | { path: string }>> {
    const sinks: Record<1 | 2, "stdout" | "stderr" | { path: string }> = { 1: "stdout", 2: "stderr" };
    for (const { fd, kind, target } of redirections) {
      const [text = ""] = await this.#expand(target);
      if (kind === "read") own.stdin = text === "/dev/null" ? "" : this.#readFile(text);
      else if (fd === 0) throw new NotUnderstood("an output for standard input");
      else if (kind === "duplicate") sinks[fd] = sinks[text === "1" ? 1 : 2];
      else {
        sinks[fd] = { path: text };
        if (text !== "/dev/null") this.#parts.disk.write(this.#path(text), "");
      }
    }
    return sinks;
  }

  #deliver(sink: "stdout" | "stderr" | { path: string }, text: string, outer: Streams): void {
    if (typeof sink === "string") outer[sink] += text;
    else if (sink.path !== "/dev/null") {
      const base64 = Buffer.concat([Buffer.from(encode(this.#readFile(sink.path))), encode(text)]).toString("base64");
      this.#parts.disk.write(this.#path(sink.path), { base64 });
    }
  }

  async #command(command: ShellCommand, streams: Streams): Promise<number> {
    switch (command.kind) {
      case "subshell":
        return new Shell(this.#parts, this.#variables, this.#isBackground).#whole(command.list, streams);
      case "for": {
        for (const word of command.words) {
          for (const value of await this.#expand(word)) {
            this.#variables.set(command.name, value);
            try {
              await this.#list(command.body, streams);
            } catch (error) {
              if (error instanceof Break) return 0;
              throw error;
            }
          }
        }
        return this.#status;
      }
      case "simple":
        return this.#simple(command, streams);
    }
  }

  async #simple({ assignments, words }: Extract<ShellCommand, { kind: "simple" }>, streams: Streams): Promise<number> {
    const own = new Map<string, string>();
    this.#substituted = 0;
    for (const [name, word] of assignments) own.set(name, (await this.#expand(word)).join(" "));
    const argv: string[] = [];
    for (const word of words) argv.push(...(await this.#expand(word)));
    const [name, ...rest] = argv;
    if (name === undefined) {
      for (const [variable, value] of own) this.#variables.set(variable, value);
      return this.#substituted;
    }
    switch (name) {
      case "docker":
        return this.#docker(rest, streams, own);
      case "sleep":
        await this.#pass(Number(rest[0]) * 1e6);
        return 0;
      case "true":
      case "wait":
        return 0;
      case "false":
        return 1;
      case "break":
        throw new Break();
      case "exit":
        throw new Exit(Number(rest[0] ?? this.#status));
      case "echo":
        if (rest[0]?.startsWith("-") === true) throw new NotUnderstood(`echo ${rest[0]}`);
        streams.stdout += `${rest.join(" ")}\n`;
        return 0;
      case "[":
        return test(rest) ? 0 : 1;
      case "cat":
        return this.#cat(rest, streams);
      case "date":
        await this.#pass(PROGRAM_STARTS_US);
        streams.stdout += `${this.#date(rest)}\n`;
        return 0;
      default:
        return this.#tool(argv, streams);
    }
  }

  #cat(paths: readonly string[], streams: Streams): number {
    if (paths.length === 0) streams.stdout += streams.stdin;
    let status = 0;
    for (const path of paths) {
      if (this.#hasFile(path)) streams.stdout += this.#readFile(path);
      else {
        streams.stderr += `cat: ${path}: No such file or directory\n`;
        status = 1;
      }
    }
    return status;
  }

  /** In the background, time is moved by the others. */
  async #pass(us: number): Promise<void> {
    await this.#parts.engine.world.sleep(us, { follows: this.#isBackground });
  }

  async #docker(argv: readonly string[], streams: Streams, own: ReadonlyMap<string, string>): Promise<number> {
    const { engine, disk, cwd, env } = this.#parts;
    await this.#pass(CLIENT_STARTS_US);
    const { exitCode } = await engine.docker(argv, {
      stdin: encode(streams.stdin),
      disk,
      cwd,
      env: { ...env, ...Object.fromEntries(own) },
      onOutput: (stream, text) => {
        streams[stream] += text;
      },
    });
    return exitCode;
  }

  async #tool(argv: readonly string[], streams: Streams): Promise<number> {
    if (!TOOLS.has(argv[0] ?? "")) throw new NotUnderstood(`the program ${argv[0]}`);
    if (argv.slice(1).some((word) => this.#hasFile(word))) throw new NotUnderstood(`${argv[0]} of a file`);
    const line = ["run", "--rm", "-i", "--network", "none", "busybox", ...argv];
    const { exitCode, stdout, stderr } = await this.#parts.tools.docker(line, { stdin: encode(streams.stdin) });
    // The recorder's wc was GNU's: three counts from a pipe are seven columns wide each.
    const isTriple = argv.length === 1 && argv[0] === "wc";
    streams.stdout += isTriple
      ? `${stdout
          .trim()
          .split(/\s+/)
          .map((count) => count.padStart(7))
          .join(" ")}\n`
      : stdout;
    streams.stderr += stderr;
    return exitCode;
  }

  #date(argv: readonly string[]): string {
    const { nowUs } = this.#parts.engine.kernel;
    const seconds = String(Math.floor(nowUs / 1e6));
    if (argv.length === 1 && argv[0] === "+%s") return seconds;
    if (argv.length !== 1) throw new NotUnderstood("date of another time");
    return (argv[0] ?? "")
      .slice(1)
      .replace("%s", seconds)
      .replace("%N", String((nowUs % 1e6) * 1000).padStart(9, "0"));
  }

  /** The fields that a word becomes. */
  async #expand(word: Word): Promise<readonly string[]> {
    const fields: string[] = [];
    let current: string | undefined;
    for (const part of word) {
      const text = await this.#textOf(part);
      if (part.kind === "text" || part.quoted) {
        current = (current ?? "") + text;
        continue;
      }
      for (const piece of text.split(/(\s+)/)) {
        if (piece === "") continue;
        if (!/^\s/.test(piece)) current = (current ?? "") + piece;
        else if (current !== undefined) {
          fields.push(current);
          current = undefined;
        }
      }
    }
    return current === undefined ? fields : [...fields, current];
  }

  async #textOf(part: Word[number]): Promise<string> {
    if (part.kind === "text") return part.text;
    if (part.kind === "variable") {
      return part.name === "?"
        ? String(this.#status)
        : (this.#variables.get(part.name) ??
            this.#parts.env[part.name] ??
            (part.name === "PWD" ? this.#parts.cwd : ""));
    }
    const inside = await new Shell(this.#parts, this.#variables, this.#isBackground).run(part.list);
    this.#substituted = inside.exitCode;
    return inside.stdout.replace(/\n+$/, "");
  }

  #path(path: string): string {
    return path.startsWith("/") ? path : `${this.#parts.cwd}/${path}`;
  }

  #hasFile(path: string): boolean {
    try {
      return this.#parts.disk.lstatSync(this.#path(path)) !== undefined;
    } catch {
      return false;
    }
  }

  #readFile(path: string): string {
    const content = this.#parts.disk.readFileSync(this.#path(path));
    return typeof content === "string" ? content : decode(content);
  }
}

function test(words: readonly string[]): boolean {
  const [left = "", operator, right = "", end] = words;
  if (end !== "]") throw new NotUnderstood(`[ ${words.join(" ")}`);
  switch (operator) {
    case "=":
      return left === right;
    case "!=":
      return left !== right;
    case "-ge":
      return Number(left) >= Number(right);
    case "-lt":
      return Number(left) < Number(right);
    case "-eq":
      return Number(left) === Number(right);
    default:
      throw new NotUnderstood(`[ ${operator}`);
  }
}
