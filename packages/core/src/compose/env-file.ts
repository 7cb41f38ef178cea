/**
 * Files of variables, `.env` and `env_file`: `NAME=value` lines, quotes, comments, variables in values.
 *
 * @see https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
 */
import { quote } from "../lib/go/index.ts";
import { ComposeError } from "./compose-error.ts";
import { substitute, TemplateError, type Variables, type Warn } from "./substitute.ts";

export interface EnvReading {
  /** Variables that are there already, and win. */
  readonly outside: Variables;
  readonly into: Map<string, string>;
  /** Hears of variables that nobody has set. */
  readonly warn: Warn;
}

/**
 * Reads into `into`, which values can refer to. A bare name takes its value from outside.
 *
 * @throws ComposeError `line 2: unexpected character "!" in variable name "B AD!=2"`
 */
export function readEnvFile(text: string, { outside, into, warn }: EnvReading): void {
  const reader = new EnvReader(text.replaceAll("\r\n", "\n"));
  const variables: Variables = { get: (name) => outside.get(name) ?? into.get(name) };
  for (let entry = reader.next(); entry !== undefined; entry = reader.next()) {
    const { name, value, expands } = entry;
    if (value === undefined) {
      const inherited = outside.get(name);
      if (inherited !== undefined) into.set(name, inherited);
    } else into.set(name, expands ? expanded(value, variables, warn) : value);
  }
}

/** The same of a file with a name. @throws ComposeError `failed to read /x/y.env: …` */
export function readNamedEnvFile(
  { path, text }: { readonly path: string; readonly text: string },
  reading: EnvReading,
): void {
  try {
    readEnvFile(text, reading);
  } catch (error) {
    throw error instanceof ComposeError ? new ComposeError(`failed to read ${path}: ${error.message}`) : error;
  }
}

function expanded(value: string, variables: Variables, warn: Warn): string {
  try {
    return substitute(value, variables, warn);
  } catch (error) {
    throw error instanceof TemplateError ? new ComposeError(error.message) : error;
  }
}

interface Entry {
  readonly name: string;
  /** Undefined: only the name is there. */
  readonly value: string | undefined;
  readonly expands: boolean;
}

class EnvReader {
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Entry | undefined {
    this.#skipToStatement();
    if (this.#at >= this.#text.length) return undefined;
    const [prefix = ""] = /^export[ \t]+/.exec(this.#rest) ?? [];
    this.#at += prefix.length;
    const line = this.#line;
    const { name, isBare } = this.#name();
    if (name.includes(" ")) throw new ComposeError(`line ${line}: key cannot contain a space`);
    if (isBare) return { name, value: undefined, expands: false };
    return this.#value(name);
  }

  get #rest(): string {
    return this.#text.slice(this.#at);
  }

  #skipToStatement(): void {
    for (;;) {
      const [skipped = ""] = /^(?:\s+|#[^\n]*)/.exec(this.#rest) ?? [];
      if (skipped === "") return;
      this.#advance(skipped);
    }
  }

  #advance(text: string): void {
    this.#at += text.length;
    this.#line += text.split("\n").length - 1;
  }

  /** A name that nothing ends, not even a line, is none: all of it becomes the value of the empty name. */
  #name(): { readonly name: string; readonly isBare: boolean } {
    const start = this.#at;
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at] ?? "";
      if (character === "=" || character === ":" || character === "\n") {
        const name = this.#text.slice(start, this.#at).trimEnd();
        if (character === "\n") this.#line++;
        this.#at++;
        if (character !== "\n") this.#skipBlanks();
        return { name, isBare: character === "\n" };
      }
      if (/[ \t\v\f\r_.\-[\]]/.test(character) || /[\p{L}\p{N}]/u.test(character)) continue;
      const [line = ""] = this.#text.slice(start).split("\n");
      const what = `unexpected character ${quote(character)} in variable name ${quote(line)}`;
      throw new ComposeError(`line ${this.#line}: ${what}`);
    }
    this.#at = start;
    return { name: "", isBare: false };
  }

  #skipBlanks(): void {
    const [blanks = ""] = /^[ \t\v\f\r]+/.exec(this.#rest) ?? [];
    this.#at += blanks.length;
  }

  #value(name: string): Entry {
    const mark = this.#text[this.#at];
    if (mark === "'" || mark === '"') return this.#quoted(name, mark);
    const [line = ""] = /^[^\n]*/.exec(this.#rest) ?? [];
    this.#advance(line + (this.#text[this.#at + line.length] ?? ""));
    const [value = ""] = line.split(" #");
    return { name, value: value.trimEnd(), expands: true };
  }

  #quoted(name: string, mark: string): Entry {
    const pattern = mark === '"' ? /^"((?:[^"\\]|\\[\s\S])*)"/ : /^'((?:[^'\\]|\\[\s\S])*)'/;
    const [all, inner = ""] = pattern.exec(this.#rest) ?? [];
    if (all === undefined) {
      const [line = ""] = this.#rest.split("\n");
      this.#line += this.#rest.split("\n").length - 1;
      throw new ComposeError(`line ${this.#line}: unterminated quoted value ${line}`);
    }
    this.#advance(all);
    if (mark === "'") return { name, value: inner.replaceAll("\\'", "'"), expands: false };
    return { name, value: unescaped(inner), expands: true };
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  $: "$$",
  '"': '"',
  "\\": "\\",
};

/** The escapes of the shell; `\$` becomes `$$`, which keeps the dollar sign from starting a variable. */
function unescaped(text: string): string {
  return text.replace(/\\(?:([abfnrtv$"\\])|0(\d{1,3}))/g, (_, letter?: string, octal?: string) =>
    letter === undefined ? String.fromCharCode(Number.parseInt(octal ?? "0", 8)) : (ESCAPES[letter] ?? letter),
  );
}
