/** The tree of a parsed template, and how a part of it reads in an error message. Model: text/template/parse node.go. */

import { quote } from "../../../lib/go/index.ts";
import { unreachable } from "../../../lib/index.ts";

interface At {
  /** Index in the template. */
  readonly at: number;
}

export interface Pipeline extends At {
  readonly kind: "pipeline";
  readonly variables: readonly VariableNode[];
  /** `=` instead of `:=`. */
  readonly assigns: boolean;
  readonly commands: readonly CommandNode[];
}

export interface CommandNode extends At {
  readonly kind: "command";
  readonly words: readonly [Operand, ...Operand[]];
}

export interface VariableNode extends At {
  readonly kind: "variable";
  /** The name with its `$`, then fields. */
  readonly path: readonly [string, ...string[]];
}

export type NumberNode = At & {
  readonly kind: "number";
  readonly text: string;
  /** What the constant is as each kind of number; undefined where it is none. */
  readonly integer: number | undefined;
  readonly unsigned: number | undefined;
  readonly float: number;
};

export type Operand =
  | (At & { readonly kind: "dot" })
  | (At & { readonly kind: "nil" })
  | (At & { readonly kind: "bool"; readonly value: boolean })
  | (At & { readonly kind: "string"; readonly quoted: string; readonly value: string })
  | (At & { readonly kind: "field"; readonly path: readonly string[] })
  | (At & { readonly kind: "function"; readonly name: string })
  | (At & { readonly kind: "chain"; readonly base: Operand; readonly path: readonly string[] })
  | NumberNode
  | VariableNode
  | Pipeline;

export interface BranchNode extends At {
  readonly kind: "if" | "with" | "range";
  readonly pipeline: Pipeline;
  readonly body: readonly TemplateNode[];
  readonly otherwise: readonly TemplateNode[] | undefined;
}

export interface CallNode extends At {
  readonly kind: "template";
  readonly name: string;
  readonly pipeline: Pipeline | undefined;
}

export type TemplateNode =
  | (At & { readonly kind: "text"; readonly text: string })
  | (At & { readonly kind: "action"; readonly pipeline: Pipeline })
  | (At & { readonly kind: "break" | "continue" })
  | BranchNode
  | CallNode;

export type AnyNode = TemplateNode | Operand | CommandNode;

/** The node as Go's parser would print it. */
export function nodeText(node: AnyNode): string {
  switch (node.kind) {
    case "text":
      return node.text;
    case "action":
      return `{{${nodeText(node.pipeline)}}}`;
    case "break":
    case "continue":
      return `{{${node.kind}}}`;
    case "if":
    case "with":
    case "range": {
      const otherwise = node.otherwise === undefined ? "" : `{{else}}${node.otherwise.map(nodeText).join("")}`;
      return `{{${node.kind} ${nodeText(node.pipeline)}}}${node.body.map(nodeText).join("")}${otherwise}{{end}}`;
    }
    case "template":
      return `{{template ${quote(node.name)}${node.pipeline === undefined ? "" : ` ${nodeText(node.pipeline)}`}}}`;
    case "pipeline":
      return pipelineText(node);
    case "command":
      return node.words.map(wordText).join(" ");
    default:
      return operandText(node);
  }
}

function pipelineText({ variables, assigns, commands }: Pipeline): string {
  const names = variables.map(nodeText).join(", ");
  return (names === "" ? "" : `${names} ${assigns ? "=" : ":="} `) + commands.map(nodeText).join(" | ");
}

const wordText = (word: Operand): string => (word.kind === "pipeline" ? `(${nodeText(word)})` : nodeText(word));

function operandText(node: Exclude<Operand, Pipeline>): string {
  switch (node.kind) {
    case "dot":
      return ".";
    case "nil":
      return "nil";
    case "bool":
      return `${node.value}`;
    case "string":
      return node.quoted;
    case "number":
      return node.text;
    case "field":
      return node.path.map((name) => `.${name}`).join("");
    case "variable":
      return node.path.join(".");
    case "function":
      return node.name;
    case "chain":
      return wordText(node.base) + node.path.map((name) => `.${name}`).join("");
    default:
      return unreachable(node);
  }
}
