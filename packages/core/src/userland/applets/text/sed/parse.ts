/**
 * Reads sed scripts, in the order and with the oddities of busybox: commands need no separator, an unfinished line waits
 * for the next `-e`, and text is unescaped in several passes.
 */
import type { Routine } from "../../../../abi/index.ts";
import { Errno } from "../../../../abi/index.ts";
import { fromByteString } from "../../../../lib/index.ts";
import type { Io } from "../../../io.ts";
import { BASIC, type Dialect, EXTENDED, Regex, RegexError } from "../../../regex/index.ts";
import { openOutput } from "../output-file.ts";
import { LineSink } from "./output.ts";
import { type Command, LAST_LINE, type Script, type Substitution } from "./script.ts";

const SEPARATORS = "; \n\r\t\v";
const SPACES = " \t\n\v\f\r";
const LETTERS = "saicrw:btTydDgGhHlnNpPqx={}";

interface Address {
  readonly line: number;
  readonly regex: Regex | undefined;
  readonly end: number;
}

type Arguments = Pick<Command, "text" | "sink" | "substitution" | "table"> & { readonly end: number };
const NO_ARGUMENTS = { text: undefined, sink: undefined, substitution: undefined, table: undefined };

export class ScriptParser {
  readonly #io: Io;
  readonly #extended: boolean;
  readonly #commands: Command[] = [];
  readonly #sinks = new Map<string, LineSink>();
  /** Text that ended in a backslash and waits for its next line. */
  #unfinished: string | undefined;
  #quiet = false;
  #lastRegex: Regex | undefined;

  constructor(io: Io, options: { readonly extended: boolean }) {
    this.#io = io;
    this.#extended = options.extended;
  }

  /** Adds the argument of `-e`: lines. */
  *addBlock(text: string): Routine<void> {
    for (const line of text.split("\n")) yield* this.addLine(line);
  }

  *addLine(line: string): Routine<void> {
    const text = this.#unfinished === undefined ? line : `${this.#unfinished}\n${line}`;
    const backslashes = /\\*$/.exec(text)?.[0].length ?? 0;
    if (backslashes % 2 === 1) {
      this.#unfinished = text.slice(0, -1);
      return;
    }
    this.#unfinished = undefined;
    yield* this.#parse(text);
  }

  *finish(): Routine<Script> {
    yield* this.addLine("");
    return { commands: this.#commands, quiet: this.#quiet, lastRegex: this.#lastRegex, sinks: this.#sinks };
  }

  *#parse(text: string): Routine<void> {
    let at = 0;
    for (;;) {
      at = skip(text, at, SEPARATORS);
      if (at >= text.length) return;
      if (text[at] !== "#") {
        at = yield* this.#command(text, at);
        continue;
      }
      if (text[at + 1] === "n") this.#quiet = true;
      while (at < text.length && text[at] !== "\n" && text[at] !== "\r") at++;
    }
  }

