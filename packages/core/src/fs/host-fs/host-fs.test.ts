import * as nodeFs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import {
  chdir,
  chmod,
  chown,
  close,
  getcwd,
  getdents,
  link,
  lseek,
  MS_BIND,
  makedev,
  mkdir,
  mknod,
  mount,
  O_CREAT,
  O_DIRECTORY,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  O_WRONLY,
  open,
  type Routine,
  read,
  rename,
  S_IFCHR,
  S_IFIFO,
  SEEK_SET,
  setxattr,
  stat,
  symlink,
  truncate,
  utimens,
  write,
} from "../../abi/index.ts";
import { encode } from "../../lib/index.ts";
import { codeOf, get, names, put } from "../../testing/describe-file-system.ts";
import { TestMachine } from "../../testing/machine.ts";
import type { HostDisk } from "./host-disk.ts";
import { hostFileSystems } from "./host-file-systems.ts";
import { HostFs, type HostFsOptions } from "./host-fs.ts";
import { memoryDisk } from "./memory-disk.ts";
import type { SideTable } from "./side-table.ts";

/** What tests do to a disk from outside. */
type OutsideDisk = HostDisk &
  Pick<typeof nodeFs, "chmodSync"> & {
    writeFileSync(path: string, text: string): void;
    readFileSync(path: string, encoding: "utf8"): unknown;
  };

interface Host {
  readonly machine: TestMachine;
  readonly disk: OutsideDisk;
  readonly base: string;
  readonly fs: HostFs;
  run<T>(routine: () => Routine<T>): Promise<T>;
}

const TIME_US = 1_000_000_000_000_000;

/** A machine that has a directory of a disk at /m, and stands in it. */
async function show(disk: OutsideDisk, base: string, options: HostFsOptions = {}): Promise<Host> {
  const machine = new TestMachine();
  const fs = new HostFs(machine.kernel, disk, { base, timeUs: TIME_US, ...options });
  machine.kernel.fileSystems.set("hostfs", hostFileSystems(new Map([["host", fs]])));
  await machine.run(function* () {
    yield* mkdir("/m");
    yield* mount("host", "/m", "hostfs");
  });
  const run = <T>(routine: () => Routine<T>): Promise<T> =>
    machine.run(function* () {
      yield* chdir("/m");
      return yield* routine();
    });
  return { machine, disk, base, fs, run };
}

const made: string[] = [];
afterAll(() => {
  for (const path of made) nodeFs.rmSync(path, { recursive: true, force: true });
});

/** An empty base directory `b` on a disk, and a directory `outside` beside it. */
const DISKS: Readonly<Record<string, () => readonly [disk: OutsideDisk, top: string]>> = {
  memfs: () => [memoryDisk({ "/b": null, "/outside/secret": "secret" }), ""],
  "node:fs": () => {
    const top = nodeFs.mkdtempSync(join(nodeFs.realpathSync(tmpdir()), "bottleship-"));
    made.push(top);
    for (const name of ["b", "outside"]) nodeFs.mkdirSync(join(top, name));
    nodeFs.writeFileSync(join(top, "outside/secret"), "secret");
    return [nodeFs, top];
  },
};

/** Long enough for a disk to date two files differently. */
const aMoment = (): Promise<void> => setTimeout(15);

