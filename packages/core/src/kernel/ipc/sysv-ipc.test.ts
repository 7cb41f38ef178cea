/** Expected values are what Linux 6.18 answers to the same calls. */
import { describe, expect, it } from "vitest";
import * as abi from "../../abi/index.ts";
import { decode, encode } from "../../lib/index.ts";
import { codeOf, get } from "../../testing/describe-file-system.ts";
import { TestMachine } from "../../testing/machine.ts";

const { IPC_CREAT, IPC_EXCL, IPC_NOWAIT } = abi;
const op = (number: number, change: number, flags = 0): abi.SemaphoreOperation => ({ number, change, flags });
const text = (bytes: Uint8Array): string => decode(bytes);

/** What each call answers: its errno, or its number. */
function* answers(calls: readonly abi.Call[]): abi.Routine<readonly unknown[]> {
  const all: unknown[] = [];
  for (const call of calls) {
    const answer = yield* call.attempt();
    all.push(answer instanceof abi.Errno ? answer.code : typeof answer === "number" ? answer : "ok");
  }
  return all;
}

function* inChild(work: () => abi.Routine<void>): abi.Routine<number> {
  return yield* abi.clone(function* () {
    yield* work();
    return 0;
  }, undefined);
}

describe("System V shared memory", () => {
  it("answers as shmget(2), shmop(2) and shmctl(2) say", async () => {
    const seen = await new TestMachine().run(function* () {
      const id = yield* abi.shmget(0x10, 100, IPC_CREAT | 0o600);
      const before = yield* answers([
        ...[abi.shmget(0x20, 0, IPC_CREAT), abi.shmget(0x10, 101, 0), abi.shmget(0x10, 50, 0)],
        ...[abi.shmget(0x10, 100, IPC_CREAT | IPC_EXCL), abi.shmget(0x11, 100, 0o600), abi.shmget(0x12, -1, IPC_CREAT)],
        ...[abi.shmat(999_999), abi.shmat(-1), abi.shmdt(4096)],
      ]);
      const { address } = yield* abi.shmat(id);
      const status = yield* abi.shmctl(id, "IPC_STAT");
      yield* abi.shmctl(id, "IPC_RMID");
      const doomed = yield* abi.shmctl(id, "IPC_STAT");
      const after = yield* answers([abi.shmget(0x10, 100, 0), abi.shmdt(address), abi.shmctl(id, "IPC_STAT")]);
      return { before, status, doomed, after };
    });
    expect(seen.before).toEqual(["EINVAL", "EINVAL", 0, "EEXIST", "ENOENT", "EINVAL", "EINVAL", "EINVAL", "EINVAL"]);
    expect(seen.status).toMatchObject({ key: 0x10, size: 100, nattch: 1, mode: 0o600 });
    expect(seen.doomed).toMatchObject({ key: 0, mode: 0o1600 });
    expect(seen.after).toEqual(["ENOENT", "ok", "EINVAL"]);
  });

  it("shares bytes with whom it is attached to, charges them, and goes with the last after IPC_RMID", async () => {
    const seen = await new TestMachine().run(function* () {
      const id = yield* abi.shmget(abi.IPC_PRIVATE, 1 << 20, 0o600);
      const { bytes, address } = yield* abi.shmat(id);
      const usage = function* (): abi.Routine<number> {
        const [, shmem = "0"] = /^Shmem:\s+(\d+) kB$/m.exec(yield* get("/proc/meminfo")) ?? [];
        return Number(shmem);
      };
      const during = yield* usage();
      const child = yield* inChild(function* () {
        (yield* abi.shmat(id)).bytes[7] = 42;
        yield* abi.shmctl(id, "IPC_RMID");
      });
      yield* abi.wait4(child);
      const left = yield* abi.shmctl(id, "IPC_STAT");
      yield* abi.shmdt(address);
      return [bytes[7], left?.nattch, left?.mode, during - (yield* usage()), yield* codeOf(abi.shmctl(id, "IPC_STAT"))];
    });
    expect(seen).toEqual([42, 1, 0o1600, 1024, "EINVAL"]);
    const gone = await new TestMachine().run(function* () {
      const id = yield* abi.shmget(7, 100, IPC_CREAT | 0o600);
      const child = yield* inChild(function* () {
        yield* abi.shmat(id);
        yield* abi.shmctl(id, "IPC_RMID");
      });
      yield* abi.wait4(child);
      return yield* codeOf(abi.shmctl(id, "IPC_STAT"));
    });
    expect(gone).toBe("EINVAL");
  });
});

