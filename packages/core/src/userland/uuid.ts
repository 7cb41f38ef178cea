/** UUIDs: random ones as bytes, and all of them as text. @see RFC 9562 */
import type { Routine } from "../abi/index.ts";
import { toHex } from "../lib/index.ts";
import { randomBytes } from "./random-bytes.ts";

/** Version 4: chance but for six bits. @see RFC 9562 section 5.4 */
export function* randomUuid(): Routine<Uint8Array> {
  const bytes = Uint8Array.from(yield* randomBytes(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes;
}

/** "01234567-89ab-…" */
export function uuidText(bytes: Uint8Array): string {
  return toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
