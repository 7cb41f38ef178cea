/**
 * Lint rules that need the text only: spelling of keywords and stage names, comments, deprecated instructions.
 *
 * An AST that was written by hand has no spelling and no comments, and so nothing to warn of but its names.
 */

import { lowerCase, quote, upperCase } from "../../lib/go/index.ts";
import type { AnyInstruction, Dockerfile, SourceRange, Written } from "./ast.ts";
import { lineRange } from "./lines.ts";
import type { Linter } from "./lint.ts";

const RESERVED = ["context", "scratch"];

/** An instruction of which only the words are known. */
export interface Spelt {
  /** As spelt. */
  readonly name: string;
  readonly args: readonly string[];
  readonly range: SourceRange | undefined;
}

/** Rules about spelling, which BuildKit applies before it knows whether the instruction is right. */
export function lintSpelling(lint: Linter, { name, args, range }: Spelt): void {
  const upper = upperCase(name);
  if (upper === "MAINTAINER")
    lint.warn("MaintainerDeprecated", "Maintainer instruction is deprecated in favor of using label", range);
  const [, as, stage] = args;
  if (upper !== "FROM" || as === undefined || stage === undefined) return;
  if (args.length === 3 && stage !== lowerCase(stage))
    lint.warn("StageNameCasing", `Stage name '${stage}' should be lowercase`, range);
  const isLower = name === lowerCase(name);
  // A FROM in mixed case has a warning of its own.
  if (!isLower && name !== upper) return;
  if (as !== (isLower ? lowerCase(as) : upperCase(as)))
    lint.warn("FromAsCasing", `'${as}' and '${name}' keywords' casing do not match`, range);
}

/** The spelling of an instruction that was read, or written by hand. */
export function spelling(instruction: AnyInstruction): Spelt {
  const { kind, keyword: name = kind, range } = instruction;
  if (kind !== "FROM" || instruction.as === undefined) return { name, args: [], range };
  return { name, args: [instruction.image, instruction.asKeyword ?? "AS", instruction.as], range };
}

/** The last comment line above a definition describes what is defined, and so starts with its name. */
export function lintDescription(lint: Linter, instruction: AnyInstruction): void {
  const { kind, comments, range } = instruction;
  const names = definedNames(instruction);
  const last = comments?.at(-1);
  const [first] = names;
  if (last === undefined || first === undefined || names.includes(last.split(" ")[0] ?? "")) return;
  const example = names.length > 1 ? "<arg_key>" : first;
  const message = `Comment for ${kind} should follow the format: \`# ${example} <description>\``;
  lint.warn("InvalidDefinitionDescription", message, range);
}

function definedNames(instruction: AnyInstruction): readonly string[] {
  if (instruction.kind === "ARG") return instruction.args.map(({ name }) => name);
  return instruction.kind === "FROM" && instruction.as !== undefined ? [lowerCase(instruction.as)] : [];
}

/** Empty lines inside instructions. */
export function lintContinuations(lint: Linter, lines: readonly number[]): void {
  for (const line of lines) lint.warn("NoEmptyContinuation", "Empty continuation line", lineRange(line));
}

/** Rules about the names of stages. */
export function lintStageNames(lint: Linter, { stages }: Dockerfile): void {
  const seen = new Set<string>();
  for (const { from } of stages) {
    if (from.as === undefined) continue;
    const name = lowerCase(from.as);
    if (RESERVED.includes(name)) {
      const message = `Stage name should not use the same name as reserved stage ${quote(name)}`;
      lint.warn("ReservedStageName", message, from.range);
    }
    if (seen.has(name)) {
      const message = `Duplicate stage name ${quote(name)}, stage names should be unique`;
      lint.warn("DuplicateStageName", message, from.range);
    }
    seen.add(name);
  }
}

/** Every keyword in the case of most of them; upper case if there are as many of both. ARGs before FROM do not count. */
export function lintKeywords(lint: Linter, { stages }: Dockerfile): void {
  const isUsual = ({ keyword }: Written): boolean => keyword === undefined;
  if (stages.every(({ from, instructions }) => isUsual(from) && instructions.every(isUsual))) return;
  const keywords: { name: string; range: SourceRange | undefined }[] = [];
  for (const { from, instructions } of stages)
    for (const { kind, keyword, range } of [from, ...instructions]) keywords.push({ name: keyword ?? kind, range });
  const lower = keywords.filter(({ name }) => name === lowerCase(name)).length;
  const upper = keywords.filter(({ name }) => name === upperCase(name)).length;
  for (const { name, range } of keywords) {
    if (name === (lower > upper ? lowerCase(name) : upperCase(name))) continue;
    const casing = lower > upper ? "lowercase" : "uppercase";
    const message = `Command '${name}' should match the case of the command majority (${casing})`;
    lint.warn("ConsistentInstructionCasing", message, range);
  }
}
