/**
 * Values with Go types: what a template sees of an API object.
 *
 * A template's output and error texts depend on Go's types: whether a number is a `json.Number`, whether an empty list is
 * nil, what a field is called in Go (`.ID`) and in JSON (`Id`). The data itself stays plain: a structure is an object
 * with its JSON names, a pointer is its target or null, a map is an object or a Map, an interface holds any of these.
 */

import { base64Bytes } from "../../../lib/index.ts";

/** Kinds that Go's package reflect tells apart, as far as an API has them. */
export type GoType = BasicType | InterfaceType | SliceType | MapType | PointerType | StructType;

interface Named {
  /** The name with its package: `container.NetworkMode`; undefined for a type written out. */
  readonly name?: string;
  readonly methods?: Methods;
}

export interface BasicType extends Named {
  readonly kind: "string" | "bool" | "int" | "uint" | "float";
  readonly name: string;
  /** How a value prints itself: Go's String method. */
  readonly print?: (value: unknown) => string;
}

export interface InterfaceType extends Named {
  readonly kind: "interface";
}

export interface SliceType extends Named {
  readonly kind: "slice";
  readonly of: GoType;
}

export interface MapType extends Named {
  readonly kind: "map";
  readonly key: BasicType;
  readonly of: GoType;
}

export interface PointerType extends Named {
  readonly kind: "pointer";
  readonly to: GoType;
}

export interface StructType extends Named {
  readonly kind: "struct";
  readonly name: string;
  readonly fields: readonly Field[];
  /** How a value becomes JSON where that is not its fields: Go's MarshalJSON. */
  readonly json?: (value: unknown) => unknown;
}

export interface Field {
  /** In Go. */
  readonly name: string;
  /** In JSON and in the data. */
  readonly json: string;
  readonly type: GoType;
  /** Left out of JSON when empty. */
  readonly omitEmpty?: true;
  /** Never in JSON. */
  readonly hidden?: true;
  /** The fields of this structure count as fields of the outer one. */
  readonly embedded?: true;
}

/** What a template can call on a value of a type. */
export type Methods = ReadonlyMap<string, Method>;

export interface Method {
  readonly parameters: readonly GoType[];
  readonly returns: GoType;
  readonly call: (receiver: unknown, args: readonly unknown[]) => unknown;
}

/** A value of a Go type; an undefined one is Go's invalid value, printed as `<no value>`. */
export class GoValue {
  readonly type: GoType;
  readonly value: unknown;

  constructor(type: GoType, value: unknown) {
    this.type = type;
    this.value = value;
  }
}

const basic = (kind: BasicType["kind"], name: string = kind): BasicType => ({ kind, name });

export const STRING = basic("string");
export const BOOL = basic("bool");
export const INT = basic("int");
export const INT64 = basic("int", "int64");
export const UINT8 = basic("uint", "uint8");
export const UINT16 = basic("uint", "uint16");
export const UINT32 = basic("uint", "uint32");
export const UINT64 = basic("uint", "uint64");
export const FLOAT64 = basic("float", "float64");
/** A number of a JSON text that nobody gave a type: a text to Go. */
export const JSON_NUMBER = basic("string", "json.Number");
export const ANY: InterfaceType = { kind: "interface" };
export const STRINGS: SliceType = { kind: "slice", of: STRING };
/** Bytes; the data is their text in base64, as JSON has it. */
export const BYTES: SliceType = { kind: "slice", of: UINT8 };
const ANYS: SliceType = { kind: "slice", of: ANY };
export const STRING_MAP: MapType = { kind: "map", key: STRING, of: STRING };
export const ANY_MAP: MapType = { kind: "map", key: STRING, of: ANY };

/** Fields of one type, by their names in one text; their JSON names are the same. */
export const fields = (type: GoType, names: string, traits: Pick<Field, "omitEmpty"> = {}): Field[] =>
  names.split(" ").map((name) => ({ name, json: name, type, ...traits }));

/** A structure. */
export const struct = (name: string, ...parts: readonly (Field | readonly Field[])[]): StructType => ({
  kind: "struct",
  name,
  fields: parts.flat(),
});

/** A structure whose fields count as those of the outer one. */
export const embedded = (type: StructType | PointerType): Field => ({
  name: typeName(type).replace(/^.*\./, ""),
  json: "",
  type,
  embedded: true,
});

/** A named type over one of Go's. */
export const named = (name: string, kind: BasicType["kind"] = "string"): BasicType => basic(kind, name);
export const slice = (of: GoType, name?: string): SliceType => ({ kind: "slice", of, ...(name ? { name } : {}) });
export const pointer = (to: GoType): PointerType => ({ kind: "pointer", to });
export const mapOf = (of: GoType, name?: string, key: BasicType = STRING): MapType => ({
  kind: "map",
  key,
  of,
  ...(name ? { name } : {}),
});

/** A field; its JSON name is its Go name unless given. */
export function field(
  name: string,
  type: GoType,
  json: string = name,
  traits: Pick<Field, "omitEmpty" | "hidden"> = {},
): Field {
  return { name, json, type, ...traits };
}

/** A field that JSON leaves out when empty. */
export function optional(name: string, type: GoType, json: string = name): Field {
  return { name, json, type, omitEmpty: true };
}

