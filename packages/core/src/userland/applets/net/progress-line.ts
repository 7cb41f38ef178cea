/** The line that wget shows of a transfer that is complete. @see busybox's libbb/progress.c */

const NAME_WIDTH = 20;
const BAR_WIDTH = 32;
const UNITS = " kMGTPEZY";

/** `total` is 0 if it was never known. */
export function progressLine(name: string, bytes: number, total: number): string {
  const shown = name.slice(0, NAME_WIDTH).padEnd(NAME_WIDTH);
  if (total === 0) return `${shown} ${fiveDigits(bytes)} --:--:-- ETA\n`;
  const stars = Math.floor((BAR_WIDTH * bytes) / total);
  const bar = "*".repeat(stars).padEnd(BAR_WIDTH);
  const percent = String(Math.floor((100 * bytes) / total)).padStart(3);
  return `${shown} ${percent}% |${bar}| ${fiveDigits(bytes)}  0:00:00 ETA\n`;
}

/** A size in five characters: "  340 ", " 3000 ", " 292k", "1.5M". */
function fiveDigits(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 100_000) {
    value = Math.floor(value / 1024);
    unit++;
  }
  if (unit === 0 && value < 10_000) return `${String(value).padStart(5)}`.padStart(5);
  if (unit === 0) {
    value = Math.floor(value / 1024);
    unit = 1;
  }
  return `${String(value).padStart(4)}${UNITS[unit] ?? ""}`;
}
