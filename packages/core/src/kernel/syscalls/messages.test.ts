/** Expected values are what Linux 6.18 answers to the same calls. */
import { describe, expect, it } from "vitest";
import * as abi from "../../abi/index.ts";
import { decode, encode } from "../../lib/index.ts";
import { codeOf, put } from "../../testing/describe-file-system.ts";
import { TestMachine } from "../../testing/machine.ts";

const bytes = (text: string): Uint8Array => encode(text);

/** What recvmsg brings, in short. */
function* receive(fd: number, count = 100, flags = 0, room?: number): abi.Routine<readonly unknown[]> {
  const { data, rights, flags: told } = yield* abi.recvmsg(fd, count, flags, room);
  return [decode(data), rights.length, told];
}

describe("SCM_RIGHTS", () => {
  it("gives the receiver descriptors of the sender's open files, with their offsets", async () => {
    const seen = await new TestMachine().run(function* () {
      yield* put("/f", "abcdef");
      const [a, b] = yield* abi.socketpair("unix", "stream");
      const pid = yield* abi.clone(function* () {
        const fd = yield* abi.open("/f");
        yield* abi.read(fd, 2);
        yield* abi.sendmsg(a, bytes("x"), { rights: [fd] });
        return 0;
      }, undefined);
      yield* abi.wait4(pid);
      const [fd = -1] = (yield* abi.recvmsg(b, 10, abi.MSG_CMSG_CLOEXEC)).rights;
      return [decode(yield* abi.read(fd, 2)), yield* abi.fcntl(fd, "F_GETFD")];
    });
    expect(seen).toEqual(["cd", abi.FD_CLOEXEC]);
  });

  it("ends a read behind the bytes that files came with, and gives them with the first of these", async () => {
    const seen = await new TestMachine().run(function* () {
      const [a, b] = yield* abi.socketpair("unix", "stream");
      const all: unknown[] = [];
      const [zero, one] = [a, b];
      const sendThree = function* (): abi.Routine<void> {
        yield* abi.write(a, bytes("one"));
        yield* abi.sendmsg(a, bytes("two"), { rights: [zero, one] });
        yield* abi.write(a, bytes("three"));
      };
      yield* sendThree();
      all.push(yield* receive(b), yield* receive(b));
      yield* sendThree();
      // Whoever does not ask for files loses them, and with them the boundary.
      all.push(decode((yield* abi.recvfrom(b, 4)).data), yield* receive(b));
      yield* abi.sendmsg(a, bytes("two"), { rights: [zero] });
      all.push(yield* receive(b, 1, 0, 0), yield* receive(b));
      yield* abi.sendmsg(a, bytes(""), { rights: [zero] });
      yield* abi.sendmsg(a, bytes("p"), { rights: [zero] });
      all.push(yield* receive(b, 5, abi.MSG_PEEK), yield* receive(b));
      return all;
    });
    expect(seen).toEqual([
      ["onetwo", 2, 0],
      ["three", 0, 0],
      "onet",
      ["wothree", 0, 0],
      ["t", 0, abi.MSG_CTRUNC],
      ["wo", 0, 0],
      ["p", 1, 0],
      ["p", 1, 0],
    ]);
  });

  it("refuses what is no descriptor, and more than 253; datagrams are cut, not their files", async () => {
    const seen = await new TestMachine().run(function* () {
      const [a, b] = yield* abi.socketpair("unix", "dgram");
      const codes = [
        yield* codeOf(abi.sendmsg(a, bytes("x"), { rights: [99] })),
        yield* codeOf(abi.sendmsg(a, bytes("x"), { rights: Array(254).fill(a) })),
        yield* codeOf(abi.sendmsg(a, bytes("hello"), { rights: Array(253).fill(a) })),
      ];
      return [...codes, yield* receive(b, 2)];
    });
    expect(seen).toEqual(["EBADF", "EINVAL", "ok", ["he", 253, abi.MSG_TRUNC]]);
  });

  it("closes files that nobody has received with the socket that they wait in", async () => {
    const answer = await new TestMachine().run(function* () {
      const [a, b] = yield* abi.socketpair("unix", "stream");
      const [reader, writer] = yield* abi.pipe2();
      yield* abi.sendmsg(a, bytes("x"), { rights: [writer] });
      yield* abi.close(writer);
      const before = yield* abi.poll([{ fd: reader, events: abi.POLLIN }], 0);
      yield* abi.close(b);
      return [before.length, (yield* abi.read(reader, 1)).length];
    });
    expect(answer).toEqual([0, 0]);
  });

  it("puts as many files as the receiver has room for into its table", async () => {
    const seen = await new TestMachine().run(function* () {
      const [a, b] = yield* abi.socketpair("unix", "stream");
      yield* abi.sendmsg(a, bytes("x"), { rights: [a, a, a] });
      yield* abi.prlimit(0, "nofile", { soft: b + 3, hard: b + 3 });
      return yield* receive(b);
    });
    expect(seen).toEqual(["x", 2, abi.MSG_CTRUNC]);
  });
});

