/**
 * Text to AST: the front door of the builder.
 *
 * Lines → nodes (errors of form, such as `ENV A`) → instructions (errors of meaning, which say their line). As in
 * BuildKit the first pass ends before the second begins, so an error of form further down comes first.
 */

import { trimSpace } from "../../lib/go/index.ts";
import type {
  AnyInstruction,
  ArgInstruction,
  Dockerfile,
  Escape,
  Heredoc,
  Instruction,
  SourceRange,
  Stage,
  Written,
} from "./ast.ts";
import { checkDirective, syntaxDirective } from "./directives.ts";
import { BuildError } from "./error.ts";
import { BUILT_IN, type Frontend, frontendOf } from "./frontends.ts";
import { heredocsOfLine, readHeredoc } from "./heredoc.ts";
import { readInstruction } from "./instructions.ts";
import { type InstructionLine, LineReader, lineRange } from "./lines.ts";
import { type Node, parseNode } from "./node.ts";

const NO_HEREDOCS: readonly Heredoc[] = [];

/** One instruction before its meaning is known. */
export interface ParsedNode {
  readonly node: Node;
  readonly heredocs: readonly Heredoc[];
  readonly line: InstructionLine;
  readonly range: SourceRange;
}

/** The first pass's result. */
export interface ParsedText {
  readonly nodes: readonly ParsedNode[];
  readonly directives: NonNullable<Dockerfile["directives"]>;
  readonly escape: Escape;
  readonly emptyContinuations: readonly number[];
}

/** Is told of what is read, so also of what comes before an error. */
export interface ParseObserver {
  /** After the first pass: the lines that `Dockerfile.emptyContinuations` will hold. */
  onLines?(emptyContinuations: readonly number[]): void;
  /** Before it is known whether the instruction is right. */
  onNode?(node: ParsedNode): void;
  onInstruction?(instruction: AnyInstruction): void;
}

/**
 * Reads a Dockerfile.
 *
 * @param syntax the frontend that reads it, by default the one that its directive names
 * @throws BuildError with BuildKit's message and the lines concerned, e.g.
 * `dockerfile parse error on line 2: unknown instruction: FRM (did you mean FROM?)`.
 */
export function parse(text: string, observer: ParseObserver = {}, syntax = syntaxDirective(text)?.image): Dockerfile {
  if (text === "") throw new BuildError("the Dockerfile cannot be empty").about(lineRange(1));
  const parsed = parseNodes(text);
  const check = checkDirective(text)?.value;
  const { check: _indented, ...directives } = parsed.directives;
  return assemble(
    { ...parsed, directives: { ...directives, ...(check === undefined ? {} : { check }) } },
    observer,
    frontendOf(syntax),
  );
}

/** Reads one instruction, as an ONBUILD trigger is read when its time has come. */
export function parseTrigger(text: string): AnyInstruction {
  const { nodes } = parseNodes(text);
  const [only] = nodes;
  if (nodes.length !== 1 || only === undefined) throw new BuildError("onbuild trigger should be a single expression");
  return toInstruction(only, BUILT_IN);
}

/**
 * Reads instructions of no stage, as those that change an image.
 *
 * @param accept is asked for every name before any instruction is understood
 * @throws BuildError
 */
export function parseChanges(text: string, accept: (name: string) => void): readonly AnyInstruction[] {
  const { nodes } = parseNodes(text);
  for (const { node } of nodes) accept(node.name);
  return nodes.map((one) => toInstruction(one, BUILT_IN));
}

/** The first pass alone. @throws BuildError */
function parseNodes(text: string): ParsedText {
  const reader = new LineReader(text);
  const nodes: ParsedNode[] = [];
  const emptyContinuations: number[] = [];
  for (let line = reader.nextInstruction(); line !== undefined; line = reader.nextInstruction()) {
    if (line.hasEmptyLines) emptyContinuations.push(line.endLine);
    nodes.push(parseLine(line, reader));
  }
  if (nodes.length === 0) throw new BuildError("file with no instructions", [lineRange(Math.max(reader.count, 1))]);
  if (reader.failure !== undefined) throw reader.failure;
  return { nodes, directives: reader.directives, escape: reader.escape, emptyContinuations };
}

/** The second pass: instructions, sorted into stages. */
function assemble(parsed: ParsedText, observer: ParseObserver = {}, frontend = BUILT_IN): Dockerfile {
  observer.onLines?.(parsed.emptyContinuations);
  const args: ArgInstruction[] = [];
  const stages: (Stage & { readonly instructions: Instruction[] })[] = [];
  for (const one of parsed.nodes) {
    observer.onNode?.(one);
    const instruction = readNode(one, frontend);
    observer.onInstruction?.(instruction);
    const stage = stages.at(-1);
    if (instruction.kind === "FROM") stages.push({ from: instruction, instructions: [] });
    else if (stage !== undefined) stage.instructions.push(instruction);
    else if (instruction.kind === "ARG") args.push(instruction);
    else throw new BuildError("no build stage in current context", [one.range]);
  }
  const { directives, emptyContinuations } = parsed;
  return {
    ...(Object.keys(directives).length === 0 ? {} : { directives }),
    ...(args.length === 0 ? {} : { args }),
    stages,
    ...(emptyContinuations.length === 0 ? {} : { emptyContinuations }),
  };
}

function parseLine(line: InstructionLine, reader: LineReader): ParsedNode {
  const { startLine, text } = line;
  try {
    const node = parseNode(text, reader.escape);
    const heredocs = takesHeredocs(node) && text.includes("<<") ? readHeredocs(text, reader) : NO_HEREDOCS;
    return { node, heredocs, line, range: { startLine, endLine: reader.count } };
  } catch (error) {
    throw error instanceof BuildError ? error.at({ startLine, endLine: reader.count }) : error;
  }
}

function takesHeredocs(node: Node): boolean {
  const { kind, json } = node.child ?? node;
  return !json && (kind === "RUN" || kind === "COPY" || kind === "ADD");
}

function readHeredocs(line: string, reader: LineReader): readonly Heredoc[] {
  return heredocsOfLine(line).map((start) => {
    const heredoc = readHeredoc(start, reader);
    if (heredoc === undefined) throw new BuildError("unterminated heredoc");
    return heredoc;
  });
}

function readNode(parsed: ParsedNode, frontend: Frontend): AnyInstruction {
  try {
    return toInstruction(parsed, frontend);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw error.prefixed(`dockerfile parse error on line ${parsed.range.startLine}`).at(parsed.range);
  }
}

function toInstruction({ node, heredocs, line, range }: ParsedNode, frontend: Frontend): AnyInstruction {
  const written: Written = {
    range,
    source: trimSpace(line.text),
    ...(node.name === node.name.toUpperCase() ? {} : { keyword: node.name }),
    ...(line.comments.length === 0 ? {} : { comments: line.comments }),
  };
  return readInstruction({ node, written, heredocs, line: line.text, frontend });
}
