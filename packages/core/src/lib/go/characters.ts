/** Characters as Go's packages unicode and strings see them, where JavaScript differs. */

/** What unicode.IsSpace accepts; JavaScript's `\s` knows U+FEFF and not U+0085. */
const WIDE_SPACE = /[\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
const SPACE_AT_START = /^[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
const SPACE_AT_END = /[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/;
const ESCAPED_BYTE = /[\ud800-\udfff]/u;

/** unicode.IsSpace of one character. */
export function isSpace(character: string): boolean {
  const code = character.charCodeAt(0);
  return code < 0x80 ? code === 0x20 || (code >= 0x09 && code <= 0x0d) : WIDE_SPACE.test(character);
}

/** strings.TrimSpace. */
export function trimSpace(text: string): string {
  return trimStart(text).replace(needsTrimEnd(text) ? SPACE_AT_END : "", "");
}

/** strings.TrimLeftFunc(text, unicode.IsSpace). */
export function trimStart(text: string): string {
  return text !== "" && isSpace(text.charAt(0)) ? text.replace(SPACE_AT_START, "") : text;
}

function needsTrimEnd(text: string): boolean {
  return text !== "" && isSpace(text.charAt(text.length - 1));
}

/** The text as Go's rune loops rebuild it: every byte that is not UTF-8 becomes U+FFFD. */
export function replaceInvalid(text: string): string {
  return ESCAPED_BYTE.test(text) ? text.replace(/[\ud800-\udfff]/gu, "\ufffd") : text;
}

/** strings.ToLower: every character becomes one character, and a byte that is not UTF-8 becomes U+FFFD. */
export function lowerCase(text: string): string {
  return mapCase(text, (character) => character.toLowerCase());
}

/** strings.ToUpper, with the same properties: `ß` stays what it is. */
export function upperCase(text: string): string {
  return mapCase(text, (character) => character.toUpperCase());
}

function mapCase(text: string, change: (text: string) => string): string {
  if (!/[^\0-\x7f]/.test(text)) return change(text);
  let changed = "";
  for (const character of replaceInvalid(text)) {
    const other = change(character);
    changed += [...other].length === 1 ? other : character;
  }
  return changed;
}
