/**
 * A million random system calls from processes on machines and in containers: nothing but an Errno comes out, nobody
 * hangs, and the kernel's books are right all along.
 *
 * `FUZZ_SEED` and `FUZZ_CALLS` in the environment repeat a run, or make it longer.
 */
import { it } from "vitest";
import { fuzz } from "./fuzz/run.ts";
import { expectGood } from "./fuzz/verdict.ts";

const CALLS = Number(process.env["FUZZ_CALLS"] ?? 1_000_000);
const SEEDS = process.env["FUZZ_SEED"]?.split(",") ?? ["1", "2", "3", "4"];

it.each(SEEDS)(`${CALLS} random calls leave the kernel as it should be (seed %s)`, async (seed) => {
  const tally = await fuzz(seed, CALLS);
  console.log(`${tally.calls} calls on ${tally.machines} machines, ${tally.checks} checks`);
  expectGood(tally, { spared: 0 });
});
