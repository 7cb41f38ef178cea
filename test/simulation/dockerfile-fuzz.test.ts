/** A few mutated Dockerfiles; test/long has many. */
import { expect, it } from "vitest";
import { fuzzDockerfiles } from "../long/dockerfile-fuzz/run.ts";

it("takes or refuses mutated Dockerfiles, without a crash", () => {
  const { taken, refused } = fuzzDockerfiles("short", 1500);
  expect(taken).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(100);
});
