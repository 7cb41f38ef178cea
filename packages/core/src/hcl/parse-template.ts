/**
 * Reads texts that values are put into: quoted ones and heredocs.
 *
 * @see hashicorp/hcl hclsyntax/spec.md "Template Sub-language"
 */
import type { Expression } from "./ast.ts";
import { Cursor } from "./cursor.ts";
import { loopName } from "./loop-name.ts";
import type { HclRange, HclSource } from "./problem.ts";

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\" };
const HEREDOC = /<<(-?)([\p{ID_Start}_][\p{ID_Continue}-]*)[ \t\r]*\n/uy;

/** Reads an expression: those within templates are like all others. */
export type ExpressionParser = (cursor: Cursor) => Expression;

/** A text in quotes. @throws HclError */
export function parseString(cursor: Cursor, parse: ExpressionParser): Expression {
  const start = cursor.at;
  cursor.at++;
  const parts = new TemplateReader(cursor, { isQuoted: true, parse }).read();
  cursor.at++;
  return template(parts, cursor.rangeFrom(start));
}

/** `<<END` and lines up to END; with `<<-` the indentation that all lines share is left out. @throws HclError */
export function parseHeredoc(cursor: Cursor, parse: ExpressionParser): Expression {
  const start = cursor.at;
  const [, dash, word = ""] = cursor.match(HEREDOC) ?? [];
  const end = new RegExp(`^[ \\t]*${word}(?=[ \\t\\r]*$)`, "m");
  const rest = cursor.text.slice(cursor.at);
  const found = word === "" ? null : end.exec(rest);
  if (found === null) {
    cursor.refuse(
      "Unterminated template string",
      "No closing marker was found for the string.",
      cursor.rangeFrom(start),
    );
  }
  const text = rest.slice(0, found.index);
  const inner = new Cursor(cursor.source, { text: dash === "-" ? unindented(text) : text, offset: cursor.at });
  const parts = new TemplateReader(inner, { isQuoted: false, parse }).read();
  cursor.at += found.index + found[0].length;
  return template(parts, cursor.rangeFrom(start));
}

/** A text of a JSON document, which is a template, too. @throws HclError */
export function parseTemplate(source: HclSource, text: string, range: HclRange, parse: ExpressionParser): Expression {
  const cursor = new Cursor(source, { text, offset: range.start });
  return template(new TemplateReader(cursor, { isQuoted: false, parse }).read(), range);
}

function unindented(text: string): string {
  const lines = text.split("\n");
  const widths = lines.filter((line) => line.trim() !== "").map((line) => line.length - line.trimStart().length);
  const width = Math.min(...widths);
  return Number.isFinite(width) ? lines.map((line) => line.slice(width)).join("\n") : text;
}

function template(parts: readonly Expression[], range: HclRange): Expression {
  const empty = { ...range, start: range.start + 1, end: range.start + 1 };
  if (parts.length === 0) return { kind: "literal", value: "", range, first: empty };
  const [only] = parts;
  const first = only?.first ?? only?.range ?? range;
  if (parts.length === 1 && only !== undefined && only.kind !== "literal") return only;
  return parts.length === 1 && only !== undefined
    ? { ...only, range, first }
    : { kind: "template", parts, range, first };
}

/** What a part of a template ends with. */
type Ending = "endif" | "else" | "endfor";

class TemplateReader {
  readonly #cursor: Cursor;
  readonly #isQuoted: boolean;
  readonly #parse: ExpressionParser;
  /** What has ended the part that was read last. */
  #ending: Ending | undefined;
  /** `~}` has taken the blanks that follow. */
  #trims = false;

  constructor(cursor: Cursor, { isQuoted, parse }: { readonly isQuoted: boolean; readonly parse: ExpressionParser }) {
    this.#cursor = cursor;
    this.#isQuoted = isQuoted;
    this.#parse = parse;
  }

  /** Up to the closing quote, which stays, or to the end of the text. */
  read(): readonly Expression[] {
    return this.#parts([]);
  }

  #parts(endings: readonly Ending[]): readonly Expression[] {
    const parts: Expression[] = [];
    for (;;) {
      const start = this.#cursor.at;
      const text = this.#literal();
      const sequence = /(\$|%)\{(~?)/y;
      const range = this.#cursor.rangeFrom(start);
      const opened = this.#cursor.match(sequence);
      const kept = opened?.[2] === "~" ? text.trimEnd() : text;
      if (kept !== "") parts.push({ kind: "literal", value: kept.normalize("NFC"), range });
      if (opened === undefined) {
        if (endings.length > 0) this.#refuseUnclosed(start);
        return parts;
      }
      const part = opened[1] === "$" ? this.#interpolation() : this.#directive(endings);
      if (part === undefined) return parts;
      parts.push(part);
    }
  }

