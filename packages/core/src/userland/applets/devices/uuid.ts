/** Random UUIDs as bytes. @see RFC 9562 section 5.4 */
import type { Routine } from "../../../abi/index.ts";
import { randomBytes } from "../../random-bytes.ts";

export function* randomUuid(): Routine<Uint8Array> {
  const bytes = Uint8Array.from(yield* randomBytes(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes;
}
