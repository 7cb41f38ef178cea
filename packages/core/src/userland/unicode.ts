/**
 * Characters of byte strings, where the locale's name says that they are UTF-8.
 *
 * busybox asks no locale: it looks for `.utf` in the name, takes any code point and gives each one column.
 * @see busybox libbb/unicode.c
 */

/** True if the variables name a locale of UTF-8: the first of LC_ALL, LC_CTYPE and LANG that is set decides. */
export function isUnicode(variable: (name: string) => string | undefined): boolean {
  const locale = variable("LC_ALL") ?? variable("LC_CTYPE") ?? variable("LANG");
  return locale !== undefined && (locale.includes(".utf") || locale.includes(".UTF"));
}

/** True for a byte that goes on with a character which an earlier one began. */
export function continuesCharacter(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** The characters of a byte string; `undefined` if it is not UTF-8. */
export function charactersOf(text: string): readonly string[] | undefined {
  const characters: string[] = [];
  for (let at = 0; at < text.length; ) {
    const { end, isValid } = decodeOne(text, at);
    if (!isValid) return undefined;
    characters.push(text.slice(at, end));
    at = end;
  }
  return characters;
}

/** What `${#text}` is: characters, or bytes if those are no characters. */
export function countCharacters(text: string): number {
  return charactersOf(text)?.length ?? text.length;
}

/** How many columns a byte string takes on a terminal: what is no character is shown as one. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (let at = 0; at < text.length; columns++) at = decodeOne(text, at).end;
  return columns;
}

/** Where the character that begins at `start` ends. Overlong forms are only refused where they stand for ASCII. */
function decodeOne(text: string, start: number): { readonly end: number; readonly isValid: boolean } {
  const lead = text.charCodeAt(start);
  let end = start + 1;
  if (lead <= 0x7f) return { end, isValid: true };
  const length = Math.min(Math.clz32(~(lead << 24)), LONGEST);
  if (length === 1) return { end, isValid: false };
  let codePoint = lead & (0x7f >> length);
  for (; end < start + length; end++) {
    const byte = text.charCodeAt(end);
    if (!continuesCharacter(byte)) return { end, isValid: false };
    codePoint = codePoint * 64 + (byte & 0x3f);
  }
  return { end, isValid: codePoint > 0x7f };
}

/** Bytes of the longest form that there once was. */
const LONGEST = 6;
