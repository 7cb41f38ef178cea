import { describe, expect, it } from "vitest";
import {
  chown,
  clone,
  mkdir,
  mount,
  type Routine,
  rmdir,
  setresgid,
  setresuid,
  stat,
  unshare,
  wait4,
} from "../../abi/index.ts";
import { group, show, tell } from "../../testing/cgroups.ts";
import { codeOf, get } from "../../testing/describe-file-system.ts";
import { TestMachine } from "../../testing/machine.ts";

const run = <T>(routine: () => Routine<T>): Promise<T> => new TestMachine().run(routine);
const ROOT = "/sys/fs/cgroup";
const USER = 1000;

/** Gives a cgroup to a user, as the documentation tells: the directory, cgroup.procs and cgroup.subtree_control. */
function* delegate(path: string): Routine<void> {
  for (const file of ["", "/cgroup.procs", "/cgroup.subtree_control"])
    yield* chown(`${ROOT}/${path}${file}`, USER, USER);
}

/** What `body` returns when a process of the user runs it in a cgroup. */
function* asUser<T>(path: string, body: () => Routine<T>): Routine<T> {
  let result: { readonly value: T } | undefined;
  yield* clone(function* () {
    yield* tell(`${path}/cgroup.procs`, "0");
    yield* setresgid(USER);
    yield* setresuid(USER);
    result = { value: yield* body() };
    return 0;
  }, undefined);
  yield* wait4();
  return (result as unknown as { value: T }).value;
}

describe("delegation", () => {
  it("the new owner makes cgroups, moves processes within and sets limits of children, but not its own", async () => {
    const told = await run(function* () {
      yield* group("a", "a/home");
      yield* tell("a/cgroup.subtree_control", "+pids +memory");
      yield* delegate("a");
      yield* delegate("a/home");
      return yield* asUser("a/home", function* () {
        const codes = [
          yield* codeOf(mkdir(`${ROOT}/a/mine`)),
          yield* tell("a/mine/cgroup.procs", "0"),
          yield* tell("a/mine/pids.max", "5"),
          yield* tell("a/cgroup.subtree_control", "-memory"),
          yield* tell("a/pids.max", "5"),
          yield* tell("cgroup.procs", "0"),
          yield* codeOf(mkdir(`${ROOT}/b`)),
        ];
        const { uid, gid } = yield* stat(`${ROOT}/a/mine/pids.max`);
        return [...codes, uid, gid];
      });
    });
    expect(told).toEqual(["ok", "ok", "ok", "ok", "EACCES", "EACCES", "EACCES", USER, USER]);
  });

  it("nobody is moved in or out without write access to what is above both", async () => {
    const codes = await run(function* () {
      yield* group("a", "a/x", "b");
      yield* delegate("a/x");
      yield* delegate("b");
      return yield* asUser("a/x", function* () {
        return [yield* tell("b/cgroup.procs", "0"), yield* tell("a/x/cgroup.procs", "0")];
      });
    });
    expect(codes).toEqual(["EACCES", "ok"]);
  });
});

describe("cgroup namespaces", () => {
  it("show their root as /, what is outside by .., and their own border cannot be moved from within", async () => {
    const told = await run(function* () {
      yield* group("a", "a/b");
      yield* tell("a/cgroup.procs", "0");
      yield* unshare(new Set(["cgroup"]));
      const seen = [yield* get("/proc/self/cgroup"), yield* get("/proc/1/cgroup")];
      seen.push(yield* tell("a/pids.max", "5"), yield* tell("a/b/cgroup.procs", "0"), yield* get("/proc/self/cgroup"));
      seen.push(yield* tell("cgroup.procs", "0"), yield* tell("a/cgroup.subtree_control", "+pids"));
      return [...seen, yield* tell("a/b/pids.max", "5"), yield* show("a/b/pids.max")];
    });
    expect(told).toEqual(["0::/\n", "0::/..\n", "EPERM", "ok", "0::/b\n", "ENOENT", "ok", "ok", "5\n"]);
  });

  it("a mount made inside shows the subtree only", async () => {
    const told = await run(function* () {
      yield* group("a", "a/b");
      yield* tell("a/cgroup.procs", "0");
      yield* unshare(new Set(["cgroup"]));
      yield* mkdir("/cg");
      yield* mount("cgroup2", "/cg", "cgroup2");
      const seen = [yield* get("/cg/cgroup.type"), yield* codeOf(rmdir("/cg/b")), yield* codeOf(mkdir("/cg/c"))];
      return [...seen, yield* codeOf(stat(`${ROOT}/a/c`))];
    });
    expect(told).toEqual(["domain\n", "ok", "ok", "ok"]);
  });
});
