/**
 * A number for a Go struct whose fields are texts and maps of texts.
 *
 * @see github.com/mitchellh/hashstructure/v2, FormatV2 over hash/fnv New64
 */
import { encode } from "../text.ts";

const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;
const MASK = (1n << 64n) - 1n;
const NUMBER_BYTES = 8;

type Texts = Readonly<Record<string, string>>;

/** `name` is the struct's type; its fields come in the order of their declaration. */
export function structureHash(name: string, fields: Readonly<Record<string, string | Texts>>): bigint {
  let hash = textHash(name);
  for (const [field, value] of Object.entries(fields)) {
    const inner = typeof value === "string" ? textHash(value) : mapHash(value);
    hash = hashOf(numbers(hash ^ hashOf(numbers(textHash(field), inner))));
  }
  return hash;
}

function mapHash(map: Texts): bigint {
  const all = Object.entries(map).map(([key, value]) => hashOf(numbers(textHash(key), textHash(value))));
  return hashOf(numbers(all.reduce((mixed, one) => mixed ^ one, 0n)));
}

function textHash(text: string): bigint {
  return hashOf(encode(text));
}

function numbers(...values: readonly bigint[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(NUMBER_BYTES * values.length));
  for (const [i, value] of values.entries()) view.setBigUint64(NUMBER_BYTES * i, value, true);
  return new Uint8Array(view.buffer);
}

function hashOf(bytes: Uint8Array): bigint {
  let hash = OFFSET;
  for (const byte of bytes) hash = ((hash * PRIME) & MASK) ^ BigInt(byte);
  return hash;
}
