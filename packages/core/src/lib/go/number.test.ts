import { expect, it } from "vitest";
import { atoiProblem } from "./number.ts";

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
