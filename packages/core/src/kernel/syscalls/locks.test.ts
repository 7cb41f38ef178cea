/** Expected values are what Linux 6.18 answers to the same calls. */
import { describe, expect, it } from "vitest";
import * as abi from "../../abi/index.ts";
import { codeOf, get, put } from "../../testing/describe-file-system.ts";
import { TestMachine } from "../../testing/machine.ts";

const range = (type: abi.RecordLock["type"], start: number, length: number): Partial<abi.RecordLock> => ({
  type,
  start,
  length,
});
const writes = (start: number, length: number) => range("F_WRLCK", start, length);
const reads = (start: number, length: number) => range("F_RDLCK", start, length);
const frees = (start: number, length: number) => range("F_UNLCK", start, length);

/** A child that does `work` and is waited for. */
function* inChild(work: () => abi.Routine<void>): abi.Routine<void> {
  const pid = yield* abi.clone(function* () {
    yield* work();
    return 0;
  }, undefined);
  yield* abi.wait4(pid);
}

/** The kinds and ranges of /proc/locks, the newest first. */
function* listed(): abi.Routine<readonly string[]> {
  const text = yield* get("/proc/locks");
  return text.split("\n").flatMap((line) => {
    const [, arrow, kind, type, start, end] = /: (-> )?(\w+)\s+ADVISORY\s+(\w+) \S+ \S+ (\d+) (\w+)/.exec(line) ?? [];
    return kind === undefined ? [] : [`${arrow ?? ""}${kind} ${type} ${start} ${end}`];
  });
}

