import { describe, expect, it } from "vitest";
import type { Routine } from "../../abi/index.ts";
import { access } from "../../abi/index.ts";
import { busy, group, show, tell } from "../../testing/cgroups.ts";
import { codeOf, get } from "../../testing/describe-file-system.ts";
import { TestMachine } from "../../testing/machine.ts";

describe("pressure", () => {
  it("cpu: some while somebody waits for a processor, full while a quota keeps everybody waiting", async () => {
    const machine = new TestMachine({ machine: { cpus: 1 } });
    const cgroup = machine.kernel.cgroups.create("box");
    for (let i = 0; i < 2; i++) machine.spawn(busy(1e9), { cgroup });
    await machine.world.advance(60_000_000);
    const [some = "", full = ""] = cgroup.read("cpu.pressure").split("\n");
    expect(some).toMatch(/^some avg10=99\.\d\d avg60=\d\d\.\d\d avg300=\d\d\.\d\d total=60000000$/);
    expect(full).toBe("full avg10=0.00 avg60=0.00 avg300=0.00 total=0");
    cgroup.write("cpu.max", "50000 100000");
    await machine.world.advance(1_000_000);
    expect(cgroup.read("cpu.pressure")).toMatch(/full .* total=500000\n/);
    const machineWide = await machine.run(() => get("/proc/pressure/cpu"), { cgroup: machine.kernel.cgroups });
    expect(machineWide).toMatch(/^some .* total=6\d{7}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n$/);
  });

  it("the averages fade when the waiting is over", async () => {
    const machine = new TestMachine({ machine: { cpus: 1 } });
    const cgroup = machine.kernel.cgroups.create("box");
    for (let i = 0; i < 2; i++) machine.spawn(busy(10_000_000), { cgroup });
    const avg10 = (): number => Number(/avg10=(\S+)/.exec(cgroup.read("cpu.pressure"))?.[1]);
    await machine.world.advance(20_000_000);
    const during = avg10();
    await machine.world.advance(60_000_000);
    expect(during).toBeGreaterThan(50);
    expect(avg10()).toBeLessThan(1);
  });

  it("cgroup.pressure hides the files and shows them again; there are no triggers", async () => {
    const told = await new TestMachine().run(function* (): Routine<readonly string[]> {
      yield* group("a");
      const seen = [yield* show("a/cgroup.pressure"), yield* tell("a/cgroup.pressure", "0")];
      seen.push(yield* codeOf(access("/sys/fs/cgroup/a/cpu.pressure", 0)));
      yield* tell("a/cgroup.pressure", "1");
      return [...seen, yield* show("a/io.pressure"), yield* tell("a/io.pressure", "some 150000 1000000")];
    });
    expect(told).toEqual([
      "1\n",
      "ok",
      "ENOENT",
      "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n",
      "EOPNOTSUPP",
    ]);
  });
});
