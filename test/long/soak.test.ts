/**
 * A million containers are created, started, stopped and removed: what is left of them after collection is nothing.
 *
 * `SOAK_CYCLES` in the environment makes it shorter or longer. The first ten thousand are for tables to grow and for
 * code to be compiled.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createEngine, type Engine } from "@bottleship/core";
import { expect, it } from "vitest";

const CYCLES = Number(process.env["SOAK_CYCLES"] ?? 1_000_000);
const WARM_UP = 10_000;
const GROWTH = 1.05;

it(`leaves the heap after ${CYCLES} containers as it was after ${WARM_UP}`, async () => {
  const engine = createEngine();
  await engine.images.pull("busybox");
  await comeAndGo(engine, WARM_UP);
  const before = liveBytes();
  await comeAndGo(engine, CYCLES - WARM_UP);
  expect(engine.containers.list({ all: true })).toEqual([]);
  expect(liveBytes()).toBeLessThan(before * GROWTH);
});

async function comeAndGo({ containers }: Engine, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const container = containers.create({ Image: "busybox", Cmd: ["sleep", "infinity"] });
    await containers.start(container);
    await containers.stop(container, { timeoutSeconds: 1 });
    await containers.remove(container);
  }
}

function liveBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
