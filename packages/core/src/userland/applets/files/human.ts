/** Sizes for people: `1.5K`, `12.0M`. */

const UNITS = ["", "K", "M", "G", "T", "P", "E", "Z", "Y"] as const;

/** `bytes` with one decimal and a unit of 1024ths, plain below 1024. `decimals: false` rounds to a whole number. */
export function humanSize(bytes: number, { decimals = true } = {}): string {
  if (bytes === 0) return "0";
  let whole = bytes;
  let tenths = 0;
  let unit = 0;
  while (whole >= 1024) {
    tenths = Math.floor(((whole % 1024) * 10 + 512) / 1024);
    whole = Math.floor(whole / 1024);
    unit++;
  }
  if (tenths >= 10) {
    whole++;
    tenths = 0;
  }
  if (!decimals) return `${whole + (tenths >= 5 ? 1 : 0)}${UNITS[unit] ?? ""}`;
  return unit === 0 ? String(whole) : `${whole}.${tenths}${UNITS[unit] ?? ""}`;
}

/** `bytes` in units of `unitBytes`, rounded to the nearest. */
export function inUnits(bytes: number, unitBytes: number): string {
  return String(Math.floor((bytes + Math.floor(unitBytes / 2)) / unitBytes));
}
