/** Schemas that stand in many places of a compose file, and the words that make others from them. */
import type { Schema, TypeName } from "./schema.ts";

export const anyOf = (...types: readonly TypeName[]): Schema => ({ types });
export const oneOf = (...choices: readonly Schema[]): Schema => ({ oneOf: choices });
export const listOf = (items: Schema, unique = false): Schema => ({ types: ["array"], items, unique });
/** A map in which any name may stand. */
export const mapTo = (value: Schema, names = /^.+$/): Schema => ({ types: ["object"], named: [[names, value]] });

const EXTENSION = [/^x-/, {}] as const;

/** A map with these names, and those that begin with `x-`. */
export function object(properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema {
  return { types: ["object"], properties, named: [EXTENSION], closed: true, required };
}

/** A map with these names only. */
export function closedObject(properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema {
  return { types: ["object"], properties, closed: true, required };
}

export const optional = (schema: Schema): Schema => ({ ...schema, types: [...(schema.types ?? []), "null"] });

export const STRING = anyOf("string");
export const BOOLEAN = anyOf("boolean", "string");
export const INTEGER = anyOf("integer", "string");
export const NUMBER = anyOf("number", "string");
export const STRICT_BOOLEAN = anyOf("boolean");

export const STRINGS = listOf(STRING);
export const UNIQUE_STRINGS = listOf(STRING, true);
export const STRING_OR_LIST = oneOf(STRING, UNIQUE_STRINGS);
export const LIST_OR_MAP = oneOf(
  { types: ["object"], named: [[/.+/, anyOf("string", "number", "boolean", "null")]], closed: true },
  UNIQUE_STRINGS,
);
export const COMMAND = oneOf(anyOf("null"), STRING, STRINGS);
export const OPTIONS = mapTo(anyOf("string", "number"));
/** Names of services, volumes, networks… */
export const NAMES = /^[a-zA-Z0-9._-]+$/;

export const EXTRA_HOSTS = oneOf(
  { types: ["object"], named: [[/.+/, oneOf(STRING, STRINGS)]], closed: true },
  UNIQUE_STRINGS,
);

/** What a service takes of a config or a secret. */
export const FILE_REFERENCES = listOf(
  oneOf(STRING, object({ source: STRING, target: STRING, uid: STRING, gid: STRING, mode: NUMBER })),
);

export const ULIMITS = mapTo(oneOf(INTEGER, object({ hard: INTEGER, soft: INTEGER }, ["soft", "hard"])), /^[a-z]+$/);

export const HOOK = object(
  { command: COMMAND, user: STRING, privileged: BOOLEAN, working_dir: STRING, environment: LIST_OR_MAP },
  ["command"],
);
