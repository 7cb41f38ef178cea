import { describe, expect, it } from "vitest";
import {
  brk,
  burn,
  clone,
  mkdir,
  mount,
  nanosleep,
  O_CREAT,
  O_WRONLY,
  open,
  type Routine,
  rmdir,
  SIGKILL,
  wait4,
  write,
} from "../abi/index.ts";
import { codeOf, get, put } from "../testing/describe-file-system.ts";
import { TestMachine } from "../testing/machine.ts";

const MiB = 1024 ** 2;

function* hog(bytes: number, step = MiB): Routine<number> {
  for (let held = 0; held < bytes; held += step) yield* brk(held + step);
  yield* nanosleep(1000);
  return 0;
}

describe("memory", () => {
  it("a hog over the limit is killed at the page, and the events say so", async () => {
    const machine = new TestMachine();
    const cgroup = machine.kernel.cgroups.create("box");
    cgroup.write("memory.max", String(64 * MiB));
    cgroup.write("memory.swap.max", "0");
    const sibling = machine.spawn(() => hog(32 * MiB), { cgroup });
    const victim = machine.spawn(() => hog(200 * MiB), { cgroup });
    await machine.ended(victim);
    expect(victim.status).toEqual({ signaled: SIGKILL, core: false });
    expect(cgroup.read("memory.peak")).toBe(`${64 * MiB}\n`);
    expect(cgroup.read("memory.events")).toMatch(/oom 1\noom_kill 1\n/);
    await machine.ended(sibling);
    expect(sibling.status).toEqual({ exited: 0 });
    expect(cgroup.read("memory.current")).toBe("0\n");
  });

  it("swap takes what does not fit, as far as it goes", async () => {
    const machine = new TestMachine({ machine: { swapBytes: 64 * MiB } });
    const cgroup = machine.kernel.cgroups.create("box");
    cgroup.write("memory.max", String(16 * MiB));
    cgroup.write("memory.swap.max", String(16 * MiB));
    const fits = machine.spawn(() => hog(30 * MiB), { cgroup });
    await machine.ended(fits);
    const tooBig = machine.spawn(() => hog(40 * MiB), { cgroup });
    await machine.ended(tooBig);
    expect([fits.status, tooBig.status]).toEqual([{ exited: 0 }, { signaled: SIGKILL, core: false }]);
  });

  it("pages of a tmpfs are charged to whoever writes them", async () => {
    const machine = new TestMachine();
    const cgroup = machine.kernel.cgroups.create("box");
    cgroup.write("memory.max", String(8 * MiB));
    cgroup.write("memory.swap.max", "0");
    const writer = machine.spawn(
      function* () {
        yield* mkdir("/t");
        yield* mount("t", "/t", "tmpfs");
        const fd = yield* open("/t/f", O_CREAT | O_WRONLY);
        for (let i = 0; i < 20; i++) yield* write(fd, new Uint8Array(MiB));
        return 0;
      },
      { cgroup },
    );
    await machine.ended(writer);
    expect(writer.status).toEqual({ signaled: SIGKILL, core: false });
    expect(Number(cgroup.read("memory.current"))).toBeLessThanOrEqual(8 * MiB);
  });
});

describe("pids", () => {
  it("beyond the limit clone fails with EAGAIN, and the full cgroup counts it; zombies count until they are reaped", async () => {
    const machine = new TestMachine();
    const cgroup = machine.kernel.cgroups.create("box");
    cgroup.write("pids.max", "3");
    const nothing = function* (): Routine<number> {
      return 0;
    };
    let codes: readonly string[] = [];
    const process = machine.spawn(
      function* () {
        yield* clone(nothing, undefined);
        yield* clone(nothing, undefined);
        const full = yield* codeOf(clone(nothing, undefined));
        yield* nanosleep(1000);
        const zombies = yield* codeOf(clone(nothing, undefined));
        yield* wait4();
        codes = [full, zombies, yield* codeOf(clone(nothing, undefined))];
        return 0;
      },
      { cgroup },
    );
    await machine.ended(process);
    expect(codes).toEqual(["EAGAIN", "EAGAIN", "ok"]);
    expect(cgroup.read("pids.events")).toBe("max 2\n");
  });
});

