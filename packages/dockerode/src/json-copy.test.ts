import { expect, it } from "vitest";
import { jsonCopy } from "./json-copy.ts";

it("is what a way through text leaves, and shares nothing with what was given", () => {
  const odd = JSON.parse('{"__proto__":{"a":1}}') as object;
  const given = { a: [1, undefined, () => 1, Number.NaN], b: undefined, c: { d: null, e: "é" }, odd, at: new Date(0) };
  const copy = jsonCopy(given);
  expect(JSON.stringify(copy)).toBe(JSON.stringify(given));
  expect(copy).toEqual(JSON.parse(JSON.stringify(given)));
  expect((copy as typeof given).c).not.toBe(given.c);
});
