/**
 * Reads a regular expression, basic or extended, with GNU's additions.
 *
 * The corner cases (what a leading `*` means, where `^` is an anchor, which interval is an error) are glibc's.
 *
 * @see regex(7)
 */
import { parseBracket } from "./bracket.ts";
import { ByteSet, otherCase, SPACE_BYTES, WORD_BYTES } from "./byte-set.ts";
import { type Assertion, type Dialect, EMPTY, REASONS, RegexError, type RegexNode } from "./syntax.ts";

/** RE_DUP_MAX: the largest count of an interval. */
const REPEAT_MAX = 32767;
/** More than this many copied nodes are refused, as glibc does when it runs out of memory. */
const NODES_MAX = 400_000;
const NEWLINE = 10;
const INFINITE = -1;

export interface ParsedRegex {
  readonly root: RegexNode;
  readonly groups: number;
  readonly hasBackReference: boolean;
}

type Token =
  | { readonly kind: "end" | "or" | "open" | "close" | "bracket" | "star" | "plus" | "question" | "brace" }
  | { readonly kind: "literal"; readonly byte: number }
  | { readonly kind: "set"; readonly set: ByteSet }
  | { readonly kind: "assertion"; readonly assertion: Assertion }
  | { readonly kind: "back-reference"; readonly index: number };

/** @throws RegexError */
export function parseRegex(pattern: string, dialect: Dialect): ParsedRegex {
  return new Parser(pattern, dialect).parse();
}

const GNU_ESCAPES: ReadonlyMap<string, Token> = new Map<string, Token>([
  ["w", { kind: "set", set: WORD_BYTES }],
  ["W", { kind: "set", set: WORD_BYTES.complement() }],
  ["s", { kind: "set", set: SPACE_BYTES }],
  ["S", { kind: "set", set: SPACE_BYTES.complement() }],
  ["<", { kind: "assertion", assertion: "word-start" }],
  [">", { kind: "assertion", assertion: "word-end" }],
  ["b", { kind: "assertion", assertion: "word-edge" }],
  ["B", { kind: "assertion", assertion: "no-word-edge" }],
  ["`", { kind: "assertion", assertion: "text-start" }],
  ["'", { kind: "assertion", assertion: "text-end" }],
]);

const OPERATORS: ReadonlyMap<string, "or" | "open" | "close" | "plus" | "question" | "brace"> = new Map([
  ["|", "or"],
  ["(", "open"],
  [")", "close"],
  ["+", "plus"],
  ["?", "question"],
  ["{", "brace"],
]);

class Parser {
  readonly #pattern: string;
  readonly #dialect: Dialect;
  #at = 0;
  #token: Token = { kind: "end" };
  /** Where the current token began. */
  #tokenStart = 0;
  #groups = 0;
  #completed = new Set<number>();
  #hasBackReference = false;

  constructor(pattern: string, dialect: Dialect) {
    this.#pattern = pattern;
    this.#dialect = dialect;
  }

  parse(): ParsedRegex {
    this.#next(true);
    const root = this.#alternatives(0);
    if (this.#token.kind !== "end") throw new RegexError(REASONS.strayGroupEnd);
    return { root, groups: this.#groups, hasBackReference: this.#hasBackReference };
  }

  /** Moves to the next token; `caret` says that a basic expression's `^` would be an anchor here. */
  #next(caret = false): void {
    this.#tokenStart = this.#at;
    this.#token = this.#read(caret);
  }

  #read(caret: boolean): Token {
    const char = this.#pattern[this.#at];
    if (char === undefined) return { kind: "end" };
    const { extended, lenient } = this.#dialect;
    this.#at++;
    if (char === "\\") return this.#escaped();
    if (char === "*") return { kind: "star" };
    if (char === "[") return { kind: "bracket" };
    if (char === ".") return { kind: "set", set: this.#anyByte() };
    if (char === "\n" && lenient) return { kind: "or" };
    if (char === "^" && (extended || caret || this.#isLineStart())) {
      return { kind: "assertion", assertion: "line-start" };
    }
    if (char === "$" && (extended || this.#isBranchEnd())) return { kind: "assertion", assertion: "line-end" };
    const operator = extended ? OPERATORS.get(char) : undefined;
    return operator === undefined ? this.#literal(char) : { kind: operator };
  }

  #escaped(): Token {
    const char = this.#pattern[this.#at];
    if (char === undefined) throw new RegexError(REASONS.trailingBackslash);
    this.#at++;
    const gnu = GNU_ESCAPES.get(char);
    if (gnu !== undefined) return gnu;
    if (char >= "1" && char <= "9") return { kind: "back-reference", index: Number(char) };
    const operator = this.#dialect.extended ? undefined : OPERATORS.get(char);
    return operator === undefined ? this.#literal(char) : { kind: operator };
  }

  #literal(char: string): Token {
    return { kind: "literal", byte: char.charCodeAt(0) & 0xff };
  }

  #anyByte(): ByteSet {
    const { dotMatchesNul, newlineEnds } = this.#dialect;
    return ByteSet.where((byte) => (byte !== 0 || dotMatchesNul === true) && (byte !== NEWLINE || !newlineEnds));
  }

  #isLineStart(): boolean {
    return this.#at === 1 || (this.#dialect.lenient === true && this.#pattern[this.#at - 2] === "\n");
  }

