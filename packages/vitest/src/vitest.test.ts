import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { serve } from "@bottleship/core/programs";
import { describe, it } from "vitest";
import { expect, test, testFrom } from "./index.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

test("gives each test an engine with images, and a client", async ({ engine, client }) => {
  const one = await client.run("busybox", { name: "one", command: "echo up; sleep 10; exit 3" });
  await client.pass("1s");
  await expect(one).toBeRunning();
  await expect(one).not.toHaveExitedWith(3);
  await client.pass("10s");
  await expect(one).toHaveExitedWith(3);
  await expect(one).toHaveLogged("up\n");
  await expect(one).toHaveLogged(/^u/);
  await expect(one).toHaveFile("/etc/hostname", `${one.id.slice(0, 12)}\n`);
  await expect(one).not.toHaveFile("/nothing");
  expect(engine.containers.list({ all: true })).toHaveLength(1);
});

test("has a new machine for the next test", async ({ engine }) => {
  expect(engine.containers.list({ all: true })).toHaveLength(0);
});

test("knows health and ports", async ({ engine, client }) => {
  engine.images.define("web:1", {
    from: "busybox",
    program: serve(() => new Response("hello"), { port: 8000 }),
  });
  const web = await client.run("web:1", {
    name: "web",
    healthCmd: "wget -q -O - http://localhost:8000/",
    healthInterval: "1s",
  });
  await expect(web).not.toBeHealthy();
  await client.pass("3s");
  await expect(web).toBeHealthy();
  await expect(web).toListenOn(8000);
  await expect(expect(web).toListenOn(80)).rejects.toThrow(
    "expected container web to listen on 80, but it listens on 8000",
  );
});

test("says what is so instead", async ({ client }) => {
  const one = await client.run("busybox", { name: "one", command: "head -c 100m /dev/zero | tail", memory: "8m" });
  await one.wait();
  await expect(expect(one).toBeRunning()).rejects.toThrow(
    "expected container one to be running, but it has exited with 137, for it ran out of memory",
  );
  await expect(one).not.toListenOn(80);
  await expect(expect(one).toListenOn(80)).rejects.toThrow("to listen on 80, but it has exited with 137");
  await expect(expect(one).not.toHaveExitedWith(137)).rejects.toThrow(
    "expected container one not to have exited with 137, but it has exited with 137",
  );
  await expect(expect(1).toBeRunning()).rejects.toThrow("this matcher is for containers");
});

describe("from a machine that was prepared", () => {
  let times = 0;
  const it = testFrom(async (engine) => {
    times++;
    await engine.docker("run --rm -v data:/d busybox sh -c 'echo ready > /d/state'");
  });

  it.for(["first", "second"])("begins with what was prepared once: %s", async (name, { client }) => {
    const { stdout } = await client.docker("run --rm -v data:/d busybox sh -c 'cat /d/*; touch /d/mine'");
    expect(stdout).toBe("ready\n");
    expect(times).toBe(1);
    expect(name).toBeDefined();
  });

  it("has it on every machine of a cluster", async ({ cluster }) => {
    for (const machine of cluster.machines) {
      expect((await machine.docker("run --rm -v data:/d busybox cat /d/state")).stdout).toBe("ready\n");
    }
    const ids = await Promise.all(cluster.machines.map((machine) => machine.docker("create busybox")));
    expect(new Set(ids.map(({ stdout }) => stdout)).size).toBe(3);
    expect(times).toBe(1);
  });
});

describe("with other options", () => {
  const it = test.extend({ engineOptions: { machine: { cpus: 3 } }, images: ["alpine"] });

  it("has what it asked for", async ({ engine, client }) => {
    expect(engine.images.list()).toHaveLength(1);
    expect((await client.docker("info --format '{{.NCPU}}'")).stdout).toBe("3\n");
  });
});

it("prints what the machine does when a test fails or takes too long", async () => {
  const words = ["node_modules/vitest/vitest.mjs", "run", "--config", "packages/vitest/src/testing/vitest.config.ts"];
  const run = promisify(execFile)(process.execPath, words, { cwd: ROOT }).catch((error: unknown) => error);
  const { stdout, stderr } = (await run) as { readonly stdout: string; readonly stderr: string };
  expect(stdout).toContain("2 failed");
  expect(stderr.match(/container start sleeper/g)).toHaveLength(2);
  expect(stderr).toMatch(/sleeper +busybox +Up/);
}, 60_000);
