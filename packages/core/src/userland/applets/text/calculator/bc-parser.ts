/**
 * Reads bc programs. A line is read as a whole, with as many lines more as its braces need.
 *
 * Assignments bind closer than comparisons, and a sign closer than a power, as bc has it.
 */
import type { Argument, Definition, Expression, Place, Statement, Variable } from "./bc-ast.ts";
import { lex, type Remark, type Token } from "./bc-lexer.ts";
import { CalculatorError } from "./decimal.ts";

const END: Token = { kind: "end", text: "", at: Infinity };
const RELATIONS: ReadonlySet<string> = new Set(["==", "<=", ">=", "!=", "<", ">"]);
const ASSIGNMENTS: ReadonlySet<string> = new Set(["=", "+=", "-=", "*=", "/=", "%=", "^="]);
const PARAMETERS: ReadonlySet<string> = new Set(["ibase", "obase", "scale", "last"]);

type Misfit = "expression" | "statement terminator" | "token" | "function definition";

export class Parser {
  readonly #source: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  readonly #remark: Remark;
  /** How many comparisons have been read. */
  #comparisons = 0;
  /** How many loops, and whether a function, are around what is read. */
  #loops = 0;
  #inFunction = false;

  /** @throws CalculatorError */
  constructor(source: string, remark: Remark = () => undefined) {
    this.#source = source;
    this.#remark = remark;
    this.#tokens = lex(source, remark);
  }

  /** The statements of the next line; `undefined` at the end. @throws CalculatorError */
  line(): Statement[] | undefined {
    if (this.#token.kind === "end") return undefined;
    const statements: Statement[] = [];
    while (!["newline", "end"].includes(this.#token.kind)) {
      if (this.#take(";")) continue;
      const statement: Statement = this.#isWord("define")
        ? { kind: "define", definition: this.#definition() }
        : this.#statement();
      statements.push(statement);
      if (statement.kind === "quit") this.#skipLine();
      this.#expectEnd(statement);
    }
    this.#at++;
    return statements;
  }

  get #token(): Token {
    return this.#tokens[this.#at] ?? END;
  }

  #fail(what: Misfit = "expression"): never {
    const { kind } = this.#token;
    return this.#complain(`bad ${kind === "keyword" && what === "expression" ? "token" : what}`);
  }

  #complain(message: string): never {
    const rest = this.#source.slice(this.#token.at).split("\n", 1)[0] ?? "";
    throw new CalculatorError(`${message} at '${rest}'`);
  }

  /** What comes behind a statement separates it from the next. An operand that does not is taken for a part of it. */
  #expectEnd(statement: Statement): void {
    if (this.#isEnd()) return;
    const isOperator = this.#token.kind === "operator" && this.#token.text !== "(";
    this.#fail(endsInExpression(statement) && !isOperator ? "expression" : "statement terminator");
  }

  #skipLine(): void {
    while (this.#token.kind !== "newline" && this.#token.kind !== "end") this.#at++;
  }

  #take(operator: string): boolean {
    const found = this.#token.kind === "operator" && this.#token.text === operator;
    if (found) this.#at++;
    return found;
  }

  #expect(operator: string): void {
    if (!this.#take(operator)) this.#fail();
  }

