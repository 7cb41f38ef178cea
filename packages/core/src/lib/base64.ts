/** Base64 as protocols write it: no line breaks, padded. @see RFC 4648 section 4 */

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const digits = [18, 12, 6, 0].map((shift) => DIGITS.charAt((group >> shift) & 63));
    const used = Math.min(3, bytes.length - at) + 1;
    text += digits.slice(0, used).join("").padEnd(4, "=");
  }
  return text;
}

/** The bytes of a text that `base64` has made. */
export function base64Bytes(text: string): Uint8Array {
  const length = (text.length / 4) * 3 - (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0);
  const bytes = new Uint8Array(length);
  for (let from = 0, to = 0; from < text.length; from += 4) {
    let word = 0;
    for (let i = 0; i < 4; i++) word = (word << 6) | Math.max(0, DIGITS.indexOf(text[from + i] ?? "="));
    for (let shift = 16; shift >= 0 && to < length; shift -= 8) bytes[to++] = word >> shift;
  }
  return bytes;
}
