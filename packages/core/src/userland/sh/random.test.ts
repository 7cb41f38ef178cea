import { expect, it } from "vitest";
import { Random } from "./random.ts";

const drawn = (seed: string): readonly number[] => {
  const random = new Random();
  random.assign(seed);
  return [random.next(), random.next(), random.next()];
};

it("draws what a real shell drew after the same assignment", () => {
  expect(drawn("5")).toEqual([3710, 1948, 21657]);
  expect(drawn("100000")).toEqual([10541, 1159, 29750]);
  expect(drawn("abc")).toEqual([3240, 22231, 2355]);
  expect(drawn("12x")[0]).toBe(17486);
  expect(drawn("-1")[0]).toBe(29350);
  expect(drawn("99999999999")[0]).toBe(5279);
});

it("goes on as a real one for long", () => {
  const random = new Random();
  random.assign("7");
  for (let count = 0; count < 57; count++) random.next();
  expect([random.next(), random.next(), random.next()]).toEqual([14247, 11408, 19982]);
});
