/** Parses a Go template. Model: text/template/parse parse.go, whose error texts these are. */
import { quote, readOr } from "../../../lib/go/index.ts";
import { ValueError } from "../problem.ts";
import { characterNode, numberNode, unquote } from "./literal.ts";
import {
  type BranchNode,
  type CommandNode,
  nodeText,
  type Operand,
  type Pipeline,
  type TemplateNode,
  type VariableNode,
} from "./node.ts";
import { Lexer, type Token, type TokenKind, tokenText } from "./token.ts";

/** A template and those that it defines with `define` and `block`. */
export interface ParsedTemplate {
  readonly name: string;
  readonly text: string;
  readonly root: readonly TemplateNode[];
  readonly defined: ReadonlyMap<string, readonly TemplateNode[]>;
}

/**
 * Parses `text`; `functions` are the names that it may call.
 *
 * @throws ValueError `template: NAME:LINE: …`
 */
export function parseTemplate(name: string, text: string, functions: ReadonlySet<string>): ParsedTemplate {
  return new Parser(name, text, functions).parse();
}

/** What ended a list of nodes. */
interface Closer {
  readonly kind: "end" | "else";
  readonly at: number;
}

function isCloser(node: TemplateNode | Closer): node is Closer {
  return node.kind === "end" || node.kind === "else";
}

const OPERANDS: ReadonlySet<TokenKind> = new Set<TokenKind>([
  "bool",
  "character",
  "field",
  "identifier",
  "number",
  "raw-string",
  "string",
  "variable",
  "left-paren",
]);
const MAX_DEPTH = 10_000;

class Parser {
  readonly #name: string;
  readonly #text: string;
  readonly #functions: ReadonlySet<string>;
  readonly #lexer: Lexer;
  readonly #defined = new Map<string, readonly TemplateNode[]>();
  /** Tokens that were put back, the next one last. */
  readonly #ahead: Token[] = [];
  /** The token that the lexer gave last: its line is the one that errors name. */
  #latest: Token;
  #variables = ["$"];
  #actionLine = 0;
  #ranges = 0;
  #parens = 0;

  constructor(name: string, text: string, functions: ReadonlySet<string>) {
    this.#name = name;
    this.#text = text;
    this.#functions = functions;
    this.#lexer = new Lexer(text);
    this.#latest = { kind: "end-of-text", text: "", at: 0, line: 1 };
  }

  parse(): ParsedTemplate {
    const root: TemplateNode[] = [];
    while (this.#peek().kind !== "end-of-text") {
      if (this.#peek().kind === "left-delimiter") {
        const delimiter = this.#next();
        const word = this.#nextWord();
        if (word.kind === "keyword" && word.text === "define") {
          this.#define();
          continue;
        }
        this.#ahead.push(word, delimiter);
      }
      const node = this.#node();
      if (isCloser(node)) this.#fail(`unexpected {{${node.kind}}}`);
      else root.push(node);
    }
    return { name: this.#name, text: this.#text, root, defined: this.#defined };
  }

  #define(): void {
    const token = this.#nextWord();
    const name = this.#templateName(token, "define clause");
    this.#expectRight("define clause");
    this.#body(name, "define clause");
  }

  /** The nodes of a template defined inside this one. */
  #body(name: string, context: string): void {
    const [outer, ranges] = [this.#variables, this.#ranges];
    this.#variables = ["$"];
    this.#ranges = 0;
    const [nodes, closer] = this.#list();
    if (closer.kind !== "end") this.#fail(`unexpected {{else}} in ${context}`);
    [this.#variables, this.#ranges] = [outer, ranges];
    const before = this.#defined.get(name);
    if (before !== undefined && !isEmpty(before) && !isEmpty(nodes))
      this.#fail(`template: multiple definition of template ${quote(name)}`);
    if (before === undefined || isEmpty(before)) this.#defined.set(name, nodes);
  }

  #list(): readonly [nodes: TemplateNode[], closer: Closer] {
    const nodes: TemplateNode[] = [];
    while (this.#peekWord().kind !== "end-of-text") {
      const node = this.#node();
      if (isCloser(node)) return [nodes, node];
      nodes.push(node);
    }
    return this.#fail("unexpected EOF");
  }

