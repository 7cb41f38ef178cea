/**
 * From characters to tokens: indentation becomes the beginnings and ends of blocks, and what turns out to be followed by
 * a colon becomes a key.
 *
 * What a scalar says is of no interest here. Model: YAML 1.1 as go-yaml reads it.
 */
import { Characters } from "./characters.ts";
import { DEEPEST, lexicalProblem, type Mark, YamlProblem } from "./problem.ts";
import { passBlockScalar, passPlain, passQuoted } from "./scalars.ts";

export type TokenKind =
  | "stream end"
  | "directive"
  | "document start"
  | "document end"
  | "block sequence"
  | "block mapping"
  | "block end"
  | "["
  | "]"
  | "{"
  | "}"
  | "-"
  | ","
  | "key"
  | "value"
  | "alias"
  | "property"
  | "scalar";

export interface Token {
  readonly kind: TokenKind;
  readonly mark: Mark;
}

/** Something that a colon after it makes a key. */
interface MaybeKey {
  /** How many tokens there are before it. */
  readonly token: number;
  readonly mark: Mark;
  readonly index: number;
  /** It can be nothing else. */
  readonly isRequired: boolean;
}

export interface Scanned {
  /** Those that whoever reads them in order gets to see. */
  readonly tokens: readonly Token[];
  /** What keeps the rest from being seen. */
  readonly problem: YamlProblem | undefined;
}

/** A key is on one line, and no longer than this. */
const LONGEST_KEY = 1024;

export function scan(text: string): Scanned {
  const scanner = new Scanner(text);
  try {
    scanner.run();
    return { tokens: scanner.tokens, problem: undefined };
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error;
    return { tokens: scanner.tokens.slice(0, scanner.firstOpen), problem: error };
  }
}

class Scanner {
  readonly tokens: Token[] = [];
  readonly #text: Characters;
  readonly #indents: number[] = [];
  #indent = -1;
  /** One for the block context and each open bracket. */
  readonly #keys: (MaybeKey | undefined)[] = [undefined];
  #canBeKey = true;

  constructor(text: string) {
    this.#text = new Characters(text);
  }

  /**
   * Tokens before this one are given away: of others it is not known yet whether a key comes before them, or the two
   * after them are not there, in which go-yaml looks for comments.
   */
  get firstOpen(): number {
    return Math.min(Math.max(0, this.tokens.length - 2), ...this.#keys.flatMap((key) => key?.token ?? []));
  }

  get #isFlow(): boolean {
    return this.#keys.length > 1;
  }

  run(): void {
    do this.#scanNext();
    while (this.tokens.at(-1)?.kind !== "stream end");
  }

