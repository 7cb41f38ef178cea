/** Base64 for passwords in HTTP headers. @see RFC 4648 section 4, RFC 7617 */
import { fromLatin1 } from "../../../lib/index.ts";

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** One character a byte in, as base64. */
export function encodeBase64(text: string): string {
  const bytes = fromLatin1(text);
  let out = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const bits = (a << 16) | (b << 8) | c;
    const left = bytes.length - at;
    for (let digit = 0; digit < 4; digit++) {
      out += digit <= left ? (BASE64[(bits >> (18 - 6 * digit)) & 63] ?? "") : "=";
    }
  }
  return out;
}

/** The bytes of base64; what is no digit of it is passed over. */
export function decodeBase64(text: string): Uint8Array {
  const bytes: number[] = [];
  let bits = 0;
  let count = 0;
  for (const char of text) {
    const value = BASE64.indexOf(char);
    if (value < 0) continue;
    bits = ((bits << 6) | value) & 0xffffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push((bits >> count) & 0xff);
  }
  return Uint8Array.from(bytes);
}