  /** Whether a basic expression's `$` ends a branch. */
  #isBranchEnd(): boolean {
    const rest = this.#pattern.slice(this.#at, this.#at + 2);
    return rest === "" || rest === "\\)" || rest === "\\|" || (this.#dialect.lenient === true && rest[0] === "\n");
  }

  #alternatives(depth: number): RegexNode {
    const items = [this.#sequence(depth)];
    while (this.#token.kind === "or") {
      this.#next(true);
      items.push(this.#sequence(depth));
    }
    return items.length === 1 && items[0] !== undefined ? items[0] : { kind: "alternatives", items };
  }

  #sequence(depth: number): RegexNode {
    const items: RegexNode[] = [];
    for (;;) {
      const { kind } = this.#token;
      if (kind === "or" || kind === "end" || (kind === "close" && depth > 0)) break;
      items.push(this.#repeated(depth));
    }
    return items.length === 1 && items[0] !== undefined
      ? items[0]
      : items.length === 0
        ? EMPTY
        : { kind: "sequence", items };
  }

  /** An atom and the repetitions behind it. */
  #repeated(depth: number): RegexNode {
    const start = this.#token;
    if (start.kind === "assertion") {
      // An anchor cannot be repeated: what follows it is read as if it stood first.
      this.#next();
      return start;
    }
    let node = this.#atom(depth);
    while (this.#isRepeat()) {
      const repeated = this.#repeat(node);
      if (repeated === undefined) break;
      node = repeated;
      const again = this.#token.kind === "star" || this.#token.kind === "brace";
      if (again && !this.#dialect.extended && !this.#dialect.lenient) throw new RegexError(REASONS.badRepeat);
    }
    return node;
  }

  #isRepeat(): boolean {
    const { kind } = this.#token;
    return kind === "star" || kind === "plus" || kind === "question" || kind === "brace";
  }

  #atom(depth: number): RegexNode {
    const token = this.#token;
    switch (token.kind) {
      case "literal":
        this.#next();
        return this.#byte(token.byte);
      case "set":
        this.#next();
        return token;
      case "assertion":
        this.#next();
        return token;
      case "back-reference":
        if (!this.#completed.has(token.index)) throw new RegexError(REASONS.badReference);
        this.#hasBackReference = true;
        this.#next();
        return token;
      case "bracket": {
        const { set, end } = parseBracket(this.#pattern, this.#at, this.#dialect);
        this.#at = end;
        this.#next();
        return { kind: "set", set };
      }
      case "open":
        return this.#group(depth);
      default:
        return this.#strayOperator(depth);
    }
  }

  #byte(byte: number): RegexNode {
    const set = ByteSet.of(byte);
    if (this.#dialect.ignoreCase) set.add(otherCase(byte));
    return { kind: "set", set };
  }

  #group(depth: number): RegexNode {
    const index = ++this.#groups;
    this.#next(true);
    const body = this.#token.kind === "close" ? EMPTY : this.#alternatives(depth + 1);
    if (this.#token.kind !== "close") throw new RegexError(REASONS.unmatchedGroup);
    if (index <= 9) this.#completed.add(index);
    this.#next();
    return { kind: "group", index, body };
  }

  /** An operator with nothing before it. */
  #strayOperator(depth: number): RegexNode {
    const { extended, lenient } = this.#dialect;
    const { kind } = this.#token;
    if (kind === "close" && !extended) throw new RegexError(REASONS.unmatchedGroup);
    if (kind !== "close") {
      if (kind === "brace" && !extended && !lenient) throw new RegexError(REASONS.badRepeat);
      if (extended && !lenient) throw new RegexError(REASONS.badRepeat);
      if (extended) {
        this.#next();
        return this.#token.kind === "end" || this.#token.kind === "or" ? EMPTY : this.#repeated(depth);
      }
    }
    const char = this.#pattern[this.#at - 1] ?? "";
    this.#next();
    return this.#byte(char.charCodeAt(0));
  }

