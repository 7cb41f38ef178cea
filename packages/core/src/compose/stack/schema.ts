/**
 * What a file for `docker stack` may say: the older format 3, in which numbers are no texts.
 *
 * @see docker/cli cli/compose/schema/data/config_schema_v3.13.json
 */
import { COMPOSE_FILE } from "../schema/file.ts";
import type { Schema } from "../schema/schema.ts";
import { BOOLEAN, INTEGER, oneOf, STRICT_BOOLEAN, STRING, STRINGS } from "../schema/words.ts";
import { FORBIDDEN, SERVICE_PROPERTIES } from "./properties.ts";

const COMMAND = oneOf(STRING, STRINGS);
/** What is something else in the other format. */
const OTHERWISE = { cgroupns_mode: STRING, command: COMMAND, entrypoint: COMMAND };

const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  networks: ["name", "driver", "driver_opts", "ipam", "external", "internal", "attachable", "labels"],
  volumes: ["name", "driver", "driver_opts", "external", "labels"],
  secrets: ["name", "file", "external", "labels", "driver", "driver_opts", "template_driver"],
  configs: ["name", "file", "external", "labels", "template_driver"],
};

/** The same with these names only. */
function only(schema: Schema | undefined, names: readonly string[], more: Readonly<Record<string, Schema>> = {}) {
  const own = Object.entries(schema?.properties ?? {}).filter(([name]) => names.includes(name));
  return { ...schema, properties: { ...Object.fromEntries(own), ...more } };
}

/** Every entry of a section. */
function section(schema: Schema | undefined, change: (entry: Schema) => Schema): Schema {
  return { ...schema, named: (schema?.named ?? []).map(([names, entry]) => [names, change(entry)] as const) };
}

/** Numbers and booleans that stand for themselves; texts of any shape. */
function strict(schema: Schema): Schema {
  if (schema === INTEGER) return { types: ["integer"] };
  if (schema === BOOLEAN) return STRICT_BOOLEAN;
  const { oneOf, items, properties, named, pattern: _, ...rest } = schema;
  return {
    ...rest,
    ...(oneOf && { oneOf: oneOf.map(strict) }),
    ...(items && { items: strict(items) }),
    ...(named && { named: named.map(([names, one]) => [names, strict(one)] as const) }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, strict(one)])),
    }),
  };
}

const { services, networks, volumes, secrets, configs, version = {} } = COMPOSE_FILE.properties ?? {};
const sections = { networks, volumes, secrets, configs };

export const STACK_FILE: Schema = strict({
  ...COMPOSE_FILE,
  properties: {
    version,
    services: section(services, (one) => only(one, [...SERVICE_PROPERTIES, ...Object.keys(FORBIDDEN)], OTHERWISE)),
    ...Object.fromEntries(
      Object.entries(sections).map(([name, schema]) => [
        name,
        section(schema, (one) => only(one, SECTIONS[name] ?? [])),
      ]),
    ),
  },
});
