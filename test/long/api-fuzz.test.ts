/** The long form of the fuzz of the API, and what only sockets can do to a server. */
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createEngine } from "@bottleship/core/engine";
import { REAL_HOST, serve } from "@bottleship/node";
import { expect, it } from "vitest";
import { fuzzApi } from "../../packages/engine-api/src/testing/fuzz-run.ts";
import { begin, ENDLESS, NONSENSE, say } from "../../packages/node/src/testing/rude-clients.ts";

it.each([2, 3, 4, 5])("answers 20,000 random requests of seed %d without a 500, a bug or a hang", async (seed) => {
  const { wrong } = await fuzzApi({ seed, requests: 20_000 });
  expect(wrong.slice(0, 10)).toEqual([]);
});

it("holds a thousand streams open, and lets go of all when their clients leave", async () => {
  const directory = mkdtempSync(join(tmpdir(), "bottleship-"));
  const path = join(directory, "docker.sock");
  const engine = createEngine({ policy: "real", host: REAL_HOST });
  const server = await serve(engine, { listen: [{ kind: "unix", path }] });
  try {
    await engine.docker("run -d -i --name web busybox sh -c 'echo here; sleep 100000'");
    const before = openPipes();
    for (let round = 0; round < 3; round++) {
      const sockets: Socket[] = [];
      // No more at a time than a listening socket keeps waiting.
      while (sockets.length < 1_000) {
        const some = Array.from({ length: 100 }, (_, i) => begin(path, ENDLESS("web")[i % 3] ?? ""));
        sockets.push(...(await Promise.all(some)));
      }
      expect(openPipes()).toBe(before + 2_000);
      expect((await engine.docker("exec web echo alive")).stdout).toBe("alive\n");
      for (const socket of sockets) socket.destroy();
      while (openPipes() > before) await sleep(20);
    }
    for (const [, request, answer] of NONSENSE) expect(await say(path, request)).toMatch(answer);
    // Slow ones: a header that comes byte by byte keeps nobody else waiting.
    const slow = Array.from({ length: 200 }, () => connect(path));
    for (const [i, byte] of [..."GET /_ping HTT"].entries()) {
      for (const socket of slow) socket.write(byte);
      if (i % 5 === 0) expect(await say(path, "GET /_ping HTTP/1.0\r\n\r\n")).toMatch(/OK$/);
    }
    for (const socket of slow) socket.destroy();
  } finally {
    await server.close();
    rmSync(directory, { recursive: true });
  }
});

function openPipes(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "PipeWrap").length;
}
