/** What the `inspect` commands print for the objects that they found. Model: docker/cli cli/command/inspect. */
import { compactJson, escapeHtml } from "../../../lib/go/index.ts";
import { compileTemplate, renderInspected } from "../format.ts";
import { ValueError } from "../problem.ts";
import { jsonText } from "../template/json.ts";
import { type GoType, GoValue } from "../template/type.ts";

/** An object as the API gives it, with its Go type. */
export interface Inspected {
  readonly json: unknown;
  readonly type: GoType;
  /** Volumes are known to the client by their Go type alone. */
  readonly typedOnly?: boolean;
  /** A page for people to read. */
  readonly pretty?: () => string;
}

export interface InspectOutput {
  readonly stdout: string;
  /** One for each object on which the template failed. */
  readonly errors: readonly string[];
}

/**
 * All objects together: as indented JSON, as compact JSON for the format `json`, or a line of template output each.
 *
 * Without any output a template still prints an empty line. @throws ValueError for a template that cannot be parsed.
 */
export function inspectOutput(format: string, objects: readonly Inspected[]): InspectOutput {
  if (format === "" || format === "json") return { stdout: jsonList(objects, format === ""), errors: [] };
  const template = compileTemplate(format);
  const errors: string[] = [];
  let stdout = "";
  for (const { json, type, typedOnly = false } of objects) {
    try {
      stdout += `${renderInspected(template, json, type, !typedOnly)}\n`;
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      errors.push(error.message);
    }
  }
  return { stdout: stdout === "" ? "\n" : stdout, errors };
}

function jsonList(objects: readonly Inspected[], indented: boolean): string {
  const texts = objects.map(({ json, type, typedOnly = false }) =>
    typedOnly ? escapeHtml(jsonText(new GoValue(type, json))) : compactJson(JSON.stringify(json)),
  );
  const list = `[${texts.join(",")}]`;
  return `${indented ? indent(list) : list}\n`;
}

/** Four spaces a level, as Go indents; empty lists and objects stay on one line. */
function indent(json: string): string {
  let text = "";
  let depth = 0;
  const newline = (): string => `\n${" ".repeat(4 * depth)}`;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|\[\]|\{\}|[[\]{},:]|[^"[\]{},:]+/g)) {
    if (token === "[" || token === "{") {
      depth++;
      text += token + newline();
    } else if (token === "]" || token === "}") {
      depth--;
      text += newline() + token;
    } else text += token === "," ? token + newline() : token === ":" ? ": " : token;
  }
  return text;
}
