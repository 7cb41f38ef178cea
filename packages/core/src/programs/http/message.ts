/**
 * Messages of HTTP/1.1 as data: heads to text and back.
 *
 * @see RFC 9112
 */
import { concat, decode, encode, NO_BYTES } from "../../lib/index.ts";
import { reasonOf } from "./status.ts";

/** Header fields in their order; a name may occur more than once. */
export type Fields = readonly (readonly [name: string, value: string])[];

export interface HttpRequest {
  readonly method: string;
  /** What stands in the request line: "/index.html?x=1". */
  readonly target: string;
  readonly version: string;
  readonly fields: Fields;
  readonly body: Uint8Array;
}

export interface HttpResponse {
  readonly status: number;
  /** The phrase behind the status. Default: the usual one. */
  readonly reason?: string;
  readonly fields: Fields;
  readonly body: Uint8Array;
}

/** The value of a field, whatever the case of its name; several are joined by commas. */
export function field(fields: Fields, name: string): string | undefined {
  const wanted = name.toLowerCase();
  const values = fields.flatMap(([one, value]) => (one.toLowerCase() === wanted ? [value] : []));
  return values.length === 0 ? undefined : values.join(", ");
}

/** True if a field's comma-separated list has the word. */
export function hasToken(fields: Fields, name: string, token: string): boolean {
  const words = (field(fields, name) ?? "").toLowerCase().split(",");
  return words.some((word) => word.trim() === token);
}

/** A request's bytes; the length of a body is told. */
export function requestBytes({ method, target, version, fields, body }: HttpRequest): Uint8Array {
  const length: Fields = body.length > 0 ? [["Content-Length", String(body.length)]] : [];
  return concat([head(`${method} ${target} ${version}`, [...fields, ...length]), body]);
}

/** A response's bytes. `isHead`: the body stays away, its length does not. */
export function responseBytes(response: HttpResponse, { isHead = false } = {}): Uint8Array {
  const { status, fields, body } = response;
  const line = `HTTP/1.1 ${status} ${response.reason ?? reasonOf(status)}`;
  const bodiless = status === 204 || status === 304 || status < 200;
  const knowsLength = field(fields, "content-length") !== undefined || bodiless;
  const length: Fields = knowsLength ? [] : [["Content-Length", String(body.length)]];
  return concat([head(line, [...fields, ...length]), isHead || bodiless ? NO_BYTES : body]);
}

/** A first line, fields, and the empty line. */
export function head(line: string, fields: Fields): Uint8Array {
  return encode(`${[line, ...fields.map(([name, value]) => `${name}: ${value}`)].join("\r\n")}\r\n\r\n`);
}

/** What stands above the empty line. */
export interface Head {
  readonly line: string;
  readonly fields: Fields;
}

/** @returns undefined for a field that is none */
export function parseHead(bytes: Uint8Array): Head | undefined {
  const [line = "", ...rest] = decode(bytes).split(/\r?\n/);
  const fields: [string, string][] = [];
  for (const text of rest) {
    if (text === "") continue;
    const match = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*$/.exec(text);
    if (match === null) return undefined;
    fields.push([match[1] ?? "", match[2] ?? ""]);
  }
  return { line, fields };
}
