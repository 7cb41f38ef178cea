/** Syntax errors in go-yaml's words: those of the `yaml` package are told apart by their codes. */
import type { YAMLParseError } from "yaml";
import { ComposeError } from "./compose-error.ts";

/** What no YAML is. */
export class YamlSyntaxError extends ComposeError {}

export function syntaxError(problem: YAMLParseError, text: string, file: string): YamlSyntaxError {
  const before = text.slice(0, problem.pos[0]);
  const line = before.split("\n").length;
  const column = problem.pos[0] - before.lastIndexOf("\n");
  return new YamlSyntaxError(`yaml: line ${shownLine(problem, text, line)}: ${words(problem, text)}`, {
    place: { file, line, column },
  });
}

/**
 * What the scanner refuses is told by its line; what the parser refuses by the line before that of the collection that
 * it is in.
 */
function shownLine(problem: YAMLParseError, text: string, line: number): number {
  if (isScannerError(problem, text)) return line;
  return Math.max(collectionLine(problem, text, line) - 1, 1);
}

function isScannerError({ code, message }: YAMLParseError, text: string): boolean {
  return (
    code === "TAB_AS_INDENT" ||
    code === "BLOCK_AS_IMPLICIT_KEY" ||
    (code === "MISSING_CHAR" && /quote/.test(message)) ||
    (code === "UNEXPECTED_TOKEN" && text.includes("\t"))
  );
}

/** Where the flow collection begins that is not closed, or the block that the line does not belong to. */
function collectionLine({ pos, message }: YAMLParseError, text: string, line: number): number {
  const before = text.slice(0, pos[0]);
  const open = /flow (map|seq)/i.test(message) ? before.lastIndexOf(/map/i.test(message) ? "{" : "[") : -1;
  if (open >= 0) return before.slice(0, open).split("\n").length;
  const lines = text.split("\n");
  const indent = indentOf(lines[line - 1] ?? "");
  for (let at = line - 2; at >= 0; at--) {
    const one = lines[at] ?? "";
    if (one.trim() !== "" && indentOf(one) < indent) return firstOfBlock(lines, at);
  }
  return line;
}

function firstOfBlock(lines: readonly string[], from: number): number {
  const indent = indentOf(lines[from] ?? "");
  let first = from;
  for (let at = from - 1; at >= 0 && indentOf(lines[at] ?? "") >= indent; at--) {
    if (indentOf(lines[at] ?? "") === indent) first = at;
  }
  return first + 1;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

function words({ code, message }: YAMLParseError, text: string): string {
  if (code === "TAB_AS_INDENT" || (code === "UNEXPECTED_TOKEN" && text.includes("\t"))) {
    return "found character that cannot start any token";
  }
  if (code === "BLOCK_AS_IMPLICIT_KEY") return "mapping values are not allowed in this context";
  if (/quote/.test(message)) return "found unexpected end of stream";
  if (/flow map/i.test(message)) return "did not find expected ',' or '}'";
  if (/flow seq/i.test(message)) return "did not find expected ',' or ']'";
  return "did not find expected key";
}
