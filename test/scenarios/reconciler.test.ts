/** A reconciler survives what `explore` draws; without looking again after its stream has broken it does not. */
import { ExplorationFailure, type ExploreOptions, explore } from "@bottleship/core/explore";
import { describe, expect, it } from "vitest";
import { prepare, story, troubles } from "../../packages/examples/src/reconciler-story.ts";

describe("the reconciler of the examples", () => {
  it("keeps three healthy replicas and rolls an update out, whatever goes wrong", async () => {
    const { seeds } = await explore({ seeds: 3, faults: troubles, prepare }, (trial) => story(trial));
    expect(seeds).toBe(3);
  }, 120_000);

  it("is caught if it does not list after it has reconnected; the seed and the rules that are left fail in the same way", async () => {
    const run = (options: ExploreOptions) =>
      explore({ prepare, ...options }, (trial) => story(trial, { relists: false })).catch((error: unknown) => error);
    const failure = await run({ seeds: 100, faults: troubles });
    expect(failure).toBeInstanceOf(ExplorationFailure);
    const { found, message } = failure as ExplorationFailure;
    expect(message).toContain(`seed ${found.seed} fails`);
    expect(found.plan.length).toBeLessThan(found.drawn.length);
    const again = (await run({ seeds: [found.seed], faults: found.plan, attempts: 0 })) as ExplorationFailure;
    expect(again.found).toEqual({ ...found, drawn: found.plan });
  }, 120_000);
});