  *#command(text: string, start: number): Routine<number> {
    const begin = yield* this.#address(text, start);
    let at = begin.end;
    let end: Address = { line: 0, regex: undefined, end: at };
    if (text[at] === ",") {
      end = yield* this.#secondAddress(text, at + 1);
      at = end.end;
    }
    at = skip(text, at, SPACES);
    const inverted = text[at] === "!";
    if (inverted) at = skip(text, at + 1, SPACES);
    const letter = text[at];
    if (letter === undefined) return yield* this.#io.die("missing command");
    const hasRange = end.line !== 0 || end.regex !== undefined;
    const { end: next, ...rest } = yield* this.#arguments(text, at + 1, letter, hasRange);
    this.#commands.push({
      letter,
      beginMatch: begin.regex,
      endMatch: end.regex,
      beginLine: begin.line,
      endLine: end.line,
      givenBeginLine: begin.line,
      givenEndLine: end.line,
      inverted,
      inMatch: false,
      ...rest,
    });
    return next;
  }

  *#secondAddress(text: string, at: number): Routine<Address> {
    const plus = /^\+([0-9]+)/.exec(text.slice(at));
    if (plus !== null) return { line: -2 - Number(plus[1]), regex: undefined, end: at + plus[0].length };
    const address = yield* this.#address(text, at);
    if (address.end === at) return yield* this.#io.die("no address after comma");
    return address;
  }

  *#address(text: string, at: number): Routine<Address> {
    const digits = /^[0-9]+/.exec(text.slice(at));
    if (digits !== null) return { line: Number(digits[0]), regex: undefined, end: at + digits[0].length };
    if (text[at] === "$") return { line: LAST_LINE, regex: undefined, end: at + 1 };
    if (text[at] !== "/" && text[at] !== "\\") return { line: 0, regex: undefined, end: at };
    const mark = text[at] === "/" ? at : at + 1;
    const delimiter = text[mark] ?? "\0";
    const close = yield* this.#closing(text, mark + 1, delimiter, { brackets: true });
    if (close === mark + 1) {
      if (this.#lastRegex === undefined) return yield* this.#io.die("no previous regexp");
      return { line: 0, regex: this.#lastRegex, end: close + 1 };
    }
    const regex = yield* this.#regex(unescapeText(text.slice(mark + 1, close), undefined), {});
    this.#lastRegex = regex;
    return { line: 0, regex, end: close + 1 };
  }

  *#regex(pattern: string, options: Partial<Dialect>): Routine<Regex> {
    try {
      return new Regex(pattern, { ...(this.#extended ? EXTENDED : BASIC), ...options });
    } catch (error) {
      if (!(error instanceof RegexError)) throw error;
      return yield* this.#io.die(`bad regex '${fromByteString(pattern)}': ${error.message}`);
    }
  }

  /** Index of the delimiter that ends an expression; inside brackets it does not count. */
  *#closing(text: string, start: number, delimiter: string, how: { readonly brackets: boolean }): Routine<number> {
    let bracket = -1;
    for (let at = start; at < text.length; at++) {
      const char = text[at];
      if (bracket >= 0) {
        const first = bracket === at - 1 || (bracket === at - 2 && text[at - 1] === "^");
        if (char === "]" && !first) bracket = -1;
      } else if (char === "\\") at++;
      else if (char === "[" && how.brackets) bracket = at;
      else if (char === delimiter) return at;
    }
    return yield* this.#io.die(`unmatched '${delimiter}'`);
  }

  *#arguments(text: string, start: number, letter: string, hasRange: boolean): Routine<Arguments> {
    if (letter === "s") return yield* this.#substitute(text, start);
    if (letter === "y") return yield* this.#transliterate(text, start);
    if ((letter === "a" || letter === "i" || letter === "r") && hasRange) {
      return yield* this.#io.die(`command '${letter}' uses only one address`);
    }
    if (letter === "a" || letter === "i" || letter === "c") return textArgument(text, start);
    if (letter === "r" || letter === "w") {
      const { name, end } = yield* this.#fileName(text, start);
      return { ...NO_ARGUMENTS, text: name, sink: letter === "w" ? yield* this.#sink(name) : undefined, end };
    }
    if (":btT".includes(letter)) {
      const from = skip(text, start, SPACES);
      let end = from;
      while (end < text.length && !SEPARATORS.includes(text[end] ?? "")) end++;
      return { ...NO_ARGUMENTS, text: end > from ? text.slice(from, end) : undefined, end };
    }
    if (!LETTERS.includes(letter)) return yield* this.#io.die(`unsupported command ${letter}`);
    return { ...NO_ARGUMENTS, end: start };
  }

  /** The rest of the line. Of glued lines only the first, with its backslash back. */
  *#fileName(text: string, start: number): Routine<{ name: string; end: number }> {
    const from = skip(text, start, SPACES);
    const newline = text.indexOf("\n", from);
    const end = newline < 0 ? text.length : newline;
    if (end === from) return yield* this.#io.die("empty filename");
    return { name: text.slice(from, end) + (newline < 0 ? "" : "\\"), end };
  }

  *#sink(name: string): Routine<LineSink> {
    const known = this.#sinks.get(name);
    if (known !== undefined) return known;
    const file = yield* openOutput(fromByteString(name));
    if (file instanceof Errno) return yield* this.#io.pdie(`can't open '${fromByteString(name)}'`, file);
    const sink = new LineSink(file);
    this.#sinks.set(name, sink);
    return sink;
  }

  /** The two parts of `s/…/…/` and `y/…/…/`; `end` is the third delimiter. */
  *#twoParts(text: string, start: number): Routine<{ match: string; replacement: string; end: number }> {
    const delimiter = text[start];
    if (delimiter === undefined) return yield* this.#io.die("bad format in substitution expression");
    const middle = yield* this.#closing(text, start + 1, delimiter, { brackets: true });
    const match = unescapeText(text.slice(start + 1, middle), delimiter);
    const end = yield* this.#closing(text, middle + 1, delimiter, { brackets: false });
    const replacement = unescapeText(text.slice(middle + 1, end), delimiter === "&" ? undefined : delimiter);
    return { match, replacement, end };
  }

  *#substitute(text: string, start: number): Routine<Arguments> {
    const { match, replacement, end } = yield* this.#twoParts(text, start);
    let which = 1;
    let prints = false;
    let ignoreCase = false;
    let sink: LineSink | undefined;
    let at = end + 1;
    for (; at < text.length; at++) {
      const flag = text[at] ?? "";
      const digits = /^[0-9]+/.exec(text.slice(at));
      if (digits !== null) {
        if (!match.startsWith("^")) {
          which = Number(digits[0]);
          at += digits[0].length - 1;
        }
      } else if (SPACES.includes(flag)) continue;
      else if (flag === "g") which = 0;
      else if (flag === "p") prints = true;
      else if (flag === "i" || flag === "I") ignoreCase = true;
      else if (flag === "w") {
        const file = yield* this.#fileName(text, at + 1);
        sink = yield* this.#sink(file.name);
        at = file.end;
      } else if (flag === "#") {
        at = text.length;
        break;
      } else if (flag === ";" || flag === "}") break;
      else return yield* this.#io.die("bad option in substitution expression");
    }
    const regex = match === "" ? undefined : yield* this.#regex(match, { ignoreCase });
    const substitution: Substitution = { regex, replacement, which, prints };
    return { ...NO_ARGUMENTS, sink, substitution, end: at };
  }

  *#transliterate(text: string, start: number): Routine<Arguments> {
    const parts = yield* this.#twoParts(text, start);
    const delimiter = text[start] ?? "";
    const from = replaceEscape(parts.match, delimiter, delimiter);
    const to = replaceEscape(parts.replacement, delimiter, delimiter);
    const table = new Map<string, string>();
    for (let i = 0; i < Math.min(from.length, to.length); i++) {
      const char = from[i] ?? "";
      if (!table.has(char)) table.set(char, to[i] ?? "");
    }
    return { ...NO_ARGUMENTS, table, end: parts.end + 1 };
  }
}

