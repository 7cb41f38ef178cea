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
