/** A set of bytes: what one position of a regular expression can match. */
export class ByteSet {
  readonly #words = new Uint32Array(8);

  static of(...bytes: readonly number[]): ByteSet {
    const set = new ByteSet();
    for (const byte of bytes) set.add(byte);
    return set;
  }

  /** Every byte for which `test` holds. */
  static where(test: (byte: number) => boolean): ByteSet {
    const set = new ByteSet();
    for (let byte = 0; byte < 256; byte++) if (test(byte)) set.add(byte);
    return set;
  }

  add(byte: number): void {
    this.#words[byte >> 5] = (this.#words[byte >> 5] ?? 0) | (1 << (byte & 31));
  }

  delete(byte: number): void {
    this.#words[byte >> 5] = (this.#words[byte >> 5] ?? 0) & ~(1 << (byte & 31));
  }

  has(byte: number): boolean {
    return (((this.#words[byte >> 5] ?? 0) >>> (byte & 31)) & 1) === 1;
  }

  addAll(other: ByteSet): void {
    for (let byte = 0; byte < 256; byte++) if (other.has(byte)) this.add(byte);
  }

  complement(): ByteSet {
    return ByteSet.where((byte) => !this.has(byte));
  }

  /** The set with both cases of every letter in it. */
  folded(): ByteSet {
    return ByteSet.where((byte) => this.has(byte) || this.has(otherCase(byte)));
  }
}

/** The other case of an ASCII letter; any other byte is its own. */
export function otherCase(byte: number): number {
  return isUpper(byte) || isLower(byte) ? byte ^ 0x20 : byte;
}

const isUpper = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a;
const isLower = (byte: number): boolean => byte >= 0x61 && byte <= 0x7a;
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const isAlpha = (byte: number): boolean => isUpper(byte) || isLower(byte);
const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 9 && byte <= 13);
const isGraph = (byte: number): boolean => byte > 0x20 && byte < 0x7f;

/** A letter, digit or underscore: what `\w` matches and `\<` borders on. */
export const isWordByte = (byte: number): boolean => isAlpha(byte) || isDigit(byte) || byte === 0x5f;

const CLASSES: ReadonlyMap<string, (byte: number) => boolean> = new Map([
  ["alpha", isAlpha],
  ["digit", isDigit],
  ["alnum", (byte) => isAlpha(byte) || isDigit(byte)],
  ["upper", isUpper],
  ["lower", isLower],
  ["space", isSpace],
  ["blank", (byte) => byte === 0x20 || byte === 9],
  ["punct", (byte) => isGraph(byte) && !isAlpha(byte) && !isDigit(byte)],
  ["print", (byte) => isGraph(byte) || byte === 0x20],
  ["graph", isGraph],
  ["cntrl", (byte) => byte < 0x20 || byte === 0x7f],
  ["xdigit", (byte) => isDigit(byte) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66)],
]);

/** The bytes of a character class of the C locale, by name; `undefined` if there is no such class. */
export function characterClass(name: string): ByteSet | undefined {
  const test = CLASSES.get(name);
  return test === undefined ? undefined : ByteSet.where(test);
}

export const WORD_BYTES: ByteSet = ByteSet.where(isWordByte);
export const SPACE_BYTES: ByteSet = ByteSet.where(isSpace);
