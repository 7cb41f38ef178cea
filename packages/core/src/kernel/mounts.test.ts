import { describe, expect, it } from "vitest";
import {
  chdir,
  chroot,
  clone,
  close,
  executable,
  execve,
  getcwd,
  MNT_DETACH,
  MS_BIND,
  MS_MOVE,
  MS_NODEV,
  MS_NOEXEC,
  MS_PRIVATE,
  MS_RDONLY,
  MS_REC,
  MS_REMOUNT,
  MS_SHARED,
  MS_SLAVE,
  MS_UNBINDABLE,
  mkdir,
  mknod,
  mount,
  nanosleep,
  open,
  pivot_root,
  type Routine,
  rename,
  rmdir,
  S_IFCHR,
  setns,
  stat,
  umount2,
  unshare,
  wait4,
} from "../abi/index.ts";
import { decode } from "../lib/index.ts";
import { codeOf, get, names, put } from "../testing/describe-file-system.ts";
import { TestMachine } from "../testing/machine.ts";

const run = <T>(routine: () => Routine<T>): Promise<T> => new TestMachine().run(routine);

/** Runs a routine in a child with new namespaces, and waits for it. */
function* inNew(kinds: readonly ("mnt" | "user" | "pid")[], body: () => Routine<number>): Routine<void> {
  yield* clone(body, undefined, { namespaces: new Set(kinds) });
  yield* wait4();
}

/** A shared tmpfs with a directory x, at two places. */
function* peers(first: string, second: string): Routine<void> {
  for (const path of [first, second]) yield* mkdir(path);
  yield* mount("t", first, "tmpfs");
  yield* mount("", first, "", MS_SHARED);
  yield* mkdir(`${first}/x`);
  yield* mount(first, second, "", MS_BIND);
}

/** What may be done to mounts that others are about to look at. */
const CHANGES: Readonly<Record<string, () => ReturnType<typeof mount> | ReturnType<typeof umount2>>> = {
  mounted: () => mount("late", "/a/x", "tmpfs"),
  unmounted: () => umount2("/a/x"),
  "all unmounted": () => umount2("/a", MNT_DETACH),
  bound: () => mount("/a", "/b", "", MS_BIND | MS_REC),
  moved: () => mount("/a/x", "/b", "", MS_MOVE),
  remounted: () => mount("", "/a", "", MS_REMOUNT | MS_BIND | MS_RDONLY),
  shared: () => mount("", "/a", "", MS_SHARED | MS_REC),
  "made unbindable": () => mount("", "/a/x", "", MS_UNBINDABLE),
};

/** Which of these are mount points. */
function* points(...paths: readonly string[]): Routine<readonly string[]> {
  const found = (yield* get("/proc/self/mountinfo")).split("\n").map((line) => line.split(" ")[4]);
  return paths.filter((path) => found.includes(path));
}

