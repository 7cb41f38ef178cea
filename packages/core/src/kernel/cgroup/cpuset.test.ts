import { describe, expect, it } from "vitest";
import { type Routine, sched_getaffinity } from "../../abi/index.ts";
import { busy, group, inside, show, tell } from "../../testing/cgroups.ts";
import { TestMachine } from "../../testing/machine.ts";
import type { Cgroup } from "./cgroup.ts";

const run = <T>(routine: () => Routine<T>): Promise<T> => new TestMachine({ machine: { cpus: 4 } }).run(routine);

function served(machine: TestMachine, cgroup: Cgroup): number {
  let us = 0;
  for (const process of [...cgroup.subtree()]) us += 1e9 - machine.kernel.cpu.withdraw(process);
  return us;
}

describe("cpuset.cpus", () => {
  it("effective is what was asked for, as far as the parent has it, else what the parent has", async () => {
    const told = await run(function* () {
      yield* group("a", "a/b");
      yield* tell("a/cgroup.subtree_control", "+cpuset");
      const seen = [
        yield* show("cpuset.cpus.effective"),
        yield* show("a/cpuset.cpus"),
        yield* show("a/b/cpuset.mems.effective"),
      ];
      yield* tell("a/cpuset.cpus", "1-2,3");
      yield* tell("a/b/cpuset.cpus", "0-1");
      seen.push(yield* show("a/cpuset.cpus"), yield* show("a/b/cpuset.cpus.effective"));
      yield* tell("a/b/cpuset.cpus", "0");
      seen.push(yield* show("a/b/cpuset.cpus"), yield* show("a/b/cpuset.cpus.effective"));
      yield* tell("a/b/cpuset.cpus", "\n");
      const allowed = yield* inside("a/b", () => sched_getaffinity()[Symbol.iterator]() as Routine<readonly number[]>);
      return [...seen, yield* show("a/b/cpuset.cpus"), allowed];
    });
    expect(told).toEqual(["0-3\n", "\n", "0\n", "1-3\n", "1\n", "0\n", "1-3\n", "\n", [1, 2, 3]]);
  });

  it.each([
    ["4", "ERANGE"],
    ["x", "EINVAL"],
    ["2-1", "EINVAL"],
    ["1-", "EINVAL"],
    ["0-3", "ok"],
  ])("%s: %s", async (value, code) => {
    const told = await run(function* () {
      yield* group("a");
      return yield* tell("a/cpuset.cpus", value);
    });
    expect(told).toBe(code);
  });

  it("two cgroups on one processor share it, a third on the other has it alone", async () => {
    const machine = new TestMachine({ machine: { cpus: 2 } });
    const groups = ["0", "0", "1"].map((cpus, index) => {
      const cgroup = machine.kernel.cgroups.create(`g${index}`);
      cgroup.write("cpuset.cpus", cpus);
      for (let i = 0; i < 2; i++) machine.spawn(busy(1e9), { cgroup });
      return cgroup;
    });
    groups[0]?.write("cpu.weight", "300");
    await machine.world.advance(4_000_000);
    const used = groups.map((cgroup) => Math.round(served(machine, cgroup) / 1000));
    expect(used).toEqual([3000, 1000, 4000]);
  });

  it("who may run anywhere takes the processor that is less crowded", async () => {
    const machine = new TestMachine({ machine: { cpus: 2 } });
    const pinned = machine.kernel.cgroups.create("pinned");
    pinned.write("cpuset.cpus", "0");
    const free = machine.kernel.cgroups.create("free");
    for (let i = 0; i < 4; i++) machine.spawn(busy(1e9), { cgroup: pinned });
    machine.spawn(busy(1e9), { cgroup: free });
    await machine.world.advance(4_000_000);
    expect([pinned, free].map((cgroup) => Math.round(served(machine, cgroup) / 1000))).toEqual([4000, 4000]);
  });
});
