/** Where time goes with the host's and has fallen behind it, computing takes as long as it took. */
import { expect, it } from "vitest";
import { getpid, type Routine } from "../abi/index.ts";
import { TestMachine } from "../testing/machine.ts";

const CALLS = 1000;
/** The last turn ends with the process, and nobody waits for its time. */
const CALLS_PER_TURN = 100;
const BEHIND_US = 200_000;

/** CPU time of a program whose calls take the host a millisecond each. */
async function usedUs(policy: "real" | "skip"): Promise<number> {
  let nowUs = 1e15;
  const host = { nowUs: () => nowUs, breathe: async () => {} };
  const machine = new TestMachine({ policy, host });
  const process = machine.spawn(function* (): Routine<number> {
    for (let i = 0; i < CALLS; i++) {
      nowUs += 1000;
      yield* getpid();
    }
    return 0;
  });
  await machine.world.until(() => {
    // Time goes on while nobody computes, too.
    nowUs += 10;
    return !process.isAlive;
  });
  return process.cpuUs;
}

it("charges a process for the host's time under real, and only for its calls else", async () => {
  expect(await usedUs("real")).toBeGreaterThan((CALLS - 2 * CALLS_PER_TURN) * 1000 - BEHIND_US);
  expect(await usedUs("skip")).toBeLessThan(2 * CALLS);
});
