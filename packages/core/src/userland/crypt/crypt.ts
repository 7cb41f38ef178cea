/** crypt(3): passwords as they are kept. @see crypt(3), crypt(5) */
import desCrypt from "unix-crypt-td-js";
import type { Routine } from "../../abi/index.ts";
import { encode } from "../../lib/index.ts";
import { ALPHABET } from "./base64.ts";
import { md5Crypt } from "./md5-crypt.ts";
import { SHA256_CRYPT, SHA512_CRYPT, shaCrypt } from "./sha-crypt.ts";

/**
 * A password hashed as `setting` says, which may be a hashed password itself; `undefined` for a bad setting.
 *
 * Unlike that of Debian it knows no yescrypt.
 */
export function* crypt(password: string, setting: string): Routine<string | undefined> {
  const bytes = encode(password);
  if (setting.startsWith("$1$")) return md5Crypt(bytes, setting.slice(3));
  for (const method of [SHA256_CRYPT, SHA512_CRYPT]) {
    if (setting.startsWith(method.prefix)) return yield* shaCrypt(method, bytes, setting.slice(3));
  }
  const salt = setting.slice(0, 2);
  if (salt.length < 2 || [...salt].some((char) => !ALPHABET.includes(char))) return undefined;
  return desCrypt([...bytes], [...encode(salt)]);
}

/** How a method's settings begin, and how many characters of salt it takes. Words are told apart by their first letter. */
export function methodOf(word: string): { readonly prefix: string; readonly saltLength: number } {
  const first = word.slice(0, 1).toLowerCase();
  if (first === "d") return { prefix: "", saltLength: 2 };
  if (first === "s") return { prefix: word.toLowerCase() === "sha512" ? "$6$" : "$5$", saltLength: 16 };
  if (first === "y") return { prefix: "$y$", saltLength: 0 };
  return { prefix: "$1$", saltLength: 8 };
}

/** Characters of salt out of as many random bytes. */
export const saltOf = (random: Uint8Array): string => [...random].map((byte) => ALPHABET[byte & 63]).join("");
