/**
 * Reads one command line after the other from a script, as ash does: a line is executed before the next is read, so that
 * an error further down, or an alias that the line defines, comes in its own time.
 */
import type { Node, Word } from "./ast.ts";
import { Cursor } from "./cursor.ts";
import { Grammar, Refusal, unexpected } from "./grammar.ts";
import { Input } from "./input.ts";
import { type CommandLine, knownLine } from "./known-lines.ts";
import { Lexer } from "./lexer.ts";
import { parse } from "./parse.ts";
import { type CommandReader, scanText } from "./scan-word.ts";
import { Skeleton } from "./skeleton.ts";
import type { Token } from "./token.ts";

export type Aliases = ReadonlyMap<string, string>;

/**
 * The next command line of `input`, which moves on behind it; `undefined` at the script's end. `executed`: the line of
 * the command that ran last, by which commands in backquotes are known.
 *
 * @throws NeedsInput if the text of `input` ends too early, SyntaxFailure if it cannot be a command.
 */
export function readCommandLine(input: Input, aliases: Aliases, executed: number): CommandLine | undefined {
  const read = (): CommandLine | undefined => {
    const reader = new Reader(new Cursor(input), aliases, executed);
    const line = reader.line();
    reader.commit(input);
    return line;
  };
  return aliases.size > 0 ? read() : knownLine(input, executed, read);
}

/** A text in which parameters and substitutions are expanded as between double quotes. @throws SyntaxFailure */
export function readText(text: string, line: number): Word {
  const reader = new Reader(new Cursor(Input.ofText(text, line)), new Map(), line);
  return scanText(reader.lexer);
}

class Reader implements CommandReader {
  readonly lexer: Lexer;
  readonly #cursor: Cursor;
  readonly #aliases: Aliases;
  readonly #executed: number;
  #last: Token = { kind: "newline" };

  constructor(cursor: Cursor, aliases: Aliases, executed: number) {
    this.#cursor = cursor;
    this.#aliases = aliases;
    this.#executed = executed;
    this.lexer = new Lexer(cursor, this, aliases);
  }

  line(): CommandLine | undefined {
    const skeleton = this.#read("line");
    const isLast = this.#last.kind === "end";
    if (isLast && skeleton.isEmpty) return undefined;
    if (isLast) this.lexer.readHereDocuments();
    return { node: parse(skeleton), isLast };
  }

  substitution(): Node | undefined {
    return this.lexer.nested(() => parse(this.#read("substitution")));
  }

  backquoted(text: string): Node | undefined {
    const inside = new Reader(new Cursor(Input.ofText(text, this.#executed)), this.#aliases, this.#executed);
    const skeleton = inside.#read("backquotes");
    inside.lexer.readHereDocuments();
    return parse(skeleton);
  }

  /** Lets `input` go on behind what was read. */
  commit(input: Input): void {
    input.text = this.#cursor.text;
    input.position = this.#cursor.position;
    input.line = this.#cursor.line;
  }

  #read(construct: "line" | "substitution" | "backquotes"): Skeleton {
    const grammar = new Grammar(construct);
    const skeleton = new Skeleton();
    while (!grammar.finished) {
      const token = this.lexer.token(grammar.lookout);
      const line = this.#cursor.line;
      this.#last = token;
      skeleton.write(this.#accept(grammar, token, skeleton.name(token, line)), line);
      if (token.kind === "redirection") this.#redirection(skeleton, token);
    }
    return skeleton;
  }

  #accept(grammar: Grammar, token: Token, name: string): string {
    try {
      return grammar.accept(token, name);
    } catch (refusal) {
      if (refusal instanceof Refusal) this.#cursor.fail(refusal.message);
      throw refusal;
    }
  }

  #redirection(skeleton: Skeleton, token: Extract<Token, { kind: "redirection" }>): void {
    const place = skeleton.redirections[skeleton.redirections.length - 1];
    const wrong = this.lexer.redirection(token, (redirection) => {
      if (place !== undefined) place.redirection = redirection;
    });
    if (wrong !== undefined) this.#cursor.fail(unexpected(wrong).message);
  }
}
