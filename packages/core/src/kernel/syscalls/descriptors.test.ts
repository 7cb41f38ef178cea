import { describe, expect, it } from "vitest";
import {
  nanosleep,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  open,
  pread,
  prlimit,
  pwrite,
  SIGXFSZ,
  sigaction,
  stat,
  write,
} from "../../abi/index.ts";
import { codeOf } from "../../testing/describe-file-system.ts";
import { TestMachine } from "../../testing/machine.ts";

const MIB = 1024 * 1024;

describe("pwrite", () => {
  it("goes as far as RLIMIT_FSIZE allows, and asks first whether it may write at all", async () => {
    const results = await new TestMachine().run(function* () {
      const fd = yield* open("/f", O_CREAT | O_RDWR, 0o644);
      const reader = yield* open("/f", O_RDONLY);
      yield* sigaction(SIGXFSZ, "ignore");
      yield* prlimit(0, "fsize", { soft: 10, hard: 10 });
      return [
        yield* pwrite(fd, new Uint8Array(20), 5),
        yield* codeOf(pwrite(fd, new Uint8Array(1), 10)),
        yield* codeOf(pwrite(reader, new Uint8Array(1), 10)),
        yield* codeOf(write(reader, new Uint8Array(20))),
        (yield* stat("/f")).size,
      ];
    });
    expect(results).toEqual([5, "EFBIG", "EBADF", "EBADF", 10]);
  });

  it.each(["write", "pwrite"] as const)("of %s much a part is done when others have their turn", async (how) => {
    const machine = new TestMachine();
    const seen: number[] = [];
    machine.spawn(function* () {
      const fd = yield* open("/f", O_CREAT | O_RDWR, 0o644);
      const data = new Uint8Array(40 * MIB).fill(1);
      yield* how === "write" ? write(fd, data) : pwrite(fd, data, 0);
      return 0;
    });
    await machine.run(function* () {
      while (seen.at(-1) !== 40 * MIB) {
        yield* nanosleep(1);
        const { size } = yield* stat("/f");
        if (size > 0 && size !== seen.at(-1)) seen.push(size);
      }
    });
    expect(seen).toEqual([8, 16, 24, 32, 40].map((count) => count * MIB));
  });
});

it("pread of what is made for the reader lets others have their turns", async () => {
  const machine = new TestMachine();
  let turns = 0;
  const reader = machine.spawn(function* () {
    return (yield* pread(yield* open("/dev/urandom"), 17 * MIB, 0)).length === 17 * MIB ? 0 : 1;
  });
  machine.spawn(function* () {
    for (; reader.isAlive; turns++) yield* nanosleep(100);
    return 0;
  });
  await machine.ended(reader);
  expect(reader.status).toEqual({ exited: 0 });
  expect(turns).toBeGreaterThan(10);
});
