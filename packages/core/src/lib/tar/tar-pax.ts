/**
 * Extended header records of the pax format: `LENGTH KEY=VALUE\n`.
 *
 * @see pax(1p) "pax Extended Header"
 */
import { concat } from "../bytes.ts";
import { byteLength, compareBytes, decode, encode, latin1 } from "../text.ts";

export type PaxRecords = ReadonlyMap<string, Uint8Array>;

/** The prefix of keys that carry extended attributes. */
export const XATTR_PREFIX = "SCHILY.xattr.";

/** Keys whose values are C strings. */
const TEXT_KEYS: ReadonlySet<string> = new Set(["path", "linkpath", "uname", "gname"]);

/** The records in a header's data; `undefined` if they are malformed. */
export function parsePax(data: Uint8Array): PaxRecords | undefined {
  const records = new Map<string, Uint8Array>();
  for (let rest = data; rest.length > 0; ) {
    const blank = rest.indexOf(0x20);
    const digits = latin1(rest.subarray(0, Math.max(0, blank)));
    const length = /^\d{1,9}$/.test(digits) ? Number(digits) : 0;
    const equals = rest.indexOf(0x3d, blank + 1);
    if (length < 5 || length > rest.length || rest[length - 1] !== 0x0a) return undefined;
    if (equals <= blank + 1 || equals >= length) return undefined;
    const key = decode(rest.subarray(blank + 1, equals));
    const value = rest.subarray(equals + 1, length - 1);
    if (TEXT_KEYS.has(key) ? value.includes(0) : key.includes("\0")) return undefined;
    records.set(key, value);
    rest = rest.subarray(length);
  }
  return records;
}

/** The records in the order of their keys' bytes. */
export function formatPax(records: PaxRecords): Uint8Array {
  const keys = [...records.keys()].sort(compareBytes);
  return concat(keys.map((key) => formatRecord(key, records.get(key) as Uint8Array)));
}

/** The length counts itself. */
function formatRecord(key: string, value: Uint8Array): Uint8Array {
  const body = byteLength(key) + value.length + 3;
  let length = body + String(body).length;
  length = body + String(length).length;
  return concat([encode(`${length} ${key}=`), value, encode("\n")]);
}

/** Microseconds as seconds with a fraction if there is one. */
export function formatPaxTime(timeUs: number): string {
  const magnitude = Math.abs(timeUs);
  const seconds = Math.floor(magnitude / 1e6);
  const fraction = String(magnitude % 1e6)
    .padStart(6, "0")
    .replace(/0+$/, "");
  return `${timeUs < 0 ? "-" : ""}${seconds}${fraction === "" ? "" : `.${fraction}`}`;
}

/** Microseconds; digits beyond them are dropped. `undefined` if it is no time. */
export function parsePaxTime(text: string): number | undefined {
  const [, sign, seconds, fraction = ""] = /^(-?)(\d{1,15})(?:\.(\d*))?$/.exec(text) ?? [];
  if (seconds === undefined) return undefined;
  const us = Number(seconds) * 1e6 + Number(fraction.slice(0, 6).padEnd(6, "0"));
  return sign === "-" ? -us : us;
}
