import { expect, it } from "vitest";
import { createEngine } from "../engine.ts";

it("does not remove a network that a container of nobody's service is on, and names the task by which it is", async () => {
  const engine = createEngine({ seed: 7 });
  const docker = (line: string) => engine.docker(line.split(" "));
  await docker("swarm init --advertise-addr 127.0.0.1");
  await docker("network create -d overlay --attachable net");
  await docker("run -d --name one --network net busybox sleep 300");
  const refused = await docker("network rm net");
  expect(refused.stderr).toMatch(/network [0-9a-z]{25} is in use by task [0-9a-z]{25}\n/);
  expect((await docker("network rm net")).stderr).toBe(refused.stderr);
  await docker("rm -f one");
  expect((await docker("network rm net")).stdout).toBe("net\n");
});
