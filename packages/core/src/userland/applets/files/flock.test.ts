import { expect, it } from "vitest";
import { flock, LOCK_EX, nanosleep, O_CREAT, O_RDWR, open, type Routine } from "../../../abi/index.ts";
import { Busybox } from "../../../testing/busybox.ts";

it("flock waits for the lock, or fails at once with -n", async () => {
  const box = new Busybox();
  const holder = function* (): Routine<number> {
    yield* flock(yield* open("/lock", O_RDWR | O_CREAT), LOCK_EX);
    yield* nanosleep(1_000_000);
    return 0;
  };
  box.kernel.start(holder, { argv: ["holder"] });
  expect((await box.run(["flock", "-n", "/lock", "stat", "/"])).code).toBe(1);
  const before = box.world.clock.nowUs;
  expect(await box.run(["flock", "/lock", "stat", "-c", "%n", "/"])).toMatchObject({ stdout: "/\n", code: 0 });
  expect(box.world.clock.nowUs - before).toBeGreaterThan(900_000);
});

it("flock ends as its program does, and says if there is none", async () => {
  const box = new Busybox();
  expect((await box.run(["flock", "/tmp", "stat", "/nx"])).code).toBe(1);
  expect(await box.run(["flock", "/tmp", "nosuch"])).toMatchObject({
    stderr: "flock: nosuch: No such file or directory\n",
    code: 255,
  });
});
