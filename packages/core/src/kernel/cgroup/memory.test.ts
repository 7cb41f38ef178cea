import { describe, expect, it } from "vitest";
import {
  accept4,
  bind,
  brk,
  clone,
  close,
  connect,
  executable,
  execve,
  exitCode,
  ftruncate,
  listen,
  mkdir,
  mount,
  nanosleep,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  open,
  pread,
  type Routine,
  read,
  rmdir,
  SIGKILL,
  socket,
  umount2,
  unlink,
  wait4,
  write,
} from "../../abi/index.ts";
import { decode } from "../../lib/index.ts";
import { flat, group, hog, inside, MiB, show, tell } from "../../testing/cgroups.ts";
import { codeOf, put } from "../../testing/describe-file-system.ts";
import { TestMachine } from "../../testing/machine.ts";
import type { Cgroup } from "./cgroup.ts";

const run = <T>(routine: () => Routine<T>): Promise<T> => new TestMachine().run(routine);

/** A machine with swap, and a cgroup with limits in MiB. */
function limited(limits: Readonly<Record<string, number>>): { readonly machine: TestMachine; readonly cgroup: Cgroup } {
  const machine = new TestMachine({ machine: { swapBytes: 1024 * MiB } });
  const cgroup = machine.kernel.cgroups.create("box");
  cgroup.write("memory.swap.max", "0");
  for (const [name, value] of Object.entries(limits)) cgroup.write(`memory.${name}`, `${value}M`);
  return { machine, cgroup };
}

/** Writes a file of that many bytes, 64 KiB at a time. */
function* fill(path: string, bytes: number): Routine<void> {
  const fd = yield* open(path, O_CREAT | O_WRONLY);
  for (let done = 0; done < bytes; done += 65_536) yield* write(fd, new Uint8Array(65_536));
  yield* close(fd);
}

/** Reads a file to its end. */
function* drink(path: string): Routine<void> {
  const fd = yield* open(path, O_RDONLY);
  while ((yield* read(fd, 65_536)).length > 0);
  yield* close(fd);
}

const current = (cgroup: Cgroup): number => Number(cgroup.read("memory.current")) / MiB;
const events = (cgroup: Cgroup, file = "memory.events") => flat(cgroup.read(file));

describe("a new cgroup", () => {
  it("holds nothing and limits nothing", async () => {
    const told = await run(function* () {
      yield* group("a");
      const files = ["current", "peak", "min", "low", "high", "max", "swap.max", "swap.current", "oom.group"];
      const seen: string[] = [];
      for (const file of files) seen.push(yield* show(`a/memory.${file}`));
      return [seen.join("").split("\n").slice(0, -1).join(" "), yield* show("a/memory.events")];
    });
    expect(told).toEqual(["0 0 0 0 max max max 0 0", "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n"]);
  });

  it("limits are bytes, with a unit or max, rounded down to pages", async () => {
    const told = await run(function* () {
      yield* group("a");
      const seen: string[] = [];
      for (const value of ["5000", "64m", "1G\n", "max", "0x2000", "5q", "-1", ""]) {
        const code = yield* tell("a/memory.max", value);
        seen.push(code === "ok" ? (yield* show("a/memory.max")).trim() : code);
      }
      return seen;
    });
    expect(told).toEqual(["4096", "67108864", "1073741824", "max", "8192", "EINVAL", "EINVAL", "0"]);
  });
});

