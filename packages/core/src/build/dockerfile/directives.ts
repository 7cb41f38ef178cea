/**
 * Parser directives: the `# name=value` lines that may open a Dockerfile.
 *
 * The first line that is none ends them; a name that BuildKit does not know is none. `escape` matters to the parser,
 * `check` to lint, `syntax` names another frontend. Model: BuildKit's parser/directives.go.
 */
import type { Directives, Escape } from "./ast.ts";
import { BuildError } from "./error.ts";

const KNOWN = new Set(["syntax", "escape", "check"]);
const HASH = /^#[\t\n\f\r ]*([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*([^\n]+?)[\t\n\f\r ]*$/;
const SLASHES = /^\/\/[\t\n\f\r ]*([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*([^\n]+?)[\t\n\f\r ]*$/;

type DirectiveName = keyof Directives;

interface Directive {
  readonly name: DirectiveName;
  readonly value: string;
}

/** Reads directives line by line until the first line that is none. */
export class DirectiveReader {
  readonly #form: RegExp;
  readonly #seen = new Map<DirectiveName, string>();
  #done = false;

  constructor(form: RegExp = HASH) {
    this.#form = form;
  }

  /** @throws BuildError if the directive was given before. */
  read(line: string): Directive | undefined {
    if (this.#done) return undefined;
    const match = this.#form.exec(line);
    const name = match?.[1]?.toLowerCase() ?? "";
    if (!isKnown(name)) {
      this.#done = true;
      return undefined;
    }
    if (this.#seen.has(name)) throw new BuildError(`only one ${name} parser directive can be used`);
    const value = match?.[2] ?? "";
    this.#seen.set(name, value);
    return { name, value };
  }

  /** Everything read so far. */
  get found(): Directives {
    return Object.fromEntries(this.#seen);
  }
}

/** @throws BuildError unless it is a backslash or a backtick. */
export function escapeOf(value: string): Escape {
  if (value === "\\" || value === "`") return value;
  throw new BuildError(`invalid escape token '${value}' does not match \` or \\`);
}

/** `# check=…`. Unlike the parser, lint looks behind a `#!` line, and at unindented lines only. */
export function checkDirective(text: string): { readonly value: string; readonly line: number } | undefined {
  const found = find("check", body(text), HASH);
  return found && { ...found, line: found.line + linesBeforeBody(text) };
}

/** The frontend a file asks for. */
export interface SyntaxDirective {
  /** The image: the first word of the value. */
  readonly image: string;
  readonly value: string;
  readonly line: number;
}

/** The `syntax` directive in one of its three forms: `# syntax=…`, `// syntax=…`, `{"syntax": "…"}`. */
export function syntaxDirective(text: string): SyntaxDirective | undefined {
  const rest = body(text);
  const offset = linesBeforeBody(text);
  const found = find("syntax", rest, HASH) ?? find("syntax", rest, SLASHES);
  if (found !== undefined)
    return { image: found.value.split(" ")[0] ?? "", value: found.value, line: found.line + offset };
  const value = jsonSyntax(rest);
  return value === undefined ? undefined : { image: value, value, line: offset };
}

/** The text without a byte order mark. */
export function withoutBom(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

function isKnown(name: string): name is DirectiveName {
  return KNOWN.has(name);
}

function body(text: string): string {
  const rest = withoutBom(text);
  if (!rest.startsWith("#!")) return rest;
  const end = rest.indexOf("\n");
  return end < 0 ? "" : rest.slice(end + 1);
}

function linesBeforeBody(text: string): number {
  return withoutBom(text).startsWith("#!") ? 1 : 0;
}

function find(name: DirectiveName, text: string, form: RegExp): { value: string; line: number } | undefined {
  const reader = new DirectiveReader(form);
  // None may be given twice, so that no more lines can hold one.
  for (const [index, line] of text.split("\n", KNOWN.size).entries()) {
    try {
      const directive = reader.read(line.endsWith("\r") ? line.slice(0, -1) : line);
      if (directive === undefined) return undefined;
      if (directive.name === name) return { value: directive.value, line: index + 1 };
    } catch (error) {
      if (error instanceof BuildError) return undefined;
      throw error;
    }
  }
  return undefined;
}

function jsonSyntax(text: string): string | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("syntax" in value)) return undefined;
    return typeof value.syntax === "string" ? value.syntax : undefined;
  } catch {
    return undefined;
  }
}
