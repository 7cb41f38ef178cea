import { expect, it } from "vitest";
import { atoiProblem, readBool, readInteger, readUnsigned } from "./number.ts";

it.each([
  ["+7", undefined],
  ["-9223372036854775808", undefined],
  ["9223372036854775808", 'strconv.Atoi: parsing "9223372036854775808": value out of range'],
  ["", 'strconv.Atoi: parsing "": invalid syntax'],
  ["1_0", 'strconv.Atoi: parsing "1_0": invalid syntax'],
  ['a"\n', 'strconv.Atoi: parsing "a\\"\\n": invalid syntax'],
])("says of %j what Go's strconv.Atoi does", (text, problem) => {
  expect(atoiProblem(text)).toBe(problem);
});

it("reads integers of a base, in range", () => {
  expect([readInteger("+07"), readInteger("-1"), readUnsigned("755", { base: 8 })]).toEqual([7, -1, 493]);
  for (const text of ["", "+", "1_000", "0x1", " 1", "1.0"]) expect(readInteger(text)).toBe("invalid syntax");
  expect(readUnsigned("+1")).toBe("invalid syntax");
  expect([readInteger("2147483647", { bits: 32 }), readInteger("2147483648", { bits: 32 })]).toEqual([
    2147483647,
    "value out of range",
  ]);
});

it("knows six words for yes and six for no, in three cases", () => {
  expect(["1", "t", "TRUE", "True", "0", "F", "false", "tRUE", "yes", ""].map(readBool)).toEqual([
    ...[true, true, true, true],
    ...[false, false, false],
    ...[undefined, undefined, undefined],
  ]);
});
