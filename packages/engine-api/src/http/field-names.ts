/**
 * Names of fields as Go's decoder takes them: in whatever case they are written.
 *
 * docker-py says `detachKeys` where the field is `DetachKeys`. Keys of maps are kept as they are.
 *
 * @see https://pkg.go.dev/encoding/json#Unmarshal
 */
import { rememberingEach } from "@bottleship/core/lib";
import { z } from "zod";
import { unwrapped } from "../schemas/fields.ts";

/** The same value, with the names that the schema has. */
export function withFieldNames(value: unknown, schema: z.ZodType): unknown {
  const inner = unwrapped(schema);
  if (Array.isArray(value)) {
    if (!(inner instanceof z.ZodArray)) return value;
    const wanted = value.map((one) => withFieldNames(one, inner.element as z.ZodType));
    return wanted.every((one, at) => one === value[at]) ? value : wanted;
  }
  if (typeof value !== "object" || value === null) return value;
  if (inner instanceof z.ZodRecord) {
    return mapped(value, (name, one) => [name, withFieldNames(one, inner.valueType as z.ZodType)]);
  }
  if (!(inner instanceof z.ZodObject)) return value;
  const fields = fieldsOf(inner);
  return mapped(value, (given, one) => {
    const [name, field] = fields.get(given) ?? fields.get(given.toLowerCase()) ?? [given, undefined];
    return [name, field === undefined || typeof one !== "object" ? one : withFieldNames(one, field)];
  });
}

type Fields = ReadonlyMap<string, readonly [name: string, schema: z.ZodType]>;

/** By their names, and by their names in lower case. */
const fieldsOf = rememberingEach((schema: z.ZodObject): Fields => {
  const own = Object.entries(schema.shape).map(([name, field]) => [name, unwrapped(field as z.ZodType)] as const);
  return new Map([
    ...own.map(([name, field]) => [name.toLowerCase(), [name, field]] as const),
    ...own.map(([name, field]) => [name, [name, field]] as const),
  ]);
});

/** The value itself where nothing has to be changed: most clients write names as they are. */
function mapped(value: object, each: (name: string, one: unknown) => readonly [string, unknown]): unknown {
  const given = Object.entries(value);
  const wanted = given.map(([name, one]) => each(name, one));
  const isSame = wanted.every(([name, one], at) => name === given[at]?.[0] && one === given[at]?.[1]);
  return isSame ? value : Object.fromEntries(wanted);
}
