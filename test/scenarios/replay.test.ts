/** Replay: what was done with an engine is done again, up to any moment of its life. */
import { nanosleep } from "@bottleship/core/abi";
import { createCluster } from "@bottleship/core/cluster";
import { createEngine, type Engine, type EngineOptions, firstMoment, replay } from "@bottleship/core/engine";
import { inputText } from "@bottleship/core/sim";
import { createFetch, EngineApi } from "@bottleship/engine-api";
import { REAL_HOST } from "@bottleship/node";
import { describe, expect, it } from "vitest";
import { docker, outputs } from "./support.ts";

const sh = (script: string): readonly string[] => ["sh", "-c", script];

/** Two containers on a network, one that fails and is started again, and somebody who does things to them. */
async function story(options: EngineOptions = {}): Promise<Engine> {
  const engine = createEngine({ seed: 7, journal: true, ...options });
  await docker(engine, "pull -q busybox");
  await docker(engine, "network create net");
  const run = (name: string, script: string, more = ""): Promise<string> =>
    docker(engine, [
      ...`run -d --name ${name} --network net ${more} busybox`.split(" ").filter(Boolean),
      ...sh(script),
    ]);
  await Promise.all([
    run("failing", "sleep 3; echo failed; exit 1", "--restart always"),
    run("writer", "while :; do date >> /data/log; sleep 1; done", "-v data:/data"),
  ]);
  await engine.pass("10s");
  const ending = engine.docker("wait writer");
  await engine.world.advance("20s");
  await engine.client.container("writer").exec(sh("touch /data/mark"));
  await engine.pass("5s");
  await docker(engine, "stop -t 1 writer");
  await ending;
  await engine.containers.start(engine.containers.get("writer"));
  await engine.pass("10s");
  return engine;
}

/** What a machine shows. */
async function shown(engine: Engine): Promise<readonly string[]> {
  const lines = [
    "ps -a --no-trunc",
    "logs -t failing",
    "inspect writer failing",
    "exec writer cat /data/log",
    "network inspect net",
    "events --since 1 --until 10",
  ];
  return outputs(engine, lines);
}

