/** Runs a parsed template over a value. Model: text/template exec.go, whose error texts these are. */

import { quote } from "../../../lib/go/index.ts";
import { byteLength } from "../../../lib/index.ts";
import { ValueError } from "../problem.ts";
import { isTrue, RAW, type TemplateFunction } from "./functions.ts";
import {
  type AnyNode,
  type BranchNode,
  type CallNode,
  type CommandNode,
  type NumberNode,
  nodeText,
  type Operand,
  type Pipeline,
  type TemplateNode,
  type VariableNode,
} from "./node.ts";
import type { ParsedTemplate } from "./parse.ts";
import { printed } from "./print.ts";
import {
  BOOL,
  elements,
  FLOAT64,
  type GoType,
  GoValue,
  INT,
  indirect,
  isAssignable,
  isNull,
  type Method,
  mapEntries,
  mapEntry,
  methodOf,
  STRING,
  structField,
  typeName,
  unwrap,
  zero,
} from "./type.ts";

/** A template that failed while it ran; `output` is what it had written. */
export class TemplateFailure extends ValueError {
  readonly output: string;

  constructor(message: string, output: string) {
    super(message);
    this.output = output;
  }
}

export interface ExecuteOptions {
  readonly functions: ReadonlyMap<string, TemplateFunction>;
  /** A key that a map does not have is an error instead of no value. */
  readonly missingKeyIsError?: boolean;
}

/** @throws TemplateFailure `template: NAME:LINE:COLUMN: executing "NAME" at <…>: …` */
export function executeTemplate(template: ParsedTemplate, data: GoValue | undefined, options: ExecuteOptions): string {
  const run = new Run(template, options);
  run.template(template.name, template.root, data, 0);
  return run.output;
}

type Jump = "break" | "continue" | undefined;
type Maybe = GoValue | undefined;
/** The value that comes through a pipe; absent for the first command. */
type Piped = { readonly value: Maybe } | undefined;

const MAX_DEPTH = 100_000;

class Run {
  output = "";
  readonly #template: ParsedTemplate;
  readonly #options: ExecuteOptions;
  #name: string;
  #depth = 0;
  #variables: { readonly name: string; value: Maybe }[] = [];
  /** The node that an error names. */
  #node: AnyNode | undefined;

  constructor(template: ParsedTemplate, options: ExecuteOptions) {
    this.#template = template;
    this.#options = options;
    this.#name = template.name;
  }

  template(name: string, nodes: readonly TemplateNode[], dot: Maybe, depth: number): void {
    const outer = [this.#name, this.#variables, this.#depth] as const;
    [this.#name, this.#variables, this.#depth] = [name, [{ name: "$", value: dot }], depth];
    this.#walk(nodes, dot);
    [this.#name, this.#variables, this.#depth] = outer;
  }

  #walk(nodes: readonly TemplateNode[], dot: Maybe): Jump {
    for (const node of nodes) {
      const jump = this.#visit(node, dot);
      if (jump !== undefined) return jump;
    }
    return undefined;
  }

  #visit(node: TemplateNode, dot: Maybe): Jump {
    this.#node = node;
    switch (node.kind) {
      case "text":
        this.output += node.text;
        return undefined;
      case "action": {
        const value = this.#pipeline(node.pipeline, dot);
        this.#node = node;
        if (node.pipeline.variables.length === 0) this.output += printed(value);
        return undefined;
      }
      case "template":
        return this.#call(node, dot);
      case "range":
        return this.#range(node, dot);
      case "if":
      case "with": {
        const scope = this.#variables.length;
        const value = this.#pipeline(node.pipeline, dot);
        const jump = isTrue(unwrap(value))
          ? this.#walk(node.body, node.kind === "with" ? value : dot)
          : this.#walk(node.otherwise ?? [], dot);
        this.#variables.length = scope;
        return jump;
      }
      default:
        return node.kind;
    }
  }

  #call(node: CallNode, dot: Maybe): undefined {
    const nodes = node.name === this.#template.name ? this.#template.root : this.#template.defined.get(node.name);
    if (nodes === undefined) return this.#fail(`template ${quote(node.name)} not defined`);
    if (this.#depth >= MAX_DEPTH) this.#fail(`exceeded maximum template depth (${MAX_DEPTH})`);
    const value = node.pipeline === undefined ? undefined : this.#pipeline(node.pipeline, dot);
    this.template(node.name, nodes, value, this.#depth + 1);
    return undefined;
  }

  #range(node: BranchNode, dot: Maybe): Jump {
    const scope = this.#variables.length;
    const { value } = indirect(this.#pipeline(node.pipeline, dot));
    const rounds = this.#rounds(value, node);
    for (const [index, element] of rounds) {
      const inner = this.#variables.length;
      this.#setRangeVariables(node.pipeline, index, element);
      const jump = this.#walk(node.body, element);
      this.#variables.length = inner;
      if (jump === "break") break;
    }
    const jump = rounds.length === 0 ? this.#walk(node.otherwise ?? [], dot) : undefined;
    this.#variables.length = scope;
    return jump;
  }

  /** Index or key and element of every round. */
  #rounds(value: Maybe, node: BranchNode): (readonly [index: Maybe, element: Maybe])[] {
    if (value === undefined || (value.type.kind === "interface" && unwrap(value) === undefined)) return [];
    switch (value.type.kind) {
      case "slice":
        return elements(value).map((element, at) => [new GoValue(INT, at), element]);
      case "map": {
        const { key } = value.type;
        return mapEntries(value).map(([name, element]) => [new GoValue(key, name), element]);
      }
      case "int":
      case "uint": {
        if (node.pipeline.variables.length > 1)
          this.#fail(`can't use ${printed(value)} to iterate over more than one variable`);
        const { type } = value;
        return Array.from({ length: Math.max(0, Number(value.value)) }, (_, at) => [undefined, new GoValue(type, at)]);
      }
      default:
        return this.#fail(`range can't iterate over ${printed(value)}`);
    }
  }

  #setRangeVariables({ variables, assigns }: Pipeline, index: Maybe, element: Maybe): void {
    const values = variables.length > 1 ? [index, element] : [element];
    for (const [at, { path }] of variables.entries()) {
      if (assigns) this.#assign(path[0], values[at]);
      else {
        const slot = this.#variables[this.#variables.length - variables.length + at];
        if (slot !== undefined) slot.value = values[at];
      }
    }
  }

