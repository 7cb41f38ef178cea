import { describe, expect, it } from "vitest";
import {
  clock_gettime,
  clone,
  close,
  Errno,
  getpid,
  kill,
  link,
  MNT_DETACH,
  MS_BIND,
  mkdir,
  mount,
  type NamespaceKind,
  nanosleep,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  open,
  type Routine,
  read,
  readlink,
  rename,
  SIGKILL,
  setdomainname,
  sethostname,
  setns,
  setresuid,
  stat,
  symlink,
  truncate,
  umount2,
  uname,
  unlink,
  unshare,
  wait4,
  write,
} from "../../abi/index.ts";
import { decode, encode } from "../../lib/index.ts";
import { codeOf, get, names, put } from "../../testing/describe-file-system.ts";
import { TestMachine } from "../../testing/machine.ts";

const run = <T>(routine: () => Routine<T>): Promise<T> => new TestMachine().run(routine);
const only = (...kinds: readonly NamespaceKind[]): ReadonlySet<NamespaceKind> => new Set(kinds);
const KINDS = ["mnt", "uts", "ipc", "net", "pid", "cgroup", "time", "user"] as const;

/** Enters the namespace that a file leads to. */
function* enter(path: string, kind?: NamespaceKind): Routine<string> {
  const fd = yield* open(path, O_RDONLY).attempt();
  if (fd instanceof Errno) return fd.code;
  const code = yield* codeOf(setns(fd, kind));
  yield* close(fd);
  return code;
}

/** What `body` returns, in a child. */
function* inChild<T>(body: () => Routine<T>, kinds: readonly NamespaceKind[] = []): Routine<T> {
  let result: { readonly value: T } | undefined;
  yield* clone(
    function* () {
      result = { value: yield* body() };
      return 0;
    },
    undefined,
    { namespaces: new Set(kinds) },
  );
  yield* wait4();
  return (result as unknown as { value: T }).value;
}

function* tell(path: string, text: string): Routine<string> {
  const fd = yield* open(path, O_WRONLY).attempt();
  if (fd instanceof Errno) return fd.code;
  const answer = yield* write(fd, encode(text)).attempt();
  yield* close(fd);
  return answer instanceof Errno ? answer.code : "ok";
}

