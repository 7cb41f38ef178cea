/** Integers and booleans as Go reads them: strconv. */

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
