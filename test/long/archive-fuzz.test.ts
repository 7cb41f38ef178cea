/**
 * Twenty thousand mutated archives: layers, archives of docker and of OCI, gzip streams. None crashes, hangs or gets
 * out, a refusal says where, and leaves nothing behind.
 *
 * `FUZZ_SEED` and `FUZZ_ARCHIVES` in the environment repeat a run, or make it longer.
 */
import { expect, it } from "vitest";
import { fuzzArchives } from "./archive-fuzz/run.ts";

const COUNT = Number(process.env["FUZZ_ARCHIVES"] ?? 5000);
const SEEDS = process.env["FUZZ_SEED"]?.split(",") ?? ["1", "2", "3", "4"];

it.each(SEEDS)(`${COUNT} mutated archives are taken or refused (seed %s)`, async (seed) => {
  const { taken, refused, slowest } = await fuzzArchives(seed, COUNT);
  console.log(`${taken} taken, ${refused} refused, the slowest in ${slowest.toFixed(0)} ms`);
  expect(taken + refused).toBe(COUNT);
});
