/** Programs that write or compute without end: what they get done in a second is bounded, as it is on a real machine. */
import type { Engine } from "@bottleship/core/engine";
import { expect, it } from "vitest";
import { docker, machine } from "./support.ts";

const linesOf = (engine: Engine): number => engine.containers.get("flood").logs.text().split("\n").length - 1;

async function flooded(line: string): Promise<Engine> {
  const engine = await machine();
  await docker(engine, `run -d --name flood ${line}`);
  await engine.world.advance("1s");
  return engine;
}

it("a log takes about a million short lines a second, as Docker's does", async () => {
  const lines = linesOf(await flooded("busybox yes"));
  expect(lines).toBeGreaterThan(900_000);
  expect(lines).toBeLessThan(1_100_000);
});

it("a log takes 200 MB a second at most", async () => {
  const engine = await flooded("--log-opt max-size=1m busybox cat /dev/zero");
  const { cpuUs = 0 } = engine.containers.get("flood").oci?.process ?? {};
  expect(cpuUs).toBeLessThan(100_000);
});

it("a terminal takes a line in several microseconds", async () => {
  const lines = linesOf(await flooded("-t busybox yes"));
  expect(lines).toBeGreaterThan(100_000);
  expect(lines).toBeLessThan(200_000);
});

it("who writes little does not wait", async () => {
  const engine = await machine();
  const startedUs = engine.world.clock.nowUs;
  await docker(engine, "run busybox seq 10000");
  const many = engine.world.clock.nowUs - startedUs;
  await docker(engine, "run busybox true");
  expect(many - (engine.world.clock.nowUs - startedUs - many)).toBeLessThan(5_000);
});

it.each([
  ["md5sum", 60_000],
  ["sha256sum", 90_000],
  ["gzip", 150_000],
])("%s of 8 MiB takes at least %i µs", async (tool, leastUs) => {
  const engine = await machine();
  const measure = async (command: string): Promise<number> => {
    const startedUs = engine.world.clock.nowUs;
    await docker(engine, ["run", "busybox", "sh", "-c", `head -c 8m /dev/zero | ${command} >/dev/null`]);
    return engine.world.clock.nowUs - startedUs;
  };
  const bare = await measure("cat");
  expect((await measure(tool)) - bare).toBeGreaterThan(leastUs);
});

it("who writes waits for a reader that has a megabyte left to pass on", async () => {
  const engine = await machine();
  await docker(engine, "run -d --name flood busybox yes");
  let waitingBytes = 2e6;
  engine.containers.get("flood").logs.follow(
    () => {},
    () => waitingBytes,
  );
  const before = linesOf(engine);
  await engine.world.advance("1s");
  expect(linesOf(engine)).toBe(before);
  waitingBytes = 0;
  await engine.world.advance("100ms");
  expect(linesOf(engine) - before).toBeGreaterThan(80_000);
});

it.each(["dd if=/dev/urandom of=/dev/null bs=64M count=1", "dd if=/dev/zero of=/f bs=64M count=1"])(
  "%s takes turns with others, though it is one call",
  async (command) => {
    const engine = await machine();
    const turnsOf = async (line: string): Promise<number> => {
      const before = engine.world.turns;
      expect((await engine.docker(["run", "--rm", "busybox", "sh", "-c", line])).stderr).toBe(
        "1+0 records in\n1+0 records out\n",
      );
      return engine.world.turns - before;
    };
    const few = await turnsOf(command.replace("64M", "8M"));
    expect((await turnsOf(command)) - few).toBeGreaterThanOrEqual(7);
  },
);
