/** What `docker stats` tells, once and again and again: processor time, memory, networks, disk. */
import { measureStats } from "@bottleship/core/engine";
import { expect, it } from "vitest";
import { onEngines } from "./engines.ts";
import { docker, machine } from "./support.ts";

const BUSY = ["busybox", "sh", "-c", "while :; do :; done"];

onEngines("stats", (it) => {
  it("tells the share of a processor that a quota leaves, and what went over the network", async (engine) => {
    await engine.docker(["run", "-d", "--name", "stats-busy", "--cpus", "0.1", ...BUSY]);
    await engine.docker("run -d --name stats-idle busybox sleep 1000");
    const format = "{{.NetworkSettings.Networks.bridge.IPAddress}}";
    const address = (await engine.docker(["inspect", "-f", format, "stats-idle"])).trim();
    await engine.docker(`exec stats-busy ping -c 3 -s 1000 ${address}`);
    const told = await engine.docker("stats --no-stream --format '{{.CPUPerc}} {{.NetIO}}' stats-busy stats-idle");
    const [busy = "", idle = ""] = told.split("\n");
    expect(Number.parseFloat(busy)).toBeGreaterThan(6);
    expect(Number.parseFloat(busy)).toBeLessThan(15);
    expect(Number.parseFloat(idle)).toBeLessThan(5);
    // Three echoes of 1,042 bytes each way, and who has the address.
    expect(await engine.refused("stats --no-stream --format {{.Some}} stats-idle")).toBe(
      '1: template parsing error: template: :1:2: executing "" at <.Some>: can\'t evaluate field Some in type *container.statsContext\n',
    );
    for (const line of [busy, idle]) expect(line).toMatch(/% [3-9](\.\d+)?kB \/ [3-9](\.\d+)?kB$/);
  });
});

it("counts what is written to the disk, and how often a quota held the processors back", async () => {
  const engine = await machine();
  await docker(engine, ["run", "-d", "--name", "web", "--cpus", "0.1", "--pids-limit", "50", ...BUSY]);
  await docker(engine, "exec web dd if=/dev/zero of=/file bs=1M count=5");
  expect(await docker(engine, "stats --no-stream --format {{.BlockIO}} web")).toMatch(/ \/ 5\.24MB\n$/);
  const { cpu_stats: cpu, pids_stats: pids } = measureStats(engine, engine.containers.get("web"), undefined);
  const { periods, throttled_periods: throttled, throttled_time: ns } = cpu.throttling_data;
  expect(periods).toBeGreaterThanOrEqual(10);
  expect(throttled / periods).toBeGreaterThan(0.8);
  // It stands still for nine tenths of the time.
  expect(ns / (periods * 100e6)).toBeGreaterThan(0.7);
  expect(cpu.cpu_usage.total_usage / (periods * 100e6)).toBeCloseTo(0.1, 1);
  expect(pids).toEqual({ current: 1, limit: 50 });
});

it("draws its screen twice a second, of who has stopped with zeros, and of who is gone with dashes", async () => {
  const engine = await machine();
  await docker(engine, "run -d --name web -m 64m busybox sleep 10000");
  await engine.pass("1h");
  const ending = new AbortController();
  const screens: string[] = [];
  const format = "{{.Name}} {{.CPUPerc}} {{.PIDs}}";
  const watching = engine.docker(["stats", "--format", format, "web"], {
    signal: ending.signal,
    onOutput: (_, text) => void (text !== "" && screens.push(text)),
  });
  await engine.pass("1100ms");
  await docker(engine, "stop -t 0 web");
  await engine.pass("1s");
  await docker(engine, "rm web");
  await engine.pass("500ms");
  ending.abort();
  await watching;
  const screen = (line: string): string => `\x1b[H${line}\n\x1b[H${line} \x1b[K\n \x1b[K\n\x1b[J`;
  const shown = ["web 0.00% 1", "web 0.00% 1", "web 0.00% 1", "web 0.00% 0", "web -- --"];
  expect(screens).toEqual(shown.map(screen));
});
