/**
 * A command with its words taken out: keywords and operators as they stood, every word and redirection a short name.
 *
 * It is what the general parser gets to see. Of the grammars that it knows and ash does not, nothing is left to find.
 */
import type { Redirection, Word } from "./ast.ts";
import type { Token } from "./token.ts";

export interface SkeletonWord {
  readonly word: Word;
  readonly line: number;
}

export interface SkeletonRedirection {
  /** Set once its word, or the text of the here-document, has been read. */
  redirection: Redirection | undefined;
  readonly line: number;
}

export class Skeleton {
  /** `w0 w1 >r0 ; if …`. */
  text = "";
  readonly words: SkeletonWord[] = [];
  readonly redirections: SkeletonRedirection[] = [];
  /** On which line the token at a position of `text` was. */
  readonly lines = new Map<number, number>();

  get isEmpty(): boolean {
    return this.text === "";
  }

  /** The name of a word or redirection. The words `&&` and `||` of `[[ ]]` may turn out to be some. */
  name(token: Token, line: number): string {
    switch (token.kind) {
      case "word":
        return this.#word(token.word, token.line);
      case "redirection":
        this.redirections.push({ redirection: undefined, line: token.line });
        return `>r${this.redirections.length - 1}`;
      case "punctuation":
        return token.text === "&&" || token.text === "||"
          ? this.#word([{ kind: "text", text: token.text, quoted: false }], line)
          : "";
      default:
        return "";
    }
  }

  write(text: string, line: number): void {
    if (text === "") return;
    this.text += " ";
    this.lines.set(this.text.length, line);
    this.text += text;
  }

  #word(word: Word, line: number): string {
    this.words.push({ word, line });
    return `w${this.words.length - 1}`;
  }
}