/** The text of `a`, `i` and `c`: up to the end, after spaces and one newline or backslash. */
function textArgument(text: string, start: number): Arguments {
  let at = start;
  for (; at < text.length; at++) {
    const char = text[at] ?? "";
    if (char === "\n" || char === "\\") {
      at++;
      break;
    }
    if (!SPACES.includes(char)) break;
  }
  const raw = unescapeText(text.slice(at), undefined);
  return { ...NO_ARGUMENTS, text: raw.replace(/\\(.?)/gs, "$1"), end: text.length };
}

function skip(text: string, start: number, chars: string): number {
  let at = start;
  while (at < text.length && chars.includes(text[at] ?? "")) at++;
  return at;
}

/** Turns `\n`, `\t`, `\r` into what they mean and an escaped delimiter into the delimiter. */
function unescapeText(text: string, delimiter: string | undefined): string {
  let result = replaceEscape(text, "n", "\n");
  result = replaceEscape(result, "t", "\t");
  result = replaceEscape(result, "r", "\r");
  return delimiter === undefined ? result : replaceEscape(result, delimiter, delimiter);
}

/** Replaces `\from` by `to`; any other backslash keeps its next character from being looked at. */
function replaceEscape(text: string, from: string, to: string): string {
  return text.replace(/\\(.?)/gs, (pair, next: string) => (next === from ? to : pair));
}
