/**
 * JSON as Go's encoding/json writes it: fields in the order of the structure, keys of maps sorted.
 *
 * As in the docker command line, `<`, `>` and `&` stay as they are, but for the rows of lists.
 */
import { escapeHtml } from "../../../lib/go/index.ts";
import { rememberingEach, unreachable } from "../../../lib/index.ts";
import {
  ANY,
  elements,
  type Field,
  type GoType,
  GoValue,
  isBytes,
  isNull,
  JSON_NUMBER,
  mapEntries,
  type StructType,
  structFields,
  unwrap,
} from "./type.ts";

/** The value without white space. */
export function jsonText(value: GoValue | undefined): string {
  if (value === undefined) return "null";
  const { type } = value;
  switch (type.kind) {
    case "string":
      return type === JSON_NUMBER ? `${value.value}` : jsonString(`${value.value}`);
    case "bool":
    case "int":
    case "uint":
    case "float":
      return `${value.value}`;
    case "interface":
      return jsonText(unwrap(value));
    case "slice":
      if (isBytes(value)) return jsonString(`${value.value}`);
      return isNull(value.value) ? "null" : `[${elements(value).map(jsonText).join(",")}]`;
    case "map":
      if (isNull(value.value)) return "null";
      return `{${mapEntries(value)
        .map(([key, entry]) => `${jsonString(key)}:${jsonText(entry)}`)
        .join(",")}}`;
    case "pointer":
      return isNull(value.value) ? "null" : jsonText(new GoValue(type.to, value.value));
    case "struct":
      // A type that makes its own JSON goes through json.Marshal.
      if (type.json !== undefined) return escapeHtml(jsonText(new GoValue(ANY, type.json(value.value))));
      return `{${members(value).join(",")}}`;
    default:
      return unreachable(type);
  }
}

/** `"name":value` of every field that is written, those of embedded structures in their place. */
function members(value: GoValue): string[] {
  return structFields(value).flatMap(([field, inner]) => {
    if (field.embedded) return members(inner.type.kind === "pointer" ? new GoValue(inner.type.to, inner.value) : inner);
    return field.hidden || isOmitted(field, inner) ? [] : [`${jsonString(field.json)}:${jsonText(inner)}`];
  });
}

/** The same data without the fields that are left out when empty, in structures inside of it, too. */
export const withoutEmpty = <T extends object>(type: StructType, data: T): Partial<T> =>
  written(type, data) as Partial<T>;

function written(type: GoType, value: unknown): unknown {
  if (isNull(value)) return value;
  if (type.kind === "pointer") return written(type.to, value);
  if (type.kind === "slice") return Array.isArray(value) ? value.map((one) => written(type.of, one)) : value;
  if (type.kind !== "struct" || type.json !== undefined) return value;
  const known = fieldsOf(type);
  const kept = Object.entries(value as object).flatMap(([name, inner]) => {
    const field = known.get(name);
    if (field === undefined) return [[name, inner]];
    return isOmitted(field, new GoValue(field.type, inner)) ? [] : [[name, written(field.type, inner)]];
  });
  return Object.fromEntries(kept);
}

/** By their names in JSON, those of embedded structures among them. */
const fieldsOf = rememberingEach((type: StructType): ReadonlyMap<string, Field> => {
  const own = type.fields.flatMap((field): readonly (readonly [string, Field])[] => {
    if (field.embedded !== true) return [[field.json, field]];
    const inner = field.type.kind === "pointer" ? field.type.to : field.type;
    return inner.kind === "struct" ? [...fieldsOf(inner)] : [];
  });
  return new Map(own);
});

function isOmitted(field: Field, { type, value }: GoValue): boolean {
  if (!field.omitEmpty || type.kind === "struct") return false;
  if (type.kind === "pointer" || type.kind === "interface") return isNull(value);
  if (type.kind === "slice") return isNull(value) || (value as readonly unknown[]).length === 0;
  if (type.kind === "map") return mapEntries(new GoValue(type, value)).length === 0;
  return isNull(value) || value === "" || value === 0 || value === false;
}

/** A text in quotes; bytes that are no UTF-8 become U+FFFD. */
function jsonString(text: string): string {
  const escaped = JSON.stringify(text)
    .replace(/\\ud[89a-f][0-9a-f]{2}/g, "\\ufffd")
    .replace(/[\u2028\u2029]/g, (separator) => `\\u${separator.charCodeAt(0).toString(16)}`);
  return escaped;
}