describe("System V semaphores", () => {
  it("answers as semget(2), semop(2) and semctl(2) say", async () => {
    const seen = await new TestMachine().run(function* () {
      const id = yield* abi.semget(0x20, 3, IPC_CREAT | 0o600);
      return yield* answers([
        ...[abi.semget(0x19, 0, IPC_CREAT), abi.semget(0x20, 4, 0), abi.semget(0x20, 0, 0)],
        ...[abi.semget(0x21, 32_001, IPC_CREAT), abi.semget(0x22, 1, 0)],
        ...[abi.semop(id, [op(0, 1)]), abi.semop(id, [op(0, 0, IPC_NOWAIT)]), abi.semop(id, [op(0, -1, IPC_NOWAIT)])],
        ...[abi.semop(id, [op(0, -1, IPC_NOWAIT)]), abi.semop(id, [op(5, 1)]), abi.semop(id, [])],
        ...[abi.semop(id, Array(501).fill(op(0, 0))), abi.semop(9999, [op(0, 1)]), abi.semop(-1, [op(0, 1)])],
        ...[abi.semctl(id, 0, "SETVAL", 32_768), abi.semctl(id, 0, "SETVAL", 32_767), abi.semop(id, [op(0, 1)])],
        ...[abi.semctl(id, 0, "GETVAL"), abi.semctl(id, 7, "GETVAL"), abi.semctl(id, -1, "GETVAL")],
        ...[abi.semop(id, [op(1, 2), op(2, -1, IPC_NOWAIT)]), abi.semctl(id, 1, "GETVAL")],
        abi.semop(id, [op(2, -1)], 1000),
      ]);
    });
    expect(seen).toEqual([
      ...["EINVAL", "EINVAL", 0, "EINVAL", "ENOENT", "ok", "EAGAIN", "ok", "EAGAIN", "EFBIG", "EINVAL", "E2BIG"],
      ...["EINVAL", "EINVAL", "ERANGE", 0, "ERANGE", 32_767, "EINVAL", "EINVAL", "EAGAIN", 0, "EAGAIN"],
    ]);
  });

  it("takes back what was done with SEM_UNDO, counts who waits, and sends them away with EIDRM", async () => {
    const seen = await new TestMachine().run(function* () {
      const id = yield* abi.semget(1, 2, IPC_CREAT | 0o600);
      const told: unknown[] = [];
      const child = yield* inChild(function* () {
        yield* abi.semop(id, [op(1, 1, abi.SEM_UNDO)]);
        told.push(yield* abi.semctl(id, 1, "GETVAL"));
      });
      yield* abi.wait4(child);
      told.push(yield* abi.semctl(id, 1, "GETVAL"));
      const sleeper = yield* inChild(function* () {
        told.push(yield* codeOf(abi.semop(id, [op(1, -1)])));
      });
      yield* abi.nanosleep(1000);
      told.push(yield* abi.semctl(id, 1, "GETNCNT"), yield* abi.semctl(id, 1, "GETZCNT"));
      yield* abi.semctl(id, 0, "IPC_RMID");
      yield* abi.wait4(sleeper);
      return told;
    });
    expect(seen).toEqual([1, 0, 1, 0, "EIDRM"]);
  });
});

