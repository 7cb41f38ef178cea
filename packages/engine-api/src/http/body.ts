/**
 * Bodies of requests: read with a limit, parsed as JSON, checked by zod, refused in the words of Go's decoder.
 *
 * @see moby api/server/httputils/httputils.go
 */
import { Chunks, decode, endOfJsonValue, NO_BYTES, problemOf, rememberingEach } from "@bottleship/core/lib";
import type { z } from "zod";
import { type ApiRequest, TextBody } from "./exchange.ts";
import { withFieldNames } from "./field-names.ts";
import { withoutNulls } from "./nulls.ts";
import { badRequest, HttpProblem } from "./problem.ts";
import { unmarshalProblem } from "./unmarshal.ts";
import { whenThere } from "./when-there.ts";

/** Nothing that a client says in JSON is longer. */
const JSON_LIMIT = 16 * 1024 * 1024;
/** Archives are held in memory as a whole. */
const ARCHIVE_LIMIT = 2 ** 31 - 1;

/** Everything that the client sends, in one array. @throws HttpProblem 413 beyond `limit` bytes */
export function readAll(body: AsyncIterable<Uint8Array>, limit = ARCHIVE_LIMIT): Uint8Array | Promise<Uint8Array> {
  if (body instanceof TextBody && body.text === "") return NO_BYTES;
  return readChunks(body, limit).then((chunks) => chunks.whole());
}

/** The whole body, in the chunks in which it comes: for archives. @throws as `readAll` */
export async function readChunks(body: AsyncIterable<Uint8Array>, limit = ARCHIVE_LIMIT): Promise<Chunks> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > limit) throw new HttpProblem(413, "http: request body too large");
    chunks.push(chunk);
  }
  return Chunks.from(chunks);
}

/**
 * A JSON body; without one everything in it has its zero value. Like the others it is there at once if its text is.
 *
 * @throws StatusError invalid-argument
 */
export function readJson<T extends z.ZodType>(request: ApiRequest, schema: T): z.infer<T> | Promise<z.infer<T>> {
  return whenThere(textOf(request.body), (text) =>
    text === "" ? check(null, schema) : readText(request, text, schema),
  );
}

/** As `readJson`, for a body with secrets in it: it is not remembered. @throws as `readJson` */
export function readSecrets<T extends z.ZodType>(request: ApiRequest, schema: T): z.infer<T> | Promise<z.infer<T>> {
  return whenThere(textOf(request.body), (text) => {
    if (text === "") return check(null, schema);
    checkBody(request, text);
    return check(parsed(text), schema);
  });
}

/** As `readJson`, for a body that must be there. */
export function requireJson<T extends z.ZodType>(request: ApiRequest, schema: T): z.infer<T> | Promise<z.infer<T>> {
  return whenThere(textOf(request.body), (text) => readText(request, text, schema));
}

function textOf(body: AsyncIterable<Uint8Array>): string | Promise<string> {
  // No character takes more than three bytes.
  if (body instanceof TextBody && body.text.length <= JSON_LIMIT / 3) return body.text;
  return whenThere(readAll(body, JSON_LIMIT), decode);
}

/**
 * A body that is read whatever type it says it has, and only up to where its value ends.
 *
 * @throws StatusError invalid-argument in the words of Go's decoder alone
 * @see moby api/server/router/system/system_routes.go postAuth
 */
export function decodeJson<T extends z.ZodType>(request: ApiRequest, schema: T): z.infer<T> | Promise<z.infer<T>> {
  return whenThere(textOf(request.body), (text) => {
    if (text.trim() === "") throw badRequest("EOF");
    return check(JSON.parse(text.slice(0, endOf(text, ""))), schema, "");
  });
}

function readText<T extends z.ZodType>(request: ApiRequest, text: string, schema: T): z.infer<T> {
  checkBody(request, text);
  return readOnce(text, schema);
}

/** @throws StatusError invalid-argument for what is nothing, or no JSON by its type */
function checkBody({ headers }: ApiRequest, text: string): void {
  if (text.trim() === "") throw badRequest("invalid JSON: got EOF while reading request body");
  const type = headers.get("content-type") ?? "";
  if (type === "application/json") return;
  if (type === "") throw badRequest("malformed Content-Type header (): mime: no media type");
  if (!/^application\/([\w.+-]*\+)?json\s*(;|$)/i.test(type)) {
    throw badRequest(`unsupported Content-Type header (${type}): must be 'application/json'`);
  }
}

/** Longer texts are not remembered, and no more than so many of one schema. */
const REMEMBERED_LENGTH = 4096;
const REMEMBERED_TEXTS = 64;
const textsOf = rememberingEach((_schema: z.ZodType) => new Map<string, unknown>());

/** What a text says. Clients ask for the same again and again: what was read before is frozen, and not read again. */
function readOnce<T extends z.ZodType>(text: string, schema: T): z.infer<T> {
  const known = textsOf(schema);
  const before = known.get(text);
  if (before !== undefined) return before as z.infer<T>;
  const said = check(parsed(text), schema);
  if (text.length <= REMEMBERED_LENGTH) {
    if (known.size === REMEMBERED_TEXTS) known.clear();
    known.set(text, frozen(said));
  }
  return said;
}

function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  Object.values(value).forEach(frozen);
  return Object.freeze(value);
}

const INVALID = "invalid JSON: ";

/** A value of JSON as Go's decoder takes it. @throws StatusError invalid-argument in its words, after `prefix` */
export function check<T extends z.ZodType>(value: unknown, schema: T, prefix = INVALID): z.infer<T> {
  const given = withoutNulls(withFieldNames(value, schema), schema);
  const result = schema.safeParse(given, { reportInput: true });
  if (result.success) return result.data;
  throw badRequest(`${prefix}${unmarshalProblem(result.error.issues[0], schema, value)}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse(firstValue(text));
  }
}

/** Go's decoder reads one value, and moby asks whether another follows: the end of a list or an object is none. */
function firstValue(text: string): string {
  const end = endOf(text, INVALID);
  if (!/^\s*([\]}]|$)/.test(text.slice(end))) throw badRequest("unexpected content after JSON");
  return text.slice(0, end);
}

/** Where the first value of a text ends. @throws StatusError invalid-argument */
function endOf(text: string, prefix: string): number {
  let end = 0;
  const problem = problemOf(() => {
    end = endOfJsonValue(text);
  });
  if (problem !== undefined) throw badRequest(prefix + problem);
  return end;
}
