/** `$1$`: a thousand rounds of MD5. @see crypt(5), the FreeBSD of 1994 */
import { encode } from "../../lib/index.ts";
import { Md5 } from "../digest/index.ts";
import { encodeGroups } from "./base64.ts";

const MAX_SALT = 8;
const ROUNDS = 1000;
const ORDER = [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5], [11]] as const;

/** @param salt what stands behind `$1$`; it ends at a `$` or after eight characters. */
export function md5Crypt(password: Uint8Array, salt: string): string {
  const chosen = (salt.split("$")[0] ?? "").slice(0, MAX_SALT);
  const salted = encode(chosen);
  let digest = firstDigest(password, salted);
  for (let round = 0; round < ROUNDS; round++) {
    const md5 = new Md5();
    md5.update(round % 2 === 1 ? password : digest);
    if (round % 3 !== 0) md5.update(salted);
    if (round % 7 !== 0) md5.update(password);
    md5.update(round % 2 === 1 ? digest : password);
    digest = md5.digest();
  }
  return `$1$${chosen}$${encodeGroups(digest, ORDER)}`;
}

function firstDigest(password: Uint8Array, salt: Uint8Array): Uint8Array {
  const other = new Md5();
  for (const part of [password, salt, password]) other.update(part);
  const mixed = other.digest();
  const md5 = new Md5();
  for (const part of [password, encode("$1$"), salt]) md5.update(part);
  for (let left = password.length; left > 0; left -= 16) md5.update(mixed.subarray(0, Math.min(left, 16)));
  for (let bits = password.length; bits > 0; bits >>= 1) {
    md5.update((bits & 1) === 1 ? Uint8Array.of(0) : password.subarray(0, 1));
  }
  return md5.digest();
}