describe("System V message queues", () => {
  it("answers as msgget(2) and msgop(2) say", async () => {
    const seen = await new TestMachine().run(function* () {
      const id = yield* abi.msgget(0x30, IPC_CREAT | 0o600);
      const big = new Uint8Array(8192);
      const one = new Uint8Array(1);
      const made = yield* answers([
        ...[
          abi.msgget(0x30, IPC_CREAT | IPC_EXCL),
          abi.msgget(0x31, 0),
          abi.msgsnd(id, 0, one),
          abi.msgsnd(id, -1, one),
        ],
        ...[abi.msgsnd(id, 3, new Uint8Array(8193)), abi.msgsnd(id, 3, big), abi.msgsnd(id, 3, big)],
        ...[abi.msgsnd(id, 3, one, IPC_NOWAIT), abi.msgsnd(id, 3, new Uint8Array(0), IPC_NOWAIT)],
      ]);
      const status = yield* abi.msgctl(id, "IPC_STAT");
      const taken = yield* answers([
        ...[abi.msgrcv(id, 10), abi.msgrcv(id, 10, 0, abi.MSG_NOERROR), abi.msgrcv(id, 8192, 5, IPC_NOWAIT)],
        ...[abi.msgrcv(id, 8192, -2, IPC_NOWAIT), abi.msgrcv(id, 8192, -3, IPC_NOWAIT)],
        ...[
          abi.msgrcv(id, 8192, 3, IPC_NOWAIT | abi.MSG_EXCEPT),
          abi.msgrcv(id, -1),
          abi.msgrcv(id, 8192, 0, IPC_NOWAIT),
        ],
      ]);
      return { made, status, taken };
    });
    expect(seen.made).toEqual(["EEXIST", "ENOENT", "EINVAL", "EINVAL", "EINVAL", "ok", "ok", "EAGAIN", "ok"]);
    expect(seen.status).toMatchObject({ qnum: 3, cbytes: 16_384, qbytes: 16_384 });
    expect(seen.taken).toEqual(["E2BIG", "ok", "ENOMSG", "ENOMSG", "ok", "ENOMSG", "EINVAL", "ok"]);
  });

  it("chooses by type, copies, and sends waiting receivers away with EIDRM", async () => {
    const seen = await new TestMachine().run(function* () {
      const id = yield* abi.msgget(1, IPC_CREAT | 0o600);
      for (const [index, letter] of ["a", "b", "c"].entries()) yield* abi.msgsnd(id, 3 - index, encode(letter));
      const told: unknown[] = [];
      const next = function* (type: number, flags = 0): abi.Routine<void> {
        const { type: got, data } = yield* abi.msgrcv(id, 10, type, flags);
        told.push(got, text(data));
      };
      yield* next(-2);
      yield* next(3, abi.MSG_EXCEPT);
      yield* next(0, abi.MSG_COPY | IPC_NOWAIT);
      told.push(
        yield* codeOf(abi.msgrcv(id, 10, 0, abi.MSG_COPY)),
        yield* codeOf(abi.msgrcv(id, 10, 9, abi.MSG_COPY | IPC_NOWAIT)),
      );
      const child = yield* inChild(function* () {
        told.push(yield* codeOf(abi.msgrcv(id, 10, 77)));
      });
      yield* abi.nanosleep(1000);
      yield* abi.msgctl(id, "IPC_RMID");
      yield* abi.wait4(child);
      told.push(yield* codeOf(abi.msgsnd(id, 1, new Uint8Array(1))));
      return told;
    });
    expect(seen).toEqual([1, "c", 2, "b", 3, "a", "EINVAL", "ENOMSG", "EIDRM", "EINVAL"]);
  });
});

describe("System V objects", () => {
  it("are for whom their modes allow, and can be removed by owners only", async () => {
    const seen = await new TestMachine().run(function* () {
      const secret = yield* abi.msgget(0x40, IPC_CREAT | 0o600);
      const open = yield* abi.msgget(0x41, IPC_CREAT | 0o644);
      const set = yield* abi.semget(0x40, 1, IPC_CREAT | 0o644);
      const segment = yield* abi.shmget(0x40, 10, IPC_CREAT | 0o644);
      let told: readonly unknown[] = [];
      const settings = { uid: 1000, gid: 1000, mode: 0o666 };
      const child = yield* inChild(function* () {
        yield* abi.setresgid(1000);
        yield* abi.setresuid(1000);
        told = yield* answers([
          ...[abi.msgget(0x40, 0), abi.msgget(0x40, 0o600), abi.msgget(0x40, 0o006), abi.msgget(0x41, 0o444)],
          ...[abi.msgsnd(open, 1, new Uint8Array(1)), abi.msgrcv(open, 1, 0, IPC_NOWAIT)],
          ...[abi.msgctl(secret, "IPC_STAT"), abi.msgctl(secret, "IPC_RMID"), abi.msgctl(open, "IPC_STAT")],
          ...[abi.msgctl(open, "IPC_SET", settings), abi.semctl(set, 0, "GETVAL"), abi.semctl(set, 0, "SETVAL", 1)],
          ...[abi.semop(set, [op(0, 1)]), abi.semop(set, [op(0, 0)]), abi.semctl(set, 0, "IPC_RMID")],
          ...[abi.shmat(segment), abi.shmat(segment, abi.SHM_RDONLY), abi.shmctl(segment, "IPC_RMID")],
        ]);
      });
      yield* abi.wait4(child);
      return told;
    });
    expect(seen).toEqual([
      ...[0, "EACCES", "EACCES", 1, "EACCES", "ENOMSG", "EACCES", "EPERM", "ok", "EPERM"],
      ...[0, "EACCES", "EACCES", "ok", "EPERM", "EACCES", "ok", "EPERM"],
    ]);
  });

  it("belong to an ipc namespace, stand in /proc/sysvipc, and get numbers that are not used again at once", async () => {
    const seen = await new TestMachine().run(function* () {
      yield* abi.msgctl(yield* abi.msgget(0x39, IPC_CREAT), "IPC_RMID");
      yield* abi.msgget(0x40, IPC_CREAT | 0o600);
      yield* abi.shmget(0x40, 10, IPC_CREAT | 0o644);
      const [, queue = ""] = (yield* get("/proc/sysvipc/msg")).split("\n");
      const [title = "", segment = ""] = (yield* get("/proc/sysvipc/shm")).split("\n");
      yield* abi.unshare(new Set(["ipc"]));
      return {
        queue: queue.replace(/\d+$/, "TIME"),
        width: segment.length === title.length,
        elsewhere: yield* get("/proc/sysvipc/sem"),
        code: yield* codeOf(abi.msgget(0x40, 0)),
      };
    });
    expect(seen).toEqual({
      queue:
        "        64          1   600           0          0     0     0     0     0     0     0          0          0 TIME",
      width: true,
      elsewhere: "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n",
      code: "ENOENT",
    });
  });
});