describe("mount", () => {
  it("covers what was there, a second one the first, and umount brings them back", async () => {
    const told = await run(function* () {
      yield* mkdir("/m");
      yield* put("/m/below", "x");
      yield* mount("a", "/m", "tmpfs");
      yield* put("/m/first", "x");
      yield* mount("b", "/m", "tmpfs");
      const seen = [yield* names("/m")];
      yield* umount2("/m");
      seen.push(yield* names("/m"));
      yield* umount2("/m");
      seen.push(yield* names("/m"));
      return [seen, yield* codeOf(umount2("/m"))];
    });
    expect(told).toEqual([[[], ["first"], ["below"]], "EINVAL"]);
  });

  it.each([
    ["tmpfs", "size=1m,nr_blocks=5,size=2m", "size=2048k"],
    ["tmpfs", "size=2m,nr_blocks=5", "size=20k"],
    ["tmpfs", "mode=17777", "mode=7777"],
    ["tmpfs", "mode=01777", ""],
    ["tmpfs", "uid=0,gid=5,nr_inodes=5k,size=3000,mode=0700", "size=4k,nr_inodes=5120,mode=700,gid=5"],
    ["tmpfs", "uid=0x5", "uid=5"],
    ["tmpfs", "uid=5k", "EINVAL"],
    ["tmpfs", "mode=xyz", "EINVAL"],
    ["tmpfs", "nr_inodes=5%", "EINVAL"],
    ["ramfs", "mode=711,foo", "mode=711"],
    ["ramfs", "mode=755", ""],
    ["ramfs", "mode=xyz", "EINVAL"],
  ])("%s with %s shows %j", async (type, options, shown) => {
    const told = await run(function* () {
      yield* mkdir("/m");
      const code = yield* codeOf(mount("t", "/m", type, 0, options));
      const line = (yield* get("/proc/mounts")).split("\n").find((one) => one.startsWith("t /m "));
      return line === undefined ? code : line.split(" ")[3];
    });
    expect(told).toBe(shown === "EINVAL" ? shown : `rw,relatime${shown === "" ? "" : `,${shown}`}`);
  });

  it("a mount point cannot be removed or renamed, and a mount in use cannot be unmounted unless lazily", async () => {
    const told = await run(function* () {
      yield* mkdir("/m");
      yield* mount("a", "/m", "tmpfs");
      const pinned = [yield* codeOf(rmdir("/m")), yield* codeOf(rename("/m", "/n"))];
      yield* chdir("/m");
      const busy = yield* codeOf(umount2("/m"));
      const lazy = yield* codeOf(umount2("/m", MNT_DETACH));
      return [pinned, busy, lazy, yield* codeOf(rmdir("/m"))];
    });
    expect(told).toEqual([["EBUSY", "EBUSY"], "EBUSY", "ok", "ok"]);
  });

  it("bind shows a subtree elsewhere; with MS_REC also what is mounted in it", async () => {
    const told = await run(function* () {
      for (const path of ["/a", "/a/sub", "/b", "/c"]) yield* mkdir(path);
      yield* mount("t", "/a/sub", "tmpfs");
      yield* put("/a/sub/x", "inside");
      yield* put("/a/f", "file");
      yield* mount("/a", "/b", "", MS_BIND);
      yield* mount("/a", "/c", "", MS_BIND | MS_REC);
      yield* put("/f", "");
      yield* mount("/a/f", "/f", "", MS_BIND);
      return [
        yield* names("/b/sub"),
        yield* names("/c/sub"),
        yield* get("/f"),
        yield* codeOf(mount("/a/f", "/b", "", MS_BIND)),
      ];
    });
    expect(told).toEqual([[], ["x"], "file", "ENOTDIR"]);
  });

  it("flags hold per mount: ro, nodev and noexec", async () => {
    const machine = new TestMachine();
    machine.kernel.programs.set("true", function* () {
      return 0;
    });
    const told = await machine.run(function* () {
      for (const path of ["/a", "/b"]) yield* mkdir(path);
      yield* mknod("/a/null", S_IFCHR | 0o666, 259);
      yield* put("/a/true", decode(executable("true")), 0o755);
      yield* mount("/a", "/b", "", MS_BIND);
      yield* mount("", "/b", "", MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NODEV | MS_NOEXEC);
      return [
        yield* codeOf(mkdir("/b/x")),
        yield* codeOf(mkdir("/a/x")),
        yield* codeOf(open("/b/null")),
        yield* codeOf(open("/a/null")),
        yield* codeOf(execve("/b/true", ["true"], new Map())),
      ];
    });
    expect(told).toEqual(["EROFS", "ok", "EACCES", "ok", "EACCES"]);
  });

  it("refuses what it does not know, what is no directory, and who has no right", async () => {
    const told = await run(function* () {
      yield* mkdir("/m");
      yield* put("/f", "");
      const codes = [
        yield* codeOf(mount("x", "/m", "nofs")),
        yield* codeOf(mount("x", "/f", "tmpfs")),
        yield* codeOf(mount("x", "/nx", "tmpfs")),
        yield* codeOf(mount("x", "/m", "tmpfs", 0, "size=huge")),
      ];
      yield* unshare(new Set(["user"]));
      return [...codes, yield* codeOf(mount("x", "/m", "tmpfs"))];
    });
    expect(told).toEqual(["ENODEV", "ENOTDIR", "ENOENT", "EINVAL", "EPERM"]);
  });
});

describe("a shared mount, bound into itself with all below it", () => {
  it("grows as on Linux, and is refused whole where a namespace would hold too many mounts", async () => {
    const sizes = await run(function* () {
      yield* mkdir("/t");
      yield* mount("t", "/t", "tmpfs");
      yield* mount("", "/t", "", MS_SHARED);
      const below = (line: string): boolean => line.includes(" /t");
      const found: (number | string)[] = [];
      for (const name of ["a", "b", "c", "d", "e"]) {
        yield* mkdir(`/t/${name}`);
        const code = yield* codeOf(mount("/t", `/t/${name}`, "", MS_BIND | MS_REC));
        if (code !== "ok") found.push(code);
        found.push((yield* get("/proc/self/mountinfo")).split("\n").filter(below).length);
      }
      return [...found, yield* codeOf(mount("x", "/t/d", "tmpfs"))];
    });
    // Recorded in a privileged container: 1 mount, then these.
    expect(sizes).toEqual([2, 6, 42, 1806, "ENOSPC", 1806, "ok"]);
  });
});

