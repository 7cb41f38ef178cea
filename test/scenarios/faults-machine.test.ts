/** What surrounds containers: registries, links, the wall clock, the daemon. */
import { createEngine } from "@bottleship/core/engine";
import { expect, it } from "vitest";
import { docker, machine } from "./support.ts";

it("refuses pulls of one image at the registry, until that is undone", async () => {
  const engine = createEngine();
  using rule = engine.faults.add({ on: "pull", image: "busybox", resource: "manifest", status: 429 });
  const refused = await engine.docker("pull -q busybox");
  expect([refused.exitCode, refused.stderr.includes("toomanyrequests")]).toEqual([1, true]);
  await docker(engine, "pull -q alpine");
  expect(engine.faults.fired[0]?.what).toMatch(
    /^(GET|HEAD) manifest library\/busybox latest at the registry failed with 429$/,
  );
  rule.undo();
  await docker(engine, "pull -q busybox");
});

it("cuts a link for a while", async () => {
  const engine = await machine();
  await docker(engine, "network create shop");
  for (const name of ["web", "db"]) await docker(engine, `run -d --name ${name} --network shop busybox sleep 100000`);
  const hears = async (): Promise<boolean> => (await engine.docker("exec web ping -c 1 -W 1 db")).exitCode === 0;
  using _ = engine.faults.add({ on: "network", between: ["web", "db"], cut: true, after: "10s", lasts: "20s" });
  expect(await hears()).toBe(true);
  await engine.pass("10s");
  expect(await hears()).toBe(false);
  await engine.pass("20s");
  expect(await hears()).toBe(true);
});

it("sets the wall clock: what lasts lasts as long as before", async () => {
  const engine = await machine();
  await docker(engine, "run -d --name web busybox sh -c 'date +%H; sleep 60; date +%H'");
  await engine.pass("1s");
  using _ = engine.faults.add({ on: "clock", jump: "3h" });
  await engine.pass("30s");
  expect(await docker(engine, "inspect -f {{.State.Running}} web")).toBe("true\n");
  await engine.pass("30s");
  expect(await docker(engine, "logs web")).toBe("00\n03\n");
  expect(await docker(engine, "inspect -f {{.State.FinishedAt}} web")).toMatch(/T03:01:0/);
  engine.faults.add({ on: "clock", jump: "-4h" });
  expect(await docker(engine, "run --rm busybox date +%H")).toBe("23\n");
  engine.faults.clear();
  expect(await docker(engine, "run --rm busybox date +%H")).toBe("00\n");
});

it("crashes the daemon: nobody answers for a while, containers live on or not", async () => {
  const engine = await machine();
  await docker(engine, "run -d --name web --restart always busybox sleep 100000");
  const pid = await docker(engine, "inspect -f {{.State.Pid}} web");
  engine.faults.add({ on: "daemon", effect: "crash", after: "5s", down: "10s", liveRestore: true });
  await engine.pass("6s");
  expect((await engine.docker("ps")).stderr).toMatch(/^Cannot connect to the Docker daemon/);
  await engine.pass("10s");
  expect(await docker(engine, "inspect -f {{.State.Pid}} web")).toBe(pid);
  engine.faults.add({ on: "daemon", effect: "crash", liveRestore: false });
  await engine.pass("1m");
  expect(await docker(engine, "inspect -f {{.State.Running}} web")).toBe("true\n");
  expect(await docker(engine, "inspect -f {{.State.Pid}} web")).not.toBe(pid);
});

it("has the daemon away for exactly as long as it says, however time is made to pass", async () => {
  const absence = async (pieces: readonly string[]): Promise<readonly number[]> => {
    const engine = await machine();
    await docker(engine, "run -d --name web --restart always busybox sleep 100000");
    const begunUs = engine.world.clock.nowUs;
    const moments: number[] = [];
    for (const event of ["ended", "started"] as const) {
      engine.daemon.on(event, () => void moments.push(Math.floor((engine.world.clock.nowUs - begunUs) / 1e6)));
    }
    engine.faults.add({ on: "daemon", effect: "restart", after: "5s", down: "7s" });
    for (const piece of pieces) await engine.pass(piece);
    return moments;
  };
  // The container has ten seconds to end.
  expect(await absence(["1m"])).toEqual([15, 22]);
  expect(await absence(Array.from({ length: 60 }, () => "1s"))).toEqual([15, 22]);
});
