/**
 * Words: quotes, escapes and `$NAME` as a Dockerfile understands them, which is a shell's way with exceptions.
 *
 * `lexWord` keeps blanks and makes one word, and also the words that splitting at unquoted blanks gives. It reports
 * which variables it met, for lint. What is expanded where is `dispatch.ts`'s business.
 * Model: BuildKit's shell/lex.go with its messages; quirks are kept and said.
 */

import { isSpace, quote, replaceInvalid } from "../../lib/go/index.ts";
import type { Escape } from "./ast.ts";
import type { Variables } from "./environment.ts";
import { BuildError } from "./error.ts";
import { replaceAll, replaceFirst, trimPrefix, trimSuffix } from "./word-pattern.ts";

export interface LexOptions {
  readonly escape?: Escape;
  /** Quotes stay in the result. */
  readonly rawQuotes?: boolean;
  /** Escape characters stay in the result. */
  readonly rawEscapes?: boolean;
  /** Quotes are ordinary characters. */
  readonly ignoreQuotes?: boolean;
  /** A variable that is not set stays as written. */
  readonly keepUnset?: boolean;
}

export interface LexResult {
  readonly text: string;
  readonly words: readonly string[];
  /** Variables that were used and set, in order. */
  readonly matched: ReadonlySet<string>;
  /** Variables that were used and not set, in order; known even if the word is wrong. */
  readonly unmatched: ReadonlySet<string>;
  readonly error?: BuildError;
}

