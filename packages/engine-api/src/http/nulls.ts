/**
 * `null` in JSON as Go's decoder takes it: it leaves everything at its zero value. A field of a struct counts as not said;
 * in a list or a map there is something, and it is empty.
 *
 * @see https://pkg.go.dev/encoding/json#Unmarshal
 */
import { z } from "zod";
import { unwrapped } from "../schemas/fields.ts";

/** The same value without nulls, but for those that the schema wants. What it does not know is left as it is. */
export function withoutNulls(value: unknown, schema: z.ZodType): unknown {
  if (value === null) return zeroOf(schema);
  const inner = formOf(unwrapped(schema), value);
  if (Array.isArray(value)) {
    return inner instanceof z.ZodArray ? value.map((one) => withoutNulls(one, inner.element as z.ZodType)) : value;
  }
  if (typeof value !== "object") return value;
  const entries = Object.entries(value);
  if (inner instanceof z.ZodRecord) {
    return Object.fromEntries(entries.map(([name, one]) => [name, withoutNulls(one, inner.valueType as z.ZodType)]));
  }
  if (!(inner instanceof z.ZodObject)) return value;
  const said = entries.filter(([, one]) => one !== null);
  return Object.fromEntries(said.map(([name, one]) => [name, withoutNulls(one, fieldOf(inner, name))]));
}

function zeroOf(schema: z.ZodType): unknown {
  if (schema.safeParse(null).success) return null;
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodArray) return [];
  if (inner instanceof z.ZodNumber) return 0;
  if (inner instanceof z.ZodBoolean) return false;
  return inner instanceof z.ZodString ? "" : {};
}

/** Which of several forms a value has. */
function formOf(schema: z.ZodType, value: unknown): z.ZodType {
  if (!(schema instanceof z.ZodUnion)) return schema;
  const forms = schema.options as readonly z.ZodType[];
  return forms.find((form) => form instanceof z.ZodArray === Array.isArray(value)) ?? schema;
}

function fieldOf({ shape }: z.ZodObject, name: string): z.ZodType {
  return (shape[name] as z.ZodType | undefined) ?? z.unknown();
}
