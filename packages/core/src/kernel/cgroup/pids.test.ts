import { describe, expect, it } from "vitest";
import { clone, nanosleep, type Routine, wait4 } from "../../abi/index.ts";
import { group, inside, show, tell } from "../../testing/cgroups.ts";
import { codeOf } from "../../testing/describe-file-system.ts";
import { TestMachine } from "../../testing/machine.ts";

const run = <T>(routine: () => Routine<T>): Promise<T> => new TestMachine().run(routine);

function* brief(): Routine<number> {
  yield* nanosleep(1000);
  return 0;
}

describe("pids.max", () => {
  it("is max at first; when it is reached clone fails with EAGAIN, and moving in does not", async () => {
    const told = await run(function* () {
      yield* group("a");
      const seen = [yield* show("a/pids.max"), yield* tell("a/pids.max", "2")];
      const outside = yield* clone(brief, undefined);
      const codes = yield* inside("a", function* () {
        const first = yield* codeOf(clone(brief, undefined));
        const second = yield* codeOf(clone(brief, undefined));
        return [first, second, yield* tell("a/cgroup.procs", String(outside)), yield* show("a/pids.current")];
      });
      return [...seen, ...codes, yield* show("a/pids.peak"), yield* show("a/pids.events")];
    });
    expect(told).toEqual(["max\n", "ok", "ok", "EAGAIN", "ok", "3\n", "3\n", "max 1\n"]);
  });

  it("of the parent reached from a child: the parent and those above count it, the child does not", async () => {
    const told = await run(function* () {
      yield* group("a", "a/b");
      yield* tell("a/cgroup.subtree_control", "+pids");
      yield* tell("a/b/cgroup.subtree_control", "+pids");
      yield* group("a/b/c");
      yield* tell("a/b/pids.max", "1");
      const code = yield* inside("a/b/c", () => codeOf(clone(brief, undefined)));
      const seen: string[] = [];
      for (const path of ["a", "a/b", "a/b/c"]) {
        seen.push(yield* show(`${path}/pids.events`), yield* show(`${path}/pids.events.local`));
      }
      return [code, ...seen];
    });
    expect(told).toEqual(["EAGAIN", "max 1\n", "max 0\n", "max 1\n", "max 1\n", "max 0\n", "max 0\n"]);
  });

  it("counts zombies until they are reaped", async () => {
    const told = await run(function* () {
      yield* group("a");
      return yield* inside("a", function* () {
        yield* clone(brief, undefined);
        yield* nanosleep(10_000);
        const zombie = yield* show("a/pids.current");
        yield* wait4();
        return [zombie, yield* show("a/pids.current")];
      });
    });
    expect(told).toEqual(["2\n", "1\n"]);
  });

  it.each([
    ["0", "ok"],
    ["4194304", "ok"],
    ["4194305", "EINVAL"],
    ["-1", "EINVAL"],
    ["x", "EINVAL"],
  ])("%s: %s", async (value, code) => {
    const told = await run(function* () {
      yield* group("a");
      return yield* tell("a/pids.max", value);
    });
    expect(told).toBe(code);
  });
});
