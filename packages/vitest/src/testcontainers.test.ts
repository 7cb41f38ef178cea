import { request } from "node:http";
import { expect, it } from "vitest";
import setup from "./testcontainers.ts";

function get(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path, agent: false }, (response) => {
      response.on("data", (chunk: Buffer) => resolve(chunk.toString()));
    });
    sent.on("error", reject);
    sent.end();
  });
}

it("serves an engine at DOCKER_HOST until the tests are over, and leaves the environment as it was", async () => {
  const before = process.env["DOCKER_HOST"];
  const tearDown = await setup();
  const path = (process.env["DOCKER_HOST"] ?? "").replace("unix://", "");
  expect(await get(path, "/_ping")).toBe("OK");
  await tearDown();
  expect(process.env["DOCKER_HOST"]).toBe(before);
  await expect(get(path, "/_ping")).rejects.toThrow("ENOENT");
});
