/**
 * A hundred thousand mutated Dockerfiles: none crashes or hangs, a refusal says where, and what is taken means the same
 * when it is printed and read again.
 *
 * `FUZZ_SEED` and `FUZZ_DOCKERFILES` in the environment repeat a run, or make it longer.
 */
import { expect, it } from "vitest";
import { fuzzDockerfiles } from "./dockerfile-fuzz/run.ts";

const COUNT = Number(process.env["FUZZ_DOCKERFILES"] ?? 25_000);
const SEEDS = process.env["FUZZ_SEED"]?.split(",") ?? ["1", "2", "3", "4"];

it.each(SEEDS)(`${COUNT} mutated Dockerfiles are taken or refused (seed %s)`, (seed) => {
  const { taken, refused, slowestMs } = fuzzDockerfiles(seed, COUNT);
  console.log(`${taken} taken, ${refused} refused, the slowest in ${slowestMs.toFixed(0)} ms`);
  expect(taken + refused).toBe(COUNT);
});
