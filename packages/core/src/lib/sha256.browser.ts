/** SHA-2 where there is no Node: synchronous, in plain JavaScript. */
import { sha256 as noble, sha512 } from "@noble/hashes/sha2.js";
import { toHex } from "./bytes.ts";

/** Sixty-four lower-case hexadecimal digits. */
export function sha256(...parts: readonly Uint8Array[]): string {
  const hash = noble.create();
  for (const part of parts) hash.update(part);
  return toHex(hash.digest());
}

/** A hash of bytes that come piece by piece. */
export class Hasher {
  readonly #hash: { update(bytes: Uint8Array): unknown; digest(): Uint8Array };

  constructor(algorithm: "sha256" | "sha512") {
    this.#hash = algorithm === "sha256" ? noble.create() : sha512.create();
  }

  update(bytes: Uint8Array): this {
    this.#hash.update(bytes);
    return this;
  }

  /** Lower-case hexadecimal digits. To be called once, last. */
  hex(): string {
    return toHex(this.#hash.digest());
  }
}
