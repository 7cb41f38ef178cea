/** One story through one interface: a simulated engine in this process, and a daemon through the docker client. */
import { spawnSync } from "node:child_process";
import { createEngine, type EngineClient } from "@bottleship/core/engine";
import { expect, it } from "vitest";
import { connectEngine, REAL_HOST } from "./index.ts";
import { serveOnSocket } from "./testing/socket-server.ts";

const hasDocker = spawnSync("docker", ["--version"]).status === 0;

async function story(client: EngineClient): Promise<unknown> {
  await client.pull("busybox");
  const one = await client.run("busybox", { name: "one", env: { A: "b" }, command: "echo $A; exec sleep 1000" });
  await client.pass("1s");
  const { stdout } = await one.logs();
  const { exitCode } = await one.exec(["false"]);
  await one.writeFile("/tmp/bytes", new Uint8Array([0, 255, 10]));
  const file = await one.readFile("/tmp/bytes");
  const lines = await client.containers();
  await one.remove({ force: true });
  const failure: unknown = await client.run("busybox", { cpus: "many" }).catch((error: unknown) => error);
  return { stdout, exitCode, file, states: lines.map(({ Names, State }) => [Names, State]), failure };
}

it.skipIf(!hasDocker)("tells the same of both (needs the docker client on PATH)", async () => {
  const served = await serveOnSocket(createEngine({ seed: 7, policy: "real", host: REAL_HOST }));
  try {
    const told = await story(connectEngine({ host: `unix://${served.path}` }));
    expect(told).toEqual(await story(createEngine({ seed: 7 }).client));
    expect(told).toMatchObject({ stdout: "b\n", exitCode: 1, states: [["one", "running"]] });
  } finally {
    await served.close();
  }
});
