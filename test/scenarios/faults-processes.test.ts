/** Main processes of containers that crash, do not hear SIGTERM, or leak. */
import { expect, it } from "vitest";
import { docker, machine } from "./support.ts";

const STATE = "inspect -f '{{.State.ExitCode}} {{.State.OOMKilled}} {{.RestartCount}}' web";

it("crashes so long after each start, until that is undone", async () => {
  const engine = await machine();
  using rule = engine.faults.add({ on: "process", container: "web", crashesAfter: "5s" });
  await docker(engine, "run -d --name web --restart always busybox sleep 100000");
  await engine.pass("12s");
  expect(await docker(engine, STATE)).toBe("0 false 2\n");
  const died = engine.events.past().filter(({ action }) => action === "die");
  expect(died.map(({ attributes }) => attributes["exitCode"])).toEqual(["139", "139"]);
  rule.undo();
  await engine.pass("1h");
  expect(await docker(engine, STATE)).toBe("0 false 2\n");
});

it("does not hear SIGTERM: it takes the ten seconds and SIGKILL", async () => {
  const engine = await machine();
  const script = "trap 'exit 0' TERM; while :; do sleep 1; done";
  await docker(engine, ["run", "-d", "--name", "web", "busybox", "sh", "-c", script]);
  await engine.pass("1s");
  using rule = engine.faults.add({ on: "process", container: "web", ignoresTerm: true });
  const startUs = engine.world.clock.nowUs;
  await docker(engine, "stop web");
  expect(Math.round((engine.world.clock.nowUs - startUs) / 1e6)).toBe(10);
  expect(engine.faults.fired.map(({ what }) => what)).toEqual(["the first process of web ignores SIGTERM"]);
  expect(await docker(engine, STATE)).toBe("137 false 0\n");
  rule.undo();
  await docker(engine, "start web");
  await engine.pass("1s");
  await docker(engine, "stop web");
  expect(await docker(engine, STATE)).toBe("0 false 0\n");
});

it("leaks until its limit, and is killed for that", async () => {
  const engine = await machine();
  using _ = engine.faults.add({ on: "process", image: "busybox", leaks: 1_000_000 });
  await docker(engine, "run -d --name web --memory 16m busybox sleep 1000");
  await engine.pass("10s");
  expect(await docker(engine, STATE)).toBe("0 false 0\n");
  await engine.pass("10s");
  expect(engine.faults.fired.map(({ what }) => what)).toEqual([
    "the first process of web leaks 1000000 bytes a second",
  ]);
  expect(await docker(engine, STATE)).toBe("137 true 0\n");
});
