/**
 * Numbers as the kernel reads them from what is written to a control file.
 *
 * @see lib/kstrtox.c, lib/cmdline.c:memparse
 */
import { Errno } from "../../abi/index.ts";

const U64 = 1n << 64n;
const S64_MAX = (1n << 63n) - 1n;
/** What a digit may be, by the prefix that says the base. */
const DIGITS = /^(?:0x(?<hex>[\da-f]+)|(?<octal>0[0-7]*)|(?<decimal>[1-9]\d*))/i;
const UNITS = "kmgtpe";

/**
 * A whole text as a number without a sign, hexadecimal after 0x and octal after 0. A newline may follow.
 *
 * @throws EINVAL if it is none. @throws ERANGE beyond 64 bits.
 */
export function parseUnsigned(text: string): bigint {
  return parseDigits(text.replace(/^\+/, ""), U64 - 1n);
}

/** The same with a sign. @throws EINVAL if it is no number. @throws ERANGE beyond 64 bits. */
export function parseSigned(text: string): bigint {
  if (text.startsWith("-")) return -parseDigits(text.slice(1), S64_MAX + 1n);
  return parseDigits(text.replace(/^\+/, ""), S64_MAX);
}

function parseDigits(text: string, most: bigint): bigint {
  const digits = text.replace(/\n$/, "");
  const [taken, value] = scan(digits);
  if (taken === 0 || taken < digits.length) throw new Errno("EINVAL");
  if (value > most) throw new Errno("ERANGE");
  return value;
}

/** @throws ERANGE outside of [least, most]. */
export function within(value: bigint, least: number, most: number): number {
  if (value < least || value > most) throw new Errno("ERANGE");
  return Number(value);
}

/**
 * An amount with a unit, "64m". No digits are 0, and what does not fit into 64 bits wraps.
 *
 * @throws EINVAL if something else follows.
 */
export function parseAmount(text: string): bigint {
  const [taken, value] = scan(text);
  const rest = text.slice(taken).toLowerCase();
  const unit = rest === "" ? 0 : UNITS.indexOf(rest) + 1;
  if (rest.length > 1 || (rest !== "" && unit === 0)) throw new Errno("EINVAL");
  return (value << BigInt(10 * unit)) % U64;
}

/** How many characters are a number, and which. */
function scan(text: string): readonly [taken: number, value: bigint] {
  const match = DIGITS.exec(text);
  if (match === null) return [0, 0n];
  const { hex, octal, decimal } = match.groups ?? {};
  const literal = decimal ?? (hex === undefined ? `0o0${octal}` : `0x${hex}`);
  return [match[0].length, BigInt(literal)];
}
