/**
 * Bodies of requests: read with a limit, parsed as JSON, checked by zod, refused in the words of Go's decoder.
 *
 * @see moby api/server/httputils/httputils.go
 */
import { concat, decode } from "@bottleship/core/lib";
import type { z } from "zod";
import type { ApiRequest } from "./exchange.ts";
import { withFieldNames } from "./field-names.ts";
import { badRequest, HttpProblem } from "./problem.ts";

/** Nothing that a client says in JSON is longer. */
const JSON_LIMIT = 16 * 1024 * 1024;
/** Archives are held in memory as a whole. */
const ARCHIVE_LIMIT = 2 ** 31 - 1;

/** Everything that the client sends. @throws HttpProblem 413 beyond `limit` bytes */
export async function readAll(body: AsyncIterable<Uint8Array>, limit = ARCHIVE_LIMIT): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > limit) throw new HttpProblem(413, "http: request body too large");
    chunks.push(chunk);
  }
  return concat(chunks);
}

/** A JSON body; `undefined` if there is none. @throws StatusError invalid-argument */
export async function readJson<T extends z.ZodType>(request: ApiRequest, schema: T): Promise<z.infer<T> | undefined> {
  const text = decode(await readAll(request.body, JSON_LIMIT));
  if (text.trim() === "") return undefined;
  const type = request.headers.get("content-type");
  if (type !== null && !/^application\/([\w.+-]*\+)?json\s*(;|$)/i.test(type)) {
    throw badRequest(`unsupported Content-Type header (${type}): must be 'application/json'`);
  }
  return check(parsed(text), schema);
}

/** The same for a body that must be there. */
export async function requireJson<T extends z.ZodType>(request: ApiRequest, schema: T): Promise<z.infer<T>> {
  const body = await readJson(request, schema);
  if (body === undefined) throw badRequest("invalid JSON: got EOF while reading request body");
  return body;
}

/** @throws StatusError invalid-argument in Go's words */
export function check<T extends z.ZodType>(value: unknown, schema: T): z.infer<T> {
  const result = schema.safeParse(withFieldNames(withoutNulls(value), schema), { reportInput: true });
  if (result.success) return result.data;
  throw badRequest(`invalid JSON: ${describe(result.error.issues[0])}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(`invalid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** To Go `null` is the same as nothing at all. */
function withoutNulls(value: unknown): unknown {
  if (!hasNulls(value)) return value;
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (inner === null ? [] : [[name, withoutNulls(inner)]])),
  );
}

function hasNulls(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === null;
  return Object.values(value).some(hasNulls);
}

const GO_TYPES: Readonly<Record<string, string>> = {
  string: "string",
  boolean: "bool",
  number: "int64",
  int: "int64",
  array: "[]string",
  object: "struct",
  record: "map[string]string",
};

function describe(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code !== "invalid_type") return issue?.message ?? "json: cannot unmarshal";
  const given = "input" in issue ? typeOf(issue.input) : "value";
  const wanted = GO_TYPES[issue.expected] ?? issue.expected;
  const place = issue.path.filter((part) => typeof part === "string").join(".");
  return place === ""
    ? `json: cannot unmarshal ${given} into Go value of type ${wanted}`
    : `json: cannot unmarshal ${given} into Go struct field .${place} of type ${wanted}`;
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}
