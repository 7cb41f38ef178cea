/** A whole compose file. Source: the Compose Specification, 06-networks.md to 09-secrets.md, 14-include.md. */
import type { Schema } from "./schema.ts";
import { SERVICE } from "./service.ts";
import {
  anyOf,
  BOOLEAN,
  closedObject,
  LIST_OR_MAP,
  listOf,
  mapTo,
  NAMES,
  OPTIONS,
  object,
  oneOf,
  optional,
  STRING,
  STRING_OR_LIST,
  STRINGS,
} from "./words.ts";

/** True, or an object with the name, which is the older way. */
const EXTERNAL: Schema = { ...object({ name: STRING }), types: ["boolean", "string", "object"] };
const OPEN_EXTERNAL: Schema = { types: ["boolean", "string", "object"], properties: { name: STRING } };
const STRING_MAP: Schema = { ...mapTo(STRING), closed: true };

const NETWORK = optional(
  object({
    name: STRING,
    driver: STRING,
    driver_opts: OPTIONS,
    ipam: object({
      driver: STRING,
      config: listOf(object({ subnet: STRING, ip_range: STRING, gateway: STRING, aux_addresses: STRING_MAP })),
      options: STRING_MAP,
    }),
    external: EXTERNAL,
    internal: BOOLEAN,
    enable_ipv4: BOOLEAN,
    enable_ipv6: BOOLEAN,
    attachable: BOOLEAN,
    labels: LIST_OR_MAP,
  }),
);

const VOLUME = optional(
  object({ name: STRING, driver: STRING, driver_opts: OPTIONS, external: EXTERNAL, labels: LIST_OR_MAP }),
);

const SECRET = object({
  name: STRING,
  environment: STRING,
  file: STRING,
  external: OPEN_EXTERNAL,
  labels: LIST_OR_MAP,
  driver: STRING,
  driver_opts: OPTIONS,
  template_driver: STRING,
});

const CONFIG = object({
  name: STRING,
  content: STRING,
  environment: STRING,
  file: STRING,
  external: OPEN_EXTERNAL,
  labels: LIST_OR_MAP,
  template_driver: STRING,
});

const MODEL = object({ name: STRING, model: STRING, context_size: anyOf("integer"), runtime_flags: STRINGS }, [
  "model",
]);

const INCLUDE = oneOf(
  STRING,
  closedObject({ path: STRING_OR_LIST, env_file: STRING_OR_LIST, project_directory: STRING }),
);

const named = (schema: Schema): Schema => ({ ...mapTo(schema, NAMES), closed: true });

export const COMPOSE_FILE: Schema = object({
  version: STRING,
  name: STRING,
  include: listOf(INCLUDE),
  services: named(SERVICE),
  models: mapTo(MODEL, NAMES),
  networks: mapTo(NETWORK, NAMES),
  volumes: named(VOLUME),
  secrets: named(SECRET),
  configs: named(CONFIG),
});
