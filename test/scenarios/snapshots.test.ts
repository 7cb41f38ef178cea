/** Snapshots: engines that begin as another one was, and what each then does is nobody else's. */
import { createEngine, diff, type Engine } from "@bottleship/core/engine";
import { describe, expect, it } from "vitest";
import { docker, machine, outputs } from "./support.ts";

const DOCKERFILE =
  "FROM busybox\nRUN --mount=type=cache,target=/c echo hi | tee /c/kept > /greeting && ln /greeting /again\nCMD cat /greeting\n";

/** A machine with something of everything, at rest. */
async function prepared(): Promise<Engine> {
  const engine = await machine({ seed: 3 });
  await engine.build({ context: { files: {} }, dockerfile: DOCKERFILE, tags: ["greeter"] });
  await docker(engine, "network create --subnet 10.9.0.0/24 net");
  const script = "echo one > /data/f; echo more >> /greeting; mkdir /new; rm /bin/true; echo logged";
  await docker(engine, [
    "run",
    "--name",
    "worker",
    "--network",
    "net",
    "-v",
    "data:/data",
    "greeter",
    "sh",
    "-c",
    script,
  ]);
  await docker(engine, "run --name failed --label a=b busybox false").catch(() => {});
  await docker(engine, "create --name child --link worker:boss busybox");
  return engine;
}

/** Looks at everything and uses it. */
async function story(engine: Engine): Promise<readonly string[]> {
  const lines = [
    "ps -a --no-trunc --size",
    "images --no-trunc",
    "network inspect net bridge",
    "logs -t worker",
    "diff worker",
    "inspect worker failed child",
    "events --since 1 --until 10",
    "run --rm -v data:/data greeter sh -c 'cat /data/f /greeting; ls -lin / /data; stat -c %h /again; echo x >> /data/f'",
    "start -a worker",
    "run -d --network net --name other greeter sleep 1000",
    "inspect other",
    "exec other cat /etc/hosts",
    "system df -v",
    "image inspect greeter",
  ];
  const printed = await outputs(engine, lines);
  const { misses } = await engine.build({ context: { files: {} }, dockerfile: DOCKERFILE, tags: ["again"] });
  return [...printed, `${misses.length} misses, ${engine.world.clock.nowUs}, ${engine.world.trace.hash}`];
}

describe("an engine from a snapshot", () => {
  it("has what the other one had, and goes on as that would have gone on", async () => {
    const engine = await prepared();
    const snapshot = engine.snapshot();
    const first = await story(createEngine({ from: snapshot }));
    expect(await story(createEngine({ from: snapshot }))).toEqual(first);
    expect(await story(engine)).toEqual(first);
    // The snapshot has not noticed.
    expect(await story(createEngine({ from: snapshot }))).toEqual(first);
  });

  it("is refused for what is no snapshot", () => {
    expect(() => createEngine({ from: JSON.parse("{}") })).toThrow("a machine begins as what snapshot()");
  });

  it("gives other names and ids with another seed", async () => {
    const snapshot = (await prepared()).snapshot();
    const run = async (seed: number): Promise<string> =>
      docker(createEngine({ from: snapshot, seed }), "create --network net greeter");
    expect(await run(5)).toBe(await run(5));
    expect(await run(6)).not.toBe(await run(5));
  });

  it("is a snapshot's in turn, and layers that one of them removes stay with the others", async () => {
    const engine = await prepared();
    const second = createEngine({ from: engine.snapshot() });
    await docker(second, "run --name late greeter sh -c 'echo late > /late'");
    const snapshot = second.snapshot();
    await docker(engine, "rm worker failed child");
    await docker(engine, "rmi -f greeter busybox");
    await docker(second, "rm worker late");
    await docker(second, "rmi greeter");
    const third = createEngine({ from: snapshot });
    expect(await docker(third, "start -a late")).toBe("");
    expect(await docker(third, "run --rm greeter")).toBe("hi\n");
    expect(await docker(third, "cp late:/late -")).toContain("late");
  });

  it("has the wall clock and the settings under /proc/sys and /sys that the other one had", async () => {
    const engine = await machine();
    const look = "cat /sys/kernel/mm/hugepages/*/nr_hugepages /proc/sys/vm/swappiness; date +%H";
    const settings =
      "echo 3 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages; echo 7 > /proc/sys/vm/swappiness";
    await docker(engine, ["run", "--rm", "--privileged", "busybox", "sh", "-c", settings]);
    engine.faults.add({ on: "clock", jump: "3h" });
    const fork = createEngine({ from: engine.snapshot() });
    const ask = ["run", "--rm", "busybox", "sh", "-c", look];
    for (const one of [engine, fork]) expect(await docker(one, ask)).toBe("0\n3\n7\n03\n");
    engine.faults.clear();
    expect(await docker(engine, ask)).toContain("\n00\n");
    expect(await docker(fork, ask)).toContain("\n03\n");
  });

  it("takes registered programs along", async () => {
    const engine = await machine();
    await engine.images.define("acme/api:1", {
      program: function* () {
        return 7;
      },
    });
    const fork = createEngine({ from: engine.snapshot() });
    expect((await fork.docker("run acme/api:1")).exitCode).toBe(7);
  });
});

describe("a machine on which something runs", () => {
  it("is refused by name, or starts it again, as after a crash", async () => {
    const engine = await machine();
    await docker(engine, [
      "run",
      "-d",
      "--name",
      "web",
      "-v",
      "data:/d",
      "busybox",
      "sh",
      "-c",
      "date >> /d/f; sleep 1000000",
    ]);
    await docker(engine, "run -d --name db busybox sleep 1000000");
    await engine.world.advance("3s");
    expect(() => engine.snapshot()).toThrow(
      'a snapshot is of a machine at rest, but containers run: db, web. Stop them, or have them started again with { running: "restart" }',
    );
    const fork = createEngine({ from: engine.snapshot({ running: "restart" }) });
    expect(await docker(fork, "ps --format '{{.Names}} {{.State}}'")).toBe("db running\nweb running\n");
    expect((await docker(fork, "exec web cat /d/f")).trim().split("\n")).toHaveLength(2);
    expect((await docker(engine, "exec web cat /d/f")).trim().split("\n")).toHaveLength(1);
  });
});

describe("the difference of two snapshots", () => {
  it("tells of containers, images, volumes, networks and files", async () => {
    const engine = await prepared();
    const before = engine.snapshot();
    expect(diff(before, engine.snapshot()).changes).toEqual([]);
    await docker(engine, "run --rm -v data:/data busybox sh -c 'echo two > /data/f; mkdir /data/k'");
    await docker(engine, "rm failed");
    await docker(engine, "volume create fresh");
    await docker(engine, "network rm net");
    await docker(engine, "tag busybox mine");
    await docker(engine, "cp worker:/greeting worker:/new/copy").catch(() => {});
    await docker(engine, "start -a child").catch(() => {});
    const after = engine.snapshot();
    const text = diff(before, after).toString();
    expect(text.split("\n").filter((line) => !line.startsWith("C container"))).toEqual([
      "A tag docker.io/library/mine:latest",
      "D container failed",
      "A volume fresh",
      "D network net",
      "C file data:/f",
      "A file data:/k",
      "",
    ]);
    expect(diff(after, before).toString()).toContain("A container failed\n");
  });
});
