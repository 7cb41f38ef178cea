/**
 * Random requests for every operation of the published API: bodies and parameters that fit its schemas, and that do not.
 *
 * No answer may be a 500, no error a bug, no request may hang.
 */
import { ENGINE_SCHEMAS, type EngineOperation, type EngineParameter } from "./schemas.ts";

export interface FuzzRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Draws whole numbers below a bound. */
export type Draw = (bound: number) => number;

/** The same numbers for the same seed. @see Marsaglia, xorshift */
export function drawFrom(seed: number): Draw {
  let state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
  return (bound) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % bound;
  };
}

const pick = <T>(draw: Draw, from: readonly T[]): T => from[draw(from.length)] as T;

/** Names that lead nowhere, or out of where they should stay. */
const PLACES = [
  "web",
  "busybox",
  "..",
  "../..",
  "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
  "a/../../b",
  "%00",
  "%ff",
  "%",
  "nothing",
  "bridge",
  "sha256:",
  "-",
  " ",
  "é",
  "a".repeat(300),
  "__proto__",
  "constructor",
];
const TEXTS = [
  "",
  "x",
  "busybox",
  "web",
  "/",
  "../../etc/passwd",
  "\u0000",
  "\ud800",
  "1",
  "-1",
  "[]",
  "{}",
  "null",
  "a=b",
  ":",
  "1h",
  "__proto__",
];
const NUMBERS = [0, 1, -1, 0.5, 1e9, 2 ** 31, 2 ** 53, -(2 ** 63), 1e300];
const NOT_JSON = [
  "{",
  "[",
  '{"a":',
  "nul",
  "\u0000",
  "[1,]",
  "{}{}",
  "{'a':1}",
  "\ufeff{}",
  '"',
  "1e999",
  "[".repeat(20_000),
];

/** Operations whose success is an endless stream: these are left to other tests. */
const ENDLESS = /^\/events$|\/(attach|attach\/ws|logs|stats|wait)$|^\/session$/;

export function fuzzRequest(draw: Draw): FuzzRequest {
  const operations = ENGINE_SCHEMAS.operations.filter(({ path }) => !ENDLESS.test(path));
  const operation = pick(draw, operations);
  const path = operation.path.replace(/\{\w+\}/g, () => pick(draw, PLACES));
  const query = operation.parameters.filter((one) => one.in === "query" && draw(3) === 0).map((one) => pair(draw, one));
  if (draw(10) === 0) query.push(`${pick(draw, TEXTS)}=${pick(draw, TEXTS)}`.replace(/[^\x20-\x7e]|\s/g, "%00"));
  const version = pick(draw, ["/v1.51", "/v1.51", "/v1.24", "", "/v1.51/", "//v1.51"]);
  const type = pick(draw, ["application/json", "application/json", "text/plain", "application/x-tar", "", "a/b; c=d"]);
  return {
    method:
      draw(20) === 0 ? pick(draw, ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"]) : operation.method,
    path: `${version}${path}${query.length === 0 ? "" : `?${query.join("&")}`}`,
    headers: {
      ...(type === "" ? {} : { "Content-Type": type }),
      ...(draw(8) === 0 ? { "X-Registry-Auth": pick(draw, TEXTS.slice(0, 4)) } : {}),
    },
    body: operation.method === "GET" || operation.method === "HEAD" ? undefined : bodyOf(draw, operation),
  };
}

function pair(draw: Draw, { name, type }: EngineParameter): string {
  const value = draw(3) === 0 ? pick(draw, TEXTS) : usual(draw, name, type);
  return `${name}=${encodeURIComponent(value.toWellFormed())}`;
}

function usual(draw: Draw, name: string, type: string | undefined): string {
  if (name === "filters" || name === "buildargs" || name === "labels") {
    return pick(draw, [
      "{}",
      '{"label":["a"]}',
      '{"label":{"a":true}}',
      '{"dangling":["x"]}',
      '{"until":["x"]}',
      "[",
      '{"a":{"b":"c"}}',
    ]);
  }
  if (type === "boolean") return pick(draw, ["1", "0", "true", "no", "yes"]);
  return type === "integer" ? String(pick(draw, NUMBERS)) : pick(draw, TEXTS);
}

function bodyOf(draw: Draw, { parameters }: EngineOperation): string | undefined {
  const schema = parameters.find((one) => one.in === "body")?.schema;
  if (draw(6) === 0) return pick(draw, NOT_JSON);
  if (schema === undefined) return draw(2) === 0 ? undefined : pick(draw, NOT_JSON);
  return JSON.stringify(valueFor(draw, schema, 0));
}

/** A value that mostly fits a schema. */
function valueFor(draw: Draw, schema: object, depth: number): unknown {
  if (draw(12) === 0) return pick(draw, [null, true, 0, "text", [], {}, [[]], { a: 1 }, ...NUMBERS]);
  const { $ref: reference, allOf, properties, additionalProperties, items, enum: choices, type } = schema as Schema;
  if (reference !== undefined) {
    return valueFor(draw, ENGINE_SCHEMAS.definitions[reference.replace("#/$defs/", "")] ?? {}, depth);
  }
  if (allOf !== undefined) return Object.assign({}, ...allOf.map((one) => valueFor(draw, one, depth)));
  if (choices !== undefined) return pick(draw, choices);
  const kind = Array.isArray(type) ? type[0] : type;
  if (kind === "array")
    return depth > 4 ? [] : Array.from({ length: draw(3) }, () => valueFor(draw, items ?? {}, depth + 1));
  if (properties !== undefined) {
    const own = Object.entries(properties).filter(([name]) => draw(depth === 0 ? 3 : 5) === 0 || name === "Image");
    return Object.fromEntries(
      own.map(([name, one]) => [name, name === "Image" ? "busybox" : valueFor(draw, one, depth + 1)]),
    );
  }
  if (additionalProperties !== undefined)
    return { [pick(draw, TEXTS)]: valueFor(draw, additionalProperties, depth + 1) };
  if (kind === "boolean") return draw(2) === 0;
  return kind === "integer" || kind === "number" ? pick(draw, NUMBERS) : pick(draw, TEXTS);
}

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly type?: string | readonly string[];
}