describe("credentials", () => {
  it("SO_PEERCRED tells who made the pair, listens or has connected", async () => {
    const seen = await new TestMachine().run(function* () {
      const self = yield* abi.getpid();
      const [a] = yield* abi.socketpair("unix", "stream");
      const alone = yield* abi.socket("unix", "stream");
      const inet = yield* abi.socket("inet", "stream");
      const server = yield* abi.socket("unix", "stream");
      yield* abi.bind(server, { family: "unix", path: "/s" });
      yield* abi.chmod("/s", 0o777);
      yield* abi.listen(server, 5);
      let client: unknown;
      const pid = yield* abi.clone(function* () {
        yield* abi.setresgid(7);
        yield* abi.setresuid(5);
        const fd = yield* abi.socket("unix", "stream");
        yield* abi.connect(fd, { family: "unix", path: "/s" });
        client = yield* abi.getsockopt(fd, "SO_PEERCRED");
        return 0;
      }, undefined);
      const { fd } = yield* abi.accept4(server);
      const server_sees = yield* abi.getsockopt(fd, "SO_PEERCRED");
      yield* abi.wait4(pid);
      const own = { pid: self, uid: 0, gid: 0 };
      const nobody = { pid: 0, uid: -1, gid: -1 };
      expect(yield* abi.getsockopt(a, "SO_PEERCRED")).toEqual(own);
      expect(yield* abi.getsockopt(alone, "SO_PEERCRED")).toEqual(nobody);
      expect(yield* abi.getsockopt(inet, "SO_PEERCRED")).toEqual(nobody);
      expect(client).toEqual(own);
      expect(server_sees).toEqual({ pid, uid: 5, gid: 7 });
      return [
        yield* codeOf(abi.setsockopt(a, "SO_PEERCRED", 1)),
        yield* codeOf(abi.setsockopt(inet, "SO_PASSCRED", 1)),
        yield* codeOf(abi.getsockopt(inet, "SO_PASSCRED")),
      ];
    });
    expect(seen).toEqual(["ENOPROTOOPT", "EOPNOTSUPP", "EOPNOTSUPP"]);
  });

  it("SO_PASSCRED brings the sender, whom only the privileged can feign, and parts what others have sent", async () => {
    const [seen, codes] = await new TestMachine().run(function* () {
      const self = yield* abi.getpid();
      const [a, b] = yield* abi.socketpair("unix", "stream");
      yield* abi.setsockopt(b, "SO_PASSCRED", 1);
      const next = function* (): abi.Routine<readonly unknown[]> {
        const { data, credentials, rights } = yield* abi.recvmsg(b, 10);
        return [decode(data), credentials, rights.length];
      };
      const all: unknown[] = [];
      yield* abi.sendmsg(a, bytes("x"), { credentials: { pid: 1, uid: 0, gid: 0 } });
      yield* abi.sendmsg(a, bytes("y"), { credentials: { pid: self, uid: 5, gid: 6 } });
      yield* abi.write(a, bytes("z"));
      yield* abi.sendmsg(a, bytes("q"), { rights: [a] });
      all.push(yield* next(), yield* next(), yield* next());
      const told: string[] = [
        yield* codeOf(abi.sendmsg(a, bytes("x"), { credentials: { pid: 9999, uid: 0, gid: 0 } })),
      ];
      const pid = yield* abi.clone(function* () {
        yield* abi.setresuid(1000);
        const own = yield* abi.getpid();
        for (const [claimed, uid] of [
          [1, 1000],
          [own, 0],
          [own, 1000],
        ] as const) {
          told.push(yield* codeOf(abi.sendmsg(a, bytes("w"), { credentials: { pid: claimed, uid, gid: 0 } })));
        }
        return 0;
      }, undefined);
      yield* abi.wait4(pid);
      expect(all).toEqual([
        ["x", { pid: 1, uid: 0, gid: 0 }, 0],
        ["y", { pid: self, uid: 5, gid: 6 }, 0],
        ["zq", { pid: self, uid: 0, gid: 0 }, 1],
      ]);
      return [all.length, told];
    });
    expect(seen).toBe(3);
    expect(codes).toEqual(["ESRCH", "EPERM", "EPERM", "ok"]);
  });
});
