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
