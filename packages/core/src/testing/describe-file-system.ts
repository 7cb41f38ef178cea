/**
 * The contract of a writable file system, as programs see it: every file system that claims to be one runs this suite.
 */
import { describe, expect, it } from "vitest";
import {
  type Call,
  chdir,
  chmod,
  chown,
  close,
  Errno,
  fstat,
  ftruncate,
  getcwd,
  getdents,
  getxattr,
  link,
  listxattr,
  lseek,
  lstat,
  makedev,
  mkdir,
  mknod,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  O_TRUNC,
  O_WRONLY,
  open,
  pread,
  pwrite,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  type Routine,
  read,
  readlink,
  removexattr,
  rename,
  rmdir,
  S_IFBLK,
  S_IFCHR,
  S_IFIFO,
  S_IFSOCK,
  SEEK_END,
  SEEK_SET,
  setresuid,
  setxattr,
  stat,
  statfs,
  symlink,
  truncate,
  unlink,
  utimens,
  write,
} from "../abi/index.ts";
import { decode, encode } from "../lib/index.ts";
import { TestMachine } from "./machine.ts";

/** The code of the error that a call fails with; "ok" if it does not. */
export function* codeOf(call: Call): Routine<string> {
  const answer = yield* call.attempt();
  return answer instanceof Errno ? answer.code : "ok";
}

/** Makes a file. */
export function* put(path: string, text: string, mode = 0o644): Routine<void> {
  const fd = yield* open(path, O_CREAT | O_TRUNC | O_WRONLY, mode);
  yield* write(fd, encode(text));
  yield* close(fd);
}

/** A file's contents. */
export function* get(path: string): Routine<string> {
  const fd = yield* open(path);
  const text = decode(yield* read(fd, 1 << 20));
  yield* close(fd);
  return text;
}

/** Names in a directory, sorted, without `.` and `..`. */
export function* names(path: string): Routine<readonly string[]> {
  const fd = yield* open(path, O_RDONLY | O_DIRECTORY);
  const found = (yield* getdents(fd)).map(({ name }) => name).filter((name) => name !== "." && name !== "..");
  yield* close(fd);
  return found.sort();
}