describe("anonymous memory", () => {
  it("is charged while it is held; the peak stays, and an open memory.peak can begin anew", async () => {
    const told = await run(function* () {
      yield* group("a", "a/b");
      const fd = yield* open("/sys/fs/cgroup/a/memory.peak", O_RDWR);
      const held = yield* inside("a/b", function* () {
        yield* brk(50 * MiB);
        const { anon } = flat(yield* show("a/memory.stat"));
        const now = [yield* show("a/memory.current"), anon];
        yield* brk(10 * MiB);
        return now;
      });
      yield* write(fd, new Uint8Array([0x30]));
      yield* inside("a/b", () => brk(20 * MiB)[Symbol.iterator]() as Routine<void>);
      const own = decode(yield* pread(fd, 100, 0));
      yield* brk(0);
      return [...held, yield* show("a/memory.peak"), own, yield* show("a/memory.current")];
    });
    expect(told).toEqual([`${50 * MiB}\n`, 50 * MiB, `${50 * MiB}\n`, `${20 * MiB}\n`, "0\n"]);
  });

  it("a hog in 64 MiB without swap is killed at the page, its sibling untouched, and the events say so", async () => {
    const { machine, cgroup } = limited({ max: 64 });
    const sibling = machine.spawn(() => hog(32 * MiB, 10_000), { cgroup });
    const outside = machine.spawn(() => hog(200 * MiB));
    let heldPages = 0;
    const victim = machine.spawn(
      function* () {
        for (let pages = 1; ; pages++) {
          yield* brk(pages * 4096);
          heldPages = pages;
        }
      },
      { cgroup },
    );
    await machine.ended(victim);
    expect(victim.status).toEqual({ signaled: SIGKILL, core: false });
    expect(heldPages).toBe((32 * MiB) / 4096);
    expect(events(cgroup)).toEqual({ low: 0, high: 0, max: 1, oom: 1, oom_kill: 1, oom_group_kill: 0 });
    expect(cgroup.read("memory.peak")).toBe(`${64 * MiB}\n`);
    await machine.ended(sibling);
    await machine.ended(outside);
    expect([sibling.status, outside.status]).toEqual([{ exited: 0 }, { exited: 0 }]);
    expect(cgroup.read("memory.current")).toBe("0\n");
  });

  it("the biggest goes, oom_score_adj speaks for or against it, and -1000 saves it", async () => {
    const { machine, cgroup } = limited({ max: 64 });
    const adjusted = (bytes: number, score: number) =>
      machine.spawn(
        function* () {
          yield* put("/proc/self/oom_score_adj", String(score));
          return yield* hog(bytes, 1e6);
        },
        { cgroup },
      );
    const saved = adjusted(30 * MiB, -1000);
    const disliked = adjusted(5 * MiB, 900);
    const other = adjusted(20 * MiB, 0);
    await machine.world.advance(10_000);
    machine.spawn(() => hog(13 * MiB, 1e6), { cgroup });
    await machine.world.advance(10_000);
    expect([saved, disliked, other].map((process) => process.isAlive)).toEqual([true, false, true]);
  });

  it("moved to another cgroup, a process leaves its memory charged where it was", async () => {
    const told = await run(function* () {
      yield* group("a", "b");
      const pid = yield* clone(function* () {
        yield* tell("a/cgroup.procs", "0");
        yield* brk(8 * MiB);
        yield* tell("b/cgroup.procs", "0");
        yield* brk(11 * MiB);
        yield* nanosleep(1000);
        yield* brk(6 * MiB);
        yield* nanosleep(1000);
        return 0;
      }, undefined);
      const seen: number[] = [];
      for (const waitUs of [500, 1000]) {
        yield* nanosleep(waitUs);
        for (const one of ["a", "b"]) seen.push(Number(yield* show(`${one}/memory.current`)) / MiB);
      }
      yield* wait4(pid);
      return [...seen, yield* show("a/memory.current"), yield* show("b/memory.current")];
    });
    expect(told).toEqual([8, 3, 6, 0, "0\n", "0\n"]);
  });

  it("is gone after execve", async () => {
    const told = await run(function* () {
      yield* group("a");
      yield* put("/prog", decode(executable("none")), 0o755);
      return yield* inside("a", function* () {
        yield* brk(MiB);
        const code = yield* codeOf(execve("/prog", ["prog"], new Map()));
        return [code, yield* show("a/memory.current")];
      });
    });
    expect(told).toEqual(["ENOEXEC", `${MiB}\n`]);
  });
});

