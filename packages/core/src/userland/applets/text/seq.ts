/** seq: print numbers in sequence. @see seq(1) */
import type { Applet } from "../../applet.ts";
import { formatFloat, PLAIN } from "../../format-number.ts";
import { getopt } from "../../getopt.ts";
import { strtod } from "../../strtod.ts";
import { usage } from "./arguments.ts";

const NEGATIVE = /^-[.0-9]/;

export const seq: Applet = function* (io) {
  // A negative number is no option, and ends the options.
  const words = io.argv.slice(1);
  const cut = words.findIndex((word) => NEGATIVE.test(word));
  const before = cut < 0 ? words : words.slice(0, cut);
  const options = yield* getopt(io.withArguments([io.calledAs, ...before]), "+ws:");
  const numbers = [...options.operands, ...(cut < 0 ? [] : words.slice(cut))];
  const values = numbers.map((text) => {
    const { value, end } = strtod(text);
    return end === text.length && end > 0 ? value : undefined;
  });
  if (numbers.length < 1 || numbers.length > 3 || values.includes(undefined)) return yield* usage(io);
  const last = values.at(-1) ?? 0;
  const first = numbers.length > 1 ? (values[0] ?? 1) : 1;
  const increment = numbers.length === 3 ? (values[1] ?? 1) : 1;
  const { width, digits } = layoutOf(numbers);
  const layout = { ...PLAIN, zero: true, width: options.has("w") ? width : 0, precision: digits };
  const whole = digits === 0 && Number.isInteger(first) && Number.isInteger(increment) && layout.width === 0;
  const separator = options.value("s") ?? "\n";
  let count = 0;
  for (let value = first; increment >= 0 ? value <= last : value >= last; value = first + count * increment) {
    const text = whole && Number.isSafeInteger(value) ? String(value + 0) : formatFloat(value, "f", layout);
    yield* io.out.write((count === 0 ? "" : separator) + text);
    if (io.out.error !== undefined) break;
    count++;
  }
  if (count > 0) yield* io.out.write("\n");
  return 0;
};

/** The width that -w fills, and the digits behind the point, of which the last number does not decide. */
function layoutOf(numbers: readonly string[]): { width: number; digits: number } {
  let width = 0;
  let fraction = 0;
  for (const [i, number] of numbers.entries()) {
    const point = number.indexOf(".");
    width = Math.max(width, point < 0 ? number.length : point);
    if (i < numbers.length - 1 && point >= 0) fraction = Math.max(fraction, number.length - point);
  }
  const digits = Math.max(fraction - 1, 0);
  return { width: digits > 0 ? width + digits + 1 : width, digits };
}
