/**
 * A value of another type than the field has, in the words of Go's decoder.
 *
 * Types have Go's names: those of `goType`, and for the rest what follows from the kind of the schema.
 *
 * @see https://pkg.go.dev/encoding/json#UnmarshalTypeError, as the encoding/json of the recorded engine words it
 */
import { z } from "zod";
import { type GoType, goTypeOf, unwrapped } from "../schemas/fields.ts";

/** What Go's decoder would mind, too; the rest is told in our own words. */
const OF_TYPES: ReadonlySet<string> = new Set([
  "invalid_type",
  "invalid_union",
  "too_small",
  "too_big",
  "not_multiple_of",
]);

/** `json: cannot unmarshal string into Go struct field UpdateConfig.Memory of type int64`, … */
export function unmarshalProblem(issue: z.core.$ZodIssue | undefined, root: z.ZodType, body: unknown): string {
  if (issue === undefined) return "json: cannot unmarshal";
  if (!OF_TYPES.has(issue.code)) return issue.message;
  const schema = schemaAt(root, issue.path);
  const given = "input" in issue ? describe(issue.input, schema) : "value";
  // One that reads itself, as a command does: it does not know where it stands.
  if (schema instanceof z.ZodUnion) return `json: cannot unmarshal ${given} into Go value of type string`;
  return `json: cannot unmarshal ${given} into ${placeOf(written(issue.path, body), root)} of type ${nameOf(schema)}`;
}

function placeOf(path: readonly PropertyKey[], root: z.ZodType): string {
  if (path.length === 0) return "Go value";
  const { name, isNameless = false } = goTypeOf(root) ?? { name: "" };
  const struct = isNameless ? "" : name.slice(name.lastIndexOf(".") + 1);
  const place = `${struct}.${path.map(escaped).join(".")}`;
  // What its decoder takes for an index: a key of a map may look like one.
  return /\.\d+$/.test(place) ? place : `Go struct field ${place}`;
}

/** With names as the client wrote them: they are taken in whatever case. */
function written(path: readonly PropertyKey[], body: unknown): readonly PropertyKey[] {
  let value = body;
  return path.map((part) => {
    if (typeof value !== "object" || value === null) return part;
    const name = Object.hasOwn(value, part) ? part : nameInAnyCase(value, String(part));
    value = Reflect.get(value, name);
    return name;
  });
}

const nameInAnyCase = (value: object, name: string): string =>
  Object.keys(value).find((one) => one.toLowerCase() === name.toLowerCase()) ?? name;

/** A part of a JSON pointer. @see RFC 6901 */
const escaped = (part: PropertyKey): string => String(part).replaceAll("~", "~0").replaceAll("/", "~1");

function schemaAt(root: z.ZodType, path: readonly PropertyKey[]): z.ZodType {
  return path.reduce<z.ZodType>((schema, part) => unwrapped(partOf(schema, part)), unwrapped(root));
}

function partOf(schema: z.ZodType, part: PropertyKey): z.ZodType {
  if (schema instanceof z.ZodObject) return (schema.shape[String(part)] as z.ZodType | undefined) ?? schema;
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
  if (schema instanceof z.ZodRecord) return schema.valueType as z.ZodType;
  return schema;
}

const EMPTY_STRUCT = "struct {}";

function nameOf(schema: z.ZodType): string {
  const inner = unwrapped(schema);
  const own: GoType | undefined = goTypeOf(inner) ?? goTypeOf(schema);
  if (own !== undefined) return own.name;
  if (inner instanceof z.ZodString) return "string";
  if (inner instanceof z.ZodBoolean) return "bool";
  if (inner instanceof z.ZodNumber) return "int64";
  if (inner instanceof z.ZodArray) return `[]${elementName(inner.element as z.ZodType)}`;
  if (inner instanceof z.ZodRecord) return `map[string]${elementName(inner.valueType as z.ZodType)}`;
  return inner instanceof z.ZodObject && Object.keys(inner.shape).length === 0 ? EMPTY_STRUCT : "struct";
}

function elementName(schema: z.ZodType): string {
  return goTypeOf(unwrapped(schema))?.isPointer === true ? `*${nameOf(schema)}` : nameOf(schema);
}

/** A number that is only too large, or not whole, is told. */
function describe(value: unknown, schema: z.ZodType): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value === "number" && schema instanceof z.ZodNumber ? `number ${value}` : typeof value;
}
