/** SHA-256 where there is no Node: synchronous, in plain JavaScript. */
import { sha256 as noble } from "@noble/hashes/sha2.js";
import { toHex } from "./bytes.ts";

/** Sixty-four lower-case hexadecimal digits. */
export function sha256(...parts: readonly Uint8Array[]): string {
  const hash = noble.create();
  for (const part of parts) hash.update(part);
  return toHex(hash.digest());
}
