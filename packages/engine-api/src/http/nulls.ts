/**
 * `null` in JSON as Go's decoder takes it: it leaves everything at its zero value. A field of a struct counts as not said;
 * in a list or a map there is something, and it is empty.
 *
 * @see https://pkg.go.dev/encoding/json#Unmarshal
 */
import { z } from "zod";
import { unwrapped } from "../schemas/fields.ts";

/** The same value without nulls, but for those that the schema wants. */
export function withoutNulls(value: unknown, schema: z.ZodType): unknown {
  if (value === null) return zeroOf(schema);
  if (!hasNulls(value)) return value;
  const inner = formOf(unwrapped(schema), value);
  if (Array.isArray(value)) return value.map((one) => withoutNulls(one, elementOf(inner)));
  const entries = Object.entries(value as object);
  const said = inner instanceof z.ZodRecord ? entries : entries.filter(([, one]) => one !== null);
  return Object.fromEntries(said.map(([name, one]) => [name, withoutNulls(one, fieldOf(inner, name))]));
}

function hasNulls(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === null;
  return Object.values(value).some(hasNulls);
}

function zeroOf(schema: z.ZodType): unknown {
  if (schema.safeParse(null).success) return null;
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodArray) return [];
  if (inner instanceof z.ZodNumber) return 0;
  if (inner instanceof z.ZodBoolean) return false;
  return inner instanceof z.ZodString ? "" : {};
}

/** Of several forms that a value may have, the one that it has. */
function formOf(schema: z.ZodType, value: unknown): z.ZodType {
  if (!(schema instanceof z.ZodUnion)) return schema;
  const forms = schema.options as readonly z.ZodType[];
  return forms.find((form) => form instanceof z.ZodArray === Array.isArray(value)) ?? schema;
}

function elementOf(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodArray ? (schema.element as z.ZodType) : z.unknown();
}

function fieldOf(schema: z.ZodType, name: string): z.ZodType {
  if (schema instanceof z.ZodRecord) return schema.valueType as z.ZodType;
  const field = schema instanceof z.ZodObject ? schema.shape[name] : undefined;
  return (field as z.ZodType | undefined) ?? z.unknown();
}
