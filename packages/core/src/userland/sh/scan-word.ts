/**
 * Words: reads quotes, substitutions and literal text from a script's text into the parts of a word.
 *
 * What a character means depends on what it lies in; the modes below are the syntaxes of the shell's grammar.
 *
 * @see POSIX.1-2017, Shell Command Language, 2.2 Quoting and 2.6 Word Expansions
 */
import type { Node, Parameter, ParameterOperator, Part, Word } from "./ast.ts";
import { isNameStart, isSpecialParameter } from "./characters.ts";
import { type Cursor, END } from "./cursor.ts";
import { decodeDollarQuote } from "./dollar-quote.ts";
import { PartList } from "./part-list.ts";
import { scanParameterHead } from "./scan-parameter.ts";

/**
 * `word`: outside of all quotes. `mark`: the word after `<<`, which is not expanded. `brace`: the word in `${x-word}`.
 * `double`: between double quotes. `double-brace`: the word in `"${x-word}"`. `arithmetic`: in `$((…))`. `here`: a line
 * of a here-document.
 */
export type Mode = "word" | "mark" | "brace" | "double" | "double-brace" | "arithmetic" | "here";

/** Reads the commands inside of words. */
export interface CommandReader {
  /** The commands from the cursor on to their closing parenthesis, which is taken. */
  substitution(): Node | undefined;
  /** The commands of a text that stood between backquotes. */
  backquoted(text: string): Node | undefined;
}

export interface Scanner {
  readonly cursor: Cursor;
  readonly commands: CommandReader;
  /** The line that ends the here-document in which we are. */
  readonly end?: EndLine;
}

interface EndLine {
  readonly mark: string;
  readonly stripsTabs: boolean;
}

/** True where text is quoted already and single quotes mean nothing. */
const isDouble = (mode: Mode): boolean =>
  mode === "double" || mode === "double-brace" || mode === "here" || mode === "arithmetic";

const UNCLOSED_BRACE = "missing '}'";
const UNCLOSED_ARITHMETIC = "missing '))'";

