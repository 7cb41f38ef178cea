import { describe, expect, it } from "vitest";
import { clone, kill, nanosleep, type Routine, SIGKILL, SIGSTOP, WUNTRACED, wait4 } from "../../abi/index.ts";
import { busy, group, show, tell } from "../../testing/cgroups.ts";
import { get } from "../../testing/describe-file-system.ts";
import { TestMachine } from "../../testing/machine.ts";

const run = <T>(routine: () => Routine<T>): Promise<T> => new TestMachine().run(routine);

/** Whether the events of a cgroup call it frozen. */
function* isFrozen(path: string): Routine<boolean> {
  return (yield* show(`${path}/cgroup.events`)).includes("frozen 1");
}

describe("cgroup.freeze", () => {
  it("a cgroup is frozen of itself or by one above, and one above is not frozen by one below", async () => {
    const told = await run(function* () {
      yield* group("a", "a/b");
      yield* tell("a/b/cgroup.freeze", "1");
      const below = [yield* isFrozen("a"), yield* isFrozen("a/b")];
      yield* tell("a/cgroup.freeze", "1");
      yield* tell("a/b/cgroup.freeze", "0");
      yield* group("a/b/n");
      const above = [yield* isFrozen("a/b"), yield* isFrozen("a/b/n"), yield* show("a/b/cgroup.freeze")];
      yield* tell("a/cgroup.freeze", "0");
      return [below, above, yield* isFrozen("a/b/n")];
    });
    expect(told).toEqual([[false, true], [true, true, "0\n"], false]);
  });

  it("takes 0 and 1, and cgroup.kill only 1", async () => {
    const codes = await run(function* () {
      yield* group("a");
      const files = ["freeze", "kill"] as const;
      const found: string[] = [];
      for (const file of files)
        for (const value of ["2", "-1", "x", ""]) found.push(yield* tell(`a/cgroup.${file}`, value));
      return [...found, yield* tell("a/cgroup.kill", "0"), yield* tell("a/cgroup.freeze", "0\n")];
    });
    expect(codes).toEqual([..."ERANGE ERANGE EINVAL EINVAL ".repeat(2).trim().split(" "), "ERANGE", "ok"]);
  });

  it("who moves in stands still, who moves out goes on", async () => {
    const machine = new TestMachine();
    const frozen = machine.kernel.cgroups.create("frozen");
    frozen.write("cgroup.freeze", "1");
    const worker = machine.spawn(busy(50_000));
    await machine.world.advance(10_000);
    frozen.attach(worker);
    await machine.world.advance(1_000_000);
    expect(worker.isAlive).toBe(true);
    machine.kernel.cgroups.attach(worker);
    const startUs = machine.world.clock.nowUs;
    await machine.ended(worker);
    expect(machine.world.clock.nowUs - startUs).toBeCloseTo(40_000, -2);
  });

  it("stops a hundred processes that are kept busy or asleep, and starts them again", async () => {
    const machine = new TestMachine();
    const cgroup = machine.kernel.cgroups.create("many");
    const all = Array.from({ length: 100 }, (_, index) =>
      machine.spawn(
        index % 2 === 0
          ? busy(1000)
          : function* () {
              yield* nanosleep(5000);
              return 0;
            },
        { cgroup },
      ),
    );
    cgroup.freeze();
    await machine.world.advance(1_000_000);
    expect(all.every((process) => process.isAlive)).toBe(true);
    cgroup.thaw();
    await machine.world.advance(1_000_000);
    expect(all.some((process) => process.isAlive)).toBe(false);
  });

  it("does not keep SIGKILL away, and a stopped process is still stopped when it thaws", async () => {
    const told = await run(function* () {
      yield* group("a");
      const start = () => clone(busy(1e9), undefined);
      const [victim, stopped] = [yield* start(), yield* start()];
      for (const pid of [victim, stopped]) yield* tell("a/cgroup.procs", String(pid));
      yield* kill(stopped, SIGSTOP);
      yield* wait4(stopped, WUNTRACED);
      yield* tell("a/cgroup.freeze", "1");
      yield* kill(victim, SIGKILL);
      const ended = yield* wait4(victim);
      yield* tell("a/cgroup.freeze", "0");
      yield* nanosleep(1000);
      const state = /State:\t(.)/.exec(yield* get(`/proc/${stopped}/status`))?.[1];
      yield* kill(stopped, SIGKILL);
      yield* wait4(stopped);
      return [ended?.status, state];
    });
    expect(told).toEqual([{ signaled: SIGKILL, core: false }, "T"]);
  });

  it("frozen_usec grows while a cgroup is frozen, whoever froze it, and never goes back", async () => {
    const machine = new TestMachine();
    const parent = machine.kernel.cgroups.create("a");
    const child = parent.create("b");
    const us = (): readonly string[] => [parent, child].map((one) => one.read("cgroup.stat.local"));
    expect(us()).toEqual(["frozen_usec 0\n", "frozen_usec 0\n"]);
    child.freeze();
    await machine.world.advance(1000);
    parent.freeze();
    await machine.world.advance(500);
    child.thaw();
    await machine.world.advance(30);
    expect(us()).toEqual(["frozen_usec 530\n", "frozen_usec 1530\n"]);
    parent.thaw();
    await machine.world.advance(7000);
    expect(us()).toEqual(["frozen_usec 530\n", "frozen_usec 1530\n"]);
  });
});

describe("cgroup.kill", () => {
  it("ends a whole subtree at once, a fork bomb too", async () => {
    const machine = new TestMachine();
    const cgroup = machine.kernel.cgroups.create("bomb");
    const inner = cgroup.create("inner");
    function* bomb(): Routine<number> {
      for (;;) yield* clone(bomb, undefined).attempt();
    }
    machine.spawn(bomb, { cgroup: inner });
    await machine.world.advance(2000);
    expect([...cgroup.subtree()].length).toBeGreaterThan(10);
    cgroup.write("cgroup.kill", "1");
    await machine.world.advance(1000);
    expect(cgroup.read("cgroup.events")).toBe("populated 0\nfrozen 0\n");
  });
});
