import { describe, expect, it } from "vitest";
import {
  chmod,
  clone,
  kill,
  link,
  lstat,
  mkdir,
  mknod,
  nanosleep,
  O_CREAT,
  O_WRONLY,
  open,
  POLLERR,
  POLLPRI,
  poll,
  pread,
  type Routine,
  rename,
  rmdir,
  S_IFIFO,
  SIGKILL,
  stat,
  symlink,
  unlink,
  wait4,
} from "../../abi/index.ts";
import { decode } from "../../lib/index.ts";
import { group, inside, show, tell } from "../../testing/cgroups.ts";
import { codeOf, get, names } from "../../testing/describe-file-system.ts";
import { TestMachine } from "../../testing/machine.ts";

const run = <T>(routine: () => Routine<T>): Promise<T> => new TestMachine().run(routine);
const ROOT = "/sys/fs/cgroup";

/** A child that sleeps in a cgroup. */
function* sleeper(path: string): Routine<number> {
  const pid = yield* clone(function* () {
    yield* nanosleep(1e12);
    return 0;
  }, undefined);
  yield* tell(`${path}/cgroup.procs`, String(pid));
  return pid;
}

describe("subtree_control", () => {
  it("hands controllers on: a child's cgroup.controllers are exactly its parent's subtree_control", async () => {
    const told = await run(function* () {
      yield* group("a", "a/b");
      const before = [yield* show("cgroup.controllers"), yield* show("a/b/cgroup.controllers")];
      yield* tell("a/cgroup.subtree_control", "+memory +pids");
      yield* tell("a/cgroup.subtree_control", "-memory +cpu");
      const has = (yield* names(`${ROOT}/a/b`)).filter((name) => /^(cpu\.max|memory\.max|pids\.max)$/.test(name));
      return [...before, yield* show("a/cgroup.subtree_control"), yield* show("a/b/cgroup.controllers"), has];
    });
    expect(told).toEqual(["cpuset cpu io memory pids\n", "", "cpu pids\n", "cpu pids\n", ["cpu.max", "pids.max"]]);
  });

  it("what the parent does not hand on cannot be enabled, what a child hands on cannot be disabled, and names are checked", async () => {
    const codes = await run(function* () {
      yield* group("a", "a/b");
      return [
        yield* tell("a/b/cgroup.subtree_control", "+memory"),
        yield* tell("a/cgroup.subtree_control", "+memory"),
        yield* tell("a/b/cgroup.subtree_control", "+memory"),
        yield* tell("a/cgroup.subtree_control", "-memory"),
        yield* tell("a/cgroup.subtree_control", "+bogus"),
        yield* tell("a/cgroup.subtree_control", "memory"),
        yield* tell("a/b/cgroup.subtree_control", "+memory -memory"),
        yield* tell("a/cgroup.subtree_control", "-memory\n"),
        yield* tell("a/cgroup.subtree_control", ""),
      ];
    });
    expect(codes).toEqual(["ENOENT", "ok", "ok", "EBUSY", "EINVAL", "EINVAL", "ok", "ok", "ok"]);
  });

  it("a controller that was disabled has forgotten limits and events when it is enabled again", async () => {
    const told = await run(function* () {
      yield* group("a", "a/b");
      yield* tell("a/cgroup.subtree_control", "+pids");
      yield* tell("a/b/pids.max", "1");
      yield* inside("a/b", () => codeOf(clone(() => sleeper("a/b"), undefined)));
      const before = yield* show("a/b/pids.events");
      yield* tell("a/cgroup.subtree_control", "-pids");
      yield* tell("a/cgroup.subtree_control", "+pids");
      return [before, yield* show("a/b/pids.max"), yield* show("a/b/pids.events")];
    });
    expect(told).toEqual(["max 1\n", "max\n", "max 0\n"]);
  });
});

