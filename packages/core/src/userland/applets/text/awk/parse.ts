/** Reads awk programs: rules, functions and statements. @see awk(1p) */
import { type AwkFunction, type AwkProgram, listOf, type Redirection, type Rule, type Statement } from "./ast.ts";
import type { Cell } from "./cell.ts";
import { AwkError, UNEXPECTED_TOKEN } from "./lexer.ts";
import { ExpressionParser, type Names } from "./parse-expression.ts";
import { TokenStream } from "./token-stream.ts";

const PRINTED: Statement = { kind: "print", line: 1, arguments: [], redirection: undefined, target: undefined };

export class ProgramParser implements Names {
  readonly #variables: (name: string) => Cell;
  readonly #begin: Rule[] = [];
  readonly #rules: Rule[] = [];
  readonly #end: Rule[] = [];
  readonly #functions = new Map<string, AwkFunction>();
  #parameters = new Map<string, number>();
  #tokens = new TokenStream("");
  #expressions = new ExpressionParser(this.#tokens, this);
  #source = "";
  #loops = 0;

  constructor(variables: (name: string) => Cell) {
    this.#variables = variables;
  }

  get program(): AwkProgram {
    return { begin: this.#begin, rules: this.#rules, end: this.#end, functions: this.#functions };
  }

  /** Adds a program text; `source` is its name in messages. @throws AwkError, BadRegex */
  add(text: string, source: string): void {
    this.#source = source;
    this.#tokens = new TokenStream(text);
    this.#expressions = new ExpressionParser(this.#tokens, this);
    for (;;) {
      const token = this.#tokens.peek({ regex: true });
      if (token.kind === "end") return;
      if (token.kind === "newline") {
        this.#tokens.take();
        continue;
      }
      this.#item();
      if (this.#tokens.is(";")) this.#tokens.take();
    }
  }

  variable(name: string): Cell {
    return this.#variables(name);
  }

  parameter(name: string): number | undefined {
    return this.#parameters.get(name);
  }

  function(name: string): AwkFunction {
    let known = this.#functions.get(name);
    if (known === undefined) {
      known = { name, parameters: 0, body: undefined, source: this.#source };
      this.#functions.set(name, known);
    }
    return known;
  }

  #item(): void {
    const { kind, text } = this.#tokens.peek({ regex: true });
    if (kind === "word" && (text === "BEGIN" || text === "END")) {
      this.#tokens.take();
      const rules = text === "BEGIN" ? this.#begin : this.#end;
      rules.push({ pattern: undefined, action: this.#block(), source: this.#source });
    } else if (kind === "word" && (text === "func" || text === "function")) this.#function();
    else if (kind === "operator" && text === "{") {
      this.#rules.push({ pattern: undefined, action: this.#block(), source: this.#source });
    } else {
      const pattern = this.#expressions.optional();
      if (pattern === undefined) this.#tokens.fail();
      const next = this.#tokens.peek();
      let action: Statement = PRINTED;
      if (next.text === "{") action = this.#block();
      else if (next.text !== ";" && next.kind !== "newline" && next.kind !== "end") this.#tokens.fail();
      this.#rules.push({ pattern, action, source: this.#source });
    }
  }

  #function(): void {
    this.#tokens.take();
    const { kind, text, line } = this.#tokens.peek({ declaration: true });
    if (kind !== "function") this.#tokens.fail();
    this.#tokens.take();
    const declared = this.function(text);
    if (declared.body !== undefined) throw new AwkError("Duplicate function", line);
    declared.body = { kind: "block", line, body: [] };
    declared.source = this.#source;
    this.#parameters = new Map();
    this.#tokens.expect("(");
    for (let more = !this.#tokens.is(")"); more; more = this.#tokens.is(",")) {
      if (this.#parameters.size > 0) this.#tokens.take();
      const parameter = this.#tokens.peek();
      if (parameter.kind !== "variable") this.#tokens.fail();
      this.#tokens.take();
      this.#parameters.set(parameter.text, this.#parameters.size);
    }
    this.#tokens.expect(")");
    declared.parameters = this.#parameters.size;
    while (this.#tokens.peek().kind === "newline") this.#tokens.take();
    declared.body = this.#block();
    this.#parameters = new Map();
  }

  #block(): Statement {
    const { line } = this.#tokens.peek();
    this.#tokens.expect("{");
    const body: Statement[] = [];
    while (!this.#tokens.is("}", { regex: true })) {
      if (this.#tokens.peek({ regex: true }).kind === "newline") this.#tokens.take();
      else body.push(this.#statement());
    }
    this.#tokens.take();
    return { kind: "block", line, body };
  }

  #statement(): Statement {
    while (this.#tokens.peek({ regex: true }).kind === "newline") this.#tokens.take();
    const { kind, text, line } = this.#tokens.peek({ regex: true });
    if (kind === "operator" && text === "{") return this.#block();
    if (kind !== "word" || text === "getline") {
      const expression = this.#expressions.optional();
      if (expression === undefined && text !== ";") this.#tokens.fail();
      this.#terminate();
      return { kind: "expression", line, expression };
    }
    if (["else", "in", "BEGIN", "END", "func", "function"].includes(text)) this.#tokens.fail();
    this.#tokens.take();
    return this.#worded(text, line);
  }

  #worded(word: string, line: number): Statement {
    switch (word) {
      case "if":
        return this.#if(line);
      case "while": {
        const condition = this.#condition();
        return { kind: "while", line, condition, body: this.#loopBody() };
      }
      case "do": {
        const body = this.#loopBody();
        this.#tokens.expect("while");
        return { kind: "do", line, condition: this.#condition(), body };
      }
      case "for":
        return this.#for(line);
      case "print":
      case "printf":
        return this.#print(word, line);
      case "break":
      case "continue":
        if (this.#loops === 0) throw new AwkError(`'${word}' not in a loop`, line);
        this.#simple();
        return { kind: word, line };
      case "next":
      case "nextfile":
        this.#simple();
        return { kind: word, line };
      case "delete": {
        const target = this.#simple();
        if (target === undefined) throw new AwkError("Too few arguments", line);
        return { kind: "delete", line, target };
      }
      default:
        return { kind: word === "exit" ? "exit" : "return", line, value: this.#simple() };
    }
  }

  /** An expression that may be missing, and the end of the statement. */
  #simple() {
    const expression = this.#expressions.optional();
    this.#terminate();
    return expression;
  }

  /** A statement ends with `;` or a newline, or before `}`. */
  #terminate(): void {
    const { kind, text } = this.#tokens.peek();
    if (kind === "newline" || text === ";") this.#tokens.take();
    else if (text !== "}" || kind !== "operator") this.#tokens.fail();
  }

  #condition() {
    return this.#expressions.parenthesized() ?? { kind: "constant" as const, line: this.#tokens.last.line, value: "" };
  }

  #loopBody(): Statement {
    this.#loops++;
    const body = this.#statement();
    this.#loops--;
    return body;
  }

  #if(line: number): Statement {
    const condition = this.#condition();
    const yes = this.#statement();
    const no = this.#tokens.accept("else") ? this.#statement() : undefined;
    return { kind: "if", line, condition, yes, no };
  }

  #for(line: number): Statement {
    this.#tokens.expect("(");
    const start = this.#expressions.optional();
    if (this.#tokens.accept(")")) {
      if (start?.kind !== "in") throw new AwkError(UNEXPECTED_TOKEN, line);
      return { kind: "for-in", line, target: start.key, array: start.array, body: this.#loopBody() };
    }
    this.#tokens.expect(";");
    const condition = this.#expressions.optional();
    this.#tokens.expect(";");
    const step = this.#expressions.optional();
    this.#tokens.expect(")");
    return { kind: "for", line, start, condition, step, body: this.#loopBody() };
  }

  #redirection(): Redirection | undefined {
    const { text } = this.#tokens.peek({ redirection: true });
    if (text !== ">" && text !== ">>" && text !== "|") return undefined;
    this.#tokens.take();
    return text;
  }

  #print(kind: "print" | "printf", line: number): Statement {
    const printed = listOf(this.#expressions.optional({ redirects: true }));
    const redirection = this.#redirection();
    const target = redirection === undefined ? undefined : this.#expressions.optional();
    this.#terminate();
    // As in busybox, what is redirected to nothing goes to standard output.
    return { kind, line, arguments: printed, redirection: target === undefined ? undefined : redirection, target };
  }
}