const NONE: ReadonlySet<string> = new Set();
const NO_VARIABLES: Variables = { get: () => undefined, names: () => [] };
/** What Go prints for a character that is not there. */
const NO_CHARACTER = "\ufffd";
/** Text without quotes, escapes and variables; blanks only part its words. */
const PLAIN = /^[\t !#%-&(-;=-[\]-_a-~]*$/;
const DIGIT = /^\p{Nd}$/u;
const NAME_CHARACTER = /^[\p{L}\p{Nd}_]$/u;
const PARAMETERS = "@*#?-$!0";

/** Lexes without failing: an error is part of the result. */
export function lexWord(word: string, variables: Variables = NO_VARIABLES, options: LexOptions = {}): LexResult {
  return PLAIN.test(word) ? new PlainText(word) : new Lexer(word, variables, options).run();
}

/** Most who lex do not ask for the words. */
class PlainText implements LexResult {
  readonly text: string;
  readonly matched = NONE;
  readonly unmatched = NONE;

  constructor(text: string) {
    this.text = text;
  }

  get words(): readonly string[] {
    return this.text.split(/[\t ]+/).filter((part) => part !== "");
  }
}

/** @throws BuildError `failed to process "…": …` */
export function expandWord(word: string, variables: Variables, options?: LexOptions): string {
  const result = lexWord(word, variables, options);
  if (result.error !== undefined) throw result.error;
  return result.text;
}

/** Collects the words of one run over text, at unquoted blanks. */
class WordCollector {
  readonly words: string[] = [];
  readonly #shared: { buffer: string };
  #inWord = false;

  constructor(shared: { buffer: string }) {
    this.#shared = shared;
  }

  add(text: string): void {
    for (const character of text) {
      if (!isSpace(character)) this.addRaw(character);
      else if (this.#inWord && this.#shared.buffer !== "") {
        this.words.push(this.#shared.buffer);
        this.#shared.buffer = "";
        this.#inWord = false;
      }
    }
  }

  addRaw(text: string): void {
    this.#shared.buffer += text;
    this.#inWord = true;
  }

  finish(): readonly string[] {
    if (this.#shared.buffer !== "") this.words.push(this.#shared.buffer);
    this.#shared.buffer = "";
    return this.words;
  }
}

class Lexer {
  readonly #source: string;
  readonly #text: string;
  readonly #variables: Variables;
  readonly #options: LexOptions;
  readonly #escape: string;
  /** One for all nesting levels, as in BuildKit: `a${X:-b}` splits into `b` alone. */
  readonly #shared = { buffer: "" };
  readonly #matched = new Set<string>();
  readonly #unmatched = new Set<string>();
  #rawEscapes: boolean;
  #at = 0;

  constructor(word: string, variables: Variables, options: LexOptions) {
    this.#source = word;
    const text = replaceInvalid(word);
    this.#text = text.startsWith("\ufeff") ? text.slice(1) : text;
    this.#variables = variables;
    this.#options = options;
    this.#escape = options.escape ?? "\\";
    this.#rawEscapes = options.rawEscapes === true;
  }

  run(): LexResult {
    const found = { matched: this.#matched, unmatched: this.#unmatched };
    try {
      return { ...this.#until(undefined, this.#rawEscapes), ...found };
    } catch (thrown) {
      if (!(thrown instanceof BuildError)) throw thrown;
      const error = thrown.prefixed(`failed to process ${quote(this.#source)}`);
      return { text: "", words: [], ...found, error };
    }
  }

  #until(stop: string | undefined, rawEscapes: boolean): { text: string; words: readonly string[] } {
    const outerRawEscapes = this.#rawEscapes;
    this.#rawEscapes = rawEscapes;
    this.#shared.buffer = "";
    const collector = new WordCollector(this.#shared);
    let text = "";
    while (this.#at < this.#text.length) {
      const character = this.#peek();
      if (character === stop) {
        this.#at++;
        this.#rawEscapes = outerRawEscapes;
        return { text, words: collector.finish() };
      }
      const special = this.#special(character);
      if (special !== undefined) {
        text += special;
        if (character === "$") collector.add(special);
        else collector.addRaw(special);
      } else if (character === this.#escape) text += this.#escaped(collector);
      else {
        this.#at += character.length;
        collector.add(character);
        text += character;
      }
    }
    this.#rawEscapes = outerRawEscapes;
    if (stop !== undefined) throw new BuildError(`unexpected end of statement while looking for matching ${stop}`);
    return { text, words: collector.finish() };
  }

  #special(character: string): string | undefined {
    if (character === "$") return this.#dollar();
    if (character === "<") return this.#possibleHeredoc();
    if (this.#options.ignoreQuotes === true) return undefined;
    if (character === "'") return this.#singleQuoted();
    return character === '"' ? this.#doubleQuoted() : undefined;
  }

  /** The escape character and the one after it; at the end of the word it vanishes. */
  #escaped(collector: WordCollector): string {
    this.#at++;
    let text = this.#rawEscapes ? this.#escape : "";
    const next = this.#peek();
    this.#at += next.length;
    text += next;
    if (text !== "") collector.addRaw(text);
    return text;
  }

  #singleQuoted(): string {
    const end = this.#text.indexOf("'", this.#at + 1);
    if (end < 0) {
      this.#at = this.#text.length;
      throw new BuildError("unexpected end of statement while looking for matching single-quote");
    }
    const text =
      this.#options.rawQuotes === true ? this.#text.slice(this.#at, end + 1) : this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return text;
  }

  #doubleQuoted(): string {
    const mark = this.#options.rawQuotes === true ? '"' : "";
    let text = mark;
    this.#at++;
    while (this.#at < this.#text.length) {
      const character = this.#peek();
      if (character === "$") {
        text += this.#dollar();
        continue;
      }
      this.#at += character.length;
      if (character === '"') return text + mark;
      text += character === this.#escape ? this.#escapedInQuotes() : character;
    }
    throw new BuildError("unexpected end of statement while looking for matching double-quote");
  }

  /** Inside double quotes only `"`, `$` and the escape character itself can be escaped. */
  #escapedInQuotes(): string {
    const raw = this.#rawEscapes ? this.#escape : "";
    const next = this.#peek();
    if (next === "") return raw;
    if (next !== '"' && next !== "$" && next !== this.#escape) return raw + this.#escape;
    this.#at++;
    return raw + next;
  }

  #dollar(): string {
    this.#at++;
    if (this.#peek() !== "{") {
      const name = this.#name();
      if (name === "") return "$";
      return this.#value(name) ?? (this.#options.keepUnset === true ? `$${name}` : "");
    }
    this.#at++;
    if (this.#at >= this.#text.length) throw new BuildError("syntax error: missing '}'");
    if ("{}:".includes(this.#peek())) throw new BuildError("syntax error: bad substitution");
    const name = this.#name();
    const operator = this.#next();
    switch (operator) {
      case "}":
        return this.#value(name) ?? (this.#options.keepUnset === true ? `\${${name}}` : "");
      case ":":
        return this.#modified(name, this.#next(), true);
      case "+":
      case "-":
      case "?":
      case "#":
      case "%":
        return this.#modified(name, operator, false);
      case "/":
        return this.#replaced(name);
      default:
        throw new BuildError(`unsupported modifier (${operator || NO_CHARACTER}) in substitution`);
    }
  }

  /** `${name-word}` and its kin; `emptyIsUnset` with a colon. */
  #modified(name: string, modifier: string, emptyIsUnset: boolean): string {
    const written = (emptyIsUnset ? ":" : "") + (modifier || NO_CHARACTER);
    const isPattern = modifier === "#" || modifier === "%";
    if (emptyIsUnset && isPattern) throw new BuildError(`unsupported modifier (${written}) in substitution`);
    const word = this.#operand("}", isPattern);
    const value = this.#value(name);
    if (this.#options.keepUnset === true && value === undefined) return `\${${name}${written}${word}}`;
    const missing = value === undefined || (emptyIsUnset && value === "");
    switch (modifier) {
      case "-":
        return missing ? word : value;
      case "+":
        return missing ? "" : word;
      case "?":
        if (!missing) return value;
        throw new BuildError(`${name}: ${word || `is not allowed to be ${value === undefined ? "unset" : "empty"}`}`);
      case "#":
      case "%": {
        const longest = word.startsWith(modifier);
        const trim = modifier === "#" ? trimPrefix : trimSuffix;
        return trim(longest ? word.slice(1) : word, value ?? "", longest);
      }
      default:
        throw new BuildError(`unsupported modifier (${written}) in substitution`);
    }
  }

  /** `${name/pattern/replacement}`, with `//` for every match. */
  #replaced(name: string): string {
    const all = this.#peek() === "/";
    if (all) this.#at++;
    const pattern = this.#operand("/", true);
    const replacement = this.#operand("}", true);
    const value = this.#value(name);
    if (this.#options.keepUnset === true && value === undefined) return `\${${name}/${pattern}/${replacement}}`;
    return (all ? replaceAll : replaceFirst)(pattern, replacement, value ?? "");
  }

  /** A word inside braces. Whatever is wrong in it, at the end of the text it is the closing character that misses. */
  #operand(stop: "}" | "/", rawEscapes: boolean): string {
    try {
      return this.#until(stop, rawEscapes).text;
    } catch (error) {
      if (!(error instanceof BuildError) || this.#at < this.#text.length) throw error;
      throw new BuildError(`syntax error: missing '${stop}'${stop === "/" ? " in $" + "{}" : ""}`);
    }
  }

  /** Letters, digits and `_`; or digits alone; or one special parameter; or nothing. */
  #name(): string {
    const start = this.#at;
    const first = this.#peek();
    if (DIGIT.test(first)) {
      while (DIGIT.test(this.#peek())) this.#next();
      return this.#text.slice(start, this.#at);
    }
    if (first !== "" && PARAMETERS.includes(first)) return this.#next();
    while (NAME_CHARACTER.test(this.#peek())) this.#next();
    return this.#text.slice(start, this.#at);
  }

  /** `<<` and the blanks after it belong to the word that follows. */
  #possibleHeredoc(): string {
    const start = this.#at++;
    if (this.#peek() !== "<") return "<";
    this.#at++;
    while (["\t", "\r", " "].includes(this.#peek())) this.#at++;
    return this.#text.slice(start, this.#at);
  }

  #value(name: string): string | undefined {
    const value = this.#variables.get(name);
    (value === undefined ? this.#unmatched : this.#matched).add(name);
    return value;
  }

  /** The character at the position, "" at the end. */
  #peek(): string {
    const point = this.#text.codePointAt(this.#at);
    return point === undefined ? "" : point < 0x80 ? (this.#text[this.#at] ?? "") : String.fromCodePoint(point);
  }

  #next(): string {
    const character = this.#peek();
    this.#at += character.length;
    return character;
  }
}
