import { describe, expect, it } from "vitest";
import { StatusError } from "../lib/index.ts";
import {
  DEFAULT_HOST,
  type Host,
  Prng,
  TURNS_LIMIT,
  TURNS_PER_SECOND,
  WAIT_LIMIT_US,
  WaitQueue,
  World,
  type WorldOptions,
} from "./index.ts";

describe("World", () => {
  it("skips to the next timer, in order of time and then of arming", async () => {
    const world = new World();
    const seen: string[] = [];
    const mark = (name: string) => () => seen.push(`${name}@${world.clock.uptimeUs}`);
    world.clock.after(20, mark("b"));
    world.clock.after(10, mark("a"));
    world.clock.after(20, mark("c"));
    world.clock.after(15, mark("never")).cancel();
    await world.until(() => seen.length === 3);
    expect(seen).toEqual(["a@10", "b@20", "c@20"]);
  });

  it("advance lets exactly that much time pass, with what happens in it", async () => {
    const world = new World();
    let ticks = 0;
    const timer = world.clock.timer(() => {
      ticks++;
      timer.arm(world.clock.nowUs + 100);
    });
    timer.arm(world.clock.nowUs + 100);
    await world.advance(1000);
    expect([ticks, world.clock.uptimeUs]).toEqual([10, 1000]);
  });

  it("under real the host breathes by its own clock, however long turns take", async () => {
    let nowUs = 1e15;
    let breaths = 0;
    const host = { nowUs: () => nowUs, breathe: async () => void breaths++ };
    const world = new World({ policy: "real", host });
    let turns = 0;
    const busy = {
      name: "busy",
      queued: false,
      run: () => {
        turns++;
        nowUs += 1000;
        world.scheduler.ready(busy);
      },
    };
    world.scheduler.ready(busy);
    await world.until(() => turns === 3200);
    // As often as it is looked at the clock.
    expect(breaths).toBeGreaterThanOrEqual(3200 / 16);
  });

  it("under real what comes from outside is dealt with at the host's time, however long nothing happened before", async () => {
    let nowUs = 1e15;
    const sleep = () => {
      let wake = (): void => {};
      const done = new Promise<void>((resolve) => {
        wake = resolve;
      });
      return { done, wake };
    };
    const world = new World({ policy: "real", host: { nowUs: () => nowUs, breathe: async () => {}, sleep } });
    let seenUs = 0;
    const reader = { name: "reader", queued: false, run: () => (seenUs = world.clock.nowUs) };
    const read = world.until(() => seenUs > 0);
    await new Promise((resolve) => setTimeout(resolve));
    nowUs += 5e6;
    world.scheduler.ready(reader);
    world.wake();
    await read;
    expect(seenUs).toBe(1e15 + 5e6);
  });

  it("a wait that can never end fails with who sleeps on what", async () => {
    const world = new World();
    world.narrate(() => ["web sleeps on pipe:[7]"]);
    const waiting = world.until(() => false, { what: "the impossible" });
    await expect(waiting).rejects.toThrow(StatusError);
    await expect(waiting).rejects.toThrow(/the impossible can never come[\s\S]*web sleeps on pipe:\[7\]/);
  });

  it("a wait fails when its limit of virtual time is over", async () => {
    const world = new World();
    const again = world.clock.timer(() => again.arm(world.clock.nowUs + 1000));
    again.arm(world.clock.nowUs + 1000);
    await expect(world.until(() => false, { timeoutUs: 5000 })).rejects.toThrow(
      /has not come in 0.005 s of virtual time \(`timeoutUs` of this wait/,
    );
    expect(world.clock.uptimeUs).toBe(6000);
  });

  /** A world in which something happens `rate` times in a virtual second. */
  function restless(rate: number, options: WorldOptions = {}): World {
    const world = new World(options);
    const again = world.clock.timer(() => again.arm(world.clock.nowUs + Math.floor(1e6 / rate)));
    again.arm(world.clock.nowUs);
    return world;
  }

  it("a wait for a condition has so many turns since a wait was last fulfilled", async () => {
    const world = restless(1_000_000, { limits: { turns: 1000 } });
    const fruitless = world.until(() => false, { what: "Godot" });
    await world.until(() => world.turns >= 900);
    await expect(fruitless).rejects.toThrow(
      "Godot has not come in 1000 turns: something never comes to rest (`turns` of this wait, or of `limits` of createEngine, allows more)\n",
    );
    expect(world.turns).toBe(1900);
  });

  it("a wait that says how much time it wants has more turns as time passes", async () => {
    const calm = restless(TURNS_PER_SECOND);
    await calm.sleep(60e6);
    expect(calm.turns).toBeGreaterThan(TURNS_LIMIT);
    await expect(calm.until(() => false)).rejects.toThrow(`has not come in ${TURNS_LIMIT} turns`);
    const spinning = restless(TURNS_PER_SECOND * 2);
    await expect(spinning.sleep(60e6)).rejects.toThrow(`has not come in ${2 * TURNS_LIMIT - 2} turns`);
    const exact = restless(1000);
    await expect(exact.sleep(60e6, { turns: 50 })).rejects.toThrow("has not come in 50 turns");
  });

  it("under real no wait has a limit that nobody has said", async () => {
    let nowUs = 0;
    const host: Host = { ...DEFAULT_HOST, nowUs: () => nowUs++ };
    const world = restless(1_000_000, { policy: "real", host });
    await world.until(() => world.turns > TURNS_LIMIT);
    nowUs += 2 * WAIT_LIMIT_US;
    const late = world.until(() => false, { timeoutUs: 5000 });
    await expect(late).rejects.toThrow(/has not come in 0.005 s/);
  });

  it("serves several waiters as they are satisfied, and lets each go on before time moves on", async () => {
    const world = new World();
    const seen: string[] = [];
    const after = async (us: number, name: string) => {
      const dueUs = world.clock.nowUs + us;
      world.clock.after(us, () => {});
      await world.until(() => world.clock.nowUs >= dueUs);
      seen.push(`${name}@${world.clock.uptimeUs}`);
    };
    await Promise.all([after(100, "slow"), after(10, "quick").then(() => after(10, "quick again"))]);
    expect(seen).toEqual(["quick@10", "quick again@20", "slow@100"]);
  });

  it("gives code that has just been let go the same time for its next wait, whoever has woken it before", async () => {
    const world = new World();
    const seen: string[] = [];
    const after = async (us: number) => {
      await world.sleep(us);
      seen.push(`${us}@${world.clock.uptimeUs}`);
    };
    world.wake();
    for (let microtasks = 0; microtasks < 5; microtasks++) await Promise.resolve();
    const slow = after(100);
    for (let microtasks = 0; microtasks < 5; microtasks++) await Promise.resolve();
    await Promise.all([slow, after(10)]);
    expect(seen).toEqual(["10@10", "100@100"]);
  });

  it("under the manual policy time moves by advance only", async () => {
    const world = new World({ policy: "manual" });
    let fired = false;
    world.clock.after(500, () => {
      fired = true;
    });
    const waiting = world.until(() => fired);
    await world.advance(499);
    expect(fired).toBe(false);
    await world.advance(1);
    await waiting;
    expect(world.clock.uptimeUs).toBe(500);
  });

  it("an aborted wait rejects with the reason of the signal", async () => {
    const world = new World({ policy: "manual" });
    const controller = new AbortController();
    const waiting = world.until(() => false, { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
  });
});

describe("waits on a queue", () => {
  it("are asked when it is woken, not after every step", async () => {
    const world = new World();
    const changed = new WaitQueue("door");
    let asked = 0;
    let isOpen = false;
    for (let us = 1; us <= 100; us++) world.clock.after(us, () => {});
    world.clock.after(50, () => changed.wakeAll());
    world.clock.after(100, () => {
      isOpen = true;
      changed.wakeAll();
    });
    const done = (): boolean => {
      asked++;
      return isOpen;
    };
    await world.until(done, { on: changed });
    expect(world.clock.uptimeUs).toBe(100);
    expect(asked).toBe(4);
  });

  it("still fail in time, when nothing can happen any more, and when they are aborted", async () => {
    const never = new WaitQueue("never");
    const world = new World();
    const controller = new AbortController();
    world.clock.after(9000, () => controller.abort(new Error("enough")));
    const late = world.until(() => false, { on: never, timeoutUs: 5000 });
    const aborted = world.until(() => false, { on: never, signal: controller.signal });
    const stuck = world.until(() => false, { on: never, what: "the impossible" });
    await expect(late).rejects.toThrow(/has not come in 0.005 s/);
    await expect(aborted).rejects.toThrow("enough");
    await expect(stuck).rejects.toThrow(/the impossible can never come/);
  });

  it("notice in the end what nobody has told them", async () => {
    const world = new World();
    let isOver = false;
    world.clock.after(10, () => {
      isOver = true;
    });
    await world.until(() => isOver, { on: new WaitQueue("forgotten") });
    expect(world.clock.uptimeUs).toBe(10);
  });
});

describe("Prng", () => {
  it("draws the same for the same seed, and forks do not disturb each other", () => {
    const draw = (seed: number, extra: number): readonly number[] => {
      const root = new Prng(seed);
      const network = root.fork("network");
      const disk = root.fork("disk");
      for (let i = 0; i < extra; i++) network.next();
      return [disk.next(), disk.below(6), disk.next()];
    };
    expect(draw(7, 0)).toEqual(draw(7, 1000));
    expect(draw(7, 0)).not.toEqual(draw(8, 0));
  });

  it("below is even within a percent over many draws", () => {
    const prng = new Prng("dice");
    const counts = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < 60_000; i++) {
      const face = prng.below(6);
      counts[face] = (counts[face] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });
});
