/** A reconciler survives what `explore` draws; without looking again after its stream has broken it does not. */
import { ExplorationFailure, explore } from "@bottleship/core/explore";
import { describe, expect, it } from "vitest";
import { prepare, story, troubles } from "../../packages/examples/src/reconciler-story.ts";

describe("the reconciler of the examples", () => {
  it("keeps three healthy replicas and rolls an update out, whatever goes wrong", async () => {
    const { seeds } = await explore({ seeds: 6, faults: troubles, prepare }, (trial) => story(trial));
    expect(seeds).toBe(6);
  }, 120_000);

  it("is caught if it does not list after it has reconnected; the seed fails again in the same way", async () => {
    const broken = { faults: troubles, prepare };
    const run = (seeds: number | readonly number[]) =>
      explore({ ...broken, seeds }, (trial) => story(trial, { relists: false })).catch((error: unknown) => error);
    const failure = await run(100);
    expect(failure).toBeInstanceOf(ExplorationFailure);
    const { found, message } = failure as ExplorationFailure;
    expect(message).toContain(`seed ${found.seed} fails`);
    const again = (await run([found.seed])) as ExplorationFailure;
    expect(again.found).toEqual(found);
  }, 120_000);
});