describe("mount namespaces", () => {
  it("keep their mounts to themselves when private, send and receive when shared, only receive as slaves", async () => {
    const told = await run(function* () {
      const seen: string[] = [];
      for (const path of ["/private", "/shared", "/slave", "/m1", "/m2", "/m3"]) yield* mkdir(path);
      for (const path of ["/private", "/shared", "/slave"]) {
        yield* mount("base", path, "tmpfs");
        for (const sub of ["in", "out"]) yield* mkdir(`${path}/${sub}`);
      }
      yield* mount("", "/private", "", MS_PRIVATE);
      yield* mount("", "/shared", "", MS_SHARED);
      yield* mount("", "/slave", "", MS_SHARED);
      yield* inNew(["mnt"], function* () {
        yield* mount("", "/slave", "", MS_SLAVE);
        for (const path of ["/private", "/shared", "/slave"]) {
          yield* mount("t", `${path}/in`, "tmpfs");
          yield* put(`${path}/in/x`, "");
        }
        return 0;
      });
      for (const path of ["/private", "/shared", "/slave"]) seen.push(`${path} ${(yield* names(`${path}/in`)).join()}`);
      return seen;
    });
    expect(told).toEqual(["/private ", "/shared x", "/slave "]);
  });

  it("a slave sees what its master mounts later", async () => {
    const machine = new TestMachine();
    const told = await machine.run(function* () {
      yield* mkdir("/s");
      yield* mount("base", "/s", "tmpfs");
      yield* mkdir("/s/d");
      yield* mount("", "/s", "", MS_SHARED);
      const pid = yield* clone(
        function* () {
          yield* mount("", "/s", "", MS_SLAVE);
          yield* nanosleep(1000);
          return (yield* names("/s/d")).length;
        },
        undefined,
        { namespaces: new Set(["mnt"]) },
      );
      yield* mount("t", "/s/d", "tmpfs");
      yield* put("/s/d/x", "");
      return (yield* wait4(pid))?.status;
    });
    expect(told).toEqual({ exited: 1 });
  });

  it("unmounting propagates, unless the copy is in use; a copy with mounts of others in it stays, even lazily", async () => {
    const told = await run(function* () {
      yield* peers("/a", "/b");
      yield* mount("x", "/a/x", "tmpfs");
      yield* chdir("/b/x");
      const seen = [yield* codeOf(umount2("/a/x"))];
      yield* chdir("/");
      yield* mount("", "/b/x", "", MS_PRIVATE);
      yield* mkdir("/b/x/y");
      yield* mount("y", "/b/x/y", "tmpfs");
      seen.push(yield* codeOf(umount2("/a/x", MNT_DETACH)), (yield* points("/a/x", "/b/x", "/b/x/y")).join());
      yield* umount2("/b/x/y");
      yield* umount2("/b/x");
      yield* mount("x", "/a/x", "tmpfs");
      yield* mkdir("/a/x/y");
      yield* mount("y", "/a/x/y", "tmpfs");
      yield* umount2("/a/x", MNT_DETACH);
      return [...seen, (yield* points("/a/x", "/b/x", "/b/x/y")).join()];
    });
    expect(told).toEqual(["EBUSY", "ok", "/b/x,/b/x/y", ""]);
  });

  it("what was mounted where a mount propagates to covers it, and is still there when that goes", async () => {
    const told = await run(function* () {
      yield* peers("/a", "/b");
      yield* mount("", "/b", "", MS_SLAVE);
      yield* mount("own", "/b/x", "tmpfs");
      yield* put("/b/x/own", "");
      yield* mount("x", "/a/x", "tmpfs");
      const seen = [(yield* names("/b/x")).join()];
      yield* umount2("/b/x");
      seen.push((yield* names("/b/x")).join(), (yield* points("/b/x")).join());
      yield* mount("over", "/b/x", "tmpfs");
      yield* put("/b/x/over", "");
      seen.push(yield* codeOf(umount2("/a/x")), (yield* names("/b/x")).join());
      yield* umount2("/b/x");
      return [...seen, (yield* points("/b/x")).join()];
    });
    expect(told).toEqual(["own", "", "/b/x", "ok", "over", ""]);
  });

  it("unbindable mounts are not bound", async () => {
    const code = await run(function* () {
      for (const path of ["/a", "/b"]) yield* mkdir(path);
      yield* mount("t", "/a", "tmpfs");
      yield* mount("", "/a", "", MS_UNBINDABLE);
      return yield* codeOf(mount("/a", "/b", "", MS_BIND));
    });
    expect(code).toBe("EINVAL");
  });

  it("a mount stays unbindable as a slave; its copy in a new namespace is not", async () => {
    const codes = await run(function* () {
      for (const path of ["/a", "/b"]) yield* mkdir(path);
      yield* mount("t", "/a", "tmpfs");
      yield* mount("", "/a", "", MS_UNBINDABLE);
      yield* mount("", "/a", "", MS_SLAVE);
      const here = yield* codeOf(mount("/a", "/b", "", MS_BIND));
      yield* unshare(new Set(["mnt"]));
      return [here, yield* codeOf(mount("/a", "/b", "", MS_BIND))];
    });
    expect(codes).toEqual(["EINVAL", "ok"]);
  });

  it.each(Object.entries(CHANGES))(
    "hold what was mounted when they were made, whenever somebody first looks: %s",
    async (_name, change) => {
      const life = (looksAtOnce: boolean) =>
        run(function* () {
          for (const path of ["/a", "/b"]) yield* mkdir(path);
          yield* mount("outer", "/a", "tmpfs");
          yield* mkdir("/a/x");
          yield* mount("inner", "/a/x", "tmpfs");
          const seen: string[] = [];
          const looker = function* (): Routine<number> {
            if (looksAtOnce) yield* get("/proc/self/mountinfo");
            yield* nanosleep(1000);
            seen.push(yield* get("/proc/self/mountinfo"));
            yield* mount("more", "/b", "tmpfs");
            seen.push(yield* get("/proc/self/mountinfo"));
            return 0;
          };
          for (let i = 0; i < 2; i++) yield* clone(looker, undefined, { namespaces: new Set(["mnt"]) });
          yield* nanosleep(100);
          yield* change();
          for (let i = 0; i < 2; i++) yield* wait4();
          return [...seen, yield* get("/proc/self/mountinfo")];
        });
      const told = await life(false);
      expect(told).toEqual(await life(true));
      expect(told[0]).toContain(" /a/x ");
      expect(told[0]).not.toContain("late");
    },
  );

  it("can be entered through /proc, and go with their last process", async () => {
    const machine = new TestMachine();
    const told = await machine.run(function* () {
      yield* mkdir("/m");
      const fd = yield* open("/proc/self/ns/mnt");
      yield* unshare(new Set(["mnt"]));
      yield* mount("t", "/m", "tmpfs");
      yield* put("/m/x", "");
      const inside = yield* names("/m");
      yield* setns(fd);
      yield* close(fd);
      return [inside, yield* names("/m")];
    });
    expect(told).toEqual([["x"], []]);
  });
});

