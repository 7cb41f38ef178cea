import { describe, expect, it } from "vitest";
import {
  chdir,
  chown,
  chroot,
  clone,
  close,
  Errno,
  executable,
  execve,
  getpid,
  getresuid,
  kill,
  MNT_DETACH,
  MS_BIND,
  MS_NOSUID,
  MS_RDONLY,
  MS_REC,
  MS_REMOUNT,
  makedev,
  mkdir,
  mknod,
  mount,
  type NamespaceKind,
  nanosleep,
  O_WRONLY,
  open,
  prlimit,
  type Routine,
  S_IFCHR,
  setgroups,
  sethostname,
  setresgid,
  setresuid,
  setxattr,
  stat,
  umount2,
  unshare,
  wait4,
  write,
} from "../../abi/index.ts";
import { encode } from "../../lib/index.ts";
import { codeOf, get, put } from "../../testing/describe-file-system.ts";
import { TestMachine } from "../../testing/machine.ts";

const run = <T>(routine: () => Routine<T>): Promise<T> => new TestMachine().run(routine);
const only = (...kinds: readonly NamespaceKind[]): ReadonlySet<NamespaceKind> => new Set(kinds);

/** Becomes user 1000. */
function* drop(): Routine<void> {
  yield* setgroups([]);
  yield* setresgid(1000);
  yield* setresuid(1000);
}

/** Writes to a file of /proc; returns "ok" or the error. */
function* tell(path: string, text: string): Routine<string> {
  const fd = yield* open(path, O_WRONLY).attempt();
  if (fd instanceof Errno) return fd.code;
  const answer = yield* write(fd, encode(text)).attempt();
  return answer instanceof Errno ? answer.code : "ok";
}

/** User 1000 as root of a user namespace of its own. */
function* rootless(): Routine<void> {
  yield* drop();
  yield* unshare(only("user"));
  yield* tell("/proc/self/uid_map", "0 1000 1");
  yield* tell("/proc/self/setgroups", "deny");
  yield* tell("/proc/self/gid_map", "0 1000 1");
}

describe("a user without privileges", () => {
  it("may make a user namespace, and any other only together with one", async () => {
    const codes = await run(function* () {
      yield* drop();
      const found: string[] = [];
      for (const kind of ["mnt", "uts", "ipc", "net", "pid", "cgroup", "time"] as const) {
        found.push(yield* codeOf(unshare(only(kind))));
      }
      const nothing = clone(
        function* () {
          return 0;
        },
        undefined,
        { namespaces: only("net") },
      );
      found.push(yield* codeOf(nothing), yield* codeOf(unshare(only("user", "uts", "net"))));
      return found;
    });
    expect(codes).toEqual([...Array(8).fill("EPERM"), "ok"]);
  });

  it("maps its own id, its group only without setgroups, each once", async () => {
    const told = await run(function* () {
      yield* drop();
      yield* unshare(only("user"));
      const before = (yield* getresuid()).real;
      const steps: readonly (readonly [file: string, text: string])[] = [
        ["uid_map", "0 1000 1"],
        ["gid_map", "0 1000 1"],
        ["setgroups", "deny"],
        ["gid_map", "0 1000 1"],
        ["uid_map", "0 1000 1"],
        ["setgroups", "allow"],
      ];
      const codes: string[] = [];
      for (const [file, text] of steps) codes.push(yield* tell(`/proc/self/${file}`, text));
      return [before, ...codes, (yield* getresuid()).real];
    });
    expect(told).toEqual([65534, "ok", "EPERM", "ok", "ok", "EPERM", "EPERM", 0]);
  });

  it.each([
    ["0 0 10", "EPERM"],
    ["0 5000 1", "EPERM"],
    ["0 1000 1\n1 1000 1", "EINVAL"],
    ["0 1000 0", "EINVAL"],
    ["0 1000 1 1", "EINVAL"],
    ["x", "EINVAL"],
    ["", "EINVAL"],
  ])("cannot map %j: %s", async (map, code) => {
    const told = await run(function* () {
      yield* drop();
      yield* unshare(only("user"));
      return yield* tell("/proc/self/uid_map", map);
    });
    expect(told).toBe(code);
  });

  it("is root only over what the namespace owns", async () => {
    const told = await run(function* () {
      yield* rootless();
      const owner = yield* stat("/etc");
      return [
        owner.uid,
        yield* codeOf(setgroups([0])),
        yield* codeOf(setresuid(5)),
        yield* codeOf(chown("/tmp", 0, 0)),
        yield* codeOf(sethostname("x")),
        yield* codeOf(unshare(only("uts"))),
        yield* codeOf(sethostname("x")),
      ];
    });
    expect(told).toEqual([65534, "EPERM", "EINVAL", "EPERM", "EPERM", "ok", "ok"]);
  });

  it("of a namespace that has the machine's root makes no devices and no labels, but signals the machine's root", async () => {
    const told = await run(function* () {
      const target = yield* clone(function* () {
        yield* nanosleep(1e6);
        return 0;
      }, undefined);
      yield* unshare(only("user"));
      const early = [yield* tell("/proc/self/setgroups", "allow")];
      yield* tell("/proc/self/uid_map", "0 0 1");
      yield* tell("/proc/self/gid_map", "0 0 1");
      return [
        ...early,
        yield* codeOf(mknod("/null", S_IFCHR | 0o600, makedev(1, 3))),
        yield* codeOf(setxattr("/etc", "trusted.a", encode("x"))),
        yield* codeOf(setxattr("/etc", "security.a", encode("x"))),
        yield* codeOf(kill(target, 0)),
        yield* codeOf(prlimit(0, "memlock", { soft: 2 ** 40, hard: 2 ** 40 })),
      ];
    });
    expect(told).toEqual(["ok", "EPERM", "EPERM", "EPERM", "ok", "EPERM"]);
  });

  it("without a map loses its rights by execve, and cannot even open setgroups any more", async () => {
    const machine = new TestMachine();
    const told: string[] = [];
    machine.kernel.programs.set("look", function* () {
      told.push(yield* tell("/proc/self/setgroups", "deny"), yield* tell("/proc/self/uid_map", "0 5 1"));
      return 0;
    });
    await machine.run(function* () {
      yield* put("/look", "", 0o755);
      const fd = yield* open("/look", O_WRONLY);
      yield* write(fd, executable("look"));
      yield* close(fd);
      yield* clone(function* () {
        yield* unshare(only("user"));
        return yield* execve("/look", ["look"], new Map());
      }, undefined);
      yield* wait4();
    });
    expect(told).toEqual(["EACCES", "EPERM"]);
  });

  it("mounts only what was made for that, over namespaces of its own", async () => {
    const told = await run(function* () {
      yield* mkdir("/m");
      yield* rootless();
      yield* unshare(only("mnt"));
      const codes: string[] = [];
      for (const type of ["tmpfs", "ramfs", "devpts", "proc", "sysfs", "mqueue", "cgroup2", "devtmpfs", "ext4"]) {
        codes.push(yield* codeOf(mount("x", "/m", type)));
      }
      yield* unshare(only("ipc", "net", "cgroup"));
      for (const type of ["mqueue", "cgroup2"]) codes.push(yield* codeOf(mount("x", "/m", type)));
      return codes;
    });
    expect(told).toEqual(["ok", "ok", "ok", ...Array(6).fill("EPERM"), "ok", "ok"]);
  });

  it("cannot undo what it found: mounts and their restrictions are locked", async () => {
    const told = await run(function* () {
      for (const path of ["/m", "/m2", "/m3"]) yield* mkdir(path);
      yield* mount("t", "/m", "tmpfs", MS_NOSUID | MS_RDONLY);
      yield* rootless();
      yield* unshare(only("mnt"));
      return [
        yield* codeOf(umount2("/m")),
        yield* codeOf(umount2("/m", MNT_DETACH)),
        yield* codeOf(mount("", "/m", "", MS_REMOUNT | MS_BIND | MS_NOSUID)),
        yield* codeOf(mount("", "/m", "", MS_REMOUNT | MS_BIND | MS_NOSUID | MS_RDONLY)),
        yield* codeOf(mount("", "/m", "", MS_REMOUNT | MS_NOSUID | MS_RDONLY)),
        yield* codeOf(mount("/m", "/m2", "", MS_BIND)),
        yield* codeOf(umount2("/m2")),
        yield* codeOf(mount("/", "/m3", "", MS_BIND)),
        yield* codeOf(mount("/", "/m3", "", MS_BIND | MS_REC)),
        yield* codeOf(umount2("/m3/m")),
      ];
    });
    expect(told).toEqual(["EINVAL", "EINVAL", "EPERM", "ok", "EPERM", "ok", "ok", "EINVAL", "ok", "EINVAL"]);
  });
});