  #scanNext(): void {
    const text = this.#text;
    this.#skipToToken();
    this.#dropStaleKeys();
    this.#unroll(text.isAtEnd ? -1 : text.column);
    const character = text.peek();
    const isBeforeSpace = this.#isFlow || text.isSpace(1);
    if (text.isAtEnd) this.#end();
    else if (text.column === 0 && character === "%") this.#directive();
    else if (text.isDocumentMark()) this.#documentMark();
    else if (character === "[" || character === "{") this.#open(character);
    else if (character === "]" || character === "}") this.#close(character);
    else if (character === ",") this.#indicator(",", { canBeKey: true });
    else if (character === "-" && text.isSpace(1)) this.#entry();
    else if (character === "?" && isBeforeSpace) this.#explicitKey();
    else if (character === ":" && isBeforeSpace) this.#value();
    else this.#content(character);
  }

  #content(character: string): void {
    const text = this.#text;
    if ((character === "|" || character === ">") && !this.#isFlow) {
      this.#removeKey();
      this.#canBeKey = true;
      this.#push("scalar");
      passBlockScalar(text, this.#indent);
      return;
    }
    if (character !== "" && "|>%@`\t".includes(character)) {
      throw new YamlProblem("found character that cannot start any token", text.mark, true);
    }
    this.#saveKey();
    this.#canBeKey = false;
    if (character === "*" || character === "&") this.#anchor(character === "*" ? "alias" : "property");
    else if (character === "!") {
      this.#push("property");
      while (!text.isSpace() && !(this.#isFlow && text.peek() === ",")) text.next();
    } else {
      this.#push("scalar");
      if (character === "'" || character === '"') passQuoted(text);
      else if (passPlain(text, this.#indent + 1, this.#isFlow)) this.#canBeKey = true;
    }
  }

  #anchor(kind: "alias" | "property"): void {
    const text = this.#text;
    const start = text.mark;
    this.#push(kind);
    text.next();
    let length = 0;
    for (; /^[\w-]$/.test(text.peek()); length++) text.next();
    if (length === 0 || !(text.isSpace() || /^[?:,\]}%@`]$/.test(text.peek()))) {
      throw lexicalProblem("did not find expected alphabetic or numeric character", start, text.mark);
    }
  }

  #push(kind: TokenKind, mark: Mark = this.#text.mark): void {
    this.tokens.push({ kind, mark });
  }

  #skipToToken(): void {
    const text = this.#text;
    for (;;) {
      while (text.peek() === " " || (text.peek() === "\t" && (this.#isFlow || !this.#canBeKey))) text.next();
      if (text.peek() === "#") text.skipLine();
      if (text.peek() !== "\n") return;
      text.next();
      if (!this.#isFlow) this.#canBeKey = true;
    }
  }

  #dropStaleKeys(): void {
    for (const [level, key] of this.#keys.entries()) {
      if (key === undefined) continue;
      if (key.mark.line === this.#text.line && this.#text.index - key.index <= LONGEST_KEY) continue;
      this.#refuseMissing(key);
      this.#keys[level] = undefined;
    }
  }

  #refuseMissing(key: MaybeKey | undefined): void {
    if (key?.isRequired === true) throw lexicalProblem("could not find expected ':'", key.mark, this.#text.mark);
  }

  #saveKey(): void {
    if (!this.#canBeKey) return;
    this.#removeKey();
    const { mark, index, column } = this.#text;
    const isRequired = !this.#isFlow && this.#indent === column;
    this.#keys[this.#keys.length - 1] = { token: this.tokens.length, mark, index, isRequired };
  }

  #removeKey(): void {
    const last = this.#keys.length - 1;
    this.#refuseMissing(this.#keys[last]);
    this.#keys[last] = undefined;
  }

  /** A column further in begins a block, in front of the token `at`. */
  #roll(column: number, kind: "block sequence" | "block mapping", mark: Mark, at = this.tokens.length): void {
    if (this.#isFlow || this.#indent >= column) return;
    this.#indents.push(this.#indent);
    this.#indent = column;
    this.tokens.splice(at, 0, { kind, mark });
  }

  #unroll(column: number): void {
    if (this.#isFlow) return;
    while (this.#indent > column) {
      this.#push("block end");
      this.#indent = this.#indents.pop() ?? -1;
    }
  }

  #indicator(
    kind: TokenKind,
    { canBeKey, length = 1 }: { readonly canBeKey: boolean; readonly length?: number },
  ): void {
    this.#removeKey();
    this.#canBeKey = canBeKey;
    this.#push(kind);
    this.#text.next(length);
  }

  #end(): void {
    if (!this.#isFlow) this.#unroll(-1);
    this.#indicator("stream end", { canBeKey: false, length: 0 });
  }

  #directive(): void {
    const text = this.#text;
    this.#unroll(-1);
    const start = text.mark;
    this.#indicator("directive", { canBeKey: false });
    let name = "";
    for (; /^[\w-]$/.test(text.peek()); text.next()) name += text.peek();
    if (name !== "YAML" && name !== "TAG") throw lexicalProblem("found unknown directive name", start, text.mark);
    text.skipLine();
  }

  #documentMark(): void {
    this.#unroll(-1);
    const kind = this.#text.peek() === "-" ? "document start" : "document end";
    this.#indicator(kind, { canBeKey: false, length: 3 });
  }

  #open(kind: "[" | "{"): void {
    if (this.#keys.length > DEEPEST) {
      throw new YamlProblem(`exceeded max depth of ${DEEPEST}`, this.#text.mark, true);
    }
    this.#saveKey();
    this.#canBeKey = true;
    this.#push(kind);
    this.#keys.push(undefined);
    this.#text.next();
  }

  #close(kind: "]" | "}"): void {
    this.#removeKey();
    if (this.#isFlow) this.#keys.pop();
    this.#canBeKey = false;
    this.#push(kind);
    this.#text.next();
  }

  #entry(): void {
    const { mark, column } = this.#text;
    if (!this.#isFlow && !this.#canBeKey) {
      throw new YamlProblem("block sequence entries are not allowed in this context", mark, true);
    }
    this.#roll(column, "block sequence", mark);
    this.#indicator("-", { canBeKey: true });
  }

  #explicitKey(): void {
    const { mark, column } = this.#text;
    if (!this.#isFlow && !this.#canBeKey) {
      throw new YamlProblem("mapping keys are not allowed in this context", mark, true);
    }
    this.#roll(column, "block mapping", mark);
    this.#indicator("key", { canBeKey: !this.#isFlow });
  }

  #value(): void {
    const { mark, column } = this.#text;
    const level = this.#keys.length - 1;
    const key = this.#keys[level];
    if (key !== undefined) {
      this.tokens.splice(key.token, 0, { kind: "key", mark: key.mark });
      this.#roll(key.mark.column, "block mapping", key.mark, key.token);
      this.#keys[level] = undefined;
      this.#indicator("value", { canBeKey: false });
      return;
    }
    if (!this.#isFlow && !this.#canBeKey) {
      throw new YamlProblem("mapping values are not allowed in this context", mark, true);
    }
    this.#roll(column, "block mapping", mark);
    this.#indicator("value", { canBeKey: !this.#isFlow });
  }
}