describe("page cache", () => {
  it("is charged to who first reads or writes a file, once, and goes with the file", async () => {
    const told = await run(function* () {
      yield* group("a", "b");
      const size = function* (): Routine<readonly number[]> {
        const seen: number[] = [];
        for (const one of ["a", "b"]) seen.push((flat(yield* show(`${one}/memory.stat`))["file"] ?? 0) / MiB);
        return seen;
      };
      yield* inside("a", () => fill("/data", 10 * MiB));
      const seen = [yield* size()];
      yield* inside("b", () => drink("/data"));
      seen.push(yield* size());
      const fd = yield* open("/data", O_WRONLY);
      yield* ftruncate(fd, 4 * MiB);
      seen.push(yield* size());
      yield* close(fd);
      yield* unlink("/data");
      seen.push(yield* size());
      return seen;
    });
    expect(told).toEqual([
      [10, 0],
      [10, 0],
      [4, 0],
      [0, 0],
    ]);
  });

  it("gives way to limits: 50 MiB go through a cgroup of 30 MiB, and nobody is killed", async () => {
    const { machine, cgroup } = limited({ max: 30 });
    const process = machine.spawn(
      function* () {
        yield* fill("/data", 50 * MiB);
        yield* drink("/data");
        return 0;
      },
      { cgroup },
    );
    await machine.ended(process);
    expect(process.status).toEqual({ exited: 0 });
    expect(current(cgroup)).toBe(30);
    expect(events(cgroup)).toMatchObject({ oom: 0, oom_kill: 0 });
    expect(events(cgroup)["max"]).toBeGreaterThan(0);
  });

  it("gives way to anonymous memory: the hog has the whole limit before it dies", async () => {
    const { machine, cgroup } = limited({ max: 30 });
    const process = machine.spawn(
      function* () {
        yield* fill("/data", 20 * MiB);
        yield* brk(29 * MiB);
        const held = flat(cgroup.read("memory.stat"));
        return (held["anon"] ?? 0) + (held["file"] ?? 0) === 30 * MiB ? 0 : 1;
      },
      { cgroup },
    );
    await machine.ended(process);
    expect(process.status).toEqual({ exited: 0 });
  });

  it("stays with the parent when its cgroup is removed", async () => {
    const told = await run(function* () {
      yield* group("a");
      yield* tell("a/cgroup.subtree_control", "+memory");
      yield* group("a/b");
      yield* inside("a/b", () => fill("/data", MiB));
      const cgroups = yield* show("a/memory.current");
      yield* rmdir("/sys/fs/cgroup/a/b");
      const after = yield* show("a/memory.current");
      yield* unlink("/data");
      return [cgroups, after, yield* show("a/memory.current")];
    });
    expect(told).toEqual([`${MiB}\n`, `${MiB}\n`, "0\n"]);
  });
});

describe("tmpfs", () => {
  it("is charged like anonymous memory, to who writes, and given back to it whoever deletes or unmounts", async () => {
    const told = await run(function* () {
      yield* group("a");
      yield* mkdir("/t");
      yield* mount("t", "/t", "tmpfs");
      yield* inside("a", function* () {
        yield* fill("/t/one", 3 * MiB);
        yield* fill("/t/two", 2 * MiB);
      });
      const { shmem } = flat(yield* show("a/memory.stat"));
      yield* unlink("/t/one");
      const left = yield* show("a/memory.current");
      yield* umount2("/t");
      return [shmem, left, yield* show("a/memory.current")];
    });
    expect(told).toEqual([5 * MiB, `${2 * MiB}\n`, "0\n"]);
  });

  it("a write that finds no memory kills the writer, and leaves no charge behind", async () => {
    const { machine, cgroup } = limited({ max: 8 });
    const writer = machine.spawn(
      function* () {
        yield* mkdir("/t");
        yield* mount("t", "/t", "tmpfs");
        yield* fill("/t/f", 20 * MiB);
        return 0;
      },
      { cgroup },
    );
    await machine.ended(writer);
    expect(exitCode(writer.status ?? { exited: 0 })).toBe(137);
    expect(current(cgroup)).toBe(8);
    await machine.run(function* () {
      yield* unlink("/t/f");
    });
    expect(current(cgroup)).toBe(0);
  });
});