describe("/proc/PID/ns", () => {
  it("names the same namespace by the same number, and a new one of each kind by another", async () => {
    const told = await run(function* () {
      const same: boolean[] = [];
      const fresh: boolean[] = [];
      for (const kind of KINDS) {
        const own = yield* readlink(`/proc/self/ns/${kind}`);
        const { ino } = yield* stat(`/proc/self/ns/${kind}`);
        same.push(
          own === `${kind}:[${ino}]`,
          own === (yield* inChild(() => readlink(`/proc/self/ns/${kind}`)[Symbol.iterator]() as Routine<string>)),
        );
        const other = yield* inChild(
          () => readlink(`/proc/self/ns/${kind}`)[Symbol.iterator]() as Routine<string>,
          [kind],
        );
        fresh.push(other !== own && /^\w+:\[\d+\]$/.test(other));
      }
      return [same.every(Boolean), fresh.every(Boolean)];
    });
    expect(told).toEqual([true, true]);
  });

  it("setns takes a file of the right kind, and refuses one's own user namespace and other files", async () => {
    const told = await run(function* () {
      const codes: string[] = [];
      for (const kind of KINDS) codes.push(yield* enter(`/proc/self/ns/${kind}`));
      yield* put("/file", "x");
      codes.push(yield* enter("/proc/self/ns/uts", "net"), yield* enter("/file"), yield* enter("/tmp"));
      yield* setresuid(1000);
      for (const kind of KINDS) codes.push(yield* enter(`/proc/self/ns/${kind}`));
      return codes;
    });
    expect(told).toEqual([
      ...Array(7).fill("ok"),
      "EINVAL",
      "EINVAL",
      "EINVAL",
      "EINVAL",
      ...Array(7).fill("EPERM"),
      "EINVAL",
    ]);
  });

  it("an open file keeps a mount namespace with its mounts when the last process has left", async () => {
    const told = await run(function* () {
      yield* mkdir("/m");
      const pid = yield* clone(
        function* () {
          yield* mount("t", "/m", "tmpfs");
          yield* put("/m/kept", "yes");
          yield* nanosleep(1e9);
          return 0;
        },
        undefined,
        { namespaces: only("mnt") },
      );
      yield* nanosleep(1000);
      const fd = yield* open(`/proc/${pid}/ns/mnt`);
      yield* kill(pid, SIGKILL);
      yield* wait4();
      yield* setns(fd);
      return yield* get("/m/kept");
    });
    expect(told).toBe("yes");
  });

  it("can be bind-mounted, a mount namespace only if it is younger than one's own", async () => {
    const told = await run(function* () {
      yield* unshare(only("mnt"));
      yield* put("/net", "");
      yield* put("/mnt", "");
      const child = yield* clone(
        function* () {
          yield* nanosleep(1e9);
          return 0;
        },
        undefined,
        { namespaces: only("mnt", "net") },
      );
      const codes = [
        yield* codeOf(mount(`/proc/${child}/ns/net`, "/net", "", MS_BIND)),
        yield* codeOf(mount("/proc/self/ns/mnt", "/mnt", "", MS_BIND)),
        yield* codeOf(mount(`/proc/${child}/ns/mnt`, "/mnt", "", MS_BIND)),
      ];
      const net = yield* readlink(`/proc/${child}/ns/net`);
      yield* kill(child, SIGKILL);
      yield* wait4();
      const line = (yield* get("/proc/self/mountinfo")).split("\n").find((one) => one.includes(" /net "));
      codes.push(line?.includes(` ${net} /net rw`) ? "shown" : String(line), yield* enter("/net"));
      return [...codes, (yield* readlink("/proc/self/ns/net")) === net];
    });
    expect(told).toEqual(["ok", "EINVAL", "ok", "shown", "ok", true]);
  });
});

describe("pid namespaces", () => {
  it("are for children; a second one is EINVAL until a child has been born, and one can go back", async () => {
    const told = await run(function* () {
      const codes = [yield* codeOf(unshare(only("pid"))), yield* codeOf(unshare(only("pid")))];
      codes.push(yield* codeOf(readlink("/proc/self/ns/pid_for_children")), yield* enter("/proc/self/ns/pid"));
      yield* unshare(only("pid"));
      const inner = yield* inChild(function* () {
        return [yield* getpid(), yield* codeOf(unshare(only("pid")))];
      });
      const after = yield* codeOf(
        clone(function* () {
          return 0;
        }, undefined),
      );
      return [...codes, ...inner, after];
    });
    expect(told).toEqual(["ok", "EINVAL", "ENOENT", "ok", 1, "ok", "ENOMEM"]);
  });

  it("the init of one cannot make a sibling, and one cannot enter a namespace above", async () => {
    const told = await run(function* () {
      const above = yield* open("/proc/self/ns/pid");
      return yield* inChild(
        function* () {
          const sibling = yield* codeOf(
            clone(
              function* () {
                return 0;
              },
              undefined,
              { sibling: true },
            ),
          );
          return [sibling, yield* codeOf(setns(above))];
        },
        ["pid"],
      );
    });
    expect(told).toEqual(["EINVAL", "EINVAL"]);
  });

  it("nest 32 deep, then ENOSPC", async () => {
    const told = await run(function* () {
      function* deeper(): Routine<number> {
        let below = 0;
        const answer = yield* clone(
          function* () {
            below = yield* deeper();
            return 0;
          },
          undefined,
          { namespaces: only("pid") },
        ).attempt();
        if (answer instanceof Errno) return answer.code === "ENOSPC" ? 0 : -100;
        yield* wait4();
        return below + 1;
      }
      return yield* deeper();
    });
    expect(told).toBe(31);
  });
});

