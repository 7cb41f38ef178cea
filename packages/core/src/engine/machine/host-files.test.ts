import { expect, it } from "vitest";
import { createEngine } from "../engine.ts";

async function run(options: string, script: string) {
  const engine = createEngine({ nameservers: ["192.0.2.53"] });
  await engine.images.pull("busybox");
  return engine.docker(["run", "--rm", ...options.split(" "), "busybox", "sh", "-c", script]);
}

it("files of the machine are seen in containers as files", async () => {
  const options = "-v /etc/passwd:/etc/passwd:ro -v /etc/localtime:/etc/localtime:ro -v /etc/timezone:/tz";
  const { stdout, stderr } = await run(
    options,
    "whoami; wc -c < /etc/localtime; head -c 4 /etc/localtime; echo; cat /tz",
  );
  expect([stdout, stderr]).toEqual(["root\n114\nTZif\nEtc/UTC\n", ""]);
});

it("the engine's socket is one, also by its old path", async () => {
  const { stdout } = await run(
    "-v /var/run/docker.sock:/var/run/docker.sock",
    "test -S /var/run/docker.sock && stat -c '%a %g' /var/run/docker.sock",
  );
  expect(stdout).toBe("660 999\n");
});

it("the machine knows its name and its name servers", async () => {
  const { stdout } = await run(
    "-v /:/host:ro",
    "cat /host/etc/hostname /host/etc/resolv.conf; grep ^ID= /host/etc/os-release",
  );
  expect(stdout).toBe("bottleship\nnameserver 192.0.2.53\nID=bottleship\n");
});

it("a machine that goes on from another one keeps what was done to its files", async () => {
  const engine = createEngine();
  await engine.images.pull("busybox");
  await engine.docker([
    "run",
    "--rm",
    "-v",
    "/:/host",
    "busybox",
    "sh",
    "-c",
    "rm /host/etc/timezone; echo own > /host/etc/hostname",
  ]);
  const later = createEngine({ from: engine.snapshot() });
  const { stdout } = await later.docker([
    "run",
    "--rm",
    "-v",
    "/etc:/e",
    "busybox",
    "sh",
    "-c",
    "ls /e/timezone; cat /e/hostname",
  ]);
  expect(stdout).toBe("own\n");
});
