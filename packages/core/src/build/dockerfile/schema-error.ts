/** Words for what zod found wrong with an AST: where it is, what was expected, what stands there. */
import type { core } from "zod";
import { suggest } from "./suggest.ts";

type Issue = core.$ZodIssue;

/** One sentence for each issue, joined by `; `. */
export function describeIssues(issues: readonly Issue[], json: unknown): string {
  return issues.flatMap((issue) => describe(issue, [], json)).join("; ");
}

function describe(issue: Issue, above: readonly PropertyKey[], json: unknown): readonly string[] {
  const path = [...above, ...issue.path];
  const place = placeName(path);
  const value = valueAt(path, json);
  const expected = (what: string): string[] => [`${place}: expected ${what}, got ${show(value)}`];
  switch (issue.code) {
    case "invalid_type":
      return expected(issue.expected);
    case "invalid_value":
      return expected(alternatives(issue.values, value));
    case "unrecognized_keys":
      return issue.keys.map((key) => `${place}: unknown property ${JSON.stringify(key)}`);
    case "invalid_union": {
      if (issue.discriminator !== undefined) {
        const kinds = "options" in issue ? (issue.options ?? []) : [];
        return expected(alternatives(kinds, value));
      }
      return describeNearest(issue.errors, path, json) ?? expected("something else");
    }
    default:
      return [`${place}: ${issue.message}`];
  }
}

/** Of several forms, those whose outermost type fits are meant; if none does, all of them are told. */
function describeNearest(
  forms: readonly (readonly Issue[])[],
  path: readonly PropertyKey[],
  json: unknown,
): readonly string[] | undefined {
  const isFar = ({ code, path: inner }: Issue): boolean =>
    inner.length === 0 && (code === "invalid_type" || code === "invalid_value");
  const near = forms.find((issues) => !issues.some(isFar));
  if (near !== undefined) return near.flatMap((issue) => describe(issue, path, json));
  const names = forms.flatMap((issues) =>
    issues.flatMap((issue) => {
      if (issue.code === "invalid_type") return [issue.expected];
      return issue.code === "invalid_value" ? [alternatives(issue.values, undefined)] : [];
    }),
  );
  return [`${placeName(path)}: expected ${names.join(" or ")}, got ${show(valueAt(path, json))}`];
}

function alternatives(values: readonly unknown[], value: unknown): string {
  const words = values.filter((one) => typeof one === "string");
  const meant = typeof value === "string" ? suggest(value, words, { ignoreCase: false }) : undefined;
  const hint = meant === undefined ? "" : ` (did you mean ${JSON.stringify(meant)}?)`;
  return values.map((one) => JSON.stringify(one)).join(" or ") + hint;
}

/** `stages[0].from.image`; the AST itself is `.`. */
function placeName(path: readonly PropertyKey[]): string {
  const name = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  return name.replace(/^\./, "") || ".";
}

function valueAt(path: readonly PropertyKey[], json: unknown): unknown {
  let value: unknown = json;
  for (const key of path) value = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  return value;
}

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "array";
  if (typeof value === "object" && value !== null) return "object";
  return typeof value === "string" && value.length > 40 ? "a long string" : JSON.stringify(value);
}