describe("sockets", () => {
  it("are charged for what waits in them, to the cgroup that they were made in, until it is read or thrown away", async () => {
    const { machine, cgroup } = limited({});
    const address = { family: "inet", address: "127.0.0.1", port: 9000 } as const;
    const seen: (readonly number[])[] = [];
    const look = (): void => {
      const { sock = -1 } = flat(cgroup.read("memory.stat"));
      seen.push([sock, Number(cgroup.read("memory.current"))]);
    };
    await machine.run(
      function* () {
        const server = yield* socket("inet", "stream");
        yield* bind(server, address);
        yield* listen(server, 1);
        const client = yield* socket("inet", "stream");
        yield* connect(client, address);
        const { fd } = yield* accept4(server);
        look();
        yield* write(client, new Uint8Array(100_000));
        yield* nanosleep(1e6);
        look();
        for (let left = 60_000; left > 0; ) left -= (yield* read(fd, left)).length;
        look();
        yield* close(fd);
        yield* close(client);
        yield* nanosleep(1e6);
        look();
      },
      { cgroup },
    );
    const [before = [], full = [], less = [], after = []] = seen;
    expect([before, after]).toEqual([
      [0, 0],
      [0, 0],
    ]);
    for (const [sock, current] of [full, less]) expect(sock).toBe(current);
    expect(full[0]).toBe(Math.ceil(100_000 / 4096) * 4096);
    expect(less[0]).toBe(Math.ceil(40_000 / 4096) * 4096);
  });
});

describe("memory.high", () => {
  it("takes page cache back and never kills", async () => {
    const { machine, cgroup } = limited({ high: 30 });
    const process = machine.spawn(
      function* () {
        yield* fill("/data", 50 * MiB);
        return 0;
      },
      { cgroup },
    );
    await machine.ended(process);
    expect(current(cgroup)).toBe(30);
    expect(events(cgroup)["high"]).toBeGreaterThan(0);
    expect(events(cgroup)).toMatchObject({ max: 0, oom: 0 });
  });

  it("slows anonymous memory down, the more the further it is over, two seconds at most a call", async () => {
    const { machine, cgroup } = limited({ high: 30 });
    const process = machine.spawn(() => hog(50 * MiB), { cgroup });
    const startUs = machine.world.clock.nowUs;
    await machine.ended(process);
    const tookUs = machine.world.clock.nowUs - startUs;
    expect(process.status).toEqual({ exited: 0 });
    expect(tookUs).toBeGreaterThan(20_000_000);
    expect(tookUs).toBeLessThan(20 * 2_000_000 + 10_000);
    expect(cgroup.read("memory.pressure")).toMatch(/^some avg10=\d+\.\d\d avg60=\S+ avg300=\S+ total=[1-9]\d+\nfull /);
  });
});

describe("swap", () => {
  it("takes what does not fit, up to memory.swap.max and what the machine has", async () => {
    const { machine, cgroup } = limited({ max: 30, "swap.max": 30 });
    const fits = machine.spawn(() => hog(50 * MiB, 1e6), { cgroup });
    await machine.world.advance(500_000);
    expect([current(cgroup), Number(cgroup.read("memory.swap.current")) / MiB]).toEqual([30, 20]);
    await machine.ended(fits);
    expect(cgroup.read("memory.swap.peak")).toBe(`${20 * MiB}\n`);
    expect([current(cgroup), cgroup.read("memory.swap.current")]).toEqual([0, "0\n"]);
    const tooBig = machine.spawn(() => hog(61 * MiB), { cgroup });
    await machine.ended(tooBig);
    expect(tooBig.status).toEqual({ signaled: SIGKILL, core: false });
  });
});

describe("limits that change", () => {
  it("memory.max below what is held takes cache back, then kills", async () => {
    const { machine, cgroup } = limited({ max: 50 });
    const process = machine.spawn(
      function* () {
        yield* fill("/data", 20 * MiB);
        return yield* hog(20 * MiB, 1e7);
      },
      { cgroup },
    );
    await machine.world.advance(1_000_000);
    cgroup.write("memory.max", "25M");
    expect([current(cgroup), process.isAlive]).toEqual([25, true]);
    cgroup.write("memory.max", "10M");
    expect([current(cgroup) <= 10, process.isAlive]).toEqual([true, false]);
  });

  it("memory.reclaim takes back so many bytes, and says EAGAIN if it cannot", async () => {
    const { machine, cgroup } = limited({ max: 50 });
    const filling = machine.spawn(
      function* () {
        yield* fill("/data", 8 * MiB);
        return 0;
      },
      { cgroup },
    );
    await machine.ended(filling);
    cgroup.write("memory.reclaim", "3M swappiness=0");
    expect(current(cgroup)).toBe(5);
    expect(() => cgroup.write("memory.reclaim", "6M")).toThrow(expect.objectContaining({ code: "EAGAIN" }));
    expect(current(cgroup)).toBe(0);
  });
});