describe("processes", () => {
  it("no internal processes: where a domain controller is handed on nobody can live, where somebody lives none can be", async () => {
    const codes = await run(function* () {
      yield* group("a", "a/b");
      const first = yield* inside("a", function* () {
        return [yield* tell("a/cgroup.subtree_control", "+memory"), yield* tell("a/cgroup.subtree_control", "+pids")];
      });
      yield* tell("a/cgroup.subtree_control", "+memory");
      return [...first, yield* tell("a/cgroup.procs", "0"), yield* tell("a/b/cgroup.procs", "0")];
    });
    expect(codes).toEqual(["EBUSY", "ok", "EBUSY", "ok"]);
  });

  it("are moved by number, 0 for oneself; other words and nobody's number are refused", async () => {
    const codes = await run(function* () {
      yield* group("a");
      return [
        yield* tell("a/cgroup.procs", "x"),
        yield* tell("a/cgroup.procs", "-1"),
        yield* tell("a/cgroup.procs", "99999999"),
        yield* tell("a/cgroup.procs", " 0 \n"),
        yield* get("/proc/self/cgroup"),
        yield* show("a/cgroup.threads"),
      ];
    });
    expect(codes.slice(0, 5)).toEqual(["EINVAL", "EINVAL", "ESRCH", "ok", "0::/a\n"]);
    expect(codes[5]).toMatch(/^\d+\n$/);
  });

  it("populated holds for every ancestor of a populated leaf and for no sibling, and whoever polls is told when it ends", async () => {
    const told = await run(function* () {
      yield* group("a", "a/b", "a/c");
      const pid = yield* sleeper("a/b");
      const before = [
        yield* show("a/cgroup.events"),
        yield* show("a/b/cgroup.events"),
        yield* show("a/c/cgroup.events"),
      ];
      const fd = yield* open(`${ROOT}/a/cgroup.events`);
      yield* pread(fd, 100, 0);
      const quiet = yield* poll([{ fd, events: POLLPRI }], 0);
      yield* kill(pid, SIGKILL);
      const woken = yield* poll([{ fd, events: POLLPRI }]);
      const after = decode(yield* pread(fd, 100, 0));
      return [before, quiet, woken.map(({ events }) => events), after, yield* codeOf(rmdir(`${ROOT}/a/b`))];
    });
    expect(told).toEqual([
      ["populated 1\nfrozen 0\n", "populated 1\nfrozen 0\n", "populated 0\nfrozen 0\n"],
      [],
      [POLLPRI | POLLERR],
      "populated 0\nfrozen 0\n",
      "ok",
    ]);
  });

  it("rmdir wants no processes and no children; a zombie's cgroup shows as deleted", async () => {
    const told = await run(function* () {
      yield* group("a", "a/b");
      const pid = yield* sleeper("a/b");
      const codes = [yield* codeOf(rmdir(`${ROOT}/a`)), yield* codeOf(rmdir(`${ROOT}/a/b`))];
      yield* kill(pid, SIGKILL);
      yield* nanosleep(1000);
      codes.push(yield* codeOf(rmdir(`${ROOT}/a/b`)), yield* get(`/proc/${pid}/cgroup`));
      yield* wait4();
      return codes;
    });
    expect(told).toEqual(["EBUSY", "EBUSY", "ok", "0::/a/b (deleted)\n"]);
  });

  it("an open file of a cgroup that was removed fails with ENODEV", async () => {
    const code = await run(function* () {
      yield* group("a");
      const fd = yield* open(`${ROOT}/a/cgroup.procs`);
      yield* rmdir(`${ROOT}/a`);
      return yield* codeOf(pread(fd, 10, 0));
    });
    expect(code).toBe("ENODEV");
  });
});

