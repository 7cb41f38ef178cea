/**
 * Which variables a project asks for, and what it does without them.
 *
 * @see compose-go template/variables.go ExtractVariables
 */
import { compareBytes } from "../lib/index.ts";
import { closingBrace } from "./substitute.ts";
import type { Tree } from "./tree.ts";

export interface UsedVariable {
  readonly Name: string;
  readonly DefaultValue: string;
  /** What stands in its place if it is set. */
  readonly PresenceValue: string;
  readonly Required: boolean;
}

/** By their names; what is said where a variable stands first counts. */
export function usedVariables(tree: Tree): readonly UsedVariable[] {
  const found = new Map<string, UsedVariable>();
  for (const text of textsOf(tree)) note(text, found);
  return [...found.values()].sort((a, b) => compareBytes(a.Name, b.Name));
}

function textsOf(tree: Tree): readonly string[] {
  if (typeof tree === "string") return [tree];
  return typeof tree === "object" && tree !== null ? Object.values(tree).flatMap(textsOf) : [];
}

const PLAIN = /^[_a-z][_a-z0-9]*/i;
const BRACED = /^([_a-z][_a-z0-9]*)(?::?([-+?])(.*))?$/is;

function note(text: string, found: Map<string, UsedVariable>): void {
  for (let at = text.indexOf("$"); at >= 0; at = text.indexOf("$", at)) {
    const rest = text.slice(at + 1);
    const inner = rest.startsWith("{") ? rest.slice(1, closingBrace(rest, 0)) : (PLAIN.exec(rest)?.[0] ?? "");
    const [, name, operator, value = ""] = BRACED.exec(inner) ?? [];
    if (name !== undefined && !found.has(name)) found.set(name, variable(name, operator, value));
    note(value, found);
    at += Math.max(2, inner.length);
  }
}

const variable = (name: string, operator: string | undefined, value: string): UsedVariable => ({
  Name: name,
  DefaultValue: operator === "-" ? value : "",
  PresenceValue: operator === "+" ? value : "",
  Required: operator === "?",
});
