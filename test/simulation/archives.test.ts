/** A short run of the archives of `test/long/archive-fuzz`, with a seed that stays. */
import { expect, it } from "vitest";
import { fuzzArchives } from "../long/archive-fuzz/run.ts";

it("300 mutated archives are taken or refused, and leave nothing", async () => {
  const { taken, refused } = await fuzzArchives("short", 300);
  expect(taken).toBeGreaterThan(20);
  expect(refused).toBeGreaterThan(100);
});