  #isWord(word: string): boolean {
    return this.#token.kind === "keyword" && this.#token.text === word;
  }

  #takeWord(word: string): boolean {
    const found = this.#isWord(word);
    if (found) this.#at++;
    return found;
  }

  #isEnd(): boolean {
    const { kind, text } = this.#token;
    return kind === "newline" || kind === "end" || (kind === "operator" && (text === ";" || text === "}"));
  }

  #skipNewlines(): void {
    while (this.#token.kind === "newline") this.#at++;
  }

  #name(): string {
    if (this.#token.kind !== "name") this.#fail();
    const { text } = this.#token;
    this.#at++;
    return text;
  }

  #block(): Statement[] {
    const body: Statement[] = [];
    for (;;) {
      while (this.#token.kind === "newline" || this.#take(";")) if (this.#token.kind === "newline") this.#at++;
      if (this.#take("}")) return body;
      if (this.#token.kind === "end") this.#fail("token");
      const statement = this.#statement();
      body.push(statement);
      this.#expectEnd(statement);
    }
  }

  #statement(): Statement {
    const { kind, text } = this.#token;
    if (this.#take("{")) return { kind: "block", body: this.#block() };
    if (kind === "operator" && (text === "}" || text === ")")) this.#fail("token");
    if (kind === "string") {
      this.#at++;
      return { kind: "string", text };
    }
    if (kind === "keyword") {
      const statement = this.#keywordStatement(text);
      if (statement !== undefined) return statement;
    }
    const before = this.#comparisons;
    const value = this.#expression();
    if (this.#comparisons > before) this.#remark("POSIX does not allow comparison operators outside if or loops");
    return { kind: "expression", value };
  }

  #keywordStatement(word: string): Statement | undefined {
    switch (word) {
      case "break":
      case "continue":
        if (this.#loops === 0) this.#fail();
        this.#at++;
        return { kind: word };
      case "quit":
      case "halt":
      case "limits":
        this.#at++;
        return { kind: word };
      case "print":
        this.#at++;
        return this.#print();
      case "return": {
        if (!this.#inFunction) throw new CalculatorError("'return' not in a function");
        this.#at++;
        if (this.#isEnd()) return { kind: "return", value: undefined };
        const isBare = this.#token.kind !== "operator" || this.#token.text !== "(";
        const value = this.#expression();
        if (isBare) this.#remark("POSIX requires parentheses around return expressions");
        return { kind: "return", value };
      }
      case "if":
        this.#at++;
        return this.#if();
      case "while": {
        this.#at++;
        const test = this.#parenthesized();
        return { kind: "while", test, body: this.#loopBody() };
      }
      case "for":
        this.#at++;
        return this.#for();
      default:
        return undefined;
    }
  }

  #body(): Statement {
    this.#skipNewlines();
    return this.#statement();
  }

  #loopBody(): Statement {
    this.#loops++;
    const body = this.#body();
    this.#loops--;
    return body;
  }

  #parenthesized(): Expression {
    if (!this.#take("(")) this.#fail("token");
    const inner = this.#condition();
    this.#expect(")");
    return inner;
  }

  #condition(): Expression {
    const before = this.#comparisons;
    const condition = this.#expression();
    if (this.#comparisons > before + 1) this.#remark("POSIX requires exactly one comparison operator per condition");
    return condition;
  }

  #print(): Statement {
    const items: (Expression | { readonly kind: "string"; readonly text: string })[] = [];
    do {
      const { kind, text } = this.#token;
      if (kind === "string") {
        this.#at++;
        items.push({ kind: "string", text });
      } else items.push(this.#expression());
    } while (this.#take(","));
    return { kind: "print", items };
  }

  #if(): Statement {
    const test = this.#parenthesized();
    const then = this.#body();
    // An `else` may stand behind the newline that ends the first part.
    const mark = this.#at;
    while (this.#token.kind === "newline" || (this.#token.text === ";" && this.#token.kind === "operator")) this.#at++;
    if (this.#takeWord("else")) return { kind: "if", test, then, otherwise: this.#body() };
    this.#at = mark;
    return { kind: "if", test, then, otherwise: undefined };
  }

  #for(): Statement {
    const part = (what: string, end: string): Expression | undefined => {
      if (this.#take(end)) {
        this.#remark(`POSIX does not allow an empty ${what} expression in 'for()'`);
        return undefined;
      }
      const value = what === "condition" ? this.#condition() : this.#expression();
      this.#expect(end);
      return value;
    };
    this.#expect("(");
    const first = part("init", ";");
    const test = part("condition", ";");
    const next = part("update", ")");
    return { kind: "for", first, test, next, body: this.#loopBody() };
  }

  #definition(): Definition {
    this.#at++;
    // A function may be called `void` itself.
    const isVoid = this.#token.text === "void" && this.#tokens[this.#at + 1]?.kind === "name";
    if (isVoid) this.#at++;
    if (this.#token.kind !== "name") this.#fail("function definition");
    const name = this.#name();
    if (!this.#take("(")) this.#fail("function definition");
    const parameters = this.#variables(")");
    if (!this.#take(")")) this.#fail("function definition");
    if (this.#tokens[this.#at]?.kind === "newline") {
      this.#remark("POSIX requires the left brace be on the same line as the function header");
    }
    this.#skipNewlines();
    this.#expect("{");
    this.#skipNewlines();
    let locals: Variable[] = [];
    if (this.#takeWord("auto")) locals = this.#variables(";", parameters);
    this.#inFunction = true;
    const body = this.#block();
    this.#inFunction = false;
    return { name, isVoid, parameters, locals, body };
  }

  #variables(end: string, others: readonly Variable[] = []): Variable[] {
    const variables: Variable[] = [];
    if (this.#token.kind === "operator" && this.#token.text === end) return variables;
    do {
      const isReference = this.#take("*");
      const name = this.#name();
      const isArray = this.#take("[");
      if (isArray) this.#expect("]");
      else if (isReference) this.#complain("vars can't be references");
      if ([...others, ...variables].some((one) => one.name === name && one.isArray === isArray)) {
        throw new CalculatorError("duplicate function parameter or auto name");
      }
      variables.push({ name, isArray, isReference });
    } while (this.#take(","));
    return variables;
  }

  #expression(): Expression {
    return this.#binary(0);
  }

  /** By precedence, the loosest first. */
  #binary(level: number): Expression {
    if (level === 1) return this.#relation();
    if (level === 4) return this.#powerOf();
    const operators = level === 0 ? ["&&", "||"] : level === 2 ? ["+", "-"] : ["*", "/", "%"];
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = operators.find((text) => this.#take(text));
      if (operator === undefined) return left;
      left = { kind: "binary", operator, left, right: this.#binary(level + 1) };
    }
  }

  #relation(): Expression {
    let left = this.#assignment();
    while (this.#token.kind === "operator" && RELATIONS.has(this.#token.text)) {
      const operator = this.#token.text;
      this.#at++;
      this.#comparisons++;
      left = { kind: "binary", operator, left, right: this.#assignment() };
    }
    return left;
  }

  #assignment(): Expression {
    const left = this.#binary(2);
    const { kind, text } = this.#token;
    if (kind !== "operator" || !ASSIGNMENTS.has(text)) return left;
    if (left.kind !== "place") this.#complain("bad assignment: left side must be variable or array element");
    this.#at++;
    return { kind: "assign", place: left.place, operator: text.slice(0, -1), value: this.#assignment() };
  }

  #powerOf(): Expression {
    const left = this.#unary();
    if (!this.#take("^")) return left;
    return { kind: "binary", operator: "^", left, right: this.#powerOf() };
  }

  #unary(): Expression {
    if (this.#take("-")) return { kind: "unary", operator: "-", operand: this.#unary() };
    if (this.#take("!")) return { kind: "unary", operator: "!", operand: this.#unary() };
    for (const operator of ["+", "-"] as const) {
      if (!this.#take(operator + operator)) continue;
      const operand = this.#primary();
      if (operand.kind !== "place") this.#fail();
      return { kind: "step", place: operand.place, operator, before: true };
    }
    const operand = this.#primary();
    for (const operator of ["+", "-"] as const) {
      if (operand.kind === "place" && this.#take(operator + operator)) {
        return { kind: "step", place: operand.place, operator, before: false };
      }
    }
    return operand;
  }

  #primary(): Expression {
    const { kind, text } = this.#token;
    if (kind === "number") {
      this.#at++;
      return { kind: "number", text };
    }
    if (this.#take("(")) {
      const inner = this.#expression();
      this.#expect(")");
      return { kind: "group", inner };
    }
    if (kind === "keyword") return this.#keyword(text);
    return this.#named(this.#name());
  }

  #keyword(word: string): Expression {
    const next = this.#tokens[this.#at + 1]?.text;
    if (word === "length" && this.#isWholeArray(this.#at + 2)) {
      this.#at++;
      this.#expect("(");
      const name = this.#wholeArray();
      this.#expect(")");
      return { kind: "array-length", name };
    }
    if (word === "length" || word === "sqrt" || (word === "scale" && next === "(")) {
      this.#at++;
      return { kind: "function", name: word, argument: this.#parenthesized() };
    }
    if (word === "read") {
      this.#at++;
      this.#expect("(");
      if (!this.#take(")")) this.#fail("token");
      return { kind: "function", name: "read", argument: { kind: "number", text: "0" } };
    }
    if (!PARAMETERS.has(word)) this.#fail();
    this.#at++;
    return { kind: "place", place: { kind: "parameter", name: word as "ibase" | "obase" | "scale" | "last" } };
  }

  #named(name: string): Expression {
    if (this.#take("[")) {
      const place: Place = { kind: "element", name, index: this.#expression() };
      this.#expect("]");
      return { kind: "place", place };
    }
    if (!this.#take("(")) return { kind: "place", place: { kind: "variable", name } };
    const args: Argument[] = [];
    if (!this.#take(")")) {
      do args.push(this.#argument());
      while (this.#take(","));
      this.#expect(")");
    }
    return { kind: "call", name, args };
  }

  #argument(): Argument {
    return this.#isWholeArray(this.#at) ? { kind: "array", name: this.#wholeArray() } : this.#expression();
  }

  /** Whether `a[]` begins at that token. */
  #isWholeArray(at: number): boolean {
    const [name, open, close] = this.#tokens.slice(at, at + 3);
    return name?.kind === "name" && open?.text === "[" && close?.text === "]";
  }

  #wholeArray(): string {
    const name = this.#name();
    this.#at += 2;
    return name;
  }
}

function endsInExpression(statement: Statement): boolean {
  switch (statement.kind) {
    case "expression":
      return true;
    case "return":
      return statement.value !== undefined;
    case "print": {
      const last = statement.items.at(-1);
      return last !== undefined && last.kind !== "string";
    }
    case "if":
      return endsInExpression(statement.otherwise ?? statement.then);
    case "while":
    case "for":
      return endsInExpression(statement.body);
    default:
      return false;
  }
}
