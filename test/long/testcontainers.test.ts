/**
 * testcontainers, unchanged, against a served engine. It is no dependency of this workspace (48 MB). To have it here:
 *
 *     npm install --prefix /tmp/tc testcontainers@12.0.4
 *     TESTCONTAINERS_PREFIX=/tmp/tc pnpm test:long testcontainers
 *
 * On Node 20 its undici has to be another one: `{ "overrides": { "undici": "7.16.0" } }` in /tmp/tc/package.json.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createEngine } from "@bottleship/core/engine";
import { PublishedPorts, REAL_HOST, serve } from "@bottleship/node";
import { describe, expect, it } from "vitest";

const prefix = process.env["TESTCONTAINERS_PREFIX"];
const isThere = prefix !== undefined && existsSync(join(prefix, "node_modules/testcontainers"));
const title = isThere
  ? "testcontainers"
  : "testcontainers (skipped: TESTCONTAINERS_PREFIX names no directory that has it)";

describe.skipIf(!isThere)(title, () => {
  it("starts, asks, copies to and stops containers; what its process leaves, the reaper removes", async () => {
    const directory = mkdtempSync(join(tmpdir(), "bottleship-testcontainers-"));
    const path = join(directory, "docker.sock");
    const engine = createEngine({ policy: "real", host: REAL_HOST });
    const ports = new PublishedPorts(engine);
    const server = await serve(engine, { listen: [{ kind: "unix", path }] });
    try {
      const env = {
        ...process.env,
        DOCKER_HOST: `unix://${path}`,
        // It takes a machine with /.dockerenv for a container, and the engine for that container's host.
        TESTCONTAINERS_HOST_OVERRIDE: "localhost",
        TESTCONTAINERS_RYUK_RECONNECTION_TIMEOUT: "1s",
      };
      const story = join(import.meta.dirname, "testcontainers/story.mjs");
      const { stdout } = await promisify(execFile)(process.execPath, [story], { env, timeout: 120_000 });
      const { left, ...told } = JSON.parse(stdout) as { readonly left: string };
      expect(told).toEqual({ ping: "+PONG", exec: "OK", sql: "42", http: "copied", alias: "copied" });
      expect(left).toMatch(/^[0-9a-f]{64}$/);
      // Everything goes with it: the network, and at last the reaper itself.
      const containers = (): Promise<string> => engine.docker("ps -aq").then((result) => result.stdout);
      await expect.poll(containers, { timeout: 20_000, interval: 200 }).toBe("");
      expect((await engine.docker("network ls -q")).stdout.trim().split("\n")).toHaveLength(3);
      expect(ports.addresses).toEqual([]);
    } finally {
      ports.shutDown();
      await server.close();
      rmSync(directory, { recursive: true });
    }
  });
});