describe("fcntl(2) on ranges of bytes", () => {
  it("refuses what fcntl(2) refuses", async () => {
    const codes = await new TestMachine().run(function* () {
      yield* put("/f", "0123456789");
      const fd = yield* abi.open("/f", abi.O_RDWR);
      const reader = yield* abi.open("/f", abi.O_RDONLY);
      const writer = yield* abi.open("/f", abi.O_WRONLY);
      return [
        yield* codeOf(abi.fcntl_lock(reader, "F_SETLK", writes(0, 5))),
        yield* codeOf(abi.fcntl_lock(writer, "F_SETLK", reads(0, 5))),
        yield* codeOf(abi.fcntl_lock(reader, "F_GETLK", writes(0, 5))),
        yield* codeOf(abi.fcntl_lock(fd, "F_GETLK", frees(0, 5))),
        yield* codeOf(abi.fcntl_lock(fd, "F_OFD_GETLK", frees(0, 5))),
        yield* codeOf(abi.fcntl_lock(fd, "F_SETLK", { ...writes(0, 5), whence: 9 })),
        yield* codeOf(abi.fcntl_lock(fd, "F_SETLK", writes(-1, 5))),
        yield* codeOf(abi.fcntl_lock(fd, "F_SETLK", writes(8, -3))),
        yield* codeOf(abi.fcntl_lock(fd, "F_SETLK", writes(2, -3))),
        yield* codeOf(abi.fcntl_lock(fd, "F_SETLK", writes(Number.MAX_SAFE_INTEGER, 2))),
        yield* codeOf(abi.fcntl_lock(fd, "F_OFD_SETLK", { ...writes(0, 5), pid: 3 })),
      ];
    });
    expect(codes).toEqual([
      ...["EBADF", "EBADF", "ok", "EINVAL", "ok", "EINVAL", "EINVAL", "ok", "EINVAL", "EOVERFLOW", "EINVAL"],
    ]);
  });

  it("shows others the first lock in their way, joins equal neighbours and cuts what is overwritten", async () => {
    const [seen, list] = await new TestMachine().run(function* () {
      yield* put("/f", "0123456789");
      const fd = yield* abi.open("/f", abi.O_RDWR);
      const pid = yield* abi.getpid();
      for (const lock of [reads(0, 5), reads(5, 5), writes(3, 2), frees(4, 1)]) {
        yield* abi.fcntl_lock(fd, "F_SETLK", lock);
      }
      const answers: abi.RecordLock[] = [];
      yield* inChild(function* () {
        answers.push(yield* abi.fcntl_lock(fd, "F_GETLK", writes(0, 0)));
        answers.push(yield* abi.fcntl_lock(fd, "F_GETLK", reads(0, 0)));
        answers.push(yield* abi.fcntl_lock(fd, "F_GETLK", writes(4, 1)));
      });
      const told = answers.map(({ type, start, length, pid: holder }) => [type, start, length, holder === pid]);
      return [told, (yield* listed()).toSorted()];
    });
    expect(seen).toEqual([
      ["F_RDLCK", 0, 3, true],
      ["F_WRLCK", 3, 1, true],
      ["F_UNLCK", 4, 1, false],
    ]);
    expect(list).toEqual(["POSIX READ 0 2", "POSIX READ 5 9", "POSIX WRITE 3 3"]);
  });

  it("belongs to the process: no child inherits it, and closing any descriptor of the file gives it back", async () => {
    const steps = await new TestMachine().run(function* () {
      yield* put("/f", "0");
      const fd = yield* abi.open("/f", abi.O_RDWR);
      yield* abi.fcntl_lock(fd, "F_SETLK", writes(0, 1));
      const seen: string[] = [];
      yield* inChild(function* () {
        seen.push(yield* codeOf(abi.fcntl_lock(fd, "F_SETLK", reads(0, 1))));
        yield* abi.close(fd);
      });
      seen.push(...(yield* listed()));
      yield* abi.close(yield* abi.open("/f"));
      seen.push(...(yield* listed()), "none");
      return seen;
    });
    expect(steps).toEqual(["EAGAIN", "POSIX WRITE 0 0", "none"]);
  });

  it("belongs to the open file with F_OFD_SETLK: the same process is refused through another one", async () => {
    const steps = await new TestMachine().run(function* () {
      yield* put("/f", "0");
      const one = yield* abi.open("/f", abi.O_RDWR);
      const other = yield* abi.open("/f", abi.O_RDWR);
      yield* abi.fcntl_lock(one, "F_OFD_SETLK", writes(100, 5));
      const copy = yield* abi.dup(one);
      yield* abi.close(one);
      const refused = yield* codeOf(abi.fcntl_lock(other, "F_OFD_SETLK", writes(102, 5)));
      const { type, pid } = yield* abi.fcntl_lock(other, "F_GETLK", writes(100, 0));
      yield* abi.close(copy);
      return [refused, type, pid, yield* codeOf(abi.fcntl_lock(other, "F_OFD_SETLK", writes(102, 5)))];
    });
    expect(steps).toEqual(["EAGAIN", "F_WRLCK", -1, "ok"]);
  });

  it("waits with F_SETLKW, listed below whom it waits for, and finds a deadlock", async () => {
    const seen = await new TestMachine().run(function* () {
      yield* put("/f", "01");
      const fd = yield* abi.open("/f", abi.O_RDWR);
      yield* abi.fcntl_lock(fd, "F_SETLK", writes(0, 1));
      const told: string[] = [];
      const pid = yield* abi.clone(function* () {
        yield* abi.fcntl_lock(fd, "F_SETLK", writes(1, 1));
        told.push(`child ${yield* codeOf(abi.fcntl_lock(fd, "F_SETLKW", writes(0, 1)))}`);
        return 0;
      }, undefined);
      yield* abi.nanosleep(1000);
      told.push(...(yield* listed()));
      told.push(yield* codeOf(abi.fcntl_lock(fd, "F_SETLKW", writes(1, 1))));
      yield* abi.fcntl_lock(fd, "F_SETLK", frees(0, 1));
      yield* abi.wait4(pid);
      return told;
    });
    expect(seen).toEqual(["POSIX WRITE 1 1", "POSIX WRITE 0 0", "-> POSIX WRITE 0 0", "EDEADLK", "child ok"]);
  });

  it("does not meet flock(2), which lies beside it in /proc/locks and in fdinfo", async () => {
    const [list, info] = await new TestMachine().run(function* () {
      yield* put("/f", "0");
      const fd = yield* abi.open("/f", abi.O_RDWR);
      const other = yield* abi.open("/f", abi.O_RDWR);
      yield* abi.flock(other, abi.LOCK_SH);
      yield* abi.fcntl_lock(fd, "F_SETLK", writes(2, 0));
      const text = yield* get(`/proc/self/fdinfo/${fd}`);
      return [yield* listed(), text.replace(/\d+ \S+ 2 EOF/, "PID FILE 2 EOF").split("\n")];
    });
    expect(list).toEqual(["POSIX WRITE 2 EOF", "FLOCK READ 0 EOF"]);
    expect(info).toContain("lock:\t1: POSIX  ADVISORY  WRITE PID FILE 2 EOF");
  });
});

