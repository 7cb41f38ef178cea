/**
 * Tokens: operators, words, keywords; expands aliases and reads here-documents at the end of the line.
 *
 * An alias is text: its value takes the word's place and is read like the script itself. While that lasts it is not
 * expanded again. @see POSIX.1-2017, Shell Command Language, 2.3.1 Alias Substitution
 */
import { literal, type Redirection, type RedirectionOperator, type Word } from "./ast.ts";
import { isNumber, KEYWORDS } from "./characters.ts";
import { type Cursor, END } from "./cursor.ts";
import { type CommandReader, type Scanner, scanHereDocument, scanQuotedHereDocument, scanWord } from "./scan-word.ts";
import type { Lookout, Punctuation, RedirectionToken, Token } from "./token.ts";

/** An alias whose value is being read. */
interface Expansion {
  readonly name: string;
  /** How many characters follow the value. */
  readonly rest: number;
  /** The value ends with a blank: the next word may be an alias too. */
  readonly continues: boolean;
}

/** A here-document whose text starts after the line. */
interface Pending {
  readonly mark: string;
  readonly quoted: boolean;
  readonly stripsTabs: boolean;
  readonly deliver: (text: Word) => void;
}

export class Lexer implements Scanner {
  readonly cursor: Cursor;
  readonly commands: CommandReader;
  readonly #aliases: ReadonlyMap<string, string>;
  #expansions: readonly Expansion[] = [];
  #pending: Pending[] = [];

  constructor(cursor: Cursor, commands: CommandReader, aliases: ReadonlyMap<string, string>) {
    this.cursor = cursor;
    this.commands = commands;
    this.#aliases = aliases;
  }

  /** The next token. @throws SyntaxFailure, NeedsInput */
  token(lookout: Lookout): Token {
    let mayBeAlias = lookout.aliases;
    for (;;) {
      const start = this.#skipBlanks();
      if (this.#leaveAliases(start)) mayBeAlias = true;
      const token = this.#read("word");
      if (token.kind === "newline") {
        this.readHereDocuments();
        mayBeAlias = lookout.aliases;
        if (lookout.skipsNewlines) continue;
      }
      if (token.kind !== "word" || token.text === undefined) return token;
      if (lookout.keywords && KEYWORDS.has(token.text)) return { ...token, isKeyword: true };
      if (!mayBeAlias || !this.#expandAlias(token.text, start)) return token;
    }
  }

  /**
   * The rest of a redirection: takes its word, and hands the whole to `deliver`, a here-document when its text is read.
   *
   * @returns the token that stands in the word's place, if that is no word.
   */
  redirection(token: RedirectionToken, deliver: (redirection: Redirection) => void): Token | undefined {
    const { operator, fd, stripsTabs } = token;
    const isHere = operator === "<<";
    this.#skipBlanks();
    const next = this.#read(isHere ? "mark" : "word");
    if (next.kind !== "word") return next;
    if (!isHere) deliver({ operator, fd, target: next.word });
    else {
      const mark = next.word.map((part) => (part.kind === "text" ? part.text : "")).join("");
      const pending = { mark, quoted: next.quoted, stripsTabs };
      this.#pending.push({ ...pending, deliver: (target) => deliver({ operator, fd, target }) });
    }
    return undefined;
  }

  /** Reads the texts of the here-documents that the line has announced. */
  readHereDocuments(): void {
    const pending = this.#pending;
    this.#pending = [];
    for (const { mark, quoted, stripsTabs, deliver } of pending) {
      const read = quoted ? scanQuotedHereDocument : scanHereDocument;
      deliver(read(this, mark, stripsTabs));
    }
  }

  /** Runs `read`, which reads the inside of a word. Here-documents that it announces but does not read are empty. */
  nested<T>(read: () => T): T {
    const outer = this.#pending;
    this.#pending = [];
    const result = read();
    for (const { deliver } of this.#pending) deliver([]);
    this.#pending = outer;
    return result;
  }

  /** Skips blanks and comments; returns the position of what follows. */
  #skipBlanks(): number {
    const { cursor } = this;
    for (;;) {
      const char = cursor.peekJoined();
      if (char === " " || char === "\t") cursor.take();
      else if (char === "#") while (cursor.peek() !== "\n" && cursor.peek() !== END) cursor.take();
      else return cursor.position;
    }
  }

  #read(mode: "word" | "mark"): Token {
    const { cursor } = this;
    const char = cursor.peekJoined();
    switch (char) {
      case END:
        return { kind: "end" };
      case "\n":
        cursor.take();
        return { kind: "newline" };
      case "(":
      case ")":
        cursor.take();
        return { kind: "punctuation", text: char };
      case "&":
      case "|":
      case ";":
        cursor.take();
        if (char === "&" && cursor.takeIf(">")) return redirection("&>", "", cursor.line);
        return { kind: "punctuation", text: (cursor.takeIf(char) ? `${char}${char}` : char) as Punctuation };
      default:
        return this.#readWord(mode);
    }
  }

  /** A word, or a redirection operator with the number before it. */
  #readWord(mode: "word" | "mark"): Token {
    const { cursor } = this;
    const { word, quoted } = scanWord(this, mode);
    const { line } = cursor;
    const text = quoted ? undefined : word.length === 0 ? "" : literal(word);
    if (text !== undefined && (text === "" || isNumber(text))) {
      const next = cursor.peek();
      if (next === "<" || next === ">") return this.#redirectionOperator(text);
      if (next === "&" && cursor.text[cursor.position + 1] === ">") {
        cursor.position += 2;
        return redirection("&>", text, line);
      }
    }
    return { kind: "word", word, text, quoted, isKeyword: false, line };
  }

  #redirectionOperator(fd: string): Token {
    const { cursor } = this;
    const { line } = cursor;
    if (cursor.take() === ">") {
      const second = cursor.takeIf(">") ? ">>" : cursor.takeIf("|") ? ">|" : cursor.takeIf("&") ? ">&" : ">";
      return redirection(second, fd, line);
    }
    if (!cursor.takeIf("<")) return redirection(cursor.takeIf("&") ? "<&" : cursor.takeIf(">") ? "<>" : "<", fd, line);
    if (cursor.takeIf("<")) return redirection("<<<", fd, line);
    return { ...redirection("<<", fd, line), stripsTabs: cursor.takeIf("-") };
  }

  /** Forgets aliases whose value ends before `start`. Returns true if one of them makes the next word an alias. */
  #leaveAliases(start: number): boolean {
    if (this.#expansions.length === 0) return false;
    const left = this.cursor.text.length - start;
    const ended = this.#expansions.filter(({ rest }) => left <= rest);
    this.#expansions = this.#expansions.filter(({ rest }) => left > rest);
    return ended.some(({ continues }) => continues);
  }

  #expandAlias(name: string, start: number): boolean {
    const value = this.#aliases.get(name);
    if (value === undefined || this.#expansions.some((expansion) => expansion.name === name)) return false;
    const rest = this.cursor.text.length - this.cursor.position;
    this.cursor.replace(start, value);
    this.#expansions = [...this.#expansions, { name, rest, continues: /[ \t]$/.test(value) }];
    return true;
  }
}

function redirection(operator: RedirectionOperator, fd: string, line: number): RedirectionToken {
  const usual = operator.startsWith("<") ? 0 : 1;
  return { kind: "redirection", operator, stripsTabs: false, fd: fd === "" ? usual : Number(fd), line };
}
