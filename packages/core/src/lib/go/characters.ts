/** Characters as Go's packages unicode and strings see them, where JavaScript differs. */

/** What unicode.IsSpace accepts; JavaScript's `\s` knows U+FEFF and not U+0085. */
const WIDE_SPACE = /[\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** unicode.IsSpace of one character. */
export function isSpace(character: string): boolean {
  return isSpaceAt(character, 0);
}

/** unicode.IsSpace of the character at a place of a text; there is none at its end. */
export function isSpaceAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code < 0x80 ? code === 0x20 || (code >= 0x09 && code <= 0x0d) : WIDE_SPACE.test(text.charAt(at));
}

/** Where the spaces end that begin at a place of a text. */
export function skipSpace(text: string, start: number): number {
  let at = start;
  while (isSpaceAt(text, at)) at++;
  return at;
}

/** strings.TrimSpace. */
export function trimSpace(text: string): string {
  const start = skipSpace(text, 0);
  let end = text.length;
  while (end > start && isSpaceAt(text, end - 1)) end--;
  return text.slice(start, end);
}

/** strings.TrimLeftFunc(text, unicode.IsSpace). */
export function trimStart(text: string): string {
  return text.slice(skipSpace(text, 0));
}

/** The text as Go's rune loops rebuild it: every byte that is not UTF-8 becomes U+FFFD. */
export function replaceInvalid(text: string): string {
  return text.toWellFormed();
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
