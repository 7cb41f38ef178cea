/** The published description of the API, as JSON schemas. Made by scripts/record-engine-schemas.mjs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const SCHEMA = z.record(z.string(), z.unknown());

const PARAMETER = z.object({
  name: z.string(),
  in: z.enum(["path", "query", "body", "header"]),
  required: z.boolean(),
  type: z.string().optional(),
  schema: SCHEMA.optional(),
});

const DOCUMENT = z.object({
  version: z.string(),
  definitions: z.record(z.string(), SCHEMA),
  operations: z.array(
    z.object({
      method: z.string(),
      path: z.string(),
      produces: z.array(z.string()).optional(),
      parameters: z.array(PARAMETER),
      /** By status; null for answers without a described body. */
      responses: z.record(z.string(), SCHEMA.nullable()),
    }),
  ),
});

export type EngineSchemas = z.infer<typeof DOCUMENT>;
export type EngineOperation = EngineSchemas["operations"][number];
export type EngineParameter = z.infer<typeof PARAMETER>;

export const ENGINE_SCHEMAS: EngineSchemas = DOCUMENT.parse(
  JSON.parse(readFileSync(join(import.meta.dirname, "engine-schemas.data.json"), "utf8")),
);

/** The operation that a request is for; names of images and plugins may have slashes in them. */
export function operationOf(method: string, path: string): EngineOperation | undefined {
  const bare = path.replace(/^\/v\d+\.\d+(?=\/)/, "");
  const own = EXPRESSIONS.filter(({ operation, expression }) => operation.method === method && expression.test(bare));
  // `/images/json` is not an image called json.
  return own.sort((a, b) => a.names - b.names)[0]?.operation;
}

const EXPRESSIONS = ENGINE_SCHEMAS.operations.map((operation) => {
  const source = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => (name === "name" ? ".+" : "[^/]+"));
  return { operation, expression: new RegExp(`^${source}$`), names: operation.path.split("{").length };
});
