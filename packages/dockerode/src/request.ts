/**
 * What dockerode asks a modem for, as a request of the Engine API.
 *
 * dockerode hands one object of options for both places: they go into the query of paths that end with a question mark,
 * and into the body of every POST.
 *
 * @see docker-modem lib/modem.js, dial
 */

import { type ApiRequest, Query, TextBody } from "@bottleship/engine-api";
import { Buffer } from "buffer";
import type { Readable } from "stream";

/** Header fields as docker-modem takes them. */
export type HeaderFields = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** What dockerode's methods pass to `modem.dial`. */
export interface DialOptions {
  readonly path: string;
  readonly method?: string | undefined;
  /** In place of those that the modem sends with every request. */
  readonly headers?: HeaderFields | undefined;
  readonly options?: object | undefined;
  /** A body without any options is sent all the same. */
  readonly allowEmpty?: boolean | undefined;
  readonly authconfig?: object | undefined;
  readonly registryconfig?: object | undefined;
  /** A body that is no JSON: an archive. */
  readonly file?: string | Uint8Array | Readable | undefined;
  readonly hijack?: boolean | undefined;
  readonly openStdin?: boolean | undefined;
  readonly isStream?: boolean | undefined;
  /** Which codes are well: `true`, or the reason of a failure. */
  readonly statusCodes?: Readonly<Record<number, string | boolean>> | undefined;
  readonly abortSignal?: AbortSignal | undefined;
}

const utf8 = new TextEncoder();

/** @param defaults the headers of a request that has none of its own */
export function apiRequest(dial: DialOptions, defaults: HeaderFields, signal: AbortSignal): ApiRequest {
  const { method = "GET", file } = dial;
  const options = forDocker(dial.options);
  const question = dial.path.indexOf("?");
  const path = question < 0 ? dial.path : dial.path.slice(0, question);
  const query = new Query(question < 0 ? "" : dial.path.slice(question + 1));
  if (question >= 0) addQuery(query, part(options, "_query"));
  const headers = new Fields(dial.headers ?? defaults);
  if (dial.authconfig !== undefined) headers.set("X-Registry-Auth", credentials(dial.authconfig));
  if (dial.registryconfig !== undefined) headers.set("X-Registry-Config", credentials(dial.registryconfig));
  const body = file === undefined ? jsonBody(dial, method, options) : archiveBody(file);
  if (body !== NO_BODY) headers.add("Content-Type", file === undefined ? "application/json" : "application/tar");
  return { method, path, query, headers, body, signal };
}

/** The header fields of one request, mostly none: `Headers` would take longer than the request. */
class Fields {
  #fields: Map<string, string> | undefined;

  constructor(given: HeaderFields) {
    for (const name in given) {
      const value = given[name];
      if (value !== undefined) this.set(name, String(value));
    }
  }

  get(name: string): string | null {
    return this.#fields?.get(name.toLowerCase()) ?? null;
  }

  set(name: string, value: string): void {
    this.#fields ??= new Map();
    this.#fields.set(name.toLowerCase(), value);
  }

  /** Adds a header, unless there is one of this name. */
  add(name: string, value: string): void {
    if (this.get(name) === null) this.set(name, value);
  }
}

const NO_BODY = new TextBody("");

type Options = Readonly<Record<string, unknown>>;

/** Without those that belong to the request itself. */
function forDocker(options: object = {}): Options {
  if (!("authconfig" in options || "abortSignal" in options)) return options as Options;
  const { authconfig: _credentials, abortSignal: _signal, ...rest } = options as Options;
  return rest;
}

/** What is meant for one place only, or everything. */
function part(options: Options, name: "_query" | "_body"): Options {
  return (options[name] ?? options) as Options;
}

function addQuery(query: URLSearchParams, values: Options): void {
  for (const name in values) {
    const value = values[name];
    if (Array.isArray(value)) for (const one of value) query.append(name, queryText(one));
    else query.append(name, queryText(value));
  }
}

/** As Node's querystring writes values, and objects as JSON. */
function queryText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null) return JSON.stringify(value);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

function jsonBody(dial: DialOptions, method: string, options: Options): TextBody {
  if (method !== "POST" || dial.options === undefined) return NO_BODY;
  const said = part(options, "_body");
  if (Object.keys(said).length === 0 && dial.allowEmpty !== true) return NO_BODY;
  const text = JSON.stringify(said);
  return text === "{}" && dial.allowEmpty !== true ? NO_BODY : new TextBody(text);
}

async function* archiveBody(file: string | Uint8Array | Readable): AsyncIterable<Uint8Array> {
  if (typeof file === "string") {
    throw new TypeError(`"${file}" is a path: hand over the archive itself, as bytes or as a stream`);
  }
  // A copy, as a socket makes one: what the caller does with its memory then is its own affair.
  if (file instanceof Uint8Array) yield new Uint8Array(file);
  else for await (const chunk of file) yield typeof chunk === "string" ? utf8.encode(chunk) : new Uint8Array(chunk);
}

/** Base64 in the alphabet of URLs, as Docker reads it. */
function credentials(config: object): string {
  const ready = "key" in config ? config.key : "base64" in config ? config.base64 : undefined;
  if (typeof ready === "string") return ready;
  return Buffer.from(JSON.stringify(config)).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}
