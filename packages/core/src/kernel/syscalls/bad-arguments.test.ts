/** What section 2 of the manual says of arguments that make no sense. */
import { describe, expect, it } from "vitest";
import * as abi from "../../abi/index.ts";
import { codeOf, put } from "../../testing/describe-file-system.ts";
import { TestMachine } from "../../testing/machine.ts";

const NAN = Number.NaN;
/** Descriptors 3 and 4 are the ends of a pipe, 5 is a file of five bytes, 6 a TCP, 7 a unix socket. */
const CASES: readonly (readonly [text: string, call: () => abi.Call, code: string])[] = [
  ["access with bits that are no permission", () => abi.access("/etc", 8), "EINVAL"],
  ["pipe2 with O_APPEND", () => abi.pipe2(abi.O_APPEND), "EINVAL"],
  ["dup3 with O_NONBLOCK", () => abi.dup3(3, 9, abi.O_NONBLOCK), "EINVAL"],
  ["dup below zero", () => abi.dup(3, -1), "EINVAL"],
  ["fsync of a pipe", () => abi.fsync(4), "EINVAL"],
  ["lseek of a pipe", () => abi.lseek(3, 0, abi.SEEK_SET), "ESPIPE"],
  ["lseek before the beginning", () => abi.lseek(5, -1, abi.SEEK_SET), "EINVAL"],
  ["lseek beyond what a file can be", () => abi.lseek(5, 1e300, abi.SEEK_SET), "EINVAL"],
  ["lseek for data behind the end", () => abi.lseek(5, 5, abi.SEEK_DATA), "ENXIO"],
  ["ftruncate below zero", () => abi.ftruncate(5, -1), "EINVAL"],
  ["ftruncate beyond what a file can be", () => abi.ftruncate(5, 2 ** 53), "EFBIG"],
  ["pwrite beyond what a file can be", () => abi.pwrite(5, new Uint8Array(1), 2 ** 53), "EFBIG"],
  ["read of less than nothing", () => abi.read(5, -1), "EINVAL"],
  ["read of no number", () => abi.read(5, NAN), "EINVAL"],
  ["flock with an unknown operation", () => abi.flock(5, 3), "EINVAL"],
  ["chown to an id that cannot be", () => abi.chown("/f", 2 ** 32, 0), "EINVAL"],
  ["setxattr without a name", () => abi.setxattr("/f", "", new Uint8Array(1)), "ERANGE"],
  ["setxattr of a name space alone", () => abi.setxattr("/f", "user.", new Uint8Array(1)), "EINVAL"],
  ["setxattr outside of name spaces", () => abi.setxattr("/f", "name", new Uint8Array(1)), "EOPNOTSUPP"],
  ["setxattr with more than 64 KiB", () => abi.setxattr("/f", "user.a", new Uint8Array(65_537)), "E2BIG"],
  ["setxattr with unknown flags", () => abi.setxattr("/f", "user.a", new Uint8Array(1), 4), "EINVAL"],
  ["kill with no signal", () => abi.kill(0, 65), "EINVAL"],
  ["sigaction for SIGKILL", () => abi.sigaction(abi.SIGKILL, "ignore"), "EINVAL"],
  ["wait4 with unknown options", () => abi.wait4(-1, 4), "EINVAL"],
  ["nanosleep below zero", () => abi.nanosleep(-1), "EINVAL"],
  ["setpgid below zero", () => abi.setpgid(0, -1), "EINVAL"],
  ["setresuid to an id that cannot be", () => abi.setresuid(2 ** 32), "EINVAL"],
  ["setgroups to an id that cannot be", () => abi.setgroups([-1]), "EINVAL"],
  ["prlimit with a soft limit above the hard", () => abi.prlimit(0, "nproc", { soft: 2, hard: 1 }), "EINVAL"],
  ["prlimit with no number", () => abi.prlimit(0, "nproc", { soft: NAN, hard: NAN }), "EINVAL"],
  ["prlimit of files beyond nr_open", () => abi.prlimit(0, "nofile", { soft: 1, hard: 2 ** 30 }), "EPERM"],
  ["prctl with no signal", () => abi.prctl("PR_SET_PDEATHSIG", 65), "EINVAL"],
  ["prctl with no capability", () => abi.prctl("PR_CAPBSET_READ", 64), "EINVAL"],
  ["prctl for two sets of capabilities", () => abi.prctl("PR_SET_KEEPCAPS", 2), "EINVAL"],
  ["clone with no exit signal", () => abi.clone(function* () {} as never, undefined, { exitSignal: 65 }), "EINVAL"],
  ["socket with unknown flags", () => abi.socket("inet", "stream", "default", 1), "EINVAL"],
  ["listen on a pipe", () => abi.listen(3, 1), "ENOTSOCK"],
  ["setsockopt of what can only be read", () => abi.setsockopt(6, "SO_TYPE", 1), "ENOPROTOOPT"],
  ["setsockopt of another family's option", () => abi.setsockopt(6, "IPV6_V6ONLY", 1), "ENOPROTOOPT"],
  ["setsockopt of TCP on a unix socket", () => abi.setsockopt(7, "TCP_NODELAY", 1), "EOPNOTSUPP"],
  ["setsockopt with a text for a number", () => abi.setsockopt(6, "SO_LINGER", "x"), "EINVAL"],
  ["reboot of the machine", () => abi.reboot("halt"), "EINVAL"],
];

/** The standard streams, and what the cases refer to. */
function* prepare(): abi.Routine<void> {
  yield* abi.mknod("/null", abi.S_IFCHR | 0o666, abi.makedev(1, 3));
  for (let fd = -1; fd < 2; ) fd = yield* abi.open("/null", abi.O_RDWR);
  yield* abi.pipe2();
  yield* put("/f", "hello");
  yield* abi.open("/f", abi.O_RDWR);
  yield* abi.socket("inet", "stream");
  yield* abi.socket("unix", "stream");
}

describe("bad arguments", () => {
  it.each(CASES)("%s: %3$s", async (_text, call, code) => {
    const told = await new TestMachine().run(function* () {
      yield* prepare();
      return yield* codeOf(call());
    });
    expect(told).toBe(code);
  });

  it("numbers are cut to whole ones before they get into the books", async () => {
    const told = await new TestMachine().run(function* () {
      yield* put("/f", "hello");
      yield* abi.truncate("/f", 2.7);
      const fd = yield* abi.open("/f", abi.O_RDWR);
      const seen = [(yield* abi.stat("/f")).size, yield* abi.lseek(fd, 1.5, abi.SEEK_SET)];
      yield* abi.prlimit(0, "nproc", { soft: 1.5, hard: 3.5 });
      return [...seen, yield* abi.prlimit(0, "nproc"), (yield* abi.read(fd, 0.5)).length];
    });
    expect(told).toEqual([2, 1, { soft: 1, hard: 3 }, 0]);
  });
});
