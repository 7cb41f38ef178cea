import { describe, expect, it } from "vitest";
import { clone, nanosleep, type Routine, setpriority, wait4 } from "../../abi/index.ts";
import { busy, flat, group, inside, show, tell } from "../../testing/cgroups.ts";
import { TestMachine } from "../../testing/machine.ts";
import type { Cgroup } from "./cgroup.ts";

const run = <T>(routine: () => Routine<T>, cpus = 2): Promise<T> => new TestMachine({ machine: { cpus } }).run(routine);

/** What processes of a cgroup have really been served, µs, of `each` that every one of them wants. */
function served(machine: TestMachine, cgroup: Cgroup, each: number): number {
  let us = 0;
  for (const process of [...cgroup.subtree()]) us += each - machine.kernel.cpu.withdraw(process);
  return us;
}

describe("cpu.weight", () => {
  it("100, 200 and 700 on two processors get their shares within 0.1 %", async () => {
    const machine = new TestMachine({ machine: { cpus: 2 } });
    const weights = [100, 200, 700];
    const groups = weights.map((weight) => {
      const cgroup = machine.kernel.cgroups.create(`w${weight}`);
      cgroup.write("cpu.weight", String(weight));
      for (let i = 0; i < 2; i++) machine.spawn(busy(1e9), { cgroup });
      return cgroup;
    });
    await machine.world.advance(10_000_000);
    const used = groups.map((cgroup) => served(machine, cgroup, 1e9));
    for (const [index, weight] of weights.entries()) {
      expect(Math.abs((used[index] ?? 0) / 20_000_000 - weight / 1000)).toBeLessThan(0.001);
    }
  });

  it("nested: a cgroup gets its share whatever its children do, and shares it among them", async () => {
    const machine = new TestMachine({ machine: { cpus: 1 } });
    const [a, b] = ["a", "b"].map((name) => machine.kernel.cgroups.create(name)) as [Cgroup, Cgroup];
    a.write("cgroup.subtree_control", "+cpu");
    const [x, y] = ["x", "y"].map((name) => a.create(name)) as [Cgroup, Cgroup];
    x.write("cpu.weight", "300");
    for (const cgroup of [b, x, y]) for (let i = 0; i < 3; i++) machine.spawn(busy(1e9), { cgroup });
    await machine.world.advance(8_000_000);
    const used = [b, x, y].map((cgroup) => served(machine, cgroup, 1e9) / 8_000_000);
    expect(used.map((part) => Math.round(part * 1000))).toEqual([500, 375, 125]);
  });

  it("does not count where the controller is not enabled: processes compete in the cgroup above", async () => {
    const machine = new TestMachine({ machine: { cpus: 1 } });
    const a = machine.kernel.cgroups.create("a");
    const [x, y] = ["x", "y"].map((name) => a.create(name)) as [Cgroup, Cgroup];
    machine.spawn(busy(1e9), { cgroup: x });
    for (let i = 0; i < 3; i++) machine.spawn(busy(1e9), { cgroup: y });
    await machine.world.advance(4_000_000);
    expect(Math.round(served(machine, x, 1e9) / 40_000)).toBe(25);
  });

  it("is changed by weight.nice and by cpu.idle, and takes effect at once", async () => {
    const told = await run(function* () {
      yield* group("a");
      const seen = [yield* show("a/cpu.weight"), yield* show("a/cpu.weight.nice"), yield* show("a/cpu.idle")];
      for (const nice of ["-20", "5", "19"]) {
        yield* tell("a/cpu.weight.nice", nice);
        seen.push(yield* show("a/cpu.weight"), yield* show("a/cpu.weight.nice"));
      }
      yield* tell("a/cpu.idle", "1");
      seen.push(yield* show("a/cpu.weight"), yield* tell("a/cpu.weight", "50"));
      yield* tell("a/cpu.idle", "0");
      return [...seen, yield* show("a/cpu.weight")];
    });
    expect(told).toEqual(
      ["100", "0", "0", "8668", "-20", "33", "5", "1", "19", "1", "EINVAL", "100"].map((one) =>
        one === "EINVAL" ? one : `${one}\n`,
      ),
    );
  });

  it("an idle cgroup gets next to nothing while others want to run", async () => {
    const machine = new TestMachine({ machine: { cpus: 1 } });
    const idle = machine.kernel.cgroups.create("idle");
    const normal = machine.kernel.cgroups.create("normal");
    for (const cgroup of [idle, normal]) machine.spawn(busy(1e9), { cgroup });
    await machine.world.advance(1_000_000);
    idle.write("cpu.idle", "1");
    await machine.world.advance(10_000_000);
    expect(served(machine, idle, 1e9) - 500_000 - (10_000_000 * 3) / 1027).toBeLessThan(2);
  });

  it.each(["0", "10001", "x", "-1"])("%s is no weight", async (value) => {
    const code = await run(function* () {
      yield* group("a");
      return yield* tell("a/cpu.weight", value);
    });
    expect(code).toBe(value === "x" || value === "-1" ? "EINVAL" : "ERANGE");
  });
});