  #node(): TemplateNode | Closer {
    const token = this.#nextWord();
    if (token.kind === "text") return { kind: "text", at: token.at, text: token.text };
    if (token.kind !== "left-delimiter") this.#unexpected(token, "input");
    this.#actionLine = token.line;
    const node = this.#action();
    this.#actionLine = 0;
    return node;
  }

  #action(): TemplateNode | Closer {
    const token = this.#nextWord();
    const word = token.kind === "keyword" ? token.text : "";
    switch (word) {
      case "break":
      case "continue":
        return this.#jump(word, token);
      case "else":
        return this.#else();
      case "end":
        return { kind: "end", at: this.#expectRight("end").at };
      case "if":
      case "with":
      case "range":
        return this.#branch(word);
      case "template":
        return this.#call();
      case "block":
        return this.#block();
      default: {
        this.#ahead.push(token);
        return { kind: "action", at: this.#peek().at, pipeline: this.#pipeline("command", "right-delimiter") };
      }
    }
  }

  #jump(word: "break" | "continue", { at }: Token): TemplateNode {
    const token = this.#nextWord();
    if (token.kind !== "right-delimiter") this.#unexpected(token, `{{${word}}}`);
    if (this.#ranges === 0) this.#fail(`{{${word}}} outside {{range}}`);
    return { kind: word, at };
  }

  #else(): Closer {
    const token = this.#peekWord();
    if (token.kind === "keyword" && (token.text === "if" || token.text === "with"))
      return { kind: "else", at: token.at };
    return { kind: "else", at: this.#expectRight("else").at };
  }

  #branch(word: "if" | "with" | "range"): BranchNode {
    const scope = this.#variables.length;
    const pipeline = this.#pipeline(word, "right-delimiter");
    if (word === "range") this.#ranges++;
    const [body, closer] = this.#list();
    if (word === "range") this.#ranges--;
    let otherwise: readonly TemplateNode[] | undefined;
    if (closer.kind === "else") {
      const next = this.#peek();
      if (next.kind === "keyword" && next.text === word && word !== "range") {
        this.#next();
        otherwise = [this.#branch(word)];
      } else {
        const [nodes, end] = this.#list();
        if (end.kind !== "end") this.#fail("expected end; found {{else}}");
        otherwise = nodes;
      }
    }
    this.#variables.length = scope;
    return { kind: word, at: pipeline.at, pipeline, body, otherwise };
  }

  #call(): TemplateNode {
    const token = this.#nextWord();
    const name = this.#templateName(token, "template clause");
    const next = this.#nextWord();
    if (next.kind === "right-delimiter") return { kind: "template", at: token.at, name, pipeline: undefined };
    this.#ahead.push(next);
    const pipeline = this.#pipeline("template clause", "right-delimiter");
    return { kind: "template", at: token.at, name, pipeline };
  }

  #block(): TemplateNode {
    const token = this.#nextWord();
    const name = this.#templateName(token, "block clause");
    const pipeline = this.#pipeline("block clause", "right-delimiter");
    this.#body(name, "block clause");
    return { kind: "template", at: token.at, name, pipeline };
  }

  #templateName(token: Token, context: string): string {
    if (token.kind !== "string" && token.kind !== "raw-string") this.#unexpected(token, context);
    return this.#orFail(() => unquote(token.text));
  }

  #pipeline(context: string, end: TokenKind): Pipeline {
    const { at } = this.#peekWord();
    const [variables, assigns] = this.#declarations(context);
    const commands: CommandNode[] = [];
    for (let token = this.#nextWord(); token.kind !== end; token = this.#nextWord()) {
      const isOperand =
        OPERANDS.has(token.kind) || (token.kind === "keyword" && (token.text === "." || token.text === "nil"));
      if (!isOperand) this.#unexpected(token, context);
      this.#ahead.push(token);
      commands.push(this.#command());
    }
    if (commands.length === 0) this.#fail(`missing value for ${context}`);
    for (const [stage, { words }] of commands.entries())
      if (stage > 0 && ["bool", "dot", "nil", "number", "string"].includes(words[0].kind))
        this.#fail(`non executable command in pipeline stage ${stage + 1}`);
    return { kind: "pipeline", at, variables, assigns, commands };
  }

  /** `$x :=`, `$x =`, and in a range `$i, $x :=`. */
  #declarations(context: string): readonly [variables: VariableNode[], assigns: boolean] {
    const variables: VariableNode[] = [];
    for (;;) {
      const variable = this.#peekWord();
      if (variable.kind !== "variable") return [variables, false];
      this.#next();
      const after = this.#next();
      const next = after.kind === "space" ? this.#nextWord() : after;
      const comma = next.kind === "other" && next.text === ",";
      if (next.kind !== "assign" && next.kind !== "declare" && !comma) {
        this.#ahead.push(next, ...(after === next ? [] : [after]), variable);
        return [variables, false];
      }
      variables.push({ kind: "variable", at: variable.at, path: [variable.text] });
      this.#variables.push(variable.text);
      if (!comma) return [variables, next.kind === "assign"];
      if (context !== "range" || variables.length > 1) this.#fail(`too many declarations in ${context}`);
      if (!["variable", "right-delimiter", "right-paren"].includes(this.#peekWord().kind))
        this.#fail("range can only initialize variables");
    }
  }

  #command(): CommandNode {
    const words: Operand[] = [];
    const { at } = this.#peekWord();
    for (;;) {
      this.#peekWord();
      const operand = this.#operand();
      if (operand !== undefined) words.push(operand);
      const token = this.#next();
      if (token.kind === "space") continue;
      if (token.kind === "right-delimiter" || token.kind === "right-paren") this.#ahead.push(token);
      else if (token.kind !== "pipe") this.#unexpected(token, "operand");
      break;
    }
    const [first, ...rest] = words;
    if (first === undefined) return this.#fail("empty command");
    return { kind: "command", at, words: [first, ...rest] };
  }

  /** A term with the fields that follow it. */
  #operand(): Operand | undefined {
    const base = this.#term();
    if (base === undefined || this.#peek().kind !== "field") return base;
    const { at } = this.#peek();
    const path: string[] = [];
    while (this.#peek().kind === "field") path.push(this.#next().text.slice(1));
    if (base.kind === "field") return { ...base, at, path: [...base.path, ...path] };
    if (base.kind === "variable") return { ...base, at, path: [...base.path, ...path] };
    if (["bool", "string", "number", "nil", "dot"].includes(base.kind))
      this.#fail(`unexpected . after term ${quote(nodeText(base))}`);
    return { kind: "chain", at, base, path };
  }

  #term(): Operand | undefined {
    const token = this.#nextWord();
    const { at, text } = token;
    switch (token.kind) {
      case "identifier":
        if (!this.#functions.has(text)) this.#fail(`function ${quote(text)} not defined`);
        return { kind: "function", at, name: text };
      case "variable":
        if (!this.#variables.includes(text)) this.#fail(`undefined variable ${quote(text)}`);
        return { kind: "variable", at, path: [text] };
      case "field":
        return { kind: "field", at, path: [text.slice(1)] };
      case "bool":
        return { kind: "bool", at, value: text === "true" };
      case "number":
        return this.#orFail(() => numberNode(text, at));
      case "character":
        return this.#orFail(() => characterNode(text, at));
      case "string":
      case "raw-string":
        return { kind: "string", at, quoted: text, value: this.#orFail(() => unquote(text)) };
      case "left-paren":
        return this.#parenthesized();
      case "keyword":
        if (text === ".") return { kind: "dot", at };
        if (text === "nil") return { kind: "nil", at };
    }
    this.#ahead.push(token);
    return undefined;
  }

  #parenthesized(): Pipeline {
    if (this.#parens >= MAX_DEPTH) this.#fail("max expression depth exceeded");
    this.#parens++;
    const pipeline = this.#pipeline("parenthesized pipeline", "right-paren");
    this.#parens--;
    return pipeline;
  }

  #next(): Token {
    const back = this.#ahead.pop();
    if (back !== undefined) return back;
    this.#latest = this.#lexer.next();
    return this.#latest;
  }

  #peek(): Token {
    const token = this.#next();
    this.#ahead.push(token);
    return token;
  }

  #nextWord(): Token {
    let token = this.#next();
    while (token.kind === "space") token = this.#next();
    return token;
  }

  #peekWord(): Token {
    const token = this.#nextWord();
    this.#ahead.push(token);
    return token;
  }

  #expectRight(context: string): Token {
    const token = this.#nextWord();
    if (token.kind !== "right-delimiter") this.#unexpected(token, context);
    return token;
  }

  #orFail<T>(read: () => T): T {
    return readOr(read, ({ message }) => this.#fail(message));
  }

  #unexpected(token: Token, context: string): never {
    if (token.kind !== "error") return this.#fail(`unexpected ${tokenText(token)} in ${context}`);
    const elsewhere = this.#actionLine !== 0 && this.#actionLine !== token.line;
    const action = token.text.endsWith(" action") ? "" : " in action";
    return this.#fail(token.text + (elsewhere ? `${action} started at ${this.#name}:${this.#actionLine}` : ""));
  }

  #fail(message: string): never {
    throw new ValueError(`template: ${this.#name}:${this.#latest.line}: ${message}`);
  }
}

function isEmpty(nodes: readonly TemplateNode[]): boolean {
  return nodes.every((node) => node.kind === "text" && node.text.trim() === "");
}
