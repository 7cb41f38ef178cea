/** Time: its three policies, and limits that end a wait for what never comes with an explanation of who sleeps on what. */
import { createEngine } from "@bottleship/core/engine";
import type { Host } from "@bottleship/core/sim";
import { describe, expect, it } from "vitest";
import { docker, machine } from "./support.ts";

const SECOND = 1_000_000;

describe("a wait for what never comes", () => {
  it("fails at once when every process sleeps, and says on what", async () => {
    const engine = await machine();
    await docker(engine, "run -d -i --name reader busybox cat");
    await docker(engine, "run -d --name parent busybox sh -c 'cat /dev/tty & wait'").catch(() => {});
    await engine.world.advance("1s");
    const waiting = engine.containers.wait(engine.containers.get("reader"));
    await expect(waiting).rejects.toThrow(/^container reader to end can never come: every process sleeps\n/);
    await expect(waiting).rejects.toThrow(/\nnothing is due\n/);
    await expect(waiting).rejects.toThrow(/\nreader: `cat` \(pid \d+\) sleeps in read on pipe:\[\d+\]/);
  });

  it("fails when its limit of virtual time is over: a day unless said otherwise", async () => {
    const wait = async (limits: object): Promise<unknown> => {
      const engine = await machine(limits);
      await docker(engine, "run -d --name web busybox sh -c 'while :; do sleep 3600; done'");
      return engine.containers.wait(engine.containers.get("web")).catch((error: unknown) => {
        const days = engine.world.clock.uptimeUs / SECOND / 86_400;
        return [String(error).split("\n")[0], Math.floor(days)];
      });
    };
    const message = (seconds: number): string =>
      `StatusError: container web to end has not come in ${seconds} s of virtual time` +
      " (`timeoutUs` of this wait, or of `limits` of createEngine, allows more)";
    expect(await wait({})).toEqual([message(86_400), 1]);
    expect(await wait({ limits: { timeoutUs: 3 * 86_400 * SECOND } })).toEqual([message(259_200), 3]);
  });

  it("fails also where a project is watched", async () => {
    const engine = await machine();
    const file = "services:\n  web: {image: busybox, command: sh -c 'while :; do sleep 3600; done'}\n";
    const { exitCode, stdout, stderr } = await engine.docker("compose -f - -p loop up", { stdin: file });
    expect([exitCode, stdout]).toEqual([1, "Attaching to web-1\n"]);
    expect(stderr).toContain("Error response from daemon: container loop-web-1 to end has not come in 86400 s");
  });

  it("fails after so many turns, where a program never comes to rest", async () => {
    const engine = await machine({ limits: { turns: 20_000 } });
    await docker(engine, "run -d --name spin busybox sh -c 'while :; do sleep 0; done'");
    const waiting = engine.containers.wait(engine.containers.get("spin"));
    await expect(waiting).rejects.toThrow(
      /^container spin to end has not come in 20000 turns: something never comes to rest [^\n]*\n[\s\S]*\nspin: /,
    );
    await expect(engine.world.advance("10h")).rejects.toThrow(/^36000000000 µs to pass has not come in 20000 turns/);
    await docker(engine, "rm -f spin");
    await engine.world.advance("10h");
  });

  it("is refused a time that does not pass", async () => {
    const { world } = createEngine();
    await expect(world.advance("-10m")).rejects.toThrow('"-10m" is no time that passes');
    await expect(world.advance(Number.NaN)).rejects.toThrow('"NaN" is no time that passes');
    await expect(world.advance(undefined as never)).rejects.toThrow('time: invalid duration "undefined"');
    await expect(world.advance("10 minutes")).rejects.toThrow('time: unknown unit " minutes" in duration "10 minutes"');
    expect(world.clock.uptimeUs).toBe(0);
  });

  it("can have limits of its own, and is told of with everybody else's", async () => {
    const { world } = createEngine();
    const tick = world.clock.timer(() => tick.arm(world.clock.nowUs));
    tick.arm(world.clock.nowUs);
    await expect(world.until(() => false, { what: "Godot", turns: 50 })).rejects.toThrow(
      /^Godot has not come in 50 turns[^\n]*\ntime 0 µs since start, 0 ready\nsomebody waits for Godot\n/,
    );
    tick.cancel();
  });
});

describe("under the policy", () => {
  it("skip, time moves at once to what is due next, and only while somebody waits", async () => {
    const engine = await machine();
    await docker(engine, "run -d --name late busybox sh -c 'sleep 3600; echo done'");
    const before = engine.world.clock.uptimeUs;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(engine.world.clock.uptimeUs).toBe(before);
    await docker(engine, "wait late");
    expect(Math.round((engine.world.clock.uptimeUs - before) / SECOND)).toBe(3600);
    await engine.world
      .until(() => engine.world.clock.uptimeUs >= 2 * 3600 * SECOND, { timeoutUs: SECOND })
      .then(
        () => expect.unreachable("nothing moves time there"),
        (error: unknown) => expect(String(error)).toContain("can never come"),
      );
    await engine.world.advance("1h");
    expect(Math.round((engine.world.clock.uptimeUs - before) / SECOND)).toBe(2 * 3600);
  });

  it("manual, time moves by advance only, and what waits goes on when its moment is reached", async () => {
    const engine = createEngine({ policy: "manual" });
    const order: string[] = [];
    const pulled = engine.client.pull("busybox").then(() => order.push("pulled"));
    await engine.world.advance("1m");
    await pulled;
    const run = engine.docker("run --name late busybox sleep 10").then(() => order.push("ended"));
    await engine.world.advance("9s");
    order.push("nine seconds");
    expect(engine.containers.get("late").isRunning).toBe(true);
    await engine.world.advance("2s");
    await run;
    expect(order).toEqual(["pulled", "nine seconds", "ended"]);
    expect(engine.world.clock.uptimeUs).toBe(71 * SECOND);
  });

  it("real, time is the host's: what is due comes when the host's clock says so", async () => {
    let nowUs = 1_700_000_000 * SECOND;
    const slept: number[] = [];
    const host: Host = {
      breathe: () => new Promise((resolve) => setImmediate(resolve)),
      nowUs: () => nowUs,
      // A host whose sleep is over at once, and whose clock has moved as far.
      sleep: (delayUs) => {
        slept.push(delayUs);
        nowUs += delayUs;
        return { done: Promise.resolve(), wake: () => {} };
      },
    };
    const engine = await machine({ policy: "real", host });
    expect(engine.world.clock.nowUs).toBeGreaterThanOrEqual(1_700_000_000 * SECOND);
    await docker(engine, "run -d --name late busybox sleep 10");
    slept.length = 0;
    const begun = nowUs;
    await docker(engine, "wait late");
    expect((nowUs - begun) / SECOND).toBeCloseTo(10, 1);
    expect(Math.max(...slept) / SECOND).toBeCloseTo(10, 1);
  });
});
