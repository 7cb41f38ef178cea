/** Integers, booleans and sizes as Go reads them: strconv and docker's go-units. */

export type NumberProblem = "invalid syntax" | "value out of range";

/**
 * strconv.ParseInt and ParseUint: a sign (only if `signed`), then digits of `base`.
 *
 * `bits` up to 53 are exact; above, the range check is approximate, which no caller here can tell.
 */
export function parseInteger(
  text: string,
  { base = 10, bits = 64, signed = true }: { base?: 8 | 10; bits?: number; signed?: boolean } = {},
): number | NumberProblem {
  const digits = signed ? text.replace(/^[+-]/, "") : text;
  if (!(base === 8 ? /^[0-7]+$/ : /^[0-9]+$/).test(digits)) return "invalid syntax";
  const value = Number.parseInt(digits, base) * (signed && text.startsWith("-") ? -1 : 1);
  const limit = 2 ** (signed ? bits - 1 : bits);
  return value < -limit || value >= limit ? "value out of range" : value;
}

/** strconv.ParseBool; undefined for anything but its thirteen words. */
export function parseBool(text: string): boolean | undefined {
  if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return true;
  if (["0", "f", "F", "FALSE", "false", "False"].includes(text)) return false;
  return undefined;
}

const UNITS = new Map([
  ["k", 2 ** 10],
  ["m", 2 ** 20],
  ["g", 2 ** 30],
  ["t", 2 ** 40],
  ["p", 2 ** 50],
]);

/** units.RAMInBytes: `64m`, `1.5 GiB`, `512b`; undefined if it is no size. */
export function parseSize(text: string): number | undefined {
  const match = /^(.*[0-9.]) ?([^0-9. ]*)$/s.exec(text);
  const [, digits = "", suffix = ""] = match ?? [];
  if (match === null || !/^\+?([0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(digits)) return undefined;
  const size = Number(digits);
  const [, unit, rest] = /^([bkmgtp])(b|ib)?$/.exec(suffix.toLowerCase()) ?? [];
  if (suffix === "") return Math.trunc(size);
  if (unit === undefined) return undefined;
  if (unit === "b") return rest === undefined ? Math.trunc(size) : undefined;
  return Math.trunc(size * (UNITS.get(unit) ?? 1));
}