  #interpolation(): Expression {
    const value = this.#cursor.bracketed(true, () => this.#parse(this.#cursor));
    this.#close(
      "Extra characters after interpolation expression",
      "Expected a closing brace to end the interpolation expression, but found extra characters.",
    );
    return value;
  }

  /** Undefined for one that ends a part. */
  #directive(endings: readonly Ending[]): Expression | undefined {
    const cursor = this.#cursor;
    const start = cursor.at;
    const { next } = cursor;
    const word = cursor.name();
    const ending = endings.find((one) => one === word);
    if (ending !== undefined) {
      this.#ending = ending;
      this.#close("Invalid template directive", `Extra characters after ${ending}.`);
      return undefined;
    }
    if (word === "if") return this.#conditional(start);
    if (word === "for") return this.#loop(start);
    return cursor.refuse(
      "Invalid template control keyword",
      `${JSON.stringify(word ?? "")} is not a valid template control keyword.`,
      next,
    );
  }

  #conditional(start: number): Expression {
    const condition = this.#cursor.bracketed(true, () => this.#parse(this.#cursor));
    this.#close("Invalid template directive", "Extra characters after the condition.");
    const yes = this.#part(["else", "endif"]);
    const no = this.#ending === "else" ? this.#part(["endif"]) : this.#part([]);
    return { kind: "conditional", condition, yes, no, range: this.#cursor.rangeFrom(start) };
  }

  #loop(start: number): Expression {
    const cursor = this.#cursor;
    const first = loopName(cursor, "directive");
    const second = cursor.takes(",") ? loopName(cursor, "directive") : undefined;
    const { next } = cursor;
    if (cursor.name() !== "in") {
      cursor.refuse("Invalid 'for' directive", "For directive requires 'in' keyword after names.", next);
    }
    const collection = cursor.bracketed(true, () => this.#parse(cursor));
    this.#close("Invalid 'for' directive", "Extra characters after the collection.");
    const value = this.#part(["endfor"]);
    const range = cursor.rangeFrom(start);
    const names = { keyName: second === undefined ? undefined : first, valueName: second ?? first };
    const items = {
      kind: "for",
      ...names,
      collection,
      key: undefined,
      value,
      condition: undefined,
      groups: false,
    } as const;
    return { kind: "joined", items: { ...items, range }, range };
  }

  /** The parts up to one of the endings, as one text; without endings nothing. */
  #part(endings: readonly Ending[]): Expression {
    const start = this.#cursor.at;
    const parts = endings.length === 0 ? [] : this.#parts(endings);
    return { kind: "template", parts, range: this.#cursor.rangeFrom(start) };
  }

  #close(summary: string, detail: string): void {
    const cursor = this.#cursor;
    cursor.skipLines();
    this.#trims = cursor.match(/~(?=\})/y) !== undefined;
    if (cursor.match(/\}/y) === undefined) cursor.refuse(summary, detail);
  }

  /** Text up to the next sequence or to the end. */
  #literal(): string {
    let text = "";
    const cursor = this.#cursor;
    for (;;) {
      text += cursor.match(this.#isQuoted ? /[^"\\$%\n]+/y : /[^$%]+/y)?.[0] ?? "";
      const character = cursor.text[cursor.at];
      if (character === undefined) {
        if (this.#isQuoted) this.#refuseUnclosed(cursor.at);
        break;
      }
      if (character === "$" || character === "%") {
        if (cursor.match(/\$\$\{|%%\{/y) !== undefined) text += `${character}{`;
        else if (cursor.text[cursor.at + 1] === "{") break;
        else {
          text += character;
          cursor.at++;
        }
      } else if (this.#isQuoted && character === "\\") text += this.#escape();
      else if (character === '"') break;
      else this.#refuseLine();
    }
    const trimmed = this.#trims ? text.trimStart() : text;
    this.#trims = false;
    return trimmed;
  }

  #escape(): string {
    const cursor = this.#cursor;
    const start = cursor.at;
    const [, code, long] = cursor.match(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/y) ?? [];
    const hex = code ?? long;
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    const plain = ESCAPES[cursor.text[cursor.at + 1] ?? ""];
    cursor.at += 2;
    return (
      plain ??
      cursor.refuse(
        "Invalid escape sequence",
        `The symbol ${JSON.stringify(cursor.text[start + 1] ?? "")} is not a valid escape sequence selector.`,
        cursor.rangeFrom(start),
      )
    );
  }

  #refuseLine(): never {
    const { at } = this.#cursor;
    this.#cursor.refuse(
      "Invalid multi-line string",
      'Quoted strings may not be split over multiple lines. To produce a multi-line string, either use the \\n escape to represent a newline character or use the "heredoc" multi-line template syntax.',
      this.#cursor.rangeFrom(at, at + 1),
    );
  }

  #refuseUnclosed(start: number): never {
    this.#cursor.refuse(
      "Unterminated template string",
      "No closing marker was found for the string.",
      this.#cursor.rangeFrom(start),
    );
  }
}
