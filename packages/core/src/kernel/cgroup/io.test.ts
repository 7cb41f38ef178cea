import { describe, expect, it } from "vitest";
import { clock_gettime, close, O_CREAT, O_RDONLY, O_WRONLY, open, type Routine, read, write } from "../../abi/index.ts";
import { group, inside, MiB, show, tell } from "../../testing/cgroups.ts";
import { TestMachine } from "../../testing/machine.ts";

const run = <T>(routine: () => Routine<T>): Promise<T> => new TestMachine().run(routine);

/** Writes so many blocks of 64 KiB; returns how long that took, µs. */
function* writing(path: string, blocks: number): Routine<number> {
  const startUs = yield* clock_gettime("monotonic");
  const fd = yield* open(path, O_CREAT | O_WRONLY);
  for (let i = 0; i < blocks; i++) yield* write(fd, new Uint8Array(65_536));
  yield* close(fd);
  return (yield* clock_gettime("monotonic")) - startUs;
}

function* reading(path: string): Routine<number> {
  const startUs = yield* clock_gettime("monotonic");
  const fd = yield* open(path, O_RDONLY);
  while ((yield* read(fd, 65_536)).length > 0);
  yield* close(fd);
  return (yield* clock_gettime("monotonic")) - startUs;
}

describe("io.max", () => {
  it("bytes a second: 4 MiB at 1 MiB/s take 4 s, and io.pressure knows of it", async () => {
    const told = await run(function* () {
      yield* group("a");
      yield* tell("a/io.max", "254:0 wbps=1048576");
      const tookUs = yield* inside("a", () => writing("/data", 64));
      return [Math.round(tookUs / 10_000), yield* show("a/io.stat"), yield* show("a/io.pressure")];
    });
    expect(told[0]).toBe(400);
    expect(told[1]).toBe(`254:0 rbytes=0 wbytes=${4 * MiB} rios=0 wios=64 dbytes=0 dios=0\n`);
    expect(told[2]).toMatch(/^some avg10=\d+\.\d\d .* total=[34]\d{6}\n/);
  });

  it("operations a second, on the parent too; what is cached is not read from the disk", async () => {
    const told = await run(function* () {
      yield* group("a");
      yield* tell("a/cgroup.subtree_control", "+io +memory");
      yield* group("a/b", "a/c");
      yield* inside("a/b", () => writing("/data", 20));
      yield* tell("a/memory.reclaim", "2M");
      yield* tell("a/io.max", "254:0 riops=10");
      const cold = yield* inside("a/c", () => reading("/data"));
      const warm = yield* inside("a/c", () => reading("/data"));
      return [Math.round(cold / 100_000), Math.round(warm / 100_000), yield* show("a/c/io.stat")];
    });
    expect(told).toEqual([20, 0, `254:0 rbytes=${20 * 65_536} wbytes=0 rios=20 wios=0 dbytes=0 dios=0\n`]);
  });

  it("shows only what is limited, and checks device, keys and values", async () => {
    const told = await run(function* () {
      yield* group("a");
      const seen = [yield* show("a/io.max")];
      const given = ["254:0 rbps=1000 wiops=5", "254:0 rbps=max", "254:0 wiops=max"];
      for (const value of given) {
        yield* tell("a/io.max", value);
        seen.push(yield* show("a/io.max"));
      }
      for (const value of ["vda rbps=1", "8:0 rbps=1", "254:0 rbps=0", "254:0 rbps=x", "254:0 bps=1", "254:0 rbps"]) {
        seen.push(yield* tell("a/io.max", value));
      }
      return seen;
    });
    expect(told).toEqual([
      "",
      "254:0 rbps=1000 wbps=max riops=max wiops=5\n",
      "254:0 rbps=max wbps=max riops=max wiops=5\n",
      "",
      "EINVAL",
      "ENODEV",
      "ERANGE",
      "EINVAL",
      "EINVAL",
      "EINVAL",
    ]);
  });

  it("io.weight is kept and shown", async () => {
    const told = await run(function* () {
      yield* group("a");
      const seen = [yield* show("a/io.weight"), yield* tell("a/io.weight", "default 300"), yield* show("a/io.weight")];
      return [...seen, yield* tell("a/io.weight", "0"), yield* tell("a/io.weight", "x")];
    });
    expect(told).toEqual(["default 100\n", "ok", "default 300\n", "EINVAL", "EINVAL"]);
  });
});
