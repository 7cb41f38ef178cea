/** SHA-256 by Node's own crypto. The package's `imports` chooses between this and the browser's file. */
import { createHash } from "node:crypto";

/** Sixty-four lower-case hexadecimal digits. */
export function sha256(...parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
