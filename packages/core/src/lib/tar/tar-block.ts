/**
 * The 512-byte header block of a tar archive: where its fields are, and how they are written.
 *
 * @see pax(1p) "ustar Interchange Format", tar(5)
 */
export const BLOCK_SIZE = 512;

const NUL = 0;
const SLASH = 0x2f;
const BLANK = 0x20;
const ZERO_DIGIT = 0x30;

export interface Field {
  readonly at: number;
  readonly size: number;
}

const field = (at: number, size: number): Field => ({ at, size });

export const FIELDS = {
  name: field(0, 100),
  mode: field(100, 8),
  uid: field(108, 8),
  gid: field(116, 8),
  size: field(124, 12),
  mtime: field(136, 12),
  checksum: field(148, 8),
  type: field(156, 1),
  linkName: field(157, 100),
  magic: field(257, 6),
  version: field(263, 2),
  userName: field(265, 32),
  groupName: field(297, 32),
  major: field(329, 8),
  minor: field(337, 8),
  prefix: field(345, 155),
} as const;

/** How many zeros follow `size` bytes up to the next block. */
export const paddingOf = (size: number): number => (BLOCK_SIZE - (size % BLOCK_SIZE)) % BLOCK_SIZE;

export function isZeroBlock(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/** The bytes of a field up to its first NUL. */
export function stringField(block: Uint8Array, { at, size }: Field): Uint8Array {
  const bytes = block.subarray(at, at + size);
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/**
 * A number in octal, or in base 256 if its first bit says so; `undefined` if it is neither.
 *
 * Blanks and NULs may stand around the digits, and a NUL ends them. Numbers beyond what a JavaScript integer holds are
 * taken for broken.
 */
export function numberField(block: Uint8Array, { at, size }: Field): number | undefined {
  const lead = block[at] ?? 0;
  if ((lead & 0x80) !== 0) return base256(block.subarray(at, at + size), lead);
  const end = at + size;
  let next = at;
  while (next < end && isFiller(block[next])) next++;
  let value = 0;
  for (; next < end; next++) {
    const digit = (block[next] ?? 0) - ZERO_DIGIT;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  if (block[next] !== NUL) for (; next < end; next++) if (!isFiller(block[next])) return undefined;
  return Number.isSafeInteger(value) ? value : undefined;
}

const isFiller = (byte: number | undefined): boolean => byte === BLANK || byte === NUL;

/** Two's complement, most significant byte first, without the bit that marks it. */
function base256(bytes: Uint8Array, lead: number): number | undefined {
  const negative = (lead & 0x40) !== 0;
  let value = 0;
  bytes.forEach((byte, index) => {
    const data = negative ? byte ^ 0xff : byte;
    value = value * 256 + (index === 0 ? data & 0x7f : data);
  });
  if (!Number.isSafeInteger(value)) return undefined;
  return negative ? -value - 1 : value;
}

/** The sum that the checksum field must have: all bytes, the field itself taken as blanks. */
export function checksum(block: Uint8Array): { readonly unsigned: number; readonly signed: number } {
  const { at, size } = FIELDS.checksum;
  let unsigned = BLANK * size;
  let high = 0;
  for (let i = 0; i < BLOCK_SIZE; i++) {
    if (i === at) i += size;
    const byte = block[i] ?? 0;
    unsigned += byte;
    high += byte >> 7;
  }
  return { unsigned, signed: unsigned - high * 0x100 };
}

/** True if `value` has an octal number that leaves room for a NUL in a field of `size` bytes. */
export function fitsOctal(value: number, size: number): boolean {
  return value >= 0 && value < (OCTAL_LIMITS[size] ?? 0);
}

/** By the size of a field: the first number that does not fit. */
const OCTAL_LIMITS = Array.from({ length: 13 }, (_, size) => 8 ** Math.max(0, size - 1));

/** Fills a block that is zero, each field once, and sums what it writes: the checksum is over all bytes. */
export class BlockWriter {
  readonly #block: Uint8Array;
  #sum: number;

  /** `sum` is that of what the block has already. */
  constructor(block: Uint8Array, sum = BLANK * FIELDS.checksum.size) {
    this.#block = block;
    this.#sum = sum;
  }

  /** Of all that was written, the field of the checksum taken as blanks. */
  get sum(): number {
    return this.#sum;
  }

  /** That it is a USTAR header. */
  magic(): void {
    this.text(FIELDS.magic, "ustar\0");
    this.text(FIELDS.version, "00");
  }

  /**
   * Writes as many characters of an ASCII text as fit; the rest of the field stays zero.
   *
   * A cut text that would end with a slash ends before its slashes: some readers would take the entry for a directory.
   */
  text({ at, size }: Field, text: string): void {
    let length = Math.min(text.length, size);
    if (text.length > size) while (length > 0 && text.charCodeAt(length - 1) === SLASH) length--;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      this.#block[at + i] = unit;
      this.#sum += unit;
    }
  }

  /** Writes zero-padded octal digits and leaves a NUL behind them; zero for a number that does not fit. */
  octal({ at, size }: Field, value: number): void {
    let rest = fitsOctal(value, size) ? value : 0;
    for (let digit = size - 2; digit >= 0; digit--) {
      const next = Math.floor(rest / 8);
      const character = ZERO_DIGIT + (rest - next * 8);
      this.#block[at + digit] = character;
      this.#sum += character;
      rest = next;
    }
  }

  /** Six digits, a NUL and a blank: the way in which all tars write it. To be called last. */
  checksum(): void {
    const { at, size } = FIELDS.checksum;
    this.octal({ at, size: size - 1 }, this.#sum);
    this.#block[at + size - 1] = BLANK;
  }
}
