/** Whether tokens stand in an order that makes documents. Model: the productions of YAML 1.1 as go-yaml reads them. */
import { DEEPEST, type Mark, YamlProblem } from "./problem.ts";
import { type Scanned, scan, type Token, type TokenKind } from "./scanner.ts";

/** What is wrong with a text, as whoever reads it from its beginning finds out first; undefined if nothing is. */
export function findProblem(text: string): YamlProblem | undefined {
  try {
    new Grammar(scan(text)).stream();
    return undefined;
  } catch (error) {
    if (error instanceof YamlProblem) return error;
    throw error;
  }
}

class Grammar {
  readonly #tokens: readonly Token[];
  readonly #problem: YamlProblem | undefined;
  #at = 0;
  #depth = 0;

  constructor({ tokens, problem }: Scanned) {
    this.#tokens = tokens;
    this.#problem = problem;
  }

  stream(): void {
    let isFirst = true;
    for (;;) {
      while (!isFirst && this.#take("document end"));
      if (this.#is("stream end")) return;
      const isExplicit = !isFirst || this.#is("directive") || this.#is("document start");
      if (isExplicit) {
        while (this.#take("directive"));
        if (!this.#take("document start")) this.#refuse("did not find expected <document start>", this.#token.mark);
      }
      if (!this.#is("directive", "document start", "document end", "stream end")) this.#node({ isBlock: true });
      while (this.#take("document end"));
      isFirst = false;
    }
  }

  /** The token that is next. @throws YamlProblem if there is none to be seen */
  get #token(): Token {
    const token = this.#tokens[this.#at];
    if (token !== undefined) return token;
    throw this.#problem ?? new YamlProblem("did not find expected node content", { line: 0, column: 0 }, false);
  }

  #is(...kinds: readonly TokenKind[]): boolean {
    return kinds.includes(this.#token.kind);
  }

  #take(kind: TokenKind): boolean {
    if (!this.#is(kind)) return false;
    this.#at++;
    return true;
  }

  /** Where `mark` is on the first line, the place of the problem tells more. */
  #refuse(message: string, mark: Mark): never {
    throw new YamlProblem(message, mark.line === 0 ? this.#token.mark : mark, false);
  }

  #node({ isBlock, mayBeFlush = false }: { readonly isBlock: boolean; readonly mayBeFlush?: boolean }): void {
    if (this.#take("alias")) return;
    const start = this.#token.mark;
    if (++this.#depth > DEEPEST) this.#refuse(`exceeded max depth of ${DEEPEST}`, start);
    let hasProperty = false;
    while (this.#take("property")) hasProperty = true;
    const { mark } = this.#token;
    if (mayBeFlush && this.#is("-")) this.#flushSequence();
    else if (this.#take("[")) this.#flow(mark, "]");
    else if (this.#take("{")) this.#flow(mark, "}");
    else if (isBlock && this.#take("block sequence")) this.#sequence(mark);
    else if (isBlock && this.#take("block mapping")) this.#mapping(mark);
    else if (!this.#take("scalar") && !hasProperty) this.#refuse("did not find expected node content", start);
    this.#depth--;
  }

  #sequence(start: Mark): void {
    while (this.#take("-")) if (!this.#is("-", "block end")) this.#node({ isBlock: true });
    if (!this.#take("block end")) this.#refuse("did not find expected '-' indicator", start);
  }

  /** Its entries are no further in than the key that they belong to. */
  #flushSequence(): void {
    while (this.#take("-")) if (!this.#is("-", "key", "value", "block end")) this.#node({ isBlock: true });
  }

  #mapping(start: Mark): void {
    const part = (): void => {
      if (!this.#is("key", "value", "block end")) this.#node({ isBlock: true, mayBeFlush: true });
    };
    while (this.#take("key")) {
      part();
      if (this.#take("value")) part();
    }
    if (!this.#take("block end")) this.#refuse("did not find expected key", start);
  }

  /** In brackets or braces. */
  #flow(start: Mark, end: "]" | "}"): void {
    for (let isFirst = true; !this.#take(end); isFirst = false) {
      if (!isFirst && !this.#take(",")) this.#refuse(`did not find expected ',' or '${end}'`, start);
      if (this.#take("key")) {
        if (!this.#is("value", ",", end)) this.#node({ isBlock: false });
        if (this.#take("value") && !this.#is(",", end)) this.#node({ isBlock: false });
      } else if (!this.#is(end)) this.#node({ isBlock: false });
    }
  }
}