describe.each(Object.entries(DISKS))("HostFs over %s", (_name, makeDisk) => {
  const start = async (prepare: (disk: OutsideDisk, base: string) => void = () => {}): Promise<Host> => {
    const [disk, top] = makeDisk();
    prepare(disk, `${top}/b`);
    return show(disk, `${top}/b`);
  };

  it("what was there has one date, belongs to root, and is 0644, or 0755 if it can be executed", async () => {
    const host = await start((disk, base) => {
      disk.mkdirSync(`${base}/d`);
      disk.chmodSync(`${base}/d`, 0o700);
      for (const name of ["plain", "program", "d/f"]) disk.writeFileSync(`${base}/${name}`, name);
      disk.chmodSync(`${base}/plain`, 0o606);
      disk.chmodSync(`${base}/program`, 0o710);
      disk.symlinkSync("plain", `${base}/link`);
    });
    const told = await host.run(function* () {
      const seen: unknown[] = [];
      for (const name of [".", "d", "plain", "program"]) {
        const { mode, uid, gid, atimeUs, mtimeUs, ctimeUs, nlink, size, blocks } = yield* stat(name);
        expect([atimeUs, mtimeUs, ctimeUs]).toEqual([TIME_US, TIME_US, TIME_US]);
        seen.push([name, (mode & 0o7777).toString(8), uid, gid, nlink, size, blocks]);
      }
      return [...seen, yield* names(".")];
    });
    expect(told).toEqual([
      [".", "755", 0, 0, 3, 4096, 8],
      ["d", "755", 0, 0, 2, 4096, 8],
      ["plain", "644", 0, 0, 1, 5, 8],
      ["program", "755", 0, 0, 1, 7, 8],
      ["d", "link", "plain", "program"],
    ]);
  });

  it("what the machine makes is on the disk at once, with the machine's own dates", async () => {
    const host = await start();
    const { startUs } = host.machine.world.clock;
    const told = await host.run(function* () {
      yield* mkdir("d");
      yield* put("d/f", "from inside");
      yield* symlink("/etc/passwd", "l");
      const { mtimeUs } = yield* stat("d/f");
      return [mtimeUs >= startUs, mtimeUs < startUs + 1_000_000];
    });
    expect(told).toEqual([true, true]);
    expect(host.disk.readFileSync(`${host.base}/d/f`, "utf8")).toBe("from inside");
    expect(host.disk.readlinkSync(`${host.base}/l`)).toBe("/etc/passwd");
  });

  it("what others change shows at once, and counts as changed now; new names have the fixed date", async () => {
    const host = await start((disk, base) => {
      for (const name of ["edited", "removed", "kept"]) disk.writeFileSync(`${base}/${name}`, name);
    });
    const before = await host.run(function* () {
      yield* chmod("edited", 0o600);
      return [yield* names("."), (yield* stat("edited")).mtimeUs];
    });
    await aMoment();
    host.disk.writeFileSync(`${host.base}/edited`, "EDITED");
    host.disk.writeFileSync(`${host.base}/added`, "new");
    host.disk.unlinkSync(`${host.base}/removed`);
    const after = await host.run(function* () {
      const { mtimeUs, mode, ctimeUs } = yield* stat("edited");
      const edited = [
        yield* get("edited"),
        mtimeUs > host.machine.world.clock.startUs,
        mode & 0o777,
        ctimeUs === mtimeUs,
      ];
      const dates = [(yield* stat("kept")).mtimeUs, (yield* stat("added")).mtimeUs];
      return [yield* names("."), edited, yield* codeOf(open("removed")), yield* get("added"), dates];
    });
    expect(before).toEqual([["edited", "kept", "removed"], TIME_US]);
    expect(after).toEqual([
      ["added", "edited", "kept"],
      ["EDITED", true, 0o600, true],
      "ENOENT",
      "new",
      [TIME_US, TIME_US],
    ]);
  });

  it("a new file of an old name inherits nothing; who has the old one open keeps it", async () => {
    const host = await start((disk, base) => disk.writeFileSync(`${base}/f`, "old"));
    const told: unknown[] = [];
    const program = host.run(function* () {
      yield* chown("f", 7, 7);
      yield* chmod("f", 0o4711);
      yield* setxattr("f", "user.x", encode("x"));
      yield* mknod("p", S_IFIFO | 0o600);
      const fd = yield* open("f");
      const { ino } = yield* stat("f");
      for (const name of ["f", "p"]) host.disk.unlinkSync(`${host.base}/${name}`);
      // The turn goes on in a world whose time does not pass, on a disk whose time does.
      const end = process.hrtime.bigint() + 15_000_000n;
      while (process.hrtime.bigint() < end);
      host.disk.writeFileSync(`${host.base}/f`, "new file");
      host.disk.writeFileSync(`${host.base}/p`, "plain");
      const { uid, mode, size, ino: newIno, mtimeUs } = yield* stat("f");
      told.push(uid, mode & 0o7777, size, newIno === ino, mtimeUs > host.machine.world.clock.startUs);
      told.push((yield* read(fd, 100)).length, (yield* stat("p")).type, yield* codeOf(chdir("f")));
    });
    await program;
    expect(told).toEqual([0, 0o644, 8, false, true, 3, "file", "ENOTDIR"]);
    expect(host.fs.toJSON().files.map(({ path, uid, xattrs }) => [path, uid, xattrs])).toEqual([
      [".", 0, undefined],
      ["f", 0, undefined],
      ["p", 0, undefined],
    ]);
  });

  it("a name that others give a file leads to the same inode while its known name lasts", async () => {
    const host = await start((disk, base) => disk.writeFileSync(`${base}/a`, "x"));
    await host.run(function* () {
      yield* chmod("a", 0o600);
    });
    host.disk.linkSync(`${host.base}/a`, `${host.base}/b`);
    const told = await host.run(function* () {
      const [a, b] = [yield* stat("a"), yield* stat("b")];
      return [a.ino === b.ino, b.nlink, b.mode & 0o777];
    });
    expect(told).toEqual([true, 2, 0o600]);
  });

  it("links lead where the machine says, never out of the base on the disk", async () => {
    const host = await start();
    host.disk.symlinkSync("../outside", `${host.base}/up`);
    host.disk.symlinkSync("../outside/secret", `${host.base}/file`);
    const told = await host.run(function* () {
      yield* mkdir("/outside");
      yield* put("/outside/secret", "the machine's own");
      return [yield* get("up/secret"), yield* get("file"), yield* names("/m/..")];
    });
    expect(told.slice(0, 2)).toEqual(["the machine's own", "the machine's own"]);
    expect(told[2]).toContain("m");
  });

  it("a directory that others swap for a link, or remove, is gone for who stands in it", async () => {
    const host = await start();
    const outside = `${host.base}/../outside`;
    const told = await host.run(function* () {
      yield* mkdir("d");
      yield* put("d/f", "mine");
      yield* mkdir("e");
      yield* chdir("d");
      const fd = yield* open("f", O_RDWR);
      host.disk.unlinkSync(`${host.base}/d/f`);
      host.disk.rmdirSync(`${host.base}/d`);
      host.disk.symlinkSync("../outside", `${host.base}/d`);
      host.disk.rmdirSync(`${host.base}/e`);
      const codes = [
        yield* codeOf(open("secret")),
        yield* codeOf(open("new", O_CREAT | O_WRONLY)),
        yield* codeOf(mkdir("x")),
        yield* codeOf(rename("/m/d", "y")),
        yield* codeOf(stat("/m/e")),
      ];
      yield* write(fd, encode("MINE"));
      yield* stat("/m/d").attempt();
      return [
        codes,
        yield* codeOf(getdents(yield* open(".", O_RDONLY | O_DIRECTORY))),
        yield* codeOf(getcwd()),
        yield* names(".."),
      ];
    });
    expect(told).toEqual([["ENOENT", "ENOENT", "ENOENT", "ENOENT", "ENOENT"], "ENOENT", "ENOENT", ["d"]]);
    expect(diskNames(host.disk, outside)).toEqual(["secret"]);
  });

  it("the side table brings everything back that the disk does not keep, and only for the files that it means", async () => {
    const host = await start((disk, base) => disk.writeFileSync(`${base}/untouched`, ""));
    await host.run(function* () {
      yield* mkdir("d", 0o711);
      yield* mknod("d/null", S_IFCHR | 0o666, makedev(1, 3));
      yield* mknod("d/fifo", S_IFIFO | 0o600);
      for (const name of ["owned", "replaced", "removed"]) {
        yield* put(name, "x");
        yield* chown(name, 10, 20);
        yield* chmod(name, 0o6755);
      }
      yield* truncate("owned", 100_000);
      yield* setxattr("owned", "user.x", new Uint8Array([200, 0]));
      yield* utimens("owned", 1, 2);
      yield* stat("untouched");
    });
    const table = JSON.parse(JSON.stringify(host.fs)) as SideTable;
    expect(table.files.map(({ path }) => path)).toEqual([".", "d", "d/fifo", "d/null", "owned", "removed", "replaced"]);
    await aMoment();
    for (const name of ["replaced", "removed"]) host.disk.unlinkSync(`${host.base}/${name}`);
    host.disk.writeFileSync(`${host.base}/replaced`, "other");
    const again = await show(host.disk, host.base, { sideTable: table });
    const told = await again.run(function* () {
      const { uid, gid, mode, atimeUs, mtimeUs, blocks } = yield* stat("owned");
      const replaced = yield* stat("replaced");
      const device = yield* stat("d/null");
      yield* write(yield* open("d/null", O_WRONLY), encode("gone"));
      return [
        [uid, gid, mode & 0o7777, atimeUs, mtimeUs, blocks],
        [replaced.uid, replaced.mode & 0o7777],
        [device.type, device.rdev, device.mode & 0o777, (yield* stat("d/fifo")).type, (yield* stat("d")).mode & 0o777],
      ];
    });
    expect(told).toEqual([
      [10, 20, 0o6755, 1, 2, 8],
      [0, 0o644],
      ["char", makedev(1, 3), 0o644, "fifo", 0o711],
    ]);
    // All that was said of files that are still the same is said again.
    const entry = (from: SideTable, name: string) => from.files.find(({ path }) => path === name);
    const renewed = again.fs.toJSON();
    for (const name of ["owned", "d/null", "d/fifo"]) expect(entry(renewed, name)).toEqual(entry(table, name));
    expect(entry(renewed, "removed")).toBeUndefined();
  });

  it("lists names in the order of their bytes, whatever order the disk has", async () => {
    const made = ["é", "Z", "10", "a", "2", "\u{1f6a2}", "\uff5e", "z"];
    const host = await start((disk, base) => {
      for (const name of made) disk.writeFileSync(`${base}/${name}`, "");
    });
    const told = await host.run(function* () {
      const found = yield* getdents(yield* open(".", O_RDONLY));
      return found.map(({ name }) => name).join(" ");
    });
    expect(told).toBe(". .. 10 2 Z a z é \uff5e \u{1f6a2}");
  });

  it("a directory of it can be bound elsewhere, and is the same there", async () => {
    const host = await start();
    const told = await host.run(function* () {
      yield* mkdir("sub");
      yield* mkdir("/x");
      yield* mount("/m/sub", "/x", "", MS_BIND);
      yield* put("/x/f", "through the mount");
      host.disk.writeFileSync(`${host.base}/sub/g`, "from outside");
      const before = [yield* get("sub/f"), yield* get("/x/g")];
      yield* rename("sub", "moved");
      yield* mkdir("point");
      yield* mount("/m/moved", "point", "", MS_BIND);
      return [before, yield* names("/x"), yield* names("point"), yield* codeOf(rename("point", "elsewhere"))];
    });
    expect(told).toEqual([["through the mount", "from outside"], ["f", "g"], ["f", "g"], "EBUSY"]);
  });

  it("gives every descriptor back to the disk", async () => {
    const [disk, top] = makeDisk();
    let opens = 0;
    const counting: OutsideDisk = Object.assign(Object.create(disk), {
      openSync: (path: string, flags: "r") => [disk.openSync(path, flags), opens++][0],
      closeSync: (fd: number) => [disk.closeSync(fd), opens--][0],
    });
    const host = await show(counting, `${top}/b`);
    await host.run(function* () {
      yield* put("f", "x");
      const fds = [yield* open("f"), yield* open("f", O_RDWR), yield* open(".", O_TMPFILE | O_RDWR)];
      yield* link(`/proc/self/fd/${fds[2]}`, "g", { follow: true });
      yield* truncate("f", 5);
      yield* open("f");
      expect(opens).toBe(2);
      for (const fd of fds) yield* close(fd);
    });
    expect(opens).toBe(0);
  });
});

