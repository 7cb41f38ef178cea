/**
 * Variables in a text: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:?message}`, `${NAME:+instead}`, and the three
 * without the colon, which ask whether a variable is set rather than whether it has a value. `$$` is a dollar sign.
 *
 * @see compose-spec 12-interpolation.md
 */

export interface Variables {
  /** Undefined: not set. */
  get(name: string): string | undefined;
}

export type Warn = (message: string) => void;

/** A text that nobody can fill in. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
  /** The whole text, if it is no template; a template may also want a variable that has no value. */
  readonly template: string | undefined;

  constructor(message: string, template?: string) {
    super(message);
    this.template = template;
  }
}

const invalid = (template: string): TemplateError =>
  new TemplateError(`Invalid template: ${JSON.stringify(template)}`, template);

/** The text with the values of its variables. @throws TemplateError */
export function substitute(template: string, variables: Variables, warn: Warn): string {
  let result = "";
  let at = 0;
  while (at < template.length) {
    const dollar = template.indexOf("$", at);
    if (dollar < 0) return result + template.slice(at);
    result += template.slice(at, dollar);
    const next = template[dollar + 1];
    const [name] = /^[_a-z][_a-z0-9]*/i.exec(template.slice(dollar + 1)) ?? [];
    if (next === "$") {
      result += "$";
      at = dollar + 2;
    } else if (name !== undefined) {
      result += valueOf(name, variables, warn);
      at = dollar + 1 + name.length;
    } else if (next === "{") {
      const end = closingBrace(template, dollar + 1);
      if (end < 0) throw invalid(template);
      result += expand(template.slice(dollar + 2, end), template, variables, warn);
      at = end + 1;
    } else {
      result += "$";
      at = dollar + 1;
    }
  }
  return result;
}

function valueOf(name: string, variables: Variables, warn: Warn): string {
  const value = variables.get(name);
  if (value === undefined) warn(`The "${name}" variable is not set. Defaulting to a blank string.`);
  return value ?? "";
}

/** What stands between the braces. */
function expand(inner: string, template: string, variables: Variables, warn: Warn): string {
  const [all, name = "", operator = "", rest = ""] = /^([_a-z][_a-z0-9]*)(?:(:?[-+?])(.*))?$/is.exec(inner) ?? [];
  if (all === undefined) throw invalid(template);
  if (operator === "") return valueOf(name, variables, warn);
  const value = variables.get(name);
  const isThere = operator.startsWith(":") ? value !== undefined && value !== "" : value !== undefined;
  const other = (): string => substitute(rest, variables, warn);
  switch (operator.at(-1)) {
    case "-":
      return isThere ? (value ?? "") : other();
    case "+":
      return isThere ? other() : (value ?? "");
    default: {
      if (isThere) return value ?? "";
      const reason = other();
      throw new TemplateError(`required variable ${name} is missing a value${reason === "" ? "" : `: ${reason}`}`);
    }
  }
}

/** The index of the brace that closes the one at `open`; -1 without one. */
export function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === "{") depth++;
    else if (text[at] === "}" && --depth === 0) return at;
  }
  return -1;
}
