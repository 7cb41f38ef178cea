// Writes packages/engine-api/src/testing/engine-schemas.data.json from the description of the Engine API that moby publishes
// (api/docs/v1.51.yaml, Apache-2.0): the shapes of requests and responses, without a word of their documentation.
//   node scripts/record-engine-schemas.mjs v1.51.yaml
import { readFileSync, writeFileSync } from "node:fs";
import { parse } from "yaml";

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error("usage: record-engine-schemas.mjs SWAGGER");
const swagger = parse(readFileSync(path, "utf8"), { merge: true });
const KEPT = ["type", "required", "enum", "minimum", "maximum", "pattern"];

/** A schema of Swagger 2.0 as JSON Schema. To Go an empty list, an empty map and nothing at all are the same. */
function schema(source) {
  if (source.$ref !== undefined) return { $ref: source.$ref.replace("#/definitions/", "#/$defs/") };
  const made = Object.fromEntries(KEPT.flatMap((key) => (source[key] === undefined ? [] : [[key, source[key]]])));
  if (source.allOf !== undefined) made.allOf = source.allOf.map(schema);
  if (source.items !== undefined) made.items = schema(source.items);
  if (source.properties !== undefined) made.properties = map(source.properties);
  if (typeof source.additionalProperties === "object") made.additionalProperties = schema(source.additionalProperties);
  const isNullable = source["x-nullable"] === true || source.type === "array" || source.type === "object";
  if (isNullable && made.type !== undefined) made.type = [made.type, "null"];
  if (isNullable && made.enum !== undefined) made.enum = [...made.enum, null];
  return made;
}

const map = (schemas) => Object.fromEntries(Object.entries(schemas).map(([name, one]) => [name, schema(one)]));

function parameter({ name, in: place, type = "string", required = false, schema: body }) {
  return { name, in: place, required, ...(body === undefined ? { type } : { schema: schema(body) }) };
}

const operations = Object.entries(swagger.paths).flatMap(([route, { parameters: common = [], ...methods }]) =>
  Object.entries(methods).map(([method, { parameters = [], responses, produces }]) => ({
    method: method.toUpperCase(),
    path: route,
    ...(produces === undefined ? {} : { produces }),
    parameters: [...common, ...parameters].map(parameter),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, { schema: body }]) => [status, body === undefined ? null : schema(body)]),
    ),
  })),
);

const out = new URL("../packages/engine-api/src/testing/engine-schemas.data.json", import.meta.url);
const document = { version: swagger.info.version, definitions: map(swagger.definitions), operations };
writeFileSync(out, `${JSON.stringify(document)}\n`);
