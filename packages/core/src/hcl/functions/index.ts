/**
 * The functions that expressions can call: buildx's set.
 *
 * Unlike buildx, there is no `convert`, no `log`, nothing of bytes (which no expression has) and no `bcrypt` or `rsadecrypt`.
 *
 * @see docker/buildx bake/hclparser/stdlib.go
 */
import { rfc3339 } from "../../lib/go/index.ts";
import { ADDRESSES } from "./addresses.ts";
import { ATTEMPTS } from "./attempts.ts";
import { COLLECTIONS } from "./collections.ts";
import { ENCODINGS, uuidText } from "./encodings.ts";
import { type HclFunction, of } from "./function.ts";
import { NUMBERS } from "./numbers.ts";
import { PATTERNS } from "./patterns.ts";
import { TEXTS } from "./texts.ts";
import { TIMES } from "./times.ts";

const PURE: ReadonlyMap<string, HclFunction> = new Map([
  ...[ADDRESSES, ATTEMPTS, COLLECTIONS, ENCODINGS, NUMBERS, PATTERNS, TEXTS, TIMES].flat(),
]);

/** What functions depend on besides their operands. */
export interface Circumstances {
  /** Microseconds since 1970. */
  readonly nowUs: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
}

/** All functions, by their names. */
export function hclFunctions({ nowUs, randomBytes }: Circumstances): ReadonlyMap<string, HclFunction> {
  return new Map([
    ...PURE,
    ["timestamp", of([], () => rfc3339(Math.floor(nowUs() / 1e6)))],
    ["uuidv4", of([], () => uuidText(randomBytes(16), 4))],
  ]);
}
