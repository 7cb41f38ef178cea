/** `docker swarm join`, `unlock`, `unlock-key`, `ca` and `docker node ps`. Texts are those of the real client. */
import { expect, it } from "vitest";
import { createEngine } from "../index.ts";

const failed = (stderr: string) => ({ exitCode: 1, stdout: "", stderr: `${stderr}\n` });

it("shows the key that unlocks a manager, and another after a rotation", async () => {
  const engine = createEngine({ seed: 7 });
  expect(await engine.docker("swarm unlock")).toEqual(failed("Error: This node is not part of a swarm"));
  await engine.docker("swarm init");
  expect(await engine.docker("swarm unlock")).toEqual(failed("Error: swarm is not locked"));
  expect(await engine.docker("swarm unlock-key -q")).toEqual(failed("no unlock key is set"));
  expect(await engine.docker("swarm unlock-key --rotate")).toEqual(
    failed("cannot rotate because autolock is not turned on"),
  );
  await engine.docker("swarm update --autolock");
  const before = (await engine.docker("swarm unlock-key -q")).stdout;
  expect(before).toMatch(/^SWMKEY-1-[\w+/]{43}\n$/);
  const { stdout } = await engine.docker("swarm unlock-key --rotate");
  expect(stdout.split("\n")).toEqual([
    "Successfully rotated manager unlock key.",
    "To unlock a swarm manager after it restarts, run the `docker swarm unlock`",
    "command and provide the following key:",
    "",
    `    ${engine.swarm.cluster.keys.unlockKey}`,
    "",
    "Remember to store this key in a password manager, since without it you",
    "will not be able to restart the manager.",
    "",
  ]);
  expect(engine.swarm.cluster.keys.unlockKey).not.toBe(before.trim());
});

it("shows the root of the certificates; a new one comes with new tokens", async () => {
  const engine = createEngine({ seed: 7 });
  await engine.docker("swarm init");
  const root = (await engine.docker("swarm ca")).stdout;
  const token = (await engine.docker("swarm join-token -q worker")).stdout;
  expect(root).toMatch(/^-----BEGIN CERTIFICATE-----\n[\s\S]*-----END CERTIFICATE-----\n$/);
  expect(await engine.docker("swarm ca --cert-expiry 1h")).toEqual(
    failed("`--cert-expiry` flag requires the `--rotate` flag to update the CA"),
  );
  expect(await engine.docker("swarm ca --rotate -d")).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  expect((await engine.docker("swarm ca")).stdout).not.toBe(root);
  expect(await engine.docker("swarm ca --rotate -q")).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  expect((await engine.docker("swarm join-token -q worker")).stdout.split("-")[2]).not.toBe(token.split("-")[2]);
});

it("refuses to join what the engine refuses to join", async () => {
  const engine = createEngine({ seed: 7 });
  expect(await engine.docker("swarm join --token x 10.0.0.1:2377")).toEqual(
    failed("Error response from daemon: invalid join token"),
  );
  expect(await engine.docker("swarm join --token x --availability zz 10.0.0.1")).toEqual(
    failed('invalid availability "zz", only active, pause and drain are supported'),
  );
});

it("lists the tasks of nodes, those that are there", async () => {
  const engine = createEngine({ seed: 7 });
  await engine.images.pull("busybox");
  await engine.docker("swarm init");
  await engine.docker("service create -d --name web --replicas 2 busybox sleep 1000");
  await engine.pass("5s");
  const { hostname } = engine.kernel.machine;
  const format = "--format '{{.Name}} {{.Node}} {{.DesiredState}}'";
  const rows = `web.1 ${hostname} Running\nweb.2 ${hostname} Running\n`;
  expect(await engine.docker(`node ps ${format}`)).toEqual({ exitCode: 0, stdout: rows, stderr: "" });
  expect(await engine.docker(`node ps ${format} none self`)).toEqual({
    ...{ exitCode: 1, stdout: rows },
    stderr: "Error response from daemon: node none not found\n",
  });
  const id = engine.swarm.node?.id;
  const service = engine.swarm.cluster.services.get("web").id;
  expect((await engine.docker(`node ps ${format} --no-resolve -f name=web.2 self`)).stdout).toBe(
    `${service}.2 ${id} Running\n`,
  );
});