/** The type as Go writes it: `*container.State`, `[]string`, `map[string]interface {}`. */
export function typeName(type: GoType): string {
  if (type.name !== undefined) return type.name;
  switch (type.kind) {
    case "interface":
      return "interface {}";
    case "slice":
      return `[]${typeName(type.of)}`;
    case "map":
      return `map[${typeName(type.key)}]${typeName(type.of)}`;
    case "pointer":
      return `*${typeName(type.to)}`;
    default:
      return type.kind;
  }
}

/** True where a value of `from` may stand for one of `to`: the same type, or one of the two is only written out. */
export function isAssignable(from: GoType, to: GoType): boolean {
  if (to.kind === "interface" || from === to) return true;
  if (from.name !== undefined && to.name !== undefined) return from.name === to.name;
  return underlying(from) === underlying(to);
}

function underlying(type: GoType): string {
  const { name: _, ...bare } = type;
  return typeName(bare.kind === "struct" || bare.kind === "string" ? type : (bare as GoType));
}

/** The value that a variable of the type has before anything was stored. */
export function zero(type: GoType): unknown {
  switch (type.kind) {
    case "string":
      return "";
    case "bool":
      return false;
    case "struct":
      return {};
    case "int":
    case "uint":
    case "float":
      return 0;
    default:
      return null;
  }
}

/** What an interface holds: a value of the type that its data has; undefined for nil. */
export function unwrap(value: GoValue | undefined): GoValue | undefined {
  if (value === undefined || value.type.kind !== "interface") return value;
  const held = value.value;
  if (held instanceof GoValue) return unwrap(held);
  if (held === null || held === undefined) return undefined;
  if (typeof held === "string") return new GoValue(STRING, held);
  if (typeof held === "boolean") return new GoValue(BOOL, held);
  if (typeof held === "number") return new GoValue(JSON_NUMBER, `${held}`);
  return new GoValue(Array.isArray(held) ? ANYS : ANY_MAP, held);
}

/** Follows pointers and interfaces; `nil` tells that the last of them led nowhere. */
export function indirect(value: GoValue | undefined): { readonly value: GoValue | undefined; readonly nil: boolean } {
  let at = value;
  while (at !== undefined && (at.type.kind === "pointer" || at.type.kind === "interface")) {
    if (at.type.kind === "pointer" && isNull(at.value)) return { value: at, nil: true };
    const next: GoValue | undefined = at.type.kind === "pointer" ? new GoValue(at.type.to, at.value) : unwrap(at);
    if (next === undefined) return { value: at, nil: true };
    at = next;
  }
  return { value: at, nil: false };
}

/** True for nil. */
export function isNull(value: unknown): boolean {
  return value === null || value === undefined;
}

/** Entries of a map in the order in which Go prints and ranges over them. */
export function mapEntries(value: GoValue): (readonly [key: string, value: GoValue])[] {
  if (value.type.kind !== "map" || isNull(value.value)) return [];
  const { of } = value.type;
  const source = value.value;
  const entries: [string, unknown][] =
    source instanceof Map ? [...(source as ReadonlyMap<string, unknown>)] : Object.entries(source as object);
  return entries
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, entry]) => [key, new GoValue(of, entry ?? zero(of))]);
}

/** The entry of a map; undefined without one. */
export function mapEntry(value: GoValue, key: string): GoValue | undefined {
  if (value.type.kind !== "map" || isNull(value.value)) return undefined;
  const source = value.value;
  const found = source instanceof Map ? source.has(key) : Object.hasOwn(source as object, key);
  if (!found) return undefined;
  const entry =
    source instanceof Map
      ? (source as ReadonlyMap<string, unknown>).get(key)
      : (source as Record<string, unknown>)[key];
  return new GoValue(value.type.of, entry ?? zero(value.type.of));
}

/** A list of bytes that is kept as a text. */
export const isBytes = ({ type, value }: GoValue): boolean => type === BYTES && typeof value === "string";

/** The entries of a list. */
export function elements(value: GoValue): GoValue[] {
  if (value.type.kind !== "slice" || isNull(value.value)) return [];
  const { of } = value.type;
  const list = isBytes(value) ? [...base64Bytes(`${value.value}`)] : (value.value as readonly unknown[]);
  return list.map((entry) => new GoValue(of, entry ?? zero(of)));
}

/** Fields in order with their values; embedded structures are one field. */
export function structFields(value: GoValue): (readonly [field: Field, value: GoValue])[] {
  const { type } = value;
  if (type.kind !== "struct") return [];
  const data = value.value as Readonly<Record<string, unknown>>;
  return type.fields.map((entry) => [
    entry,
    new GoValue(entry.type, entry.embedded ? data : (data[entry.json] ?? zero(entry.type))),
  ]);
}

/** A field by its Go name, also one of an embedded structure. */
export function structField(value: GoValue, name: string): GoValue | undefined {
  const fields = structFields(value);
  const own = fields.find(([entry]) => entry.name === name);
  if (own !== undefined) return own[1];
  for (const [entry, inner] of fields) {
    if (!entry.embedded) continue;
    const target = indirect(inner).value;
    const found = target === undefined ? undefined : structField(target, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A method of the value's type, or of what it points to. */
export function methodOf(value: GoValue, name: string): Method | undefined {
  const { type } = value;
  if (type.methods !== undefined) return type.methods.get(name);
  if (type.kind === "pointer") return methodOf(new GoValue(type.to, value.value), name);
  return undefined;
}
