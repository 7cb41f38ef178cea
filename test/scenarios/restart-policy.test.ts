/** Restart policies in virtual time: moby's back-off, its limits, and how a stop ends it. */
import type { Engine } from "@bottleship/core/engine";
import { expect, it } from "vitest";
import { docker, machine } from "./support.ts";

const SECOND = 1_000_000;

/** When the container was started, in seconds since the first time, rounded to 0.1. */
function starts(engine: Engine): readonly number[] {
  const times = engine.events.past().flatMap(({ action, timeUs }) => (action === "start" ? [timeUs] : []));
  return times.map((us) => Math.round((us - (times[0] ?? 0)) / 100_000) / 10);
}

// Setting a container up takes 100 ms itself.

it("starts a container again after 100 ms, 200 ms, 400 ms…", async () => {
  const engine = await machine();
  await docker(engine, "run -d --restart always --name again busybox false");
  await engine.world.advance(4 * SECOND);
  expect(starts(engine)).toEqual([0, 0.2, 0.5, 1, 1.9, 3.6]);
  expect(await docker(engine, "inspect -f '{{.State.Status}} {{.RestartCount}}' again")).toBe("restarting 6\n");
});

it("gives up on-failure:3 after four runs", async () => {
  const engine = await machine();
  await docker(engine, "run -d --restart on-failure:3 --name thrice busybox sh -c 'exit 7'");
  // Each end is one to wait for.
  expect(await docker(engine, "wait thrice")).toBe("7\n");
  expect(await docker(engine, "inspect -f '{{.State.Status}}' thrice")).toBe("restarting\n");
  await engine.world.advance(4 * SECOND);
  expect(await docker(engine, "wait thrice")).toBe("7\n");
  expect(await docker(engine, "inspect -f '{{.State.Status}} {{.State.ExitCode}} {{.RestartCount}}' thrice")).toBe(
    "exited 7 3\n",
  );
});

it("rests when the container is stopped by hand, also while it waits to be started again", async () => {
  const engine = await machine();
  await docker(engine, "run -d --restart always --name steady busybox sleep 1000");
  await docker(engine, "stop -t 1 steady");
  await docker(engine, "run -d --restart always --name hasty busybox false");
  await engine.world.advance(2 * SECOND);
  await docker(engine, "stop hasty");
  await engine.world.advance(100 * SECOND);
  expect(await docker(engine, "inspect -f '{{.State.Status}}' steady hasty")).toBe("exited\nexited\n");
});

it("begins anew with 100 ms after a run of ten seconds", async () => {
  const engine = await machine();
  await docker(engine, "run -d --restart always --name slow busybox sh -c 'sleep 11; exit 1'");
  await engine.world.advance(35 * SECOND);
  expect(starts(engine)).toEqual([0, 11.2, 22.4, 33.6]);
});