describe("user namespaces", () => {
  it("cannot be made by who has changed its root directory, nor with ids that are not mapped", async () => {
    const told = await run(function* () {
      yield* mkdir("/jail");
      const codes: string[] = [];
      yield* clone(function* () {
        yield* chroot("/jail");
        yield* chdir("/");
        codes.push(yield* codeOf(unshare(only("user"))));
        return 0;
      }, undefined);
      yield* wait4();
      yield* unshare(only("user"));
      codes.push(yield* codeOf(unshare(only("user"))));
      return codes;
    });
    expect(told).toEqual(["EPERM", "EPERM"]);
  });

  it("a parent maps ranges from outside, once; both see them as their own namespaces number users", async () => {
    const told = await run(function* () {
      let inside = "";
      const pid = yield* clone(
        function* () {
          yield* nanosleep(1000);
          inside = yield* get("/proc/self/uid_map");
          yield* setresuid(7);
          yield* nanosleep(10_000);
          return 0;
        },
        undefined,
        { namespaces: only("user") },
      );
      const file = `/proc/${pid}/uid_map`;
      const codes = [yield* tell(file, "0 100000 65536"), yield* tell(file, "0 0 1")];
      const outside = yield* get(file);
      yield* nanosleep(5000);
      const uid = /Uid:\t(\d+)/.exec(yield* get(`/proc/${pid}/status`))?.[1];
      return [...codes, outside, inside, uid];
    });
    const map = "         0     100000      65536\n";
    expect(told).toEqual(["ok", "EPERM", map, map, "100007"]);
  });

  it("a process of a pid namespace is number 1 there, and its child's parent 0", async () => {
    const told = await run(function* () {
      let inner: readonly [number, string] | undefined;
      yield* clone(
        function* () {
          yield* mount("proc", "/proc", "proc");
          inner = [yield* getpid(), /PPid:\t(\d+)/.exec(yield* get("/proc/self/status"))?.[1] ?? ""];
          return 0;
        },
        undefined,
        { namespaces: only("user", "pid", "mnt") },
      );
      yield* wait4();
      return inner;
    });
    expect(told).toEqual([1, "0"]);
  });
});
