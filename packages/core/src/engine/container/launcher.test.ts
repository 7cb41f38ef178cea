/** Whoever does something to a container whose start is under way waits until that has come to its end. */
import { expect, it } from "vitest";
import { createEngine } from "../engine.ts";

async function machine() {
  const engine = createEngine();
  await engine.images.pull("busybox");
  const { containers, events } = engine;
  const container = containers.create({ Image: "busybox", Cmd: ["sleep", "infinity"] }, "web");
  const told: string[] = [];
  events.on("event", ({ type, action }) => type === "container" && told.push(action));
  const outcomes = async (...work: readonly Promise<unknown>[]) =>
    (await Promise.allSettled(work)).map((one) =>
      one.status === "fulfilled" ? "done" : (one.reason as Error).message,
    );
  return { engine, containers, container, told, outcomes };
}

it("a second start finds the container running", async () => {
  const { containers, container, outcomes } = await machine();
  const started = await outcomes(containers.start(container), containers.start(container));
  expect(started).toEqual(["done", "container is already running"]);
  expect(container.state).toBe("running");
});

it("a removal by force removes what is being started", async () => {
  const { containers, container, told, outcomes } = await machine();
  const removed = containers.start(container);
  expect(await outcomes(removed, containers.remove(container, { force: true }))).toEqual(["done", "done"]);
  expect(told).toEqual(["start", "kill", "die", "destroy"]);
  expect(containers.list({ all: true })).toEqual([]);
});

it("a removal without force is refused then", async () => {
  const { containers, container, outcomes } = await machine();
  expect(await outcomes(containers.start(container), containers.remove(container))).toEqual([
    "done",
    'cannot remove container "web": container is running: stop the container before removing or force remove',
  ]);
});

it("stop and kill end what is being started", async () => {
  const { containers, container, outcomes } = await machine();
  expect(await outcomes(containers.start(container), containers.stop(container))).toEqual(["done", "done"]);
  expect(container.state).toBe("exited");
  expect(await outcomes(containers.start(container), containers.kill(container))).toEqual(["done", "done"]);
  expect([container.state, container.exitCode]).toEqual(["exited", 137]);
});

it("what is gone cannot be started", async () => {
  const { containers, container, outcomes } = await machine();
  const work = [containers.remove(container), containers.start(container)];
  expect(await outcomes(...work)).toEqual(["done", "container is marked for removal and cannot be started"]);
});

it("what a policy has begun to start again can be stopped, and restarted", async () => {
  const { engine, containers } = await machine();
  const HostConfig = { RestartPolicy: { Name: "always", MaximumRetryCount: 0 } } as const;
  const container = containers.create({ Image: "busybox", Cmd: ["sleep", "0.2"], HostConfig });
  await containers.start(container);
  const until = async (): Promise<void> => {
    while (container.state !== "restarting" || container.oci === undefined) {
      engine.world.step();
      await Promise.resolve();
    }
  };
  await until();
  await containers.stop(container);
  await containers.start(container);
  await until();
  await containers.restart(container);
  expect(container.state).toBe("running");
});

it("a program begins with its start, and what a restart tells comes before it can end", async () => {
  const { containers, told } = await machine();
  const container = containers.create({ Image: "busybox", Cmd: ["true"] }, "short");
  await containers.start(container, { untilBegun: true });
  expect([container.state, container.exitCode]).toEqual(["exited", 0]);
  await containers.restart(container, { untilBegun: true });
  expect(told).toEqual(["create", "start", "die", "start", "restart", "die"]);
});

it("is answered when the program has had its first moments", async () => {
  const { containers, container, engine } = await machine();
  const { clock } = engine.world;
  await containers.start(container, { untilBegun: true });
  expect(container.isRunning).toBe(true);
  expect(container.oci?.process.name).toBe("sleep");
  expect(clock.nowUs - container.startedUs).toBe(1_000);
});

it("who asks for a start hears what a listener of its event throws, and the container runs", async () => {
  const { containers, container, engine, outcomes } = await machine();
  engine.events.on("event", ({ action }) => {
    if (action === "start") throw new Error("the listener's own");
  });
  expect(await outcomes(containers.start(container))).toEqual(["the listener's own"]);
  await engine.pass("1m");
  expect([container.state, container.oci?.process.isAlive]).toEqual(["running", true]);
});