describe("protection", () => {
  it("memory.low leaves a cgroup its part while others have something to give, memory.min always", async () => {
    const { machine, cgroup: parent } = limited({ max: 40 });
    parent.write("cgroup.subtree_control", "+memory");
    const [a, b] = ["a", "b"].map((name) => parent.create(name)) as [Cgroup, Cgroup];
    a.write("memory.min", "12M");
    b.write("memory.low", "10M");
    for (const [index, cgroup] of [a, b].entries()) {
      await machine.ended(
        machine.spawn(
          function* () {
            yield* fill(`/data${index}`, 20 * MiB);
            return 0;
          },
          { cgroup },
        ),
      );
    }
    const greedy = parent.create("greedy");
    const process = machine.spawn(() => hog(18 * MiB, 1e9), { cgroup: greedy });
    await machine.world.advance(1_000_000);
    expect([current(a), current(b), current(greedy)]).toEqual([12, 10, 18]);
    expect(events(b)["low"]).toBe(0);
    machine.spawn(() => hog(10 * MiB, 1e9), { cgroup: greedy });
    await machine.world.advance(1_000_000);
    expect([current(a), current(b) < 10, process.isAlive]).toEqual([12, true, true]);
    expect(events(b)["low"]).toBeGreaterThan(0);
  });
});

describe("memory.oom.group", () => {
  it("kills all of the cgroup and of those below, but not who is safe, nor the parent; events go upwards", async () => {
    const { machine, cgroup: parent } = limited({ max: 64 });
    parent.write("cgroup.subtree_control", "+memory");
    const box = parent.create("group");
    box.write("memory.oom.group", "1");
    box.write("cgroup.subtree_control", "+memory");
    const inner = box.create("inner");
    const still = function* (): Routine<number> {
      yield* nanosleep(1e9);
      return 0;
    };
    const safe = machine.spawn(
      function* () {
        yield* put("/proc/self/oom_score_adj", "-1000");
        return yield* still();
      },
      { cgroup: box },
    );
    const others = [machine.spawn(still, { cgroup: box }), machine.spawn(still, { cgroup: inner })];
    const above = machine.spawn(still, { cgroup: parent });
    const victim = machine.spawn(() => hog(100 * MiB), { cgroup: inner });
    await machine.ended(victim);
    expect(others.map((process) => process.isAlive)).toEqual([false, false]);
    expect([safe, above].map((process) => process.isAlive)).toEqual([true, true]);
    // The victim counts twice.
    expect(events(parent)).toMatchObject({ oom: 1, oom_kill: 4, oom_group_kill: 1 });
    expect(events(parent, "memory.events.local")).toMatchObject({ oom: 1, oom_kill: 0, oom_group_kill: 0 });
    expect(events(box, "memory.events.local")).toMatchObject({ oom: 0, oom_kill: 1, oom_group_kill: 1 });
    expect(events(inner, "memory.events.local")).toMatchObject({ oom_kill: 3 });
  });
});

describe("the kernel's log", () => {
  it("tells what the OOM killer did, as dmesg shows it", async () => {
    const { machine, cgroup } = limited({ max: 16 });
    await machine.ended(machine.spawn(() => hog(100 * MiB), { cgroup, argv: ["/bin/hog"] }));
    const log = machine.kernel.log.format();
    expect(log).toMatch(/^\[ {4}\d\.\d{6}\] hog invoked oom-killer: gfp_mask=\S+, order=0, oom_score_adj=0$/m);
    expect(log).toMatch(/\] memory: usage 16384kB, limit 16384kB, failcnt 1$/m);
    expect(log).toMatch(
      /oom-kill:constraint=CONSTRAINT_MEMCG,\S+,oom_memcg=\/box,task_memcg=\/box,task=hog,pid=\d+,uid=0$/m,
    );
    expect(log).toMatch(
      /Memory cgroup out of memory: Killed process \d+ \(hog\) total-vm:16384kB, anon-rss:16384kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:0kB oom_score_adj:0$/m,
    );
    expect(
      await machine.run(function* () {
        const fd = yield* open("/proc/kmsg");
        return decode(yield* read(fd, 20));
      }),
    ).toMatch(/^<4>\[/);
  });
});
