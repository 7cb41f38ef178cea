/** Functions between texts and what they stand for, and digests. @see go-cty stdlib/json.go, csv.go; go-cty-funcs encoding, crypto, uuid */
import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { parseCsvRecords, parseJson, quote, reworded } from "../../lib/go/index.ts";
import { base64, base64Bytes, decode, encode, sha256, toHex } from "../../lib/index.ts";
import { fromJson, type HclObject, type HclValue, jsonText, Unsuitable } from "../value.ts";
import { type HclFunction, of } from "./function.ts";

const text = (change: (given: string) => HclValue): HclFunction => of(["str: string"], change);

function fromBase64(given: string): string {
  const bare = given.replace(/[\r\n]/g, "");
  const isValid = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(bare);
  if (!isValid) throw new Unsuitable(`failed to decode base64 data '${given}'`);
  const found = decode(base64Bytes(bare));
  if (found.isWellFormed()) return found;
  throw new Unsuitable("the result of decoding the the provided string is not valid UTF-8");
}

function json(given: string): HclValue {
  return reworded(
    () => fromJson(parseJson(given)),
    ({ message }) => new Unsuitable(decoderProblem(given, message)),
  );
}

/** Go's decoder reads on for a document of a stream, and says so in other words than what takes a text as a whole. */
function decoderProblem(given: string, message: string): string {
  if (/after top-level value$/.test(message)) return "extraneous data after JSON object";
  if (message !== "unexpected end of JSON input") return message;
  return /(?:^|[\s,:[{])(?:"[^"]*|[a-z]+)$/.test(given) ? "unexpected EOF" : "EOF";
}

/** Rows as objects, by the names in the first row. */
function csv(given: string): readonly HclObject[] {
  const [header, ...rows] = reworded(
    () => parseCsvRecords(given),
    ({ message, reason }) => new Unsuitable(`CSV parse error on line ${/(\d+), column/.exec(message)?.[1]}: ${reason}`),
  );
  if (header === undefined) throw new Unsuitable("missing header line");
  const again = header.fields.find((name, at) => header.fields.indexOf(name) < at);
  if (again !== undefined) throw new Unsuitable(`duplicate column name ${quote(again)}`);
  return rows.map(({ line, fields }) => {
    if (fields.length === header.fields.length)
      return new Map(header.fields.map((name, at) => [name, fields[at] ?? ""]));
    throw new Unsuitable(`CSV parse error on line ${line}: wrong number of fields`);
  });
}

/** url.QueryEscape. */
const urlEncoded = (given: string): string =>
  encodeURIComponent(given)
    .replaceAll("%20", "+")
    .replace(/[!*'()]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** @see RFC 9562 section 6.6 */
const NAMESPACES: ReadonlyMap<string, string> = new Map([
  ["dns", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"],
  ["url", "6ba7b811-9dad-11d1-80b4-00c04fd430c8"],
  ["oid", "6ba7b812-9dad-11d1-80b4-00c04fd430c8"],
  ["x500", "6ba7b814-9dad-11d1-80b4-00c04fd430c8"],
]);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A name of a namespace as a number of 128 bits. @see RFC 9562 section 5.5 */
function uuid(namespace: string, name: string): string {
  const space = NAMESPACES.get(namespace) ?? namespace;
  if (!UUID.test(space)) {
    const why = space.length === 36 ? "invalid UUID format" : `invalid UUID length: ${space.length}`;
    throw new Unsuitable(`uuidv5() doesn't support namespace ${space} (${why})`);
  }
  const bytes = (space.replaceAll("-", "").match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16));
  return uuidText(sha1(new Uint8Array([...bytes, ...encode(name)])), 5);
}

/** Sixteen bytes as an identifier of a version. @see RFC 9562 section 4 */
export function uuidText(bytes: Uint8Array, version: number): string {
  const own = bytes.slice(0, 16);
  own[6] = ((own[6] ?? 0) & 0x0f) | (version << 4);
  own[8] = ((own[8] ?? 0) & 0x3f) | 0x80;
  return toHex(own).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

export const ENCODINGS: readonly (readonly [name: string, function_: HclFunction])[] = [
  ["base64decode", text(fromBase64)],
  ["base64encode", text((given) => base64(encode(given)))],
  ["csvdecode", text(csv)],
  ["jsondecode", text(json)],
  [
    "jsonencode",
    {
      parameters: [{ name: "val", kind: "any", takesNull: true }],
      rest: undefined,
      call: (given = null) => jsonText(given),
    },
  ],
  ["md5", text((given) => toHex(md5(encode(given))))],
  ["sha1", text((given) => toHex(sha1(encode(given))))],
  ["sha256", text((given) => sha256(encode(given)))],
  ["sha512", text((given) => toHex(sha512(encode(given))))],
  ["urlencode", text(urlEncoded)],
  ["uuidv5", of(["namespace: string", "name: string"], uuid)],
];
