import { expect, it } from "vitest";
import { KnownTexts } from "./known-texts.ts";
import { parse } from "./parse.ts";

it("knows the last sixteen texts, each by its very words", () => {
  const known = new KnownTexts();
  const text = (n: number): string => `FROM busybox\nRUN echo ${n}\n`;
  const read = parse(text(0));
  for (let n = 0; n < 16; n++) known.set(text(n), n === 0 ? read : parse(text(n)));
  expect(known.get(text(0))).toBe(read);
  expect(known.get(`${text(0)} `)).toBeUndefined();
  known.set(text(16), parse(text(16)));
  expect(known.get(text(0))).toBe(read);
  expect(known.get(text(1))).toBeUndefined();
});
