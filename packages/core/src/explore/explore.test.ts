import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FaultPlan } from "../faults/index.ts";
import { Prng } from "../sim/index.ts";
import { drawPlan, ExplorationFailure, type ExploreOptions, explore, type Scenario, shorten } from "./index.ts";

describe("shorten", () => {
  it("leaves exactly what the failure needs, wherever that is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 12 }), fc.nat(), async (items, mask) => {
        const needed = items.filter((_, index) => ((mask >> (index % 31)) & 1) === 1);
        const fails = async (part: readonly number[]): Promise<boolean> => needed.every((one) => part.includes(one));
        expect(await shorten(items, fails)).toEqual(needed);
      }),
    );
  });

  it("stops when its attempts are used up, with something that still fails", async () => {
    const items = Array.from({ length: 40 }, (_, index) => index);
    const kept = await shorten(items, async (part) => part.includes(3) && part.includes(33), 4);
    expect(kept).toContain(3);
    expect(kept).toContain(33);
  });
});

async function failureOf(options: ExploreOptions, scenario: Scenario): Promise<ExplorationFailure> {
  const failure: unknown = await explore(options, scenario).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ExplorationFailure);
  return failure as ExplorationFailure;
}

const prepare: ExploreOptions["prepare"] = async (engine) => {
  await engine.images.pull("busybox");
};

describe("explore", () => {
  it.each([0, -1, 1.5, Number.NaN, [], undefined])("has nothing to try with %j seeds", async (seeds) => {
    await expect(explore({ seeds: seeds as number }, () => undefined)).rejects.toThrow("is no number of seeds");
  });

  it.each([
    ['{ "kinds": ["disk"] }', 'faults are drawn within a time: { within: "10m" }'],
    ['{ "within": "1m", "kinds": ["disc"] }', '"disc" is no kind of fault: there is api, events, '],
    ['{ "within": "1m", "kinds": [] }', "there is no kind of fault to be drawn"],
    ['{ "within": "1m", "most": 0 }', '"0" is no number of rules'],
  ])("draws nothing from %s", async (faults, problem) => {
    await expect(explore({ seeds: 1, faults: JSON.parse(faults) }, () => undefined)).rejects.toThrow(problem);
  });

  it("finds an order of what is simultaneous that a scenario does not survive", async () => {
    const race: Scenario = async ({ engine }) => {
      await engine.docker("volume create shared");
      const begin = (name: string) => {
        const script = `sleep 1; echo ${name} > /shared/winner`;
        return engine.docker(["run", "-d", "--name", name, "-v", "shared:/shared", "busybox", "sh", "-c", script]);
      };
      await Promise.all([begin("first"), begin("second")]);
      await engine.pass("5s");
      const { stdout } = await engine.docker("run --rm -v shared:/shared busybox cat /shared/winner");
      expect(stdout).toBe("second\n");
    };
    const { found } = await failureOf({ seeds: 50, prepare }, race);
    expect(found.plan).toEqual([]);
    const again = await failureOf({ seeds: [found.seed], prepare }, race);
    expect(again.found.traceHash).toBe(found.traceHash);
  });

  it("prints the seed and the rules that the failure needs", async () => {
    const faults: FaultPlan = [
      { on: "api", call: "ContainerList", slow: "1s" },
      { on: "syscall", call: "open", container: "web", path: "/etc/passwd", errno: "EIO" },
      { on: "clock", jump: "1h" },
      { on: "events", loses: true, probability: 0.5 },
    ];
    const { found, message } = await failureOf({ seeds: 3, faults, prepare }, async ({ engine }) => {
      const { exitCode } = await engine.docker("run --name web busybox cat /etc/passwd");
      if (exitCode !== 0) throw new Error(`cat ended with ${exitCode}`);
    });
    expect(found.plan).toEqual([faults[1]]);
    expect(found.drawn).toEqual(faults);
    expect(message.replace(/cat\[\d+\]/, "cat[…]")).toBe(
      [
        "seed 1 fails: cat ended with 1",
        "it needs 1 rule (of 4 that were drawn):",
        "[",
        '  { on: "syscall", call: "open", container: "web", path: "/etc/passwd", errno: "EIO" },',
        "]",
        "what they have done last:",
        "  cat[…] open /etc/passwd failed with EIO",
        "to see it again: explore({ …, seeds: [1], faults: the rules above }, scenario)",
      ].join("\n"),
    );
  });

  it("takes a scenario that waits for ever for one that fails", async () => {
    const { found } = await failureOf({ seeds: 1, limit: "10m", prepare }, async ({ engine }) => {
      await engine.docker("run -d busybox sleep 1000000");
      await new Promise(() => {});
    });
    expect(String(found.error)).toContain("the scenario's end has not come in 600 s of virtual time");
  });

  it("draws the same plan from the same seed, and other plans from others", () => {
    const plan = (seed: number): FaultPlan => drawPlan(new Prng(seed), { within: "10m", most: 4 });
    expect(plan(1)).toEqual(plan(1));
    const all = Array.from({ length: 50 }, (_, seed) => plan(seed));
    expect(new Set(all.map((one) => JSON.stringify(one))).size).toBeGreaterThan(40);
    expect(new Set(all.map(({ length }) => length))).toEqual(new Set([1, 2, 3, 4]));
    expect(new Set(all.flat().map(({ on }) => on)).size).toBe(7);
  });

  it("says how many seeds it has tried if none fails", async () => {
    expect(await explore({ seeds: 3 }, () => {})).toEqual({ seeds: 3 });
  });
});
