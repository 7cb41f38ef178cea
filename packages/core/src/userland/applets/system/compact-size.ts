/** Numbers in four or five characters: `1234`, ` 27m`, `9.2g`. */

/**
 * `value` in exactly `width` characters; what does not fit is divided by 1024 until it does.
 *
 * `scale[n]` is the unit of the n-th division; digits that are dropped do not round.
 */
export function compactSize(value: number, width: 4 | 5, scale: string): string {
  const limit = 10 ** width;
  if (value < limit) return String(value).padStart(width);
  let tenths = value * 10;
  let unit = 0;
  do {
    tenths = Math.floor(tenths / 1024);
    unit++;
  } while (tenths >= limit);
  const whole = Math.floor(tenths / 10);
  const digits = whole >= limit / 1000 ? String(whole) : `${whole}.${tenths % 10}`;
  return `${digits}${scale[unit] ?? ""}`.padStart(width);
}