describe("lseek(2) on sparse files", () => {
  it("finds data and holes page by page", async () => {
    const found = await new TestMachine().run(function* () {
      yield* put("/f", "");
      const fd = yield* abi.open("/f", abi.O_RDWR);
      yield* abi.pwrite(fd, new Uint8Array(10), 5 * 4096);
      yield* abi.pwrite(fd, new Uint8Array(1), 1_000_000);
      yield* abi.ftruncate(fd, 3_000_000);
      const look = function* (offset: number, whence: number): abi.Routine<number | string> {
        const answer = yield* codeOf(abi.lseek(fd, offset, whence));
        return answer === "ok" ? yield* abi.lseek(fd, 0, abi.SEEK_CUR) : answer;
      };
      const all: (number | string)[] = [];
      for (const at of [0, 20_485, 24_576, 1_000_000, 1_100_000, 3_000_000]) {
        all.push(yield* look(at, abi.SEEK_DATA), yield* look(at, abi.SEEK_HOLE));
      }
      return all;
    });
    expect(found).toEqual([
      ...[20_480, 0, 20_485, 24_576, 999_424, 24_576],
      ...[1_000_000, 1_003_520, "ENXIO", 1_100_000, "ENXIO", "ENXIO"],
    ]);
  });
});

describe("O_PATH", () => {
  it("stands for a place: it can be looked at, duplicated and opened again, and nothing else", async () => {
    const codes = await new TestMachine().run(function* () {
      yield* put("/f", "0123456789");
      const fd = yield* abi.open("/f", abi.O_PATH | abi.O_WRONLY | abi.O_TRUNC);
      const again = `/proc/self/fd/${fd}`;
      const calls: Record<string, abi.Call> = {
        ...{ read: abi.read(fd, 1), pread: abi.pread(fd, 1, 0), write: abi.write(fd, new Uint8Array(1)) },
        ...{ lseek: abi.lseek(fd, 0, 0), ftruncate: abi.ftruncate(fd, 0), fsync: abi.fsync(fd) },
        ...{ fchmod: abi.fchmod(fd, 0o600), fchown: abi.fchown(fd, 0, 0), ioctl: abi.ioctl(fd, "FIONREAD") },
        ...{ getdents: abi.getdents(fd), flock: abi.flock(fd, abi.LOCK_EX), setfl: abi.fcntl(fd, "F_SETFL", 0) },
        ...{ setlk: abi.fcntl_lock(fd, "F_SETLK", {}), sendto: abi.sendto(fd, new Uint8Array(1)) },
        ...{ fstat: abi.fstat(fd), getfl: abi.fcntl(fd, "F_GETFL"), dup: abi.dup(fd), chmod: abi.chmod(again, 0o644) },
        ...{ open: abi.open(again, abi.O_RDWR), poll: abi.poll([{ fd, events: abi.POLLIN }], 0) },
      };
      const told: Record<string, string> = {};
      for (const [name, call] of Object.entries(calls)) told[name] = yield* codeOf(call);
      const flags = (yield* abi.fcntl(fd, "F_GETFL")) === abi.O_PATH;
      const [polled] = yield* abi.poll([{ fd, events: abi.POLLIN }], 0);
      const size = (yield* abi.fstat(fd)).size;
      return { told, flags, polled, size };
    });
    const works = ["fstat", "getfl", "dup", "chmod", "open", "poll"];
    const expected = Object.keys(codes.told).map((name) => [name, works.includes(name) ? "ok" : "EBADF"]);
    expect(codes).toMatchObject({ told: Object.fromEntries(expected), flags: true, size: 10 });
    expect(codes.polled?.events).toBe(abi.POLLNVAL);
  });
});