const PLAIN = /[^\t\n "$&'();<>\\`|}]+/y;
const PLAIN_DOUBLE = /[^\n"$\\`}]+/y;
const PLAIN_ARITHMETIC = /[^\n"$()\\`}]+/y;

/** A word outside of quotes, up to the blank, newline or operator that ends it. `quoted` says that some of it was. */
export function scanWord(scanner: Scanner, mode: "word" | "mark"): { readonly word: Word; readonly quoted: boolean } {
  const parts = new PartList();
  scan(scanner, mode, parts);
  return { word: parts.finish(), quoted: parts.hasQuotes };
}

/** A here-document that is expanded: everything up to the line `mark`. */
export function scanHereDocument({ cursor, commands }: Scanner, mark: string, stripsTabs: boolean): Word {
  const end = { mark, stripsTabs };
  const parts = new PartList();
  while (!endsHere(cursor, end, { joins: true })) scan({ cursor, commands, end }, "here", parts);
  return parts.finish();
}

/** A here-document whose mark was quoted: taken as it is. */
export function scanQuotedHereDocument({ cursor }: Scanner, mark: string, stripsTabs: boolean): Word {
  let text = "";
  while (!endsHere(cursor, { mark, stripsTabs }, { joins: false })) {
    for (let char = cursor.take(); char !== END; char = cursor.take()) {
      text += char;
      if (char === "\n") break;
    }
  }
  return [{ kind: "text", text, quoted: true }];
}

/** A text that is expanded as if it were between double quotes, to its end: PS4 and the like. */
export function scanText(scanner: Scanner): Word {
  const parts = new PartList();
  while (scanner.cursor.peek() !== END) scan(scanner, "here", parts);
  return parts.finish();
}

/**
 * At the start of a line: takes the mark, if the line is that; the end of the script will do too. `joins`: escaped
 * newlines are skipped.
 */
function endsHere(cursor: Cursor, { mark, stripsTabs }: EndLine, { joins }: { readonly joins: boolean }): boolean {
  if (stripsTabs) while (cursor.peek() === "\t") cursor.take();
  return cursor.takeLine(mark, joins) || cursor.peek() === END;
}

/** After a newline within braces or the like: a here-document ends there all the same, and they are not closed. */
function checkEnd({ cursor, end }: Scanner, complaint: string): void {
  if (end !== undefined && endsHere(cursor, end, { joins: true })) cursor.fail(complaint);
}

function scan(scanner: Scanner, mode: Mode, parts: PartList): void {
  if (mode === "arithmetic") scanArithmetic(scanner, parts);
  else if (isDouble(mode)) scanDouble(scanner, mode, parts);
  else scanPlain(scanner, mode, parts);
}

/** The modes `word`, `mark` and `brace`. */
function scanPlain(scanner: Scanner, mode: Mode, parts: PartList): void {
  const { cursor } = scanner;
  for (;;) {
    const char = cursor.peekJoined();
    switch (char) {
      case END:
        if (mode === "brace") cursor.fail(UNCLOSED_BRACE);
        return;
      case "'":
        cursor.take();
        parts.quote(takeUntilQuote(cursor));
        break;
      case '"':
        cursor.take();
        doubleQuoted(scanner, parts);
        break;
      case "$":
        dollar(scanner, mode, parts);
        break;
      case "`":
        if (mode === "mark") parts.quote(cursor.take());
        else backquotes(scanner, mode, parts);
        break;
      case "\\":
        cursor.take();
        parts.quote(cursor.take() || "\\");
        break;
      case "}":
        cursor.take();
        if (mode === "brace") return;
        parts.text(char, false);
        break;
      case "<":
      case ">":
        if (mode !== "brace" && !processSubstitution(scanner, char, parts)) return;
        if (mode === "brace") parts.text(cursor.take(), false);
        break;
      case " ":
      case "\t":
      case "\n":
      case "&":
      case "(":
      case ")":
      case ";":
      case "|":
        if (mode !== "brace") return;
        parts.text(cursor.take(), false);
        if (char === "\n") checkEnd(scanner, UNCLOSED_BRACE);
        break;
      default:
        parts.text(cursor.takeRun(PLAIN), false);
    }
  }
}

/** The modes `double`, `double-brace` and `here`; the last ends with its line. */
function scanDouble(scanner: Scanner, mode: Mode, parts: PartList): void {
  const { cursor } = scanner;
  let inner = false;
  for (;;) {
    const char = cursor.peekJoined();
    switch (char) {
      case END:
        if (mode === "here") return;
        cursor.fail(scanner.end === undefined ? "unterminated quoted string" : UNCLOSED_BRACE);
        break;
      case "\n":
        parts.text(cursor.take(), true);
        if (mode === "here") return;
        checkEnd(scanner, UNCLOSED_BRACE);
        break;
      case '"':
        cursor.take();
        if (mode === "double") return;
        if (mode === "here") parts.text(char, true);
        else {
          inner = !inner;
          // Quotes with nothing between them are something: `"${x:?""}"` has a message, which is empty.
          parts.text("", true);
        }
        break;
      case "}":
        cursor.take();
        if (mode === "double-brace" && !inner) return;
        parts.text(char, true);
        break;
      case "$":
        dollar(scanner, mode, parts);
        break;
      case "`":
        backquotes(scanner, mode, parts);
        break;
      case "\\":
        escaped(cursor, mode, parts);
        break;
      default:
        parts.text(cursor.takeRun(PLAIN_DOUBLE), true);
    }
  }
}

function scanArithmetic(scanner: Scanner, parts: PartList): void {
  const { cursor } = scanner;
  let depth = 0;
  for (;;) {
    const char = cursor.peekJoined();
    if (char === END) cursor.fail(UNCLOSED_ARITHMETIC);
    else if (char === "$") dollar(scanner, "arithmetic", parts);
    else if (char === "`") backquotes(scanner, "arithmetic", parts);
    else if (char === "\\") escaped(cursor, "arithmetic", parts);
    else if (char === ")" && depth === 0) {
      cursor.take();
      if (cursor.takeIf(")")) return;
      parts.text(char, true);
    } else {
      if (char === "(") depth++;
      else if (char === ")") depth--;
      parts.text(cursor.takeRun(PLAIN_ARITHMETIC) || cursor.take(), true);
      if (char === "\n") checkEnd(scanner, UNCLOSED_ARITHMETIC);
    }
  }
}

/** A backslash within double quotes stays, unless what follows would be special there. */
function escaped(cursor: Cursor, mode: Mode, parts: PartList): void {
  cursor.take();
  const next = cursor.take();
  const drops =
    next === "\\" ||
    next === "`" ||
    next === "$" ||
    (next === '"' && mode !== "here") ||
    (next === "}" && mode === "double-brace");
  parts.quote(drops ? next : `\\${next}`);
}

function doubleQuoted(scanner: Scanner, parts: PartList): void {
  const inside = new PartList();
  scanDouble(scanner, "double", inside);
  parts.quoteParts(inside.finish());
}

function takeUntilQuote(cursor: Cursor): string {
  let text = "";
  for (let char = cursor.take(); char !== "'"; char = cursor.take()) {
    if (char === END) cursor.fail("unterminated quoted string");
    text += char;
  }
  return text;
}

/** What begins with `$`, at the dollar. */
function dollar(scanner: Scanner, mode: Mode, parts: PartList): void {
  const { cursor } = scanner;
  cursor.take();
  const next = cursor.peekJoined();
  const starts = next === "(" || next === "{" || isNameStart(next) || isSpecialParameter(next);
  if (mode === "mark" || !starts) {
    if (next !== "'" || isDouble(mode)) parts.text("$", isDouble(mode));
    else {
      cursor.take();
      parts.quote(decodeDollarQuote(cursor));
    }
    return;
  }
  if (next !== "(") parts.push(scanParameter(scanner, mode));
  else {
    cursor.take();
    parts.push(cursor.takeIf("(") ? arithmetic(scanner, mode) : commandSubstitution(scanner, mode));
  }
}

function scanParameter(scanner: Scanner, mode: Mode): Parameter {
  const { name, operator, nullIsUnset, closed } = scanParameterHead(scanner.cursor);
  const word = new PartList();
  if (!closed) scan(scanner, braceMode(operator, mode), word);
  return { kind: "parameter", name, operator, nullIsUnset, word: word.finish(), quoted: isDouble(mode) };
}

/** Patterns have their own quotes even within double quotes. */
function braceMode(operator: ParameterOperator, mode: Mode): "brace" | "double-brace" {
  const isPattern = "%#/".includes(operator[0] ?? "");
  return isDouble(mode) && !isPattern ? "double-brace" : "brace";
}

function arithmetic(scanner: Scanner, mode: Mode): Part {
  const parts = new PartList();
  scanArithmetic(scanner, parts);
  return { kind: "arithmetic", expression: parts.finish(), quoted: isDouble(mode) };
}

function commandSubstitution(scanner: Scanner, mode: Mode): Part {
  return { kind: "command", body: scanner.commands.substitution(), quoted: isDouble(mode) };
}

/** `<(list)`. Returns false, and takes nothing, if it is a redirection. */
function processSubstitution(scanner: Scanner, operator: "<" | ">", parts: PartList): boolean {
  const { cursor } = scanner;
  if (cursor.text[cursor.position + 1] !== "(") return false;
  cursor.position += 2;
  parts.push({ kind: "process", operator, body: scanner.commands.substitution() });
  return true;
}

function backquotes(scanner: Scanner, mode: Mode, parts: PartList): void {
  const { cursor } = scanner;
  cursor.take();
  let text = "";
  for (let char = cursor.takeJoined(); char !== "`"; char = cursor.takeJoined()) {
    if (char === END) cursor.fail("EOF in backquote substitution");
    if (char === "\\") {
      char = cursor.take();
      if (char !== "\\" && char !== "`" && char !== "$" && !(char === '"' && isDouble(mode))) text += "\\";
    }
    text += char;
  }
  parts.push({ kind: "command", body: scanner.commands.backquoted(text), quoted: isDouble(mode) });
}