  #pipeline(pipeline: Pipeline, dot: Maybe): Maybe {
    this.#node = pipeline;
    let piped: Piped;
    for (const command of pipeline.commands) piped = { value: unwrap(this.#command(command, dot, piped)) };
    for (const { path } of pipeline.variables) {
      if (pipeline.assigns) this.#assign(path[0], piped?.value);
      else this.#variables.push({ name: path[0], value: piped?.value });
    }
    return piped?.value;
  }

  #assign(name: string, value: Maybe): void {
    const slot = this.#variables.findLast((variable) => variable.name === name);
    if (slot === undefined) this.#fail(`undefined variable: ${name}`);
    else slot.value = value;
  }

  #command({ words }: CommandNode, dot: Maybe, piped: Piped): Maybe {
    const [first, ...rest] = words;
    const refuseArguments = (): void => {
      if (rest.length > 0 || piped !== undefined) this.#fail(`can't give argument to non-function ${nodeText(first)}`);
    };
    switch (first.kind) {
      case "field":
        this.#node = first;
        return this.#fields(dot, dot, first, first.path, rest, piped);
      case "chain":
        return this.#chain(first, dot, rest, piped);
      case "function":
        return this.#function(first.name, first, words, rest, dot, piped);
      case "variable":
        return this.#variable(first, dot, rest, piped, refuseArguments);
      case "pipeline":
        refuseArguments();
        return this.#pipeline(first, dot);
      default:
        this.#node = first;
        refuseArguments();
        if (first.kind === "nil") return this.#fail("nil is not a command");
        return first.kind === "dot" ? dot : this.#constant(first);
    }
  }

  #constant(node: Exclude<Operand, { readonly kind: "dot" | "nil" }>): Maybe {
    switch (node.kind) {
      case "bool":
        return new GoValue(BOOL, node.value);
      case "string":
        return new GoValue(STRING, node.value);
      case "number":
        return this.#number(node);
      default:
        return this.#fail(`can't evaluate command ${quote(nodeText(node))}`);
    }
  }

  #number(node: NumberNode): GoValue {
    this.#node = node;
    const hexadecimal = /^0[xX]/.test(node.text) && !/[pP]/.test(node.text);
    if (!hexadecimal && !node.text.startsWith("'") && /[.eEpP]/.test(node.text))
      return new GoValue(FLOAT64, node.float);
    if (node.integer === undefined) return this.#fail(`${node.text} overflows int`);
    return new GoValue(INT, node.integer);
  }

  #chain(node: Operand & { kind: "chain" }, dot: Maybe, rest: readonly Operand[], piped: Piped): Maybe {
    this.#node = node;
    if (node.base.kind === "nil") this.#fail(`indirection through explicit nil in ${nodeText(node)}`);
    const receiver = this.#argument(node.base, RAW, dot);
    return this.#fields(dot, receiver, node, node.path, rest, piped);
  }

  #variable(
    node: VariableNode,
    dot: Maybe,
    rest: readonly Operand[],
    piped: Piped,
    refuseArguments: () => void,
  ): Maybe {
    this.#node = node;
    const [name, ...path] = node.path;
    const slot = this.#variables.findLast((variable) => variable.name === name);
    if (slot === undefined) return this.#fail(`undefined variable: ${name}`);
    if (path.length > 0) return this.#fields(dot, slot.value, node, path, rest, piped);
    refuseArguments();
    return slot.value;
  }

  #fields(
    dot: Maybe,
    receiver: Maybe,
    node: AnyNode,
    path: readonly string[],
    rest: readonly Operand[],
    piped: Piped,
  ): Maybe {
    let value = receiver;
    for (const [at, name] of path.entries()) {
      const last = at === path.length - 1;
      value = this.#field(dot, value, node, name, last ? rest : [], last ? piped : undefined);
    }
    return value;
  }

  #field(dot: Maybe, receiver: Maybe, node: AnyNode, name: string, rest: readonly Operand[], piped: Piped): Maybe {
    if (receiver === undefined) {
      if (this.#options.missingKeyIsError) this.#fail(`nil data; no entry for key ${quote(name)}`);
      return undefined;
    }
    const { value: target, nil } = indirect(receiver);
    if (target === undefined || (target.type.kind === "interface" && nil))
      return this.#fail(`nil pointer evaluating ${typeName(receiver.type)}.${name}`);
    const method = methodOf(target, name);
    if (method !== undefined) return this.#method(method, target, name, node, rest, dot, piped);
    const hasArguments = rest.length > 0 || piped !== undefined;
    if (target.type.kind === "struct") {
      const field = structField(target, name);
      if (field !== undefined && hasArguments) this.#fail(`${name} has arguments but cannot be invoked as function`);
      if (field !== undefined) return field;
    } else if (target.type.kind === "map" && isAssignable(STRING, target.type.key)) {
      if (hasArguments) this.#fail(`${name} is not a method but has arguments`);
      const entry = mapEntry(target, name);
      if (entry === undefined && this.#options.missingKeyIsError) this.#fail(`map has no entry for key ${quote(name)}`);
      return entry;
    } else if (target.type.kind === "pointer") {
      const { to } = target.type;
      if (to.kind !== "struct" || structField(new GoValue(to, {}), name) !== undefined)
        this.#fail(`nil pointer evaluating ${typeName(receiver.type)}.${name}`);
    }
    return this.#fail(`can't evaluate field ${name} in type ${typeName(receiver.type)}`);
  }

  #method(
    method: Method,
    receiver: GoValue,
    name: string,
    node: AnyNode,
    rest: readonly Operand[],
    dot: Maybe,
    piped: Piped,
  ): Maybe {
    const call: TemplateFunction = {
      parameters: method.parameters,
      call: (...args) =>
        new GoValue(
          method.returns,
          method.call(
            receiver.value,
            args.map((value) => value?.value),
          ),
        ),
    };
    return this.#invoke(call, name, node, rest, dot, piped);
  }

  #function(
    name: string,
    at: AnyNode,
    words: readonly Operand[] | AnyNode,
    rest: readonly Operand[],
    dot: Maybe,
    piped: Piped,
  ): Maybe {
    this.#node = at;
    const called = this.#options.functions.get(name);
    if (called === undefined) return this.#fail(`${quote(name)} is not a defined function`);
    const [first] = "kind" in words ? [words] : words;
    const node: AnyNode =
      "kind" in words || first === undefined
        ? at
        : { kind: "command", at: first.at, words: [first as Operand, ...rest] };
    if (name === "and" || name === "or") return this.#decide(name, called, node, rest, dot, piped);
    if (name === "call") this.#refuseCall(node, rest, dot, piped);
    return this.#invoke(called, name, node, rest, dot, piped);
  }

  /** `and` and `or`: the first operand that decides, or the last one. */
  #decide(
    name: "and" | "or",
    called: TemplateFunction,
    node: AnyNode,
    rest: readonly Operand[],
    dot: Maybe,
    piped: Piped,
  ): Maybe {
    this.#checkCount(called, name, rest.length, piped);
    let value: Maybe;
    for (const operand of rest) {
      value = this.#argument(operand, RAW, dot);
      if (isTrue(unwrap(value)) === (name === "or")) return value;
    }
    this.#node = node;
    return piped === undefined ? value : piped.value;
  }

  /** No value of the API is a function. */
  #refuseCall(node: AnyNode, rest: readonly Operand[], dot: Maybe, piped: Piped): never {
    const [first] = rest;
    const value = unwrap(first === undefined ? piped?.value : this.#argument(first, RAW, dot));
    this.#node = node;
    if (value === undefined) this.#fail("error calling call: call of nil");
    const name = first === undefined ? printed(value) : nodeText(first);
    return this.#fail(`error calling call: non-function ${name} of type ${typeName(value.type)}`);
  }

  #checkCount({ parameters, variadic }: TemplateFunction, name: string, given: number, piped: Piped): void {
    const count = given + (piped === undefined ? 0 : 1);
    const wanted = variadic ? parameters.length - 1 : parameters.length;
    if (variadic && count < wanted)
      this.#fail(`wrong number of args for ${name}: want at least ${wanted} got ${given}`);
    if (!variadic && count !== wanted) this.#fail(`wrong number of args for ${name}: want ${wanted} got ${count}`);
  }

  #invoke(
    called: TemplateFunction,
    name: string,
    node: AnyNode,
    rest: readonly Operand[],
    dot: Maybe,
    piped: Piped,
  ): Maybe {
    this.#checkCount(called, name, rest.length, piped);
    const parameter = (at: number): GoType | typeof RAW =>
      called.parameters[Math.min(at, called.parameters.length - 1)] ?? RAW;
    const args = rest.map((operand, at) => this.#argument(operand, parameter(at), dot));
    if (piped !== undefined) args.push(this.#convert(piped.value, parameter(args.length)));
    try {
      return called.call(...args);
    } catch (error) {
      if (!(error instanceof ValueError) || error instanceof TemplateFailure) throw error;
      this.#node = node;
      return this.#fail(`error calling ${name}: ${error.message}`);
    }
  }

  /** The value of an operand as a parameter of the given type. */
  #argument(operand: Operand, type: GoType | typeof RAW, dot: Maybe): Maybe {
    this.#node = operand;
    switch (operand.kind) {
      case "dot":
        return this.#convert(dot, type);
      case "nil":
        if (type === RAW || ["interface", "map", "pointer", "slice"].includes(type.kind))
          return type === RAW ? undefined : new GoValue(type, null);
        return this.#fail(`cannot assign nil to ${typeName(type)}`);
      case "field":
        return this.#convert(this.#fields(dot, dot, operand, operand.path, [], undefined), type);
      case "variable":
        return this.#convert(
          this.#variable(operand, dot, [], undefined, () => {}),
          type,
        );
      case "pipeline":
        return this.#convert(this.#pipeline(operand, dot), type);
      case "function":
        return this.#convert(this.#function(operand.name, operand, operand, [], dot, undefined), type);
      case "chain":
        return this.#convert(this.#chain(operand, dot, [], undefined), type);
      default:
        return this.#literal(operand, type);
    }
  }

  /** A constant takes the parameter's type if it can. */
  #literal(operand: Operand & { kind: "bool" | "string" | "number" }, type: GoType | typeof RAW): Maybe {
    if (type === RAW || type.kind === "interface") return this.#constant(operand);
    const wrong = (expected: string): never => this.#fail(`expected ${expected}; found ${nodeText(operand)}`);
    switch (type.kind) {
      case "bool":
      case "string":
        return operand.kind === type.kind ? new GoValue(type, operand.value) : wrong(type.kind);
      case "int":
        return operand.kind === "number" && operand.integer !== undefined
          ? new GoValue(type, operand.integer)
          : wrong("integer");
      default:
        return this.#fail(`can't handle ${nodeText(operand)} for arg of type ${typeName(type)}`);
    }
  }

  #convert(value: Maybe, type: GoType | typeof RAW): Maybe {
    if (type === RAW) return value;
    if (value === undefined) {
      if (["interface", "map", "pointer", "slice"].includes(type.kind)) return new GoValue(type, zero(type));
      return this.#fail(`invalid value; expected ${typeName(type)}`);
    }
    if (isAssignable(value.type, type)) return value;
    const held = value.type.kind === "interface" ? unwrap(value) : undefined;
    if (held !== undefined && isAssignable(held.type, type)) return held;
    const at = held ?? value;
    if (at.type.kind === "pointer" && isAssignable(at.type.to, type)) {
      if (isNull(at.value)) this.#fail(`dereference of nil pointer of type ${typeName(type)}`);
      return new GoValue(at.type.to, at.value);
    }
    return this.#fail(`wrong type for value; expected ${typeName(type)}; got ${typeName(at.type)}`);
  }

  #fail(message: string): never {
    const node = this.#node;
    const at = node === undefined ? "" : this.#template.text.slice(0, node.at);
    const lines = at.split("\n");
    const place = `${this.#template.name}:${lines.length}:${byteLength(lines[lines.length - 1] ?? "")}`;
    const context = node === undefined ? "" : nodeText(node);
    throw new TemplateFailure(
      `template: ${place}: executing ${quote(this.#name)} at <${context}>: ${message}`,
      this.output,
    );
  }
}