const diskStat = (disk: HostDisk, path: string) => disk.lstatSync(path, { throwIfNoEntry: false }) ?? { ino: 0 };

const diskNames = (disk: HostDisk, path: string): readonly unknown[] =>
  disk.readdirSync(path, { withFileTypes: true }).map((entry) => (entry as { readonly name: unknown }).name);

describe("HostFs", () => {
  it("a file whose number memfs uses again is another file", async () => {
    const host = await show(memoryDisk({ "/f": "old" }), "/");
    await host.run(function* () {
      yield* chmod("f", 0o600);
    });
    const { ino } = diskStat(host.disk, "/f");
    host.disk.unlinkSync("/f");
    await aMoment();
    host.disk.writeFileSync("/f", "new");
    expect(diskStat(host.disk, "/f").ino).toBe(ino);
    const told = await host.run(function* () {
      return (yield* stat("f")).mode & 0o777;
    });
    expect(told).toBe(0o644);
  });

  it("a file that is swapped for a link between looking and opening is not opened", async () => {
    const volume = memoryDisk({ "/b/f": "mine", "/secret": "not mine" });
    const disk: OutsideDisk = Object.assign(Object.create(volume), {
      openSync: (path: string, flags: "r") => {
        volume.unlinkSync("/b/f");
        volume.symlinkSync("/secret", "/b/f");
        return volume.openSync(path, flags);
      },
    });
    const host = await show(disk, "/b");
    const told = await host.run(function* () {
      return yield* codeOf(open("f"));
    });
    expect(told).toBe("ESTALE");
  });

  it("errors of the disk are errors of the calls, by the same name", async () => {
    let thrown: unknown;
    const volume = memoryDisk({ "/f": "" });
    const disk: OutsideDisk = Object.assign(Object.create(volume), {
      writeSync: (...args: Parameters<HostDisk["writeSync"]>) => {
        if (thrown !== undefined) throw thrown;
        return volume.writeSync(...args);
      },
    });
    const host = await show(disk, "/");
    const told = await host.run(function* () {
      const fd = yield* open("f", O_RDWR);
      const codes: string[] = [];
      for (const code of ["ENOSPC", "EDQUOT", "ENOTSUP", "EODD"]) {
        thrown = Object.assign(new Error(code), { code });
        codes.push(yield* codeOf(write(fd, encode("x"))));
      }
      thrown = undefined;
      codes.push(yield* codeOf(truncate("f", 1e13)));
      yield* lseek(fd, 0, SEEK_SET);
      return [codes, yield* write(fd, encode("fits")), yield* get("f")];
    });
    expect(told).toEqual([["ENOSPC", "EDQUOT", "EOPNOTSUPP", "EIO", "EFBIG"], 4, "fits"]);
  });

  it("names and targets that are not UTF-8 are refused, and are not found", async () => {
    const host = await show(memoryDisk(), "/");
    const told = await host.run(function* () {
      const name = "caf\udce9";
      return [
        yield* codeOf(mkdir(name)),
        yield* codeOf(symlink(name, "l")),
        yield* codeOf(open(name, O_RDONLY)),
        yield* codeOf(mkdir("café 🚢")),
        yield* names("."),
      ];
    });
    expect(told).toEqual(["EILSEQ", "EILSEQ", "ENOENT", "ok", ["café 🚢"]]);
  });

  it("the side table of a volume counts for the names in a copy of it", async () => {
    const host = await show(memoryDisk({ "/other": "", "/d/f": "x" }), "/");
    await host.run(function* () {
      yield* chown("d/f", 5, 5);
    });
    const copy = memoryDisk({ "/d/f": "x", "/other": "" });
    await aMoment();
    const again = await show(copy, "/", { sideTable: { ...host.fs.toJSON(), disk: "of another disk" } });
    expect(
      await again.run(function* () {
        return (yield* stat("d/f")).uid;
      }),
    ).toBe(5);
  });

  it("is mounted by a name that somebody gave it, and shows a directory", async () => {
    const host = await show(memoryDisk({ "/f": "", "/b/inside": "" }), "/b", { source: "my-files" });
    const told = await host.run(function* () {
      yield* mkdir("/x");
      const lines = (yield* get("/proc/mounts")).split("\n").filter((line) => line.includes("hostfs"));
      return [lines, yield* codeOf(mount("nothing", "/x", "hostfs"))];
    });
    expect(told).toEqual([["my-files /m hostfs rw,relatime 0 0"], "ENOENT"]);
    const { kernel } = host.machine;
    expect(() => new HostFs(kernel, host.disk, { base: "/f" })).toThrow(expect.objectContaining({ code: "ENOTDIR" }));
    expect(() => new HostFs(kernel, host.disk, { base: "/x" })).toThrow(expect.objectContaining({ code: "ENOENT" }));
  });
});
