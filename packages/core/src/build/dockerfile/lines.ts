/**
 * Lines of a Dockerfile: physical ones with their numbers, and the instruction lines that continuations join.
 *
 * Left to others: what a line says (`node.ts`), and whether it is followed by heredocs (`heredoc.ts`).
 * Model: the loop of BuildKit's parser.Parse.
 */

import { skipSpace, trimSpace, trimStart } from "../../lib/go/index.ts";
import { byteLength } from "../../lib/index.ts";
import type { Directives, Escape } from "./ast.ts";
import { DirectiveReader, escapeOf, withoutBom } from "./directives.ts";
import { BuildError } from "./error.ts";

/** bufio.MaxScanTokenSize - 1: the longest line in bytes. */
const MAX_LINE_BYTES = 65535;

/** One instruction on one line. */
export interface InstructionLine {
  readonly text: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly comments: readonly string[];
  /** True if there were empty lines between its first and its last. */
  readonly hasEmptyLines: boolean;
}

/** Hands out the lines of a text; stops early at one that is too long. */
export class LineReader {
  readonly #text: string;
  #at = 0;
  #count = 0;
  #tooLong = false;
  readonly #directives = new DirectiveReader();
  #escape: Escape = "\\";

  constructor(text: string) {
    this.#text = withoutBom(text);
  }

  /** How many lines were read: the number of the last one. */
  get count(): number {
    return this.#count;
  }

  get escape(): Escape {
    return this.#escape;
  }

  get directives(): Directives {
    return this.#directives.found;
  }

  /** The error that ended reading early, if one did. */
  get failure(): BuildError | undefined {
    if (!this.#tooLong) return undefined;
    return new BuildError(`dockerfile line greater than max allowed size of ${MAX_LINE_BYTES}`, [
      lineRange(this.#count),
    ]);
  }

  /** The next line with its line end, undefined at the end. */
  next(): string | undefined {
    if (this.#tooLong || this.#at >= this.#text.length) return undefined;
    const newline = this.#text.indexOf("\n", this.#at);
    const end = newline < 0 ? this.#text.length : newline + 1;
    const line = this.#text.slice(this.#at, end);
    if (line.length > MAX_LINE_BYTES / 3 && byteLength(trimNewline(line, false)) > MAX_LINE_BYTES) {
      this.#tooLong = true;
      return undefined;
    }
    this.#at = end;
    this.#count++;
    return line;
  }

  /**
   * The next instruction, continuation lines joined, comments and empty lines skipped.
   *
   * @throws BuildError for a repeated directive or a bad escape.
   */
  nextInstruction(): InstructionLine | undefined {
    const comments: string[] = [];
    for (let line = this.next(); line !== undefined; line = this.next()) {
      if (isComment(line)) {
        const comment = trimSpace(line.slice(1));
        if (comment === "") comments.length = 0;
        else comments.push(comment);
      }
      const stripped = trimStart(trimNewline(line));
      if (this.#readDirective(stripped)) comments.pop();
      if (stripped.startsWith("#") || stripped === "") continue;
      return this.#join(stripped, comments);
    }
    return undefined;
  }

  #join(first: string, comments: readonly string[]): InstructionLine {
    const startLine = this.#count;
    let hasEmptyLines = false;
    let part = this.#withoutContinuation(first);
    let text = part ?? first;
    while (part !== undefined) {
      const line = this.next();
      if (line === undefined) break;
      const trimmed = trimNewline(line);
      this.#readDirective(trimmed);
      if (isComment(line)) continue;
      if (trimStart(trimmed) === "") {
        hasEmptyLines = true;
        continue;
      }
      part = this.#withoutContinuation(trimmed);
      text += part ?? trimmed;
    }
    return { text, startLine, endLine: this.#count, comments, hasEmptyLines };
  }

  /** The line before its continuation character: one not preceded by its like, with only blanks after it. */
  #withoutContinuation(line: string): string | undefined {
    let end = line.length;
    while (end > 0 && (line[end - 1] === " " || line[end - 1] === "\t")) end--;
    if (line[end - 1] !== this.#escape || line[end - 2] === this.#escape) return undefined;
    return line.slice(0, end - 1);
  }

  /** BuildKit places what is wrong with a directive on the line before it. */
  #readDirective(line: string): boolean {
    try {
      const directive = this.#directives.read(line);
      if (directive?.name === "escape") this.#escape = escapeOf(directive.value);
      return directive !== undefined;
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      throw error.at(lineRange(this.#count - 1)).about(lineRange(this.#count));
    }
  }
}

/** The range of one line. */
export function lineRange(line: number): { readonly startLine: number; readonly endLine: number } {
  return { startLine: line, endLine: line };
}

/** A line without its line end; without `returns`, only the newline goes. */
export function trimNewline(line: string, returns = true): string {
  let end = line.length;
  while (end > 0 && (line[end - 1] === "\n" || (returns && line[end - 1] === "\r"))) end--;
  return end === line.length ? line : line.slice(0, end);
}

function isComment(line: string): boolean {
  return line[skipSpace(line, 0)] === "#";
}
