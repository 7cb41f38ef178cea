/** Sizes as people write them. Model: docker/go-units. */
import { parseFloat64 } from "./number.ts";
import { ValueError } from "./value-error.ts";

/** Each is a thousand of the one before. */
const UNITS = "bkmgtp";

/** units.RAMInBytes: `64m`, `1.5 GiB`, `512`: units are powers of 1024. @throws ValueError `invalid suffix: 'x'` */
export const parseBytes = (text: string): number => parse(text, 2 ** 10);

/** units.FromHumanSize: the same with units that are powers of 1000, as log drivers read sizes. @throws ValueError */
export const parseDecimalBytes = (text: string): number => parse(text, 1000);

function parse(text: string, thousand: number): number {
  const last = /[0-9. ](?=[^0-9. ]*$)/.exec(text);
  if (last === null) throw new ValueError(`invalid size: '${text}'`);
  const number = text.slice(0, last[0] === " " ? last.index : last.index + 1);
  const size = parseFloat64(number);
  if (size < 0) throw new ValueError(`invalid size: '${text}'`);
  const suffix = text.slice(last.index + 1);
  if (suffix === "") return int64(size);
  if (suffix.length > 3) throw new ValueError(`invalid suffix: '${suffix}'`);
  const [, unit = ""] = /^([bkmgtp])(?:b|ib)?$/.exec(suffix.toLowerCase()) ?? [];
  if (unit === "" || (unit === "b" && suffix.length > 1))
    throw new ValueError(`invalid suffix: '${suffix.toLowerCase()}'`);
  return int64(size * thousand ** UNITS.indexOf(unit));
}

/** As processors of x86 make a whole number of 64 bits: what is too large for them is the least of all. */
const int64 = (value: number): number => (value < 2 ** 63 ? Math.trunc(value) : -(2 ** 63));