  /** Applies the repetition operator at hand; `undefined` if it turns out to be an ordinary `{`. */
  #repeat(node: RegexNode): RegexNode | undefined {
    const { kind } = this.#token;
    if (kind !== "brace") {
      this.#next();
      return this.#times(node, kind === "plus" ? 1 : 0, kind === "question" ? 1 : INFINITE);
    }
    const braceAt = this.#tokenStart;
    const bounds = this.#interval();
    if (bounds === undefined) {
      this.#at = braceAt + (this.#dialect.extended ? 1 : 2);
      this.#token = { kind: "literal", byte: 0x7b };
      return undefined;
    }
    this.#next();
    return this.#times(node, bounds[0], bounds[1]);
  }

  /** Reads `m,n}` behind an opening brace; `undefined` if it is malformed and that is allowed. */
  #interval(): readonly [number, number] | undefined {
    const close = this.#dialect.extended ? "}" : "\\}";
    const { text, stop } = this.#intervalText(close);
    const match = /^([0-9]*)(,?)([0-9]*)$/.exec(text);
    if (match === null || stop === "end") {
      // Unlike for egrep, for grep it is an error.
      if (this.#dialect.lenient && this.#dialect.extended) return undefined;
      throw new RegexError(stop === "end" ? REASONS.unmatchedBrace : REASONS.badInterval);
    }
    const [, low = "", comma = "", high = ""] = match;
    if (low === "" && comma === "") throw new RegexError(REASONS.badInterval);
    const from = low === "" ? 0 : Number(low);
    const to = comma === "" ? from : high === "" ? INFINITE : Number(high);
    if (to !== INFINITE && from > to) throw new RegexError(REASONS.badInterval);
    if (Math.max(from, to) > REPEAT_MAX) throw new RegexError(REASONS.tooBig);
    return [from, to];
  }

  #intervalText(close: string): { readonly text: string; readonly stop: "close" | "end" } {
    const end = this.#pattern.indexOf(close, this.#at);
    if (end < 0) return { text: this.#pattern.slice(this.#at), stop: "end" };
    const text = this.#pattern.slice(this.#at, end);
    this.#at = end + close.length;
    return { text, stop: "close" };
  }

  #times(node: RegexNode, from: number, to: number): RegexNode {
    if (to === 0) return EMPTY;
    if (node.kind === "empty") return node;
    if (Math.max(from, to) * size(node) > NODES_MAX) throw new RegexError(REASONS.tooBig);
    const items: RegexNode[] = new Array<RegexNode>(from).fill(node);
    if (to === INFINITE) items.push({ kind: "star", body: node });
    else if (to > from) {
      let optional: RegexNode = { kind: "alternatives", items: [node, EMPTY] };
      for (let i = from + 1; i < to; i++) {
        optional = { kind: "alternatives", items: [{ kind: "sequence", items: [optional, node] }, EMPTY] };
      }
      items.push(optional);
    }
    return items.length === 1 && items[0] !== undefined ? items[0] : { kind: "sequence", items };
  }
}

/** How many nodes a subtree has. */
function size(node: RegexNode): number {
  switch (node.kind) {
    case "group":
    case "star":
      return 1 + size(node.body);
    case "sequence":
    case "alternatives":
      return node.items.reduce((sum, item) => sum + size(item), 1);
    default:
      return 1;
  }
}
