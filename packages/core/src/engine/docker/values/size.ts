/** Amounts of memory and CPUs as people write them. Model: docker/go-units, docker/cli opts.NanoCPUs. */
import { parseFloat64, parseRational } from "../../../lib/go/index.ts";
import { ValueError } from "../problem.ts";

/** Each is a thousand of the one before. */
const UNITS = "bkmgtp";

/** Bytes of `64m`, `1.5GiB`, `512`: units are powers of 1024, their case and a final `b` do not matter. */
export function parseBytes(text: string): number {
  return parse(text, 2 ** 10);
}

/** The same with units that are powers of 1000, as log drivers read sizes. Model: docker/go-units FromHumanSize. */
export function parseDecimalBytes(text: string): number {
  return parse(text, 1000);
}

function parse(text: string, thousand: number): number {
  const last = /[0-9. ](?=[^0-9. ]*$)/.exec(text);
  if (last === null) throw new ValueError(`invalid size: '${text}'`);
  const number = text.slice(0, last[0] === " " ? last.index : last.index + 1);
  const size = parseFloat64(number);
  if (size < 0) throw new ValueError(`invalid size: '${text}'`);
  const suffix = text.slice(last.index + 1);
  if (suffix === "") return Math.trunc(size);
  if (suffix.length > 3) throw new ValueError(`invalid suffix: '${suffix}'`);
  const [, unit = ""] = /^([bkmgtp])(?:b|ib)?$/.exec(suffix.toLowerCase()) ?? [];
  if (unit === "" || (unit === "b" && suffix.length > 1))
    throw new ValueError(`invalid suffix: '${suffix.toLowerCase()}'`);
  return Math.trunc(size * thousand ** UNITS.indexOf(unit));
}

/** Like `parseBytes`; `-1` stands for no limit. */
export function parseSwap(text: string): number {
  return text === "-1" ? -1 : parseBytes(text);
}

/** CPUs in units of 1e-9: `1.5` is 1,500,000,000. */
export function parseCpus(text: string): number {
  const rational = parseRational(text);
  if (rational === undefined) throw new ValueError(`failed to parse ${text} as a rational number`);
  const [numerator, denominator] = rational;
  const nano = numerator * 1_000_000_000n;
  if (nano % denominator !== 0n) throw new ValueError("value is too precise");
  return Number(BigInt.asIntN(64, nano / denominator));
}
