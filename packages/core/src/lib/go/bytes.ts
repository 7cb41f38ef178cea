/** Sizes as BuildKit prints them: `335B`, `1.05MB`. Model: tonistiigi/units with `%.2f`. */

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return unit === 0 ? `${value}B` : `${value.toFixed(2)}${UNITS[unit]}`;
}
