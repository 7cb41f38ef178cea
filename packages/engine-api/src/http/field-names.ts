/**
 * Names of fields as Go's decoder takes them: in whatever case they are written.
 *
 * docker-py says `detachKeys` where the field is `DetachKeys`. Keys of maps are kept as they are.
 *
 * @see https://pkg.go.dev/encoding/json#Unmarshal
 */
import { z } from "zod";

/** The same value, with the names that the schema has. */
export function withFieldNames(value: unknown, schema: z.ZodType): unknown {
  const inner = unwrapped(schema);
  if (Array.isArray(value)) {
    return inner instanceof z.ZodArray ? value.map((one) => withFieldNames(one, inner.element as z.ZodType)) : value;
  }
  if (typeof value !== "object" || value === null) return value;
  if (inner instanceof z.ZodRecord) {
    return mapped(value, (name, one) => [name, withFieldNames(one, inner.valueType as z.ZodType)]);
  }
  if (!(inner instanceof z.ZodObject)) return value;
  const { shape } = inner;
  const names = new Map(Object.keys(shape).map((name) => [name.toLowerCase(), name]));
  return mapped(value, (given, one) => {
    const name = Object.hasOwn(shape, given) ? given : (names.get(given.toLowerCase()) ?? given);
    const field = Object.hasOwn(shape, name) ? shape[name] : undefined;
    return [name, field === undefined ? one : withFieldNames(one, field as z.ZodType)];
  });
}

function mapped(value: object, each: (name: string, one: unknown) => readonly [string, unknown]): unknown {
  return Object.fromEntries(Object.entries(value).map(([name, one]) => each(name, one)));
}

/** Without what says that it may be missing. */
function unwrapped(schema: z.ZodType): z.ZodType {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodExactOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault
  ) {
    return unwrapped(schema.unwrap() as z.ZodType);
  }
  return schema;
}
