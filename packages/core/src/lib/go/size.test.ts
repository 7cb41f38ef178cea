import { expect, it } from "vitest";
import { parseBytes } from "./size.ts";
import { problemOf } from "./value-error.ts";

it.each<[text: string, bytes: number]>([
  ["32", 32],
  ["32b", 32],
  ["32k", 32768],
  ["1.5 GiB", 1610612736],
  ["32KB", 32768],
  [".5m", 524288],
  ["8191p", 8191 * 2 ** 50],
  ["8192p", -(2 ** 63)],
  ["99999999999999999999", -(2 ** 63)],
])("of %j is %j", (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});

it.each([
  ["32bb", "invalid suffix: 'bb'"],
  ["1EB", "invalid suffix: 'eb'"],
  ["5pints", "invalid suffix: 'pints'"],
  ["-32", "invalid size: '-32'"],
  ["k", "invalid size: 'k'"],
  ["", "invalid size: ''"],
  ["1  k", 'strconv.ParseFloat: parsing "1 ": invalid syntax'],
  ["1.5.5m", 'strconv.ParseFloat: parsing "1.5.5": invalid syntax'],
])("is not what %j is: %s", (text, problem) => {
  expect(problemOf(() => parseBytes(text))).toBe(problem);
});