describe("the tree", () => {
  it("max.depth and max.descendants refuse to make more with EAGAIN", async () => {
    const codes = await run(function* () {
      yield* group("a", "a/b");
      const deep = (limit: string) => tell("a/cgroup.max.depth", limit);
      return [
        yield* deep("1"),
        yield* codeOf(mkdir(`${ROOT}/a/b/c`)),
        yield* deep("max"),
        yield* tell("a/cgroup.max.descendants", "2"),
        yield* codeOf(mkdir(`${ROOT}/a/b/c`)),
        yield* codeOf(mkdir(`${ROOT}/a/d`)),
        yield* show("a/cgroup.max.descendants"),
        yield* deep("-1"),
        yield* deep("99999999999"),
        yield* deep("x"),
      ];
    });
    expect(codes).toEqual(["ok", "EAGAIN", "ok", "ok", "ok", "EAGAIN", "2\n", "ERANGE", "ERANGE", "EINVAL"]);
  });

  it("cgroup.stat counts descendants, and those with each controller", async () => {
    const text = await run(function* () {
      yield* group("a", "a/b", "a/b/c");
      yield* tell("a/cgroup.subtree_control", "+pids");
      return yield* show("a/cgroup.stat");
    });
    expect(text.split("\n").slice(0, 7)).toEqual([
      "nr_descendants 2",
      "nr_subsys_cpuset 1",
      "nr_subsys_cpu 1",
      "nr_subsys_io 1",
      "nr_subsys_memory 1",
      "nr_subsys_pids 2",
      "nr_dying_descendants 0",
    ]);
  });

  it("knows no threads: cgroup.type is domain, and threaded is EOPNOTSUPP", async () => {
    const told = await run(function* () {
      yield* group("a");
      const codes = [yield* tell("a/cgroup.type", "threaded"), yield* tell("a/cgroup.type", "domain")];
      return [...codes, yield* tell("a/cgroup.threads", "0"), yield* show("a/cgroup.type")];
    });
    expect(told).toEqual(["EOPNOTSUPP", "EINVAL", "EOPNOTSUPP", "domain\n"]);
  });

  it("takes directories only, and no other names than the kernel's for files", async () => {
    const codes = await run(function* () {
      yield* group("a");
      return [
        yield* codeOf(open(`${ROOT}/a/foo`, O_CREAT | O_WRONLY)),
        yield* codeOf(unlink(`${ROOT}/a/cgroup.procs`)),
        yield* codeOf(rename(`${ROOT}/a`, `${ROOT}/b`)),
        yield* codeOf(mkdir(`${ROOT}/a/cgroup.procs`)),
        yield* codeOf(symlink("x", `${ROOT}/a/s`)),
        yield* codeOf(mknod(`${ROOT}/a/p`, S_IFIFO | 0o644)),
        yield* codeOf(link(`${ROOT}/a/cgroup.procs`, `${ROOT}/a/q`)),
        yield* codeOf(rmdir(`${ROOT}/a/cgroup.procs`)),
        yield* codeOf(mkdir(`${ROOT}/a/b\nc`)),
        yield* tell("a/cgroup.events", "1"),
        yield* codeOf(open(`${ROOT}/a/cgroup.kill`)),
      ];
    });
    expect(codes).toEqual([
      "EACCES",
      "EPERM",
      "EPERM",
      "EEXIST",
      "EPERM",
      "EPERM",
      "EPERM",
      "ENOTDIR",
      "EINVAL",
      "EINVAL",
      "ok",
    ]);
  });

  it("inodes stay the same, and a directory counts its children as links", async () => {
    const told = await run(function* () {
      yield* group("a", "a/b");
      yield* chmod(`${ROOT}/a/cgroup.procs`, 0o600);
      const file = yield* lstat(`${ROOT}/a/cgroup.procs`);
      const again = yield* lstat(`${ROOT}/a/cgroup.procs`);
      const { nlink } = yield* stat(`${ROOT}/a`);
      return [file.ino === again.ino, again.mode & 0o777, nlink, (yield* stat(ROOT)).mode & 0o777];
    });
    expect(told).toEqual([true, 0o600, 3, 0o555]);
  });
});
