import { expect, test } from "vitest";
import { remembering, rememberingEach } from "./remembering.ts";

test("the same text again is not worked out again, but another is", () => {
  const asked: string[] = [];
  const length = remembering((text: string) => asked.push(text) && text.length);
  expect([length("one"), length("one"), length("three"), length("one")]).toEqual([3, 3, 5, 3]);
  expect(asked).toEqual(["one", "three", "one"]);
});

test("what follows from an object is made once; equal objects have each their own", () => {
  const sizeOf = rememberingEach((list: readonly number[]) => ({ size: list.length }));
  const one = [1, 2];
  const other = [1, 2];
  expect(sizeOf(one)).toEqual({ size: 2 });
  expect(sizeOf(one)).toBe(sizeOf(one));
  expect(sizeOf(other)).not.toBe(sizeOf(one));
});