describe("POSIX message queues", () => {
  it("answers as mq_open(3), mq_send(3) and mq_receive(3) say", async () => {
    const seen = await new TestMachine().run(function* () {
      const { O_RDWR, O_CREAT, O_EXCL, O_NONBLOCK } = abi;
      const make = (maxMessages: number, messageSize: number) =>
        abi.mq_open("/q", O_RDWR | O_CREAT | O_NONBLOCK, 0o600, { maxMessages, messageSize });
      yield* abi.setresuid(1000);
      const refused = yield* answers([
        ...[abi.mq_open("/q", O_RDWR), abi.mq_open("q", O_RDWR), abi.mq_open("/", O_RDWR | O_CREAT)],
        ...[abi.mq_open("/a/b", O_RDWR | O_CREAT), make(11, 10), make(0, 10), make(3, 8193)],
      ]);
      const fd = yield* make(3, 10);
      const send = (data: string, priority = 0, untilUs?: number) => abi.mq_send(fd, encode(data), priority, untilUs);
      const sent = yield* answers([
        ...[abi.mq_open("/q", O_RDWR | O_CREAT | O_EXCL), send("hello", 1), send("12345678901", 1), send("x", 32_768)],
        ...[send("p", 32_767), send("w", 1), send("z", 1), abi.mq_receive(fd, 9)],
      ]);
      const got: unknown[] = [];
      for (let i = 0; i < 2; i++) {
        const { data, priority } = yield* abi.mq_receive(fd, 10);
        got.push(text(data), priority);
      }
      const attributes = yield* abi.mq_getattr(fd);
      yield* abi.mq_receive(fd, 10);
      const empty = yield* codeOf(abi.mq_receive(fd, 10));
      yield* abi.mq_setattr(fd, 0);
      const rest = yield* answers([
        ...[abi.mq_receive(fd, 10, 1), abi.mq_receive(fd, 10, -1), send("abc"), abi.write(fd, new Uint8Array(1))],
        ...[abi.mq_unlink("/q"), abi.mq_unlink("/q"), send("x"), abi.fcntl(fd, "F_GETFD"), abi.mq_getattr(9)],
      ]);
      return { refused, sent, got, attributes, empty, rest };
    });
    expect(seen.refused).toEqual(["ENOENT", "EINVAL", "ENOENT", "EACCES", "EINVAL", "EINVAL", "EINVAL"]);
    expect(seen.sent).toEqual(["EEXIST", "ok", "EMSGSIZE", "EINVAL", "ok", "ok", "EAGAIN", "EMSGSIZE"]);
    expect(seen.got).toEqual(["p", 32_767, "hello", 1]);
    expect(seen.attributes).toEqual({ flags: abi.O_NONBLOCK, maxMessages: 3, messageSize: 10, messages: 1 });
    expect(seen.empty).toBe("EAGAIN");
    expect(seen.rest).toEqual(["ETIMEDOUT", "EINVAL", "ok", "EINVAL", "ok", "ENOENT", "ok", abi.FD_CLOEXEC, "EBADF"]);
  });

  it("tell one process of the first message that comes into an empty queue, once, and what they hold as a file", async () => {
    const seen = await new TestMachine().run(function* () {
      const fd = yield* abi.mq_open("/n", abi.O_RDWR | abi.O_CREAT | abi.O_NONBLOCK);
      const told: unknown[] = [];
      yield* abi.sigaction(abi.SIGUSR1, function* () {
        told.push("signal");
      });
      const notification = { signal: abi.SIGUSR1 };
      yield* abi.mq_notify(fd, notification);
      told.push(yield* codeOf(abi.mq_notify(fd, notification)), yield* codeOf(abi.mq_notify(fd, { signal: 99 })));
      const before = yield* get("/dev/mqueue/n");
      yield* abi.mq_send(fd, encode("abc"));
      yield* abi.mq_send(fd, encode("d"));
      told.push((yield* abi.poll([{ fd, events: abi.POLLIN }], 0)).length);
      told.push(before.replace(/(PID:)\d+/, "$1N"), yield* get("/dev/mqueue/n"));
      return told;
    });
    expect(seen).toEqual([
      ...["EBUSY", "EINVAL", "signal", 1],
      "QSIZE:0          NOTIFY:0     SIGNO:10    NOTIFY_PID:N     \n",
      "QSIZE:4          NOTIFY:0     SIGNO:0     NOTIFY_PID:0     \n",
    ]);
  });
});
