/** read: one line into variables. @see read(1p) */
import { clock_gettime, Errno, POLLIN, poll, type Routine, read as readBytes, SIGALRM } from "../../../abi/index.ts";
import { attempt, isatty } from "../../io.ts";
import { regular } from "../builtin.ts";
import { isName, isNumber } from "../characters.ts";
import { ShellError } from "../errors.ts";
import type { Shell } from "../shell.ts";
import { holdingInterrupts } from "../signals.ts";
import { DEFAULT_IFS } from "../split.ts";
import { readOptions } from "./options.ts";

interface Settings {
  readonly fd: number;
  readonly names: readonly string[];
  readonly ifs: string;
  readonly raw: boolean;
  readonly delimiter: string;
  /** At most so many characters; 0 for any number. */
  readonly count: number;
  readonly timeoutUs: number | undefined;
  readonly prompt: string | undefined;
}

export const read = regular(function* (shell, { argv }): Routine<number> {
  const { given, operands } = readOptions(argv, "p:u:rt:n:sd:");
  const value = (letter: string): string | undefined => given.findLast(([one]) => one === letter)?.[1];
  const bad = operands.find((name) => !isName(name));
  if (bad !== undefined) {
    yield* shell.printError(`${shell.name}: read: '${bad}': bad variable name\n`);
    return 1;
  }
  const settings: Settings = {
    count: parseCount(value("n"), "invalid count"),
    timeoutUs: parseTimeout(value("t")),
    fd: parseCount(value("u"), "invalid file descriptor"),
    names: operands,
    ifs: shell.variables.get("IFS") ?? DEFAULT_IFS,
    raw: given.some(([letter]) => letter === "r"),
    delimiter: value("d") === "" ? "\0" : (value("d") ?? "\n").slice(0, 1),
    prompt: value("p"),
  };
  if (settings.timeoutUs === 0) return (yield* isReady(settings.fd, 0)) ? 0 : 1;
  if (settings.prompt !== undefined && (yield* isatty(settings.fd))) yield* shell.printError(settings.prompt);
  return yield* holdingInterrupts(shell, readLine(shell, settings));
});

/** @throws ShellError with `complaint` */
function parseCount(text: string | undefined, complaint: string): number {
  if (text === undefined) return 0;
  if (!isNumber(text) || Number(text) > 0x7fffffff) throw new ShellError(complaint);
  return Number(text);
}

/** Seconds, with up to three digits of a fraction. @throws ShellError */
function parseTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^([0-9]+)(?:\.([0-9]{0,3}))?/.exec(text);
  const next = text[match?.[0].length ?? 0];
  const isCut = match?.[2]?.length === 3;
  if (match === null || (next !== undefined && !isCut)) throw new ShellError("invalid timeout");
  return Number(match[1]) * 1_000_000 + Number((match[2] ?? "").padEnd(3, "0")) * 1000;
}

function* isReady(fd: number, timeoutUs: number): Routine<boolean> {
  const ready = yield* attempt(poll([{ fd, events: POLLIN }], timeoutUs));
  return !(ready instanceof Errno) && ready.length > 0;
}

type Ending = "delimiter" | "end" | "timeout" | "signal";

function* readLine(shell: Shell, settings: Settings): Routine<number> {
  const { names, raw, delimiter, count, timeoutUs } = settings;
  const line = new Fields(shell, names, settings.ifs);
  const deadlineUs = timeoutUs === undefined ? undefined : (yield* clock_gettime("monotonic")) + timeoutUs;
  let ending: Ending = "delimiter";
  let isEscaped = false;
  // Characters count that are not kept, too.
  for (let left = count; count === 0 || left > 0; left--) {
    const char = yield* nextChar(shell, settings.fd, deadlineUs);
    if (char.length !== 1) {
      ending = char as Ending;
      break;
    }
    if (isEscaped) {
      isEscaped = false;
      if (char !== "\n") line.add(char);
    } else if (char === "\\" && !raw) isEscaped = true;
    else if (char === delimiter) break;
    else if (char !== "\0") line.take(char);
  }
  if (ending === "signal") return 1;
  line.finish();
  return ending === "delimiter" ? 0 : ending === "timeout" ? 128 + SIGALRM : 1;
}

/** One character, read alone: what follows belongs to the next command. */
function* nextChar(shell: Shell, fd: number, deadlineUs: number | undefined): Routine<string> {
  for (;;) {
    if (deadlineUs !== undefined) {
      const left = deadlineUs - (yield* clock_gettime("monotonic"));
      const polled = left <= 0 ? [] : yield* attempt(poll([{ fd, events: POLLIN }], left));
      if (polled instanceof Errno && polled.code !== "EINTR") return "end";
      if (!(polled instanceof Errno) && polled.length === 0) return "timeout";
      if (polled instanceof Errno && shell.traps.latest !== undefined) return "signal";
      if (polled instanceof Errno) continue;
    }
    const bytes = yield* attempt(readBytes(fd, 1));
    if (!(bytes instanceof Errno)) return bytes.length === 0 ? "end" : String.fromCharCode(bytes[0] ?? 0);
    if (bytes.code !== "EINTR") return "end";
    if (shell.traps.latest !== undefined) return "signal";
  }
}

const isBlank = (char: string): boolean => /[ \t\n\v\f\r]/.test(char);

/** Splits what is read among variables; the last takes the rest of the line. */
class Fields {
  readonly #shell: Shell;
  readonly #names: string[];
  readonly #ifs: string;
  readonly #whole: boolean;
  #text = "";
  /** Before a field: 1 if only blanks may be skipped, 2 if one other separator may be. */
  #skipping = 1;

  constructor(shell: Shell, names: readonly string[], ifs: string) {
    this.#shell = shell;
    this.#names = [...names];
    this.#ifs = ifs;
    this.#whole = names.length === 0;
  }

  /** A character that no rule applies to. */
  add(char: string): void {
    this.#text += char;
  }

  /** A character as it comes. */
  take(char: string): void {
    const separates = this.#ifs.includes(char);
    if (!this.#whole && this.#skipping > 0 && separates) {
      if (isBlank(char)) return;
      this.#skipping--;
      if (this.#skipping === 1) return;
    }
    this.#skipping = 0;
    if (this.#whole || !separates || this.#names.length < 2) {
      this.#text += char;
      return;
    }
    this.#shell.variables.set(this.#names.shift() ?? "", this.#text);
    this.#text = "";
    this.#skipping = isBlank(char) ? 2 : 1;
  }

  /** Sets the last variable, and those for which nothing is left. */
  finish(): void {
    const { variables } = this.#shell;
    if (this.#whole) variables.set("REPLY", this.#text);
    else for (const [i, name] of this.#names.entries()) variables.set(name, i === 0 ? this.#rest() : "");
  }

  /** The rest without blanks at its end, and without a separator that ends a single field. */
  #rest(): string {
    let end = this.#withoutBlanks(this.#text.length);
    if (end > 0 && this.#ifs.includes(this.#text[end - 1] ?? "")) {
      const before = this.#withoutBlanks(end - 1);
      const firstSeparator = [...this.#text].findIndex((char) => this.#ifs.includes(char));
      if (firstSeparator >= before) end = before;
    }
    return this.#text.slice(0, end);
  }

  #withoutBlanks(from: number): number {
    let end = from;
    while (end > 0 && isBlank(this.#text[end - 1] ?? "") && this.#ifs.includes(this.#text[end - 1] ?? "")) end--;
    return end;
  }
}
