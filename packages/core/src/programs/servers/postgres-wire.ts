/** PostgreSQL's protocol, version 3, as far as it is needed to log in and ask small questions. @see https://www.postgresql.org/docs/current/protocol.html */
import { concat, decode, encode, NO_BYTES } from "../../lib/index.ts";

export interface WireMessage {
  /** "" for what a client sends first, which has no type. */
  readonly type: string;
  readonly body: Uint8Array;
}

export const SSL_REQUEST = 80_877_103;
const PROTOCOL_3 = 196_608;

function number32(value: number): Uint8Array {
  return Uint8Array.of((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

const number16 = (value: number): Uint8Array => Uint8Array.of((value >> 8) & 255, value & 255);

export const readNumber = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >> 0;

const text0 = (text: string): Uint8Array => encode(`${text}\0`);

/** A message with its type and length. */
function wire(type: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = concat(parts.length === 0 ? [NO_BYTES] : parts);
  return concat([encode(type), number32(body.length + 4), body]);
}

export const startup = (parameters: Readonly<Record<string, string>>): Uint8Array =>
  wire("", number32(PROTOCOL_3), ...Object.entries(parameters).flat().map(text0), Uint8Array.of(0));

export const query = (sql: string): Uint8Array => wire("Q", text0(sql));
export const password = (secret: string): Uint8Array => wire("p", text0(secret));
export const terminate = (): Uint8Array => wire("X");
export const authenticationOk = (): Uint8Array => wire("R", number32(0));
/** Unlike PostgreSQL, which asks for SCRAM, the password is asked for in clear. */
export const authenticationPassword = (): Uint8Array => wire("R", number32(3));
export const parameterStatus = (name: string, value: string): Uint8Array => wire("S", text0(name), text0(value));
export const readyForQuery = (): Uint8Array => wire("Z", encode("I"));
export const commandComplete = (tag: string): Uint8Array => wire("C", text0(tag));
export const emptyQuery = (): Uint8Array => wire("I");

/** Columns are texts. */
export function rowDescription(names: readonly string[]): Uint8Array {
  const TEXT_OID = 25;
  const columns = names.map((name) =>
    concat([text0(name), number32(0), number16(0), number32(TEXT_OID), number16(0xffff), number32(-1), number16(0)]),
  );
  return wire("T", number16(names.length), ...columns);
}

export function dataRow(values: readonly string[]): Uint8Array {
  const cells = values.map((value) => concat([number32(encode(value).length), encode(value)]));
  return wire("D", number16(values.length), ...cells);
}

export function errorResponse(severity: string, code: string, message: string): Uint8Array {
  const fields = [`S${severity}`, `V${severity}`, `C${code}`, `M${message}`].map(text0);
  return wire("E", ...fields, Uint8Array.of(0));
}

/** The fields of an error by their letters. */
export function errorFields(body: Uint8Array): ReadonlyMap<string, string> {
  return new Map(
    decode(body)
      .split("\0")
      .flatMap((one) => (one === "" ? [] : [[one[0] ?? "", one.slice(1)] as const])),
  );
}

/** Texts that end with a zero byte. */
export const texts = (body: Uint8Array): readonly string[] => decode(body).split("\0");

/** Reads messages from a stream of bytes. */
export class WireReader {
  #bytes: Uint8Array = NO_BYTES;

  push(bytes: Uint8Array): void {
    this.#bytes = concat([this.#bytes, bytes]);
  }

  /** The next whole message. `untyped`: the first of a client. */
  next({ untyped = false } = {}): WireMessage | undefined {
    const start = untyped ? 0 : 1;
    if (this.#bytes.length < start + 4) return undefined;
    const length = readNumber(this.#bytes, start);
    if (this.#bytes.length < start + length) return undefined;
    const type = untyped ? "" : String.fromCharCode(this.#bytes[0] ?? 0);
    const body = this.#bytes.slice(start + 4, start + length);
    this.#bytes = this.#bytes.subarray(start + length);
    return { type, body };
  }

  /** The next byte, as a server answers a request for encryption. */
  byte(): number | undefined {
    const [first] = this.#bytes;
    this.#bytes = this.#bytes.subarray(1);
    return first;
  }
}
