/** States: what it costs to write down what has changed on a machine, and to find it again. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine, type Engine, replay } from "@bottleship/core/engine";
import { openState } from "@bottleship/node";
import type { Case } from "../figure.ts";
import { busyMs, medianOf, mediansOf } from "../measure.ts";
import { prepared } from "./forks.ts";

const CHANGES = 20;

export const states: Case = async ({ rounds }) => {
  const snapshot = (await prepared(1)).snapshot();
  const directory = mkdtempSync(join(tmpdir(), "bottleship-bench-"));
  const opened = openState(directory);
  try {
    let last = 0;
    const change = (engine: Engine) => async (): Promise<number> =>
      (await busyMs(async () => {
        for (let i = 0; i < CHANGES; i++) await engine.docker(["volume", "create", `v${++last}`]);
      })) / CHANGES;
    const kept = createEngine({ from: snapshot, state: opened.state });
    const [written, forgotten] = await mediansOf(rounds, change(kept), change(createEngine({ from: snapshot })));
    const found = await medianOf(rounds, () => busyMs(() => void createEngine({ state: opened.state })));
    const [again, life] = await lives(rounds);
    return [
      { name: "a change of a machine with 200 containers, on the disk", value: written, unit: "ms" },
      { name: "  without a state", value: forgotten, unit: "ms" },
      { name: "an engine that finds its state", value: found, unit: "ms" },
      { name: "replay to the recorded life", value: again / life, unit: "×" },
    ];
  } finally {
    opened.release();
    rmSync(directory, { recursive: true });
  }
};

/** Ten minutes of ten containers. */
async function live(engine: Engine): Promise<void> {
  await engine.docker("pull --quiet busybox");
  for (let i = 0; i < 10; i++) await engine.docker(`run -d --name web-${i} busybox sh -c 'while :; do sleep 1; done'`);
  await engine.pass("10m");
}

async function lives(rounds: number): Promise<readonly [again: number, life: number]> {
  const recorded = createEngine({ journal: true });
  await live(recorded);
  const { journal } = recorded;
  return mediansOf(
    rounds,
    () => busyMs(async () => void (await replay(journal))),
    () => busyMs(() => live(createEngine())),
  );
}