describe("pivot_root", () => {
  function* newRoot(): Routine<void> {
    yield* mkdir("/new");
    yield* mount("t", "/new", "tmpfs");
    yield* mkdir("/new/old");
    yield* put("/new/marker", "new");
  }

  it("makes a mount the root and hangs the old one below it", async () => {
    const told = await run(function* () {
      yield* newRoot();
      yield* pivot_root("/new", "/new/old");
      return [yield* get("/marker"), (yield* stat("/old/proc")).type, yield* getcwd()];
    });
    expect(told).toEqual(["new", "dir", "/"]);
  });

  it("onto itself, then a lazy unmount, leaves no way back", async () => {
    const told = await run(function* () {
      yield* newRoot();
      yield* unshare(new Set(["mnt"]));
      yield* chdir("/new");
      yield* pivot_root(".", ".");
      yield* umount2(".", MNT_DETACH);
      yield* chdir("/");
      return [yield* names("/"), yield* codeOf(stat("/../proc")), yield* codeOf(stat("/old/proc"))];
    });
    expect(told).toEqual([["marker", "old"], "ENOENT", "ENOENT"]);
  });

  it("a chroot can be left by whoever may chroot again; a pivoted root cannot", async () => {
    const breakOut = function* (): Routine<boolean> {
      yield* mkdir("/jail-break").attempt();
      yield* chroot("/jail-break");
      for (let i = 0; i < 10; i++) yield* chdir("..").attempt();
      yield* chroot(".");
      return (yield* names("/")).includes("proc");
    };
    const fromChroot = await run(function* () {
      yield* newRoot();
      yield* chdir("/new");
      yield* chroot("/new");
      return yield* breakOut();
    });
    const fromPivot = await run(function* () {
      yield* newRoot();
      yield* chdir("/new");
      yield* pivot_root(".", ".");
      yield* umount2(".", MNT_DETACH);
      return yield* breakOut();
    });
    expect([fromChroot, fromPivot]).toEqual([true, false]);
  });

  it("refuses a new root that is no mount point, or the root itself", async () => {
    const codes = await run(function* () {
      yield* mkdir("/plain");
      return [yield* codeOf(pivot_root("/plain", "/plain")), yield* codeOf(pivot_root("/", "/"))];
    });
    expect(codes).toEqual(["EBUSY", "EBUSY"]);
  });
});

describe("user namespaces", () => {
  it("give their maker every capability inside, and none outside", async () => {
    const told = await run(function* () {
      yield* mkdir("/m");
      yield* unshare(new Set(["user", "mnt"]));
      return [
        (yield* stat("/")).uid,
        yield* codeOf(mount("t", "/m", "tmpfs")),
        yield* codeOf(mknod("/m/null", S_IFCHR | 0o666, 259)),
      ];
    });
    expect(told).toEqual([65534, "ok", "EPERM"]);
  });
});