describe("time namespaces", () => {
  it("hold for children and for the next program; offsets can be set until somebody lives there", async () => {
    const told = await run(function* () {
      yield* nanosleep(500_000_000);
      const file = "/proc/self/timens_offsets";
      const codes = [yield* tell(file, "monotonic 1 0")];
      yield* unshare(only("time"));
      const links = [yield* readlink("/proc/self/ns/time"), yield* readlink("/proc/self/ns/time_for_children")];
      const texts = [
        "monotonic 100 5\nboottime 1000 0\n",
        "monotonic x",
        "bogus 1 1",
        "monotonic 1 1000000000",
        "monotonic -99999 0",
      ];
      for (const text of texts) codes.push(yield* tell(file, text));
      codes.push(yield* tell(file, "1 7 0"), yield* get(file));
      const own = yield* clock_gettime("monotonic");
      const [monotonic, boottime, uptime] = yield* inChild(function* () {
        const times = [yield* clock_gettime("monotonic"), yield* clock_gettime("boottime")] as const;
        return [...times, Number((yield* get("/proc/uptime")).split(" ")[0])] as const;
      });
      codes.push(yield* tell(file, "monotonic 3 0"));
      const ahead = [monotonic - own, boottime - own, uptime * 1e6 - own].map((us) => Math.round(us / 1e6));
      return [codes, ahead, links[0] === links[1]];
    });
    expect(told).toEqual([
      [
        "EACCES",
        "ok",
        "EINVAL",
        "EINVAL",
        "EINVAL",
        "ERANGE",
        "ok",
        "monotonic           7         0\nboottime         1000         0\n",
        "EACCES",
      ],
      [7, 1000, 1000],
      false,
    ]);
  });
});

describe("uts and ipc namespaces", () => {
  it("have names of their own, which are copied from where they were made", async () => {
    const told = await run(function* () {
      yield* sethostname("outer");
      yield* setdomainname("example");
      const inner = yield* inChild(
        function* () {
          const before = yield* uname();
          yield* sethostname("inner");
          return [before.nodename, before.domainname, (yield* uname()).nodename];
        },
        ["uts"],
      );
      return [...inner, (yield* uname()).nodename, yield* codeOf(sethostname("a".repeat(65)))];
    });
    expect(told).toEqual(["outer", "example", "inner", "outer", "EINVAL"]);
  });

  it("have message queues of their own: files that tell what is queued, in one flat directory", async () => {
    const told = await run(function* () {
      yield* unshare(only("ipc"));
      yield* mkdir("/q");
      yield* mount("q", "/q", "mqueue");
      const fd = yield* open("/q/one", O_CREAT | O_RDWR, 0o600);
      const { size, mode } = yield* stat("/q/one");
      const seen = [size, mode & 0o777, decode(yield* read(fd, 100)), yield* codeOf(write(fd, encode("x")))];
      seen.push(
        yield* codeOf(mkdir("/q/d")),
        yield* codeOf(symlink("x", "/q/s")),
        yield* codeOf(link("/q/one", "/q/two")),
        yield* codeOf(rename("/q/one", "/q/two")),
        yield* codeOf(truncate("/q/one", 5)),
      );
      yield* unshare(only("ipc"));
      yield* mkdir("/r");
      yield* mount("q", "/r", "mqueue");
      const [here, there] = [yield* names("/q"), yield* names("/r")];
      yield* umount2("/r", MNT_DETACH);
      return [...seen, here, there, yield* codeOf(unlink("/q/one"))];
    });
    expect(told).toEqual([
      80,
      0o600,
      "QSIZE:0          NOTIFY:0     SIGNO:0     NOTIFY_PID:0     \n",
      "EINVAL",
      "EPERM",
      "EPERM",
      "EPERM",
      "EPERM",
      "ok",
      ["one"],
      [],
      "ok",
    ]);
  });
});
