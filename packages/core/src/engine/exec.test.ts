import { expect, it } from "vitest";
import { createEngine } from "./index.ts";

it("exec runs a program in a container that runs, and tells its output and exit code", async () => {
  const { containers, exec, images } = createEngine();
  await images.pull("busybox");
  const container = containers.create({ Image: "busybox", Cmd: ["sleep", "infinity"], Hostname: "inside" });
  await containers.start(container);
  const session = exec.create(container, { Cmd: ["sh", "-c", "hostname; exit 7"] });
  await exec.start(session);
  expect(await exec.wait(session)).toBe(7);
  expect(session.output.text()).toBe("inside\n");
});

it("a session that has ended is forgotten after five to ten minutes, one that runs is not", async () => {
  const { containers, exec, images, world } = createEngine();
  await images.pull("busybox");
  const container = containers.create({ Image: "busybox", Cmd: ["sleep", "infinity"] });
  await containers.start(container);
  const long = exec.create(container, { Cmd: ["sleep", "infinity"] });
  await exec.start(long);
  const short = exec.create(container, { Cmd: ["true"] });
  await exec.start(short);
  await exec.wait(short);
  await world.advance(5 * 60_000_000);
  expect(exec.get(short.id)).toBe(short);
  await world.advance(5 * 60_000_000);
  expect(() => exec.get(short.id)).toThrow(`No such exec instance: ${short.id}`);
  expect(exec.get(long.id)).toBe(long);
  expect(exec.of(container)).toEqual([long]);
});

it("execs into a container that has as many processes as it may have, which clones no more", async () => {
  const engine = createEngine();
  await engine.images.pull("busybox");
  const limits = "--pids-limit 1 --health-cmd true --health-interval 1s";
  await engine.docker(`run -d --name full ${limits} busybox sleep infinity`);
  expect(await engine.docker("exec full true")).toMatchObject({ exitCode: 0, stderr: "" });
  expect(await engine.docker("exec full sh -c 'true & wait'")).toMatchObject({
    stderr: expect.stringContaining("can't fork: Resource temporarily unavailable"),
  });
  await engine.world.advance("2s");
  expect(engine.containers.get("full").health?.status).toBe("healthy");
});
