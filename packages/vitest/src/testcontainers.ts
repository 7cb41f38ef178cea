/**
 * A global setup of vitest: testcontainers, and whatever else goes by DOCKER_HOST, gets a simulated engine.
 *
 *     export default defineConfig({ test: { globalSetup: ["@bottleship/vitest/testcontainers"] } });
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine } from "@bottleship/core/engine";
import { PublishedPorts, REAL_HOST, serve } from "@bottleship/node";

/** Serves an engine on a socket of its own, and says so in the environment. Resolves to what ends that. */
export default async function setup(): Promise<() => Promise<void>> {
  const directory = mkdtempSync(join(tmpdir(), "bottleship-"));
  const path = join(directory, "docker.sock");
  const engine = createEngine({ policy: "real", host: REAL_HOST });
  const server = await serve(engine, { listen: [{ kind: "unix", path }] });
  const ports = new PublishedPorts(engine);
  const restore = setEnvironment({
    DOCKER_HOST: `unix://${path}`,
    // On a machine that is a container itself testcontainers would look for published ports elsewhere.
    TESTCONTAINERS_HOST_OVERRIDE: "localhost",
  });
  return async () => {
    restore();
    ports.shutDown();
    await server.close();
    rmSync(directory, { recursive: true, force: true });
  };
}

function setEnvironment(variables: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