describe("cpu.max", () => {
  it.each([
    { max: "50000 100000", workUs: 1_000_000, endUs: 1_950_000, periods: 19, throttled: 19, throttledUs: 950_000 },
    { max: "1000", workUs: 10_000, endUs: 901_000, periods: 9, throttled: 9, throttledUs: 891_000 },
    { max: "25000 50000", workUs: 100_000, endUs: 175_000, periods: 3, throttled: 3, throttledUs: 75_000 },
  ])("$max: $workUs µs of work take $endUs µs", async ({ max, workUs, endUs, periods, throttled, throttledUs }) => {
    const machine = new TestMachine();
    const cgroup = machine.kernel.cgroups.create("box");
    cgroup.write("cpu.max", max);
    const startUs = machine.world.clock.nowUs;
    // The call itself costs a microsecond.
    const process = machine.spawn(busy(workUs - 1), { cgroup });
    await machine.ended(process);
    expect(machine.world.clock.nowUs - startUs).toBe(endUs);
    expect(flat(cgroup.read("cpu.stat"))).toEqual({
      usage_usec: workUs,
      user_usec: workUs,
      system_usec: 0,
      nice_usec: 0,
      nr_periods: periods,
      nr_throttled: throttled,
      throttled_usec: throttledUs,
      nr_bursts: 0,
      burst_usec: 0,
    });
    expect(cgroup.read("cpu.stat.local")).toBe(`throttled_usec ${throttledUs}\n`);
  });

  it("holds for all processes together, and on the parent for those of its children", async () => {
    const machine = new TestMachine({ machine: { cpus: 2 } });
    const cgroup = machine.kernel.cgroups.create("box");
    cgroup.write("cgroup.subtree_control", "+cpu");
    const child = cgroup.create("child");
    cgroup.write("cpu.max", "50000 100000");
    for (let i = 0; i < 2; i++) machine.spawn(busy(1e9), { cgroup: child });
    await machine.world.advance(1_000_000);
    // The calls themselves cost a microsecond each.
    expect(served(machine, child, 1e9 + 1)).toBeCloseTo(500_000, 0);
    expect(flat(cgroup.read("cpu.stat"))).toMatchObject({ nr_periods: 10, nr_throttled: 10, throttled_usec: 750_000 });
    expect(flat(child.read("cpu.stat"))).toMatchObject({ nr_periods: 0, nr_throttled: 0 });
  });

  it("lets a burst use what earlier periods left", async () => {
    const machine = new TestMachine();
    const cgroup = machine.kernel.cgroups.create("box");
    cgroup.write("cpu.max", "50000 100000");
    cgroup.write("cpu.max.burst", "30000");
    const process = machine.spawn(
      function* () {
        yield* nanosleep(10_000);
        yield* busy(9999)();
        yield* nanosleep(100_000);
        yield* busy(89_999)();
        return 0;
      },
      { cgroup },
    );
    await machine.ended(process);
    // The second period began with 80 ms: 50 and 30 that were saved.
    expect(flat(cgroup.read("cpu.stat"))).toMatchObject({ nr_bursts: 1, burst_usec: 30_000, nr_throttled: 1 });
  });

  it("reads as quota and period, keeps the period that is not given, and checks both", async () => {
    const told = await run(function* () {
      yield* group("a");
      const seen = [yield* show("a/cpu.max")];
      for (const value of ["1000", "20000 50000", "30000", "max", "max 100000"]) {
        yield* tell("a/cpu.max", value);
        seen.push(yield* show("a/cpu.max"));
      }
      for (const value of ["999", "1000 999", "1000 1000001", "x", ""]) seen.push(yield* tell("a/cpu.max", value));
      yield* tell("a/cpu.max", "1000");
      return [...seen, yield* tell("a/cpu.max.burst", "1001")];
    });
    expect(told).toEqual([
      "max 100000\n",
      "1000 100000\n",
      "20000 50000\n",
      "30000 50000\n",
      "max 50000\n",
      "max 100000\n",
      ...Array(6).fill("EINVAL"),
    ]);
  });

  it("raised while a cgroup is throttled, lets it go on at once", async () => {
    const machine = new TestMachine();
    const cgroup = machine.kernel.cgroups.create("box");
    cgroup.write("cpu.max", "10000 1000000");
    const process = machine.spawn(busy(499_999), { cgroup });
    await machine.world.advance(100_000);
    cgroup.write("cpu.max", "max");
    const startUs = machine.world.clock.nowUs;
    await machine.ended(process);
    expect(machine.world.clock.nowUs - startUs).toBe(490_000);
    expect(cgroup.read("cpu.stat.local")).toBe("throttled_usec 90000\n");
  });
});

describe("cpu.stat", () => {
  it("counts what processes used in the cgroup and all above; of that, what nice ones used", async () => {
    const told = await run(function* () {
      yield* group("a", "a/b");
      const zero = yield* show("a/b/cpu.stat");
      yield* inside("a/b", function* () {
        yield* clone(busy(2_000_000), undefined);
        yield* wait4();
        yield* clone(function* () {
          yield* setpriority("process", 0, 10);
          return yield* busy(500_000)();
        }, undefined);
        yield* wait4();
      });
      return [flat(zero), flat(yield* show("a/b/cpu.stat")), flat(yield* show("a/cpu.stat"))];
    });
    expect(told[0]).toEqual({ usage_usec: 0, user_usec: 0, system_usec: 0, nice_usec: 0 });
    expect(Math.round((told[1]?.["usage_usec"] ?? 0) / 10_000)).toBe(250);
    expect(told[1]?.["nice_usec"]).toBeGreaterThanOrEqual(500_000);
    expect(told[1]?.["nice_usec"]).toBeLessThan(501_000);
    expect(told[2]?.["usage_usec"]).toBe(told[1]?.["usage_usec"]);
  });
});