/** `prepare` mounts the file system, empty, and returns the path of its root. */
export function describeFileSystem(name: string, prepare: (machine: TestMachine) => Promise<string>): void {
  const run = async <T>(routine: () => Routine<T>): Promise<T> => {
    const machine = new TestMachine();
    const root = await prepare(machine);
    return machine.run(function* () {
      yield* chdir(root);
      return yield* routine();
    });
  };

  describe(`${name} is a file system`, () => {
    it("reads back what was written, by offset and at the end", async () => {
      const told = await run(function* () {
        const fd = yield* open("f", O_CREAT | O_RDWR, 0o600);
        yield* write(fd, encode("hello world"));
        yield* lseek(fd, 6, SEEK_SET);
        const tail = decode(yield* read(fd, 100));
        const atEnd = (yield* read(fd, 100)).length;
        const size = yield* lseek(fd, 0, SEEK_END);
        return [tail, atEnd, size, decode(yield* pread(fd, 5, 0)), (yield* fstat(fd)).mode & 0o777];
      });
      expect(told).toEqual(["world", 0, 11, "hello", 0o600]);
    });

    it("O_APPEND writes at the end whatever the offset, O_TRUNC empties, O_EXCL insists on making", async () => {
      const told = await run(function* () {
        yield* put("f", "one");
        const fd = yield* open("f", O_WRONLY | O_APPEND);
        yield* lseek(fd, 0, SEEK_SET);
        yield* write(fd, encode("two"));
        const appended = yield* get("f");
        const exists = yield* codeOf(open("f", O_CREAT | O_EXCL | O_WRONLY));
        yield* close(yield* open("f", O_WRONLY | O_TRUNC));
        return [appended, exists, yield* get("f")];
      });
      expect(told).toEqual(["onetwo", "EEXIST", ""]);
    });

    it("holes read as zeros and take no blocks", async () => {
      const told = await run(function* () {
        const fd = yield* open("f", O_CREAT | O_RDWR);
        yield* lseek(fd, 1_000_000, SEEK_SET);
        yield* write(fd, encode("x"));
        yield* truncate("f", 2_000_000);
        const { size, blocks } = yield* stat("f");
        const hole = yield* pread(fd, 4, 500_000);
        return [size, blocks, [...hole]];
      });
      expect(told).toEqual([2_000_000, 8, [0, 0, 0, 0]]);
    });

    it("walks through links and ..; too many links are ELOOP, a dangling one ENOENT", async () => {
      const told = await run(function* () {
        yield* mkdir("d");
        yield* put("d/f", "content");
        yield* symlink("d", "to-d");
        yield* symlink("../d/f", "d/up");
        yield* symlink("loop", "loop");
        yield* symlink("nowhere", "dangling");
        const through = yield* get("to-d/../d/./up");
        return [
          through,
          yield* readlink("d/up"),
          (yield* lstat("to-d")).type,
          yield* codeOf(stat("loop")),
          yield* codeOf(open("dangling")),
          yield* codeOf(open("to-d", O_RDONLY | O_NOFOLLOW)),
          yield* codeOf(stat("d/f/x")),
          yield* codeOf(stat("d/f/")),
          yield* codeOf(stat("")),
          yield* codeOf(stat("x".repeat(256))),
        ];
      });
      expect(told).toEqual([
        "content",
        "../d/f",
        "symlink",
        "ELOOP",
        "ENOENT",
        "ELOOP",
        "ENOTDIR",
        "ENOTDIR",
        "ENOENT",
        "ENAMETOOLONG",
      ]);
    });

    it("O_CREAT through a dangling link makes the link's target", async () => {
      const told = await run(function* () {
        yield* symlink("target", "l");
        yield* put("l", "made");
        return [yield* get("target"), yield* names(".")];
      });
      expect(told).toEqual(["made", ["l", "target"]]);
    });

    it("directories count their subdirectories, and only empty ones can be removed", async () => {
      const told = await run(function* () {
        yield* mkdir("d", 0o700);
        yield* mkdir("d/a");
        yield* mkdir("d/b");
        const { nlink, mode } = yield* stat("d");
        return [
          nlink,
          mode & 0o777,
          yield* codeOf(rmdir("d")),
          yield* codeOf(unlink("d")),
          yield* codeOf(rmdir("d/a")),
          yield* codeOf(rmdir("d/b/.")),
          yield* codeOf(mkdir("d/b")),
          yield* codeOf(mkdir("d/b/")),
          yield* names("d"),
        ];
      });
      expect(told).toEqual([4, 0o700, "ENOTEMPTY", "EISDIR", "ok", "EINVAL", "EEXIST", "EEXIST", ["b"]]);
    });

    it("hard links share contents and count; an unlinked file lives while it is open", async () => {
      const told = await run(function* () {
        yield* put("a", "shared");
        yield* link("a", "b");
        yield* put("b", "changed");
        const { nlink } = yield* stat("a");
        const fd = yield* open("a");
        yield* unlink("a");
        yield* unlink("b");
        const after = yield* fstat(fd);
        return [
          nlink,
          decode(yield* read(fd, 100)),
          after.nlink,
          yield* codeOf(stat("a")),
          yield* codeOf(link("x", "y")),
        ];
      });
      expect(told).toEqual([2, "changed", 0, "ENOENT", "ENOENT"]);
    });

    it("rename replaces files and empty directories, and nothing else", async () => {
      const told = await run(function* () {
        yield* put("a", "A");
        yield* put("b", "B");
        yield* mkdir("d");
        yield* mkdir("e");
        yield* put("e/x", "X");
        const codes = [
          yield* codeOf(rename("a", "b")),
          yield* codeOf(rename("b", "d")),
          yield* codeOf(rename("d", "b")),
          yield* codeOf(rename("d", "e")),
          yield* codeOf(rename("d", "d/below")),
          yield* codeOf(rename("e", "d")),
          yield* codeOf(rename("nx", "y")),
          yield* codeOf(rename("b", "c", RENAME_NOREPLACE)),
          yield* codeOf(rename("c", "d", RENAME_NOREPLACE)),
        ];
        return [codes, yield* get("c"), yield* names("."), yield* get("d/x")];
      });
      expect(told).toEqual([
        ["ok", "EISDIR", "ENOTDIR", "ENOTEMPTY", "EINVAL", "ok", "ENOENT", "ok", "EEXIST"],
        "A",
        ["c", "d"],
        "X",
      ]);
    });

    it("RENAME_EXCHANGE swaps two entries", async () => {
      const told = await run(function* () {
        yield* put("f", "file");
        yield* mkdir("d");
        yield* put("d/x", "inside");
        yield* rename("f", "d", RENAME_EXCHANGE);
        return [yield* get("d"), yield* get("f/x")];
      });
      expect(told).toEqual(["file", "inside"]);
    });

    it("a working directory that is removed can be stood on, and is not even read", async () => {
      const told = await run(function* () {
        yield* mkdir("d");
        yield* chdir("d");
        yield* rmdir("../d");
        return [
          yield* codeOf(getcwd()),
          yield* codeOf(mkdir("x")),
          yield* codeOf(getdents(yield* open(".", O_RDONLY | O_DIRECTORY))),
          yield* codeOf(stat("..")),
        ];
      });
      expect(told).toEqual(["ENOENT", "ENOENT", "ENOENT", "ok"]);
    });

    it("O_TMPFILE makes a file without a name", async () => {
      const told = await run(function* () {
        const fd = yield* open(".", O_TMPFILE | O_RDWR, 0o600);
        yield* write(fd, encode("hidden"));
        return [decode(yield* pread(fd, 100, 0)), (yield* fstat(fd)).nlink, yield* names(".")];
      });
      expect(told).toEqual(["hidden", 0, []]);
    });

    it("owners, modes and times are kept, and set-id bits go when the owner changes", async () => {
      const told = await run(function* () {
        yield* put("f", "x");
        yield* chmod("f", 0o6755);
        yield* chown("f", 12, 34);
        yield* utimens("f", 1_000_000, 2_000_000);
        const { uid, gid, mode, atimeUs, mtimeUs } = yield* stat("f");
        return [uid, gid, mode & 0o7777, atimeUs, mtimeUs];
      });
      expect(told).toEqual([12, 34, 0o755, 1_000_000, 2_000_000]);
    });

    it("permissions hold for everybody but root, and the sticky bit keeps others' files", async () => {
      const told = await run(function* () {
        yield* chmod(".", 0o1777);
        yield* put("root-only", "secret", 0o600);
        yield* mkdir("closed", 0o700);
        yield* setresuid(1000);
        yield* put("mine", "m");
        return [
          yield* codeOf(open("root-only")),
          yield* codeOf(stat("closed/x")),
          yield* codeOf(unlink("root-only")),
          yield* codeOf(rename("root-only", "other")),
          yield* codeOf(chmod("root-only", 0o777)),
          yield* codeOf(chown("mine", 0, -1)),
          yield* codeOf(rename("mine", "renamed")),
          (yield* stat("renamed")).uid,
        ];
      });
      expect(told).toEqual(["EACCES", "EACCES", "EPERM", "EPERM", "EPERM", "EPERM", "ok", 1000]);
    });

    it("set-gid directories hand on their group, and directories in them the bit", async () => {
      const told = await run(function* () {
        yield* mkdir("d");
        yield* chown("d", 0, 77);
        yield* chmod("d", 0o2755);
        yield* put("d/f", "x");
        yield* mkdir("d/sub");
        const sub = yield* stat("d/sub");
        return [(yield* stat("d/f")).gid, sub.gid, (sub.mode & 0o2000) !== 0];
      });
      expect(told).toEqual([77, 77, true]);
    });

    it("a FIFO is found again by its name", async () => {
      const told = await run(function* () {
        yield* mknod("p", S_IFIFO | 0o600);
        const fd = yield* open("p", O_RDWR);
        yield* write(fd, encode("through"));
        return [(yield* stat("p")).type, decode(yield* read(fd, 100))];
      });
      expect(told).toEqual(["fifo", "through"]);
    });

    it("renames a symbolic link itself, whatever it leads to, and replaces one without following it", async () => {
      const told = await run(function* () {
        yield* put("f", "file");
        yield* symlink("f", "to-f");
        yield* symlink("nowhere", "dangling");
        yield* rename("to-f", "moved");
        yield* rename("dangling", "still-dangling");
        const links = [yield* readlink("moved"), yield* readlink("still-dangling"), (yield* lstat("moved")).size];
        yield* put("new", "new");
        yield* rename("new", "moved");
        yield* link("still-dangling", "second", { follow: false });
        return [links, yield* get("moved"), yield* get("f"), yield* readlink("second"), yield* names(".")];
      });
      expect(told).toEqual([["f", "nowhere", 1], "new", "file", "nowhere", ["f", "moved", "second", "still-dangling"]]);
    });

    it("a directory takes what is in it along, and who stands in it, and counts in its new parent", async () => {
      const told = await run(function* () {
        const root = yield* getcwd();
        yield* mkdir("a");
        yield* mkdir("a/b");
        yield* mkdir("c");
        yield* put("a/b/f", "deep");
        const fd = yield* open("a/b/f", O_RDWR);
        const { ino } = yield* stat("a/b");
        yield* chdir("a/b");
        yield* rename("../../a/b", "../../c/d");
        const at = (yield* getcwd()).slice(root.length);
        yield* write(fd, encode("DEEP"));
        yield* put("more", "m");
        yield* chdir(root);
        const counts = [(yield* stat("a")).nlink, (yield* stat("c")).nlink];
        const same = (yield* stat("c/d")).ino === ino;
        return [at, yield* get("c/d/f"), yield* names("c/d"), counts, same, yield* codeOf(rename("c", "c/d/x"))];
      });
      expect(told).toEqual(["/c/d", "DEEP", ["f", "more"], [2, 3], true, "EINVAL"]);
    });

    it("a file whose name is gone can be written, cut and measured; a new file of that name is another", async () => {
      const told = await run(function* () {
        yield* put("f", "old contents");
        const fd = yield* open("f", O_RDWR);
        yield* unlink("f");
        yield* put("f", "new", 0o600);
        yield* put("g", "over", 0o640);
        const replaced = yield* open("f");
        yield* rename("g", "f");
        yield* ftruncate(fd, 3);
        yield* pwrite(fd, encode("!"), 3);
        const { nlink, size, ino } = yield* fstat(fd);
        const after = yield* stat("f");
        return [
          [decode(yield* pread(fd, 100, 0)), nlink, size, ino === after.ino],
          [decode(yield* read(replaced, 100)), (yield* fstat(replaced)).nlink],
          [yield* get("f"), after.mode & 0o777, after.nlink],
        ];
      });
      expect(told).toEqual([
        ["old!", 0, 4, false],
        ["new", 0],
        ["over", 0o640, 1],
      ]);
    });

    it("all names of a file have its attributes, wherever they are moved; renaming one onto another does nothing", async () => {
      const told = await run(function* () {
        yield* mkdir("d");
        yield* put("a", "x");
        yield* link("a", "d/b");
        yield* rename("a", "c");
        yield* chmod("d/b", 0o751);
        yield* chown("c", 5, 6);
        yield* rename("c", "d/b");
        const [one, two] = [yield* stat("c"), yield* stat("d/b")];
        yield* unlink("c");
        const { nlink, mode, uid } = yield* stat("d/b");
        return [one.ino === two.ino, one.nlink, one.mode & 0o777, two.gid, nlink, mode & 0o777, uid];
      });
      expect(told).toEqual([true, 2, 0o751, 6, 1, 0o751, 5]);
    });

    it("devices are kept with their numbers, and work", async () => {
      const told = await run(function* () {
        yield* mknod("zero", S_IFCHR | 0o600, makedev(1, 5));
        yield* mknod("disk", S_IFBLK | 0o660, makedev(8, 1));
        yield* mknod("socket", S_IFSOCK | 0o700, 0);
        yield* rename("disk", "moved");
        const { type, rdev, size } = yield* stat("moved");
        const zeros = yield* read(yield* open("zero"), 2);
        const codes = [yield* codeOf(open("socket")), yield* codeOf(open("moved"))];
        return [type, rdev, size, (yield* stat("zero")).type, [...zeros], (yield* stat("socket")).type, codes];
      });
      expect(told).toEqual(["block", makedev(8, 1), 0, "char", [0, 0], "socket", ["ENXIO", "ENXIO"]]);
    });

    it("extended attributes stay with a file until they are removed", async () => {
      const told = await run(function* () {
        yield* put("f", "x");
        yield* setxattr("f", "user.one", new Uint8Array([0, 255]));
        yield* setxattr("f", "user.two", encode("2"));
        yield* rename("f", "g");
        yield* removexattr("g", "user.two");
        const value = [...(yield* getxattr("g", "user.one"))];
        return [value, yield* listxattr("g"), yield* codeOf(getxattr("g", "user.two"))];
      });
      expect(told).toEqual([[0, 255], ["user.one"], "ENODATA"]);
    });

    it("a listing has each entry once, in the same order each time, and bears that its entries are removed", async () => {
      const told = await run(function* () {
        yield* mkdir("d");
        const made = ["z", "a", "m", "é", "10", "2", "Z"];
        for (const name of made) yield* put(`d/${name}`, "");
        yield* mkdir("d/sub");
        const list = function* (): Routine<readonly string[]> {
          const fd = yield* open("d", O_RDONLY | O_DIRECTORY);
          const found = (yield* getdents(fd)).map(({ name, type, ino }) => `${name} ${type} ${ino}`);
          yield* close(fd);
          return found.slice(2);
        };
        const first = yield* list();
        const second = yield* list();
        for (const name of made) yield* unlink(`d/${name}`);
        return [first.length, first.join() === second.join(), (yield* list()).map((line) => line.split(" ")[0])];
      });
      expect(told).toEqual([8, true, ["sub"]]);
    });

    it("writing dates a file, making and removing date the directory, chmod changes the ctime only", async () => {
      const told = await run(function* () {
        yield* mkdir("d");
        yield* put("d/f", "x");
        for (const path of ["d", "d/f"]) yield* utimens(path, 1, 2);
        const old = yield* stat("d/f");
        yield* chmod("d/f", 0o600);
        const moded = yield* stat("d/f");
        const fd = yield* open("d/f", O_RDWR);
        yield* write(fd, encode("y"));
        const written = yield* stat("d/f");
        const before = yield* stat("d");
        yield* link("d/f", "d/g");
        const linked = yield* stat("d");
        yield* utimens("d", 1, 2);
        yield* unlink("d/g");
        return [
          [old.mtimeUs, moded.mtimeUs, moded.ctimeUs > old.ctimeUs],
          [written.mtimeUs > old.ctimeUs, written.ctimeUs === written.mtimeUs, written.atimeUs],
          [before.mtimeUs, linked.mtimeUs > before.ctimeUs, (yield* stat("d")).mtimeUs > linked.mtimeUs],
        ];
      });
      expect(told).toEqual([
        [2, 2, true],
        [true, true, 1],
        [2, true, true],
      ]);
    });

    it("reading dates a file if its last access would look older than its last change, else not", async () => {
      const told = await run(function* () {
        yield* put("f", "x");
        yield* get("f");
        const first = (yield* stat("f")).atimeUs;
        yield* get("f");
        const second = (yield* stat("f")).atimeUs;
        yield* put("f", "y");
        const { atimeUs, mtimeUs } = yield* stat("f");
        yield* get("f");
        return [second === first, atimeUs === first, (yield* stat("f")).atimeUs > mtimeUs];
      });
      expect(told).toEqual([true, true, true]);
    });

    it("a file without a name can be given one", async () => {
      const told = await run(function* () {
        const fd = yield* open(".", O_TMPFILE | O_RDWR, 0o640);
        yield* write(fd, encode("was hidden"));
        yield* link(`/proc/self/fd/${fd}`, "named", { follow: true });
        yield* write(fd, encode(", is not"));
        const { nlink, mode, ino } = yield* stat("named");
        return [yield* get("named"), nlink, mode & 0o777, ino === (yield* fstat(fd)).ino];
      });
      expect(told).toEqual(["was hidden, is not", 1, 0o640, true]);
    });

    it("what is cut off is gone: growing again shows zeros, and no blocks", async () => {
      const told = await run(function* () {
        yield* put("f", "0123456789".repeat(1000));
        const whole = (yield* stat("f")).blocks;
        const fd = yield* open("f", O_RDWR | O_APPEND);
        yield* truncate("f", 3);
        const cut = (yield* stat("f")).blocks;
        yield* truncate("f", 9000);
        yield* write(fd, encode("end"));
        const { size, blocks } = yield* stat("f");
        return [whole, cut, [...(yield* pread(fd, 3, 2))], decode(yield* pread(fd, 10, 9000)), size, blocks];
      });
      expect(told).toEqual([24, 8, [50, 0, 0], "end", 9003, 16]);
    });

    it("statfs tells block size and the longest name", async () => {
      const told = await run(function* () {
        const { blockSize, nameMax } = yield* statfs(".");
        return [blockSize, nameMax, yield* codeOf(mkdir("n".repeat(nameMax)))];
      });
      expect(told).toEqual([4096, 255, "ok"]);
    });
  });
}
