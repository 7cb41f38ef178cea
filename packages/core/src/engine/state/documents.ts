/**
 * Records as JSON that knows maps, sets, bytes and all numbers: `{"$map": [[1, 2]]}`, `{"$set": […]}`,
 * `{"$bytes": "base64"}`, `{"$piece": 7}` for bytes that are kept elsewhere, `{"$number": "Infinity"}`,
 * `{"$bigint": "1"}`, `{"$undefined": true}` where something must be. An object with a key of its own that begins with a
 * dollar sign is `{"$object": [[key, value]]}`.
 */
import { base64, base64Bytes } from "../../lib/index.ts";

/** Where bytes are kept that are too many for a document. */
export interface BytePlaces {
  put(bytes: Uint8Array): number;
  get(piece: number): Uint8Array;
}

/** More bytes than these do not belong into a document. */
const INLINE_BYTES = 256;

/** A value without functions and without instances of classes, as text. */
export function toDocument(value: unknown, places: Pick<BytePlaces, "put">): string {
  return JSON.stringify(plain(value, places));
}

function plain(value: unknown, places: Pick<BytePlaces, "put">): unknown {
  if (value === undefined) return { $undefined: true };
  if (typeof value === "bigint") return { $bigint: String(value) };
  if (typeof value === "number" && !Number.isFinite(value)) return { $number: String(value) };
  if (typeof value !== "object" || value === null) return value;
  const inner = (one: unknown): unknown => plain(one, places);
  if (value instanceof Uint8Array) {
    return value.length > INLINE_BYTES ? { $piece: places.put(value) } : { $bytes: base64(value) };
  }
  if (value instanceof Map) return { $map: [...value].map((pair) => pair.map(inner)) };
  if (value instanceof Set) return { $set: [...value].map(inner) };
  if (Array.isArray(value)) return value.map(inner);
  const entries = Object.entries(value).flatMap(([key, one]) =>
    one === undefined ? [] : [[key, inner(one)] as const],
  );
  return entries.some(([key]) => key.startsWith("$")) ? { $object: entries } : Object.fromEntries(entries);
}

/** What `toDocument` was given; the caller knows of which type that was. */
export function fromDocument(text: string, places: Pick<BytePlaces, "get">): unknown {
  return JSON.parse(text, (_key: string, value: unknown) => revive(value, places));
}

function revive(value: unknown, places: Pick<BytePlaces, "get">): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const { $bytes, $piece, $map, $object, $set, $number, $bigint } = value as Tagged;
  if (typeof $bytes === "string") return base64Bytes($bytes);
  if (typeof $piece === "number") return places.get($piece);
  if (Array.isArray($map)) return new Map($map.map(([key, one]) => [present(key), present(one)]));
  if (Array.isArray($set)) return new Set($set.map(present));
  if (Array.isArray($object)) return Object.fromEntries($object);
  if (typeof $number === "string") return Number($number);
  if (typeof $bigint === "string") return BigInt($bigint);
  return value;
}

/** JSON cannot bring `undefined` back by itself. */
function present(value: unknown): unknown {
  const isNothing = typeof value === "object" && value !== null && "$undefined" in value;
  return isNothing ? undefined : value;
}

interface Tagged {
  readonly $bytes?: unknown;
  readonly $piece?: unknown;
  readonly $map?: readonly (readonly [unknown, unknown])[];
  readonly $object?: readonly (readonly [string, unknown])[];
  readonly $set?: readonly unknown[];
  readonly $number?: unknown;
  readonly $bigint?: unknown;
}
