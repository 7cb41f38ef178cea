/** The alphabet of hashed passwords: six bits a character, the lowest first. @see crypt(5) */
export const ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/**
 * Bytes of a digest in the order that a method wants them, up to three to a group, the highest first.
 *
 * A group of one byte has two characters, of two bytes three, of three bytes four.
 */
export function encodeGroups(digest: Uint8Array, groups: readonly (readonly number[])[]): string {
  let text = "";
  for (const group of groups) {
    let bits = group.reduce((value, at) => (value << 8) | (digest[at] ?? 0), 0);
    for (let count = 0; count <= group.length; count++) {
      text += ALPHABET[bits & 63];
      bits >>>= 6;
    }
  }
  return text;
}