describe("cpu", () => {
  const busy = (us: number) =>
    function* (): Routine<number> {
      yield* burn(us);
      return 0;
    };

  it("shares by weight, as a fluid: 100, 200 and 700 on two processors", async () => {
    const machine = new TestMachine({ machine: { cpus: 2 } });
    const weights = [100, 200, 700];
    const groups = weights.map((weight) => {
      const cgroup = machine.kernel.cgroups.create(`w${weight}`);
      cgroup.write("cpu.weight", String(weight));
      return cgroup;
    });
    for (const cgroup of groups) machine.spawn(busy(1e9), { cgroup });
    for (const cgroup of groups) machine.spawn(busy(1e9), { cgroup });
    await machine.world.advance(10_000_000);
    machine.kernel.cpu.changed();
    const left = groups.map((cgroup) =>
      [...cgroup.subtree()].reduce((sum, process) => sum + machine.kernel.cpu.withdraw(process), 0),
    );
    const used = left.map((us) => 2e9 - us);
    const total = used.reduce((sum, us) => sum + us, 0);
    expect(total / 20_000_000).toBeCloseTo(1, 4);
    for (const [index, weight] of weights.entries()) expect((used[index] ?? 0) / total).toBeCloseTo(weight / 1000, 3);
  });

  it("gives nobody more than one processor, and the rest to those who can use it", async () => {
    const machine = new TestMachine({ machine: { cpus: 2 } });
    const big = machine.kernel.cgroups.create("big");
    big.write("cpu.weight", "10000");
    const small = machine.kernel.cgroups.create("small");
    const first = machine.spawn(busy(1_000_000), { cgroup: big });
    const second = machine.spawn(busy(1_000_000), { cgroup: small });
    await machine.ended(first);
    await machine.ended(second);
    expect(machine.world.clock.uptimeUs).toBeLessThan(1_001_000);
  });

  it("a quota of 50 ms in 100 ms lets a second of work take 1.95 s, throttled in 19 periods", async () => {
    const machine = new TestMachine();
    const cgroup = machine.kernel.cgroups.create("box");
    cgroup.write("cpu.max", "50000 100000");
    const startUs = machine.world.clock.nowUs;
    const process = machine.spawn(busy(1_000_000 - 1), { cgroup });
    await machine.ended(process);
    expect(machine.world.clock.nowUs - startUs).toBe(1_950_000);
    expect(cgroup.read("cpu.stat")).toMatch(
      /usage_usec 1000000\n[\s\S]*nr_periods 19\nnr_throttled 19\nthrottled_usec 950000\n/,
    );
  });

  it("a frozen cgroup stands still, and goes on where it was", async () => {
    const machine = new TestMachine();
    const cgroup = machine.kernel.cgroups.create("box");
    const process = machine.spawn(busy(100_000), { cgroup });
    await machine.world.advance(50_000);
    cgroup.write("cgroup.freeze", "1");
    await machine.world.advance(1_000_000);
    expect(process.isAlive).toBe(true);
    cgroup.write("cgroup.freeze", "0");
    const startUs = machine.world.clock.nowUs;
    await machine.ended(process);
    expect(machine.world.clock.nowUs - startUs).toBeCloseTo(50_000, -2);
  });
});

describe("cgroup2", () => {
  it("is a tree of directories: mkdir makes a cgroup, cgroup.procs moves a process, rmdir wants it empty", async () => {
    const machine = new TestMachine();
    const told = await machine.run(function* () {
      yield* mkdir("/sys/fs/cgroup/box");
      yield* put("/sys/fs/cgroup/box/cgroup.procs", "0");
      const where = yield* get("/proc/self/cgroup");
      yield* put("/sys/fs/cgroup/box/pids.max", "7");
      const events = yield* get("/sys/fs/cgroup/box/cgroup.events");
      const busy = yield* codeOf(rmdir("/sys/fs/cgroup/box"));
      yield* put("/sys/fs/cgroup/cgroup.procs", "0");
      return [
        where,
        yield* get("/sys/fs/cgroup/box/pids.max"),
        events,
        busy,
        yield* codeOf(rmdir("/sys/fs/cgroup/box")),
      ];
    });
    expect(told).toEqual(["0::/box\n", "7\n", "populated 1\nfrozen 0\n", "EBUSY", "ok"]);
  });
});
