/** The reconciler of the examples under a thousand seeds, and its broken variant caught. */
import { ExplorationFailure, explore } from "@bottleship/core/explore";
import { expect, it } from "vitest";
import { prepare, story, troubles } from "../../packages/examples/src/reconciler-story.ts";

const SEEDS = Number(process.env["EXPLORE_SEEDS"] ?? 1000);

it(`survives partitions, leaks, lost events and restarts of the daemon under ${SEEDS} seeds`, async () => {
  expect(await explore({ seeds: SEEDS, faults: troubles, prepare }, (trial) => story(trial))).toEqual({ seeds: SEEDS });
});

it("is caught when it does not list after it has reconnected", async () => {
  const broken = explore({ seeds: SEEDS, faults: troubles, prepare }, (trial) => story(trial, { relists: false }));
  const failure = await broken.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ExplorationFailure);
  console.log((failure as ExplorationFailure).message);
});