describe("a replay", () => {
  it("ends as the recorded life did, to the last event and the last draw of chance", async () => {
    const engine = await story();
    const { journal } = engine;
    const again = await replay(journal);
    expect(again.world.trace.hash).toBe(journal.end.traceHash);
    expect(again.world.turns).toBe(journal.end.turn);
    expect(await shown(again)).toEqual(await shown(engine));
    expect(await docker(again, "create busybox")).toBe(await docker(engine, "create busybox"));
  });

  it("stops at any moment, and the world goes on from there as somebody else wants it", async () => {
    const { journal } = await story();
    const at = await replay(journal, { until: "20s" });
    expect(at.world.clock.uptimeUs).toBe(20_000_000);
    const restarts = at.containers.get("failing").restartCount;
    expect(restarts).toBeGreaterThan(2);
    expect(journal.end.uptimeUs).toBeGreaterThan(40_000_000);
    // Nothing goes on by itself.
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(at.world.clock.uptimeUs).toBe(20_000_000);
    await docker(at, "rm -f failing");
    await at.pass("1m");
    expect(await docker(at, "ps --format {{.Names}}")).toBe("writer\n");
    expect((await replay(journal, { until: { turn: 0 } })).containers.list()).toEqual([]);
  });

  it("is told to a world that began alike: world.replay", async () => {
    const { journal } = await story();
    const engine = createEngine({ seed: 7 });
    await engine.world.replay(journal, { until: "15s" });
    expect(engine.world.clock.uptimeUs).toBe(15_000_000);
    expect(await docker(engine, "ps -q --filter name=writer")).not.toBe("");
    await expect(engine.world.replay(journal)).rejects.toThrow(
      "a journal is told to a world in which nothing has happened",
    );
    await expect(createEngine({ seed: 8 }).world.replay(journal)).rejects.toThrow(
      "the journal is of a world with the seed 7, this one has 8",
    );
    const other = createEngine({ seed: 7, profile: "recorded" });
    await expect(other.world.replay(journal)).rejects.toThrow(/the replay has gone another way before input \d+/);
  });

  it("begins as a snapshot if the recorded life did, and has its programs", async () => {
    const first = await story();
    await docker(first, "rm -f writer failing");
    const prepared = first.snapshot();
    const engine = createEngine({ from: prepared, journal: true });
    let runs = 0;
    await engine.images.define("acme/api:1", {
      program: function* () {
        runs++;
        return 7;
      },
    });
    expect((await engine.docker("run --name api acme/api:1")).exitCode).toBe(7);
    const again = await replay(engine.journal);
    expect(again.containers.get("api").exitCode).toBe(7);
    expect(runs).toBe(2);
  });

  it("tells faults, settings, broken-off waits and what is made by chance, in any order of turns", async () => {
    for (const seed of [1, 2, 3]) {
      const engine = createEngine({ seed, order: "random", journal: true });
      await docker(engine, "pull -q busybox");
      const fault = engine.faults.add({
        on: "api",
        call: "ContainerStart",
        nth: 2,
        fails: { status: 500, message: "no" },
      });
      const start = (name: string) => engine.docker(["run", "-d", "--name", name, "busybox", ...sh("sleep 2; echo x")]);
      const codes = (await Promise.all(["one", "two", "three"].map(start))).map(({ exitCode }) => exitCode);
      expect(codes.toSorted()).toEqual([0, 0, 125]);
      fault[Symbol.dispose]();
      const controller = new AbortController();
      const waiting = engine.docker("wait one", { signal: controller.signal });
      await engine.pass("1s");
      controller.abort();
      await waiting.catch(() => {});
      engine.daemon.liveRestore = true;
      await engine.daemon.restart({ downFor: "3s" });
      await Promise.all([engine.pass("5s"), engine.docker("run -d busybox")]);
      const again = await replay(engine.journal);
      expect(again.daemon.liveRestore).toBe(true);
      expect(again.faults.rules).toEqual([]);
      expect(await docker(again, "ps -a")).toBe(await docker(engine, "ps -a"));
      expect(again.world.trace.hash).toBe(engine.world.trace.hash);
    }
  });

  it("tells requests of the API", async () => {
    const engine = createEngine({ journal: true });
    const api = createFetch(new EngineApi(engine));
    await docker(engine, "pull -q busybox");
    const send = (path: string, body: unknown) =>
      api(
        new Request(`http://engine/v1.51${path}`, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify(body),
        }),
      );
    await send("/containers/create?name=web", { Image: "busybox", Cmd: ["sleep", "100"] });
    await send("/containers/web/start", {});
    await engine.pass("3s");
    await send("/containers/web/kill", {});
    // It has ended before its start is answered.
    await send("/containers/create?name=short", { Image: "busybox", Cmd: ["true"] });
    await send("/containers/short/start", {});
    await engine.pass("1s");
    const again = await replay(engine.journal);
    expect(await docker(again, "ps -a --no-trunc")).toBe(await docker(engine, "ps -a --no-trunc"));
    expect(await docker(again, "inspect -f {{.State.ExitCode}} web")).toBe("137\n");
  });

  it("tells of those who sleep, to the end of their time or not so long", async () => {
    const engine = createEngine({ journal: true });
    await docker(engine, "pull -q busybox");
    await engine.world.sleep(1_000_000);
    await docker(engine, "run -d --name web busybox sleep 2");
    const { world } = engine;
    await engine.life.sleep(9_000_000, { unless: () => world.clock.uptimeUs > 4_000_000, what: "a while to pass" });
    await docker(engine, "run --name late busybox true");
    const again = await replay(engine.journal);
    expect(again.world.trace.hash).toBe(engine.world.trace.hash);
    expect(again.world.turns).toBe(engine.world.turns);
  });

  it("tells what happened in real time", async () => {
    const engine = createEngine({ journal: true, policy: "real", host: REAL_HOST });
    await docker(engine, "pull -q busybox");
    await docker(engine, ["run", "-d", "--name", "web", "busybox", ...sh("date; sleep 0.1; date; sleep 100")]);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await docker(engine, "kill web");
    const again = await replay(engine.journal);
    expect(await docker(again, "logs -t web")).toBe(await docker(engine, "logs -t web"));
    expect(again.containers.get("web").finishedUs).toBe(engine.containers.get("web").finishedUs);
  });

  it("is of a journal as it was recorded, and of a moment of it", async () => {
    const { journal } = createEngine({ journal: true });
    const problem = "a journal is what an engine or a cluster has as `journal`";
    await expect(replay(JSON.parse(JSON.stringify(journal)))).rejects.toThrow(problem);
    await expect(firstMoment(undefined as never, () => true)).rejects.toThrow(problem);
    await expect(replay(journal, { until: "-1s" })).rejects.toThrow("-1s is before the beginning");
  });

  it("says before which input a life has gone another way", async () => {
    const engine = createEngine({ journal: true });
    let runs = 0;
    await engine.images.define("acme/fickle:1", {
      program: function* () {
        // Something that is no part of the world decides.
        yield* nanosleep(++runs);
        return 0;
      },
    });
    await docker(engine, "run acme/fickle:1");
    await docker(engine, "ps");
    await expect(replay(engine.journal)).rejects.toThrow(
      /^the replay has gone another way before input 2, .*docker\("ps"\)/,
    );
  });
});

describe("the first moment of something", () => {
  it("is found by bisecting, with the input that was the reason", async () => {
    const { journal } = await story();
    const isMarked = (engine: Engine): boolean => {
      const volume = engine.volumes.get("data");
      return volume !== undefined && engine.volumes.directory(volume).lookup("mark") !== undefined;
    };
    const found = await firstMoment(journal, isMarked);
    const last = found?.inputs.at(-1);
    expect(last && inputText(last)).toMatch(/exec\(\["sh","-c","touch \/data\/mark"\]\)$/);
    expect(found && isMarked(found.subject)).toBe(true);
    expect(isMarked(await replay(journal, { until: { turn: (found?.turn ?? 0) - 1 } }))).toBe(false);

    const third = await firstMoment(journal, (engine) => (engine.containers.peek("failing")?.restartCount ?? 0) >= 3);
    // Two runs of three seconds and pauses of 0.1 and 0.2 seconds lie before it, and a third run.
    expect(third?.uptimeUs).toBeGreaterThan(9_300_000);
    expect(third?.uptimeUs).toBeLessThan(9_700_000);
    expect(await firstMoment(journal, (engine) => engine.containers.peek("nobody") !== undefined)).toBeUndefined();
  });

  it("is found in the life of a cluster", async () => {
    const cluster = createCluster({ machines: 2, journal: true, seed: 5 });
    for (const { engine } of cluster.machines) await docker(engine, "pull -q busybox");
    await docker(cluster.machine("node-2").engine, "run -d --name web busybox sleep 100000");
    const cut = cluster.partition("node-2");
    await cluster.world.advance("10s");
    cut[Symbol.dispose]();
    await cluster.machine("node-2").crash();
    await cluster.world.advance("1m");
    const found = await firstMoment(
      cluster.journal,
      ({ world, machines }) => world.turns > 10 && machines[1]?.state !== "up",
    );
    expect(found?.inputs.at(-1)?.act).toMatchObject({ kind: "call", method: "crash" });
    expect((await replay(cluster.journal)).world.trace.hash).toBe(cluster.world.trace.hash);
  });
});
