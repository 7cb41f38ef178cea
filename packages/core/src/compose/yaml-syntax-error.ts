/** Syntax errors in go-yaml's words, on the lines that it counts. */
import type { YAMLParseError } from "yaml";
import { ComposeError } from "./compose-error.ts";
import { findProblem } from "./yaml-check/grammar.ts";

/** What no YAML is. */
export class YamlSyntaxError extends ComposeError {}

/** @param problem what the `yaml` package says, which tells the place */
export function syntaxError(problem: YAMLParseError, text: string, file: string): YamlSyntaxError {
  const before = text.slice(0, problem.pos[0]);
  const line = before.split("\n").length;
  const column = problem.pos[0] - before.lastIndexOf("\n");
  return new YamlSyntaxError(`yaml: ${problemText(text) ?? `line ${line}: did not find expected key`}`, {
    place: { file, line, column },
  });
}

/** The first line has no number, and others have that of the line before, but for words that are none. */
export function problemText(text: string): string | undefined {
  const found = findProblem(text);
  if (found === undefined) return undefined;
  const { mark, isLexical, message } = found;
  return mark.line === 0 ? message : `line ${mark.line + (isLexical ? 1 : 0)}: ${message}`;
}
