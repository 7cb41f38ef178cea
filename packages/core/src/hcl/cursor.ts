/** A place in a text that is being read: blanks, comments, names. */
import { HclError, type HclRange, type HclSource } from "./problem.ts";

const NAME = /[\p{ID_Start}_][\p{ID_Continue}-]*/uy;

export class Cursor {
  readonly source: HclSource;
  /** What is read, which may be a piece of the file written otherwise. */
  readonly text: string;
  at: number;
  /** Where the piece lies in the file. */
  readonly #offset: number;
  /** Within brackets the ends of lines are blanks. */
  #depth = 0;
  /** What was passed last. */
  #blanks = { from: 0, to: 0 };

  constructor(source: HclSource, { text = source.text, offset = 0 } = {}) {
    this.source = source;
    this.text = text;
    this.at = 0;
    this.#offset = offset;
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** Reads something in which lines end, or do not. */
  bracketed<T>(ignoresLines: boolean, read: () => T): T {
    const before = this.#depth;
    this.#depth = ignoresLines ? 1 : 0;
    try {
      return read();
    } finally {
      this.#depth = before;
    }
  }

  /** Passes blanks and comments. */
  skip(): void {
    const blank = this.#depth > 0 ? /(?:[ \t\r\n]|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y : BLANK;
    blank.lastIndex = this.at;
    const passed = blank.exec(this.text)?.[0].length ?? 0;
    if (passed === 0) return;
    const from = this.#end;
    this.at += passed;
    this.#blanks = { from, to: this.at };
  }

  /** Passes blanks, comments and the ends of lines. */
  skipLines(): void {
    this.bracketed(true, () => this.skip());
  }

  /** What comes next, after blanks. */
  sees(text: string): boolean {
    this.skip();
    return this.text.startsWith(text, this.at);
  }

  /** Passes a text if it comes next. */
  takes(text: string): boolean {
    const isThere = this.sees(text);
    if (isThere) this.at += text.length;
    return isThere;
  }

  /** Passes a name that stands here; undefined if there is none. */
  name(): string | undefined {
    this.skip();
    return this.match(NAME)?.[0];
  }

  /** Passes what a sticky pattern finds here. */
  match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text) ?? undefined;
    this.at += found?.[0].length ?? 0;
    return found;
  }

  /** Blanks that were looked past are no part of it. */
  rangeFrom(start: number, end = this.#end): HclRange {
    return { source: this.source, start: start + this.#offset, end: Math.max(start, end) + this.#offset };
  }

  /** Where the last thing ends that is none of the blanks. */
  get #end(): number {
    return this.#blanks.to === this.at ? this.#blanks.from : this.at;
  }

  /** The next thing, for complaints: a name, a number or a character. */
  get next(): HclRange {
    this.skip();
    const word = /[\p{ID_Continue}]+|\.{3}|[\s\S]|/uy;
    word.lastIndex = this.at;
    return this.rangeFrom(this.at, this.at + (word.exec(this.text)?.[0].length ?? 0));
  }

  /** What is no part of the language where it stands is told of first. */
  refuse(summary: string, detail: string, range?: HclRange): never {
    const problem = new HclError(summary, detail, range ?? this.next);
    const foreign = range === undefined ? this.#foreign() : undefined;
    throw foreign?.with([problem]) ?? problem;
  }

  /** Model: hashicorp/hcl hclsyntax/token.go checkInvalidTokens. */
  #foreign(): HclError | undefined {
    const { next } = this;
    const character = this.text[this.at] ?? "";
    const [summary, detail] = FOREIGN[character] ?? [];
    return summary === undefined || detail === undefined ? undefined : new HclError(summary, detail, next);
  }
}

const BITWISE = "Bitwise operators are not supported.";
const UNUSED = ["Invalid character", "This character is not used within the language."] as const;
const FOREIGN: Readonly<Record<string, readonly [summary: string, detail: string]>> = {
  "&": ["Unsupported operator", `${BITWISE} Did you mean boolean AND ("&&")?`],
  "|": ["Unsupported operator", `${BITWISE} Did you mean boolean OR ("||")?`],
  "^": ["Unsupported operator", BITWISE],
  "~": ["Unsupported operator", `${BITWISE} Did you mean boolean NOT ("!")?`],
  "'": ["Invalid character", 'Single quotes are not valid. Use double quotes (") to enclose strings.'],
  "`": [
    "Invalid character",
    'The "`" character is not valid. To create a multi-line string, use the "heredoc" syntax, like "<<EOT".',
  ],
  ";": [
    "Invalid character",
    'The ";" character is not valid. Use newlines to separate arguments and blocks, and commas to separate items in collection values.',
  ],
  "@": UNUSED,
  $: UNUSED,
};

const BLANK = /(?:[ \t\r]|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
