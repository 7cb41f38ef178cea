/**
 * Tokens: operators, words, keywords; expands aliases and reads here-documents at the end of the line.
 *
 * An alias is text: its value takes the word's place and is read like the script itself. While that lasts it is not
 * expanded again. @see POSIX.1-2017, Shell Command Language, 2.3.1 Alias Substitution
 */
import { literal, type Redirection, type RedirectionOperator, type Word } from "./ast.ts";
import { isNumber, KEYWORDS } from "./characters.ts";
import { type Cursor, END } from "./cursor.ts";
import { type CommandReader, scanHereDocument, scanQuotedHereDocument, scanWord } from "./scan-word.ts";
import type { Lookout, Punctuation, RedirectionToken, Token, WordToken } from "./token.ts";

const DOUBLED: ReadonlySet<string> = new Set(["&", "|", ";"]);
const NOTHING: Lookout = { keywords: false, aliases: false, skipsNewlines: false };

/** An alias whose value is being read: it ends at `end`, counted from the end of the text. */
interface Expansion {
  readonly name: string;
  readonly fromEnd: number;
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

export class Lexer {
  readonly cursor: Cursor;
  readonly #commands: CommandReader;
  readonly #aliases: ReadonlyMap<string, string>;
  #expansions: Expansion[] = [];
  #pending: Pending[] = [];
  /** A token that was read but not taken. */
  #held: Token | undefined;

  constructor(cursor: Cursor, commands: CommandReader, aliases: ReadonlyMap<string, string>) {
    this.cursor = cursor;
    this.#commands = commands;
    this.#aliases = aliases;
  }

  token(lookout: Lookout): Token {
    for (;;) {
      const start = this.#skipBlanks();
      const aliases = lookout.aliases || this.#continuesAlias(start);
      const token = this.#read();
      if (token.kind === "newline") {
        this.readHereDocuments();
        if (lookout.skipsNewlines) continue;
      }
      if (token.kind !== "word" || token.text === undefined) return token;
      if (lookout.keywords && KEYWORDS.has(token.text)) return { ...token, isKeyword: true };
      if (!aliases || !this.#expandAlias(token.text, start)) return token;
    }
  }

  /** The redirection that `token` begins: takes its word. */
  redirection(token: RedirectionToken, deliver: (redirection: Redirection) => void): Token | undefined {
    const { operator, fd } = token;
    this.#skipBlanks();
    const next = this.#read(operator === "<<" ? "mark" : "word");
    if (next.kind !== "word") return next;
    if (operator !== "<<") deliver({ operator, fd, target: next.word });
    else {
      this.#pending.push({
        mark: next.word.map((part) => (part.kind === "text" ? part.text : "")).join(""),
        quoted: next.text === undefined && this.#lastQuoted,
        stripsTabs: token.stripsTabs,
        deliver: (target) => deliver({ operator, fd, target }),
      });
    }
    return undefined;
  }

  /** Reads the texts of here-documents that the line has announced. */
  readHereDocuments(): void {
    const pending = this.#pending;
    this.#pending = [];
    for (const { mark, quoted, stripsTabs, deliver } of pending) {
      const read = quoted ? scanQuotedHereDocument : scanHereDocument;
      deliver(read(this.#scanner, mark, stripsTabs));
    }
  }

  /** Runs `read`, which reads the inside of a word, with here-documents of its own. */
  nested<T>(read: () => T): T {
    const outer = this.#pending;
    this.#pending = [];
    const result = read();
    for (const { deliver } of this.#pending) deliver([]);
    this.#pending = outer;
    return result;
  }

  #lastQuoted = false;

  get #scanner(): { cursor: Cursor; commands: CommandReader } {
    return { cursor: this.cursor, commands: this.#commands };
  }

  /** Skips blanks and a comment; returns the position of what follows. */
  #skipBlanks(): number {
    const { cursor } = this;
    for (;;) {
      const char = cursor.peekJoined();
      if (char === " " || char === "\t") cursor.take();
      else if (char === "#") while (cursor.peek() !== "\n" && cursor.peek() !== END) cursor.take();
      else return cursor.position;
    }
  }

  #read(mode: "word" | "mark" = "word"): Token {
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
        if (char === "&" && cursor.takeIf(">")) return this.#operator("&>", "");
        return { kind: "punctuation", text: (cursor.takeIf(char) ? `${char}${char}` : char) as Punctuation };
      default:
        return this.#readWord(mode);
    }
  }

  /** A word, or a redirection operator with the number before it. */
  #readWord(mode: "word" | "mark"): Token {
    const { cursor } = this;
    const { word, quoted } = scanWord(this.#scanner, mode);
    this.#lastQuoted = quoted;
    const text = word.length === 0 ? "" : quoted ? undefined : literal(word);
    const next = cursor.peek();
    if (text !== undefined && (text === "" || isNumber(text))) {
      if (next === "<" || next === ">") return this.#operator(this.#redirectionOperator(), text);
      if (next === "&" && cursor.text[cursor.position + 1] === ">") {
        cursor.position += 2;
        return this.#operator("&>", text);
      }
    }
    return { kind: "word", word, text, isKeyword: false, line: cursor.line } satisfies WordToken;
  }
}
