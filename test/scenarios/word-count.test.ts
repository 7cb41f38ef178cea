/** The demo's Dockerfile: its steps are real, its cache is, and what is not in the image cannot run. */

import * as disk from "node:fs";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { PlainProgress } from "@bottleship/core/build";
import type { Engine } from "@bottleship/core/engine";
import { layersOf } from "@bottleship/core/explain";
import { expect, it } from "vitest";
import { docker, machine } from "./support.ts";

const DIRECTORY = fileURLToPath(new URL("../../packages/examples/word-count", import.meta.url));

async function build(engine: Engine): Promise<string> {
  const progress = new PlainProgress();
  let shown = "";
  await engine.build({
    context: { disk, path: DIRECTORY },
    tags: ["word-count"],
    onEvent: (event) => {
      shown += progress.print(event);
    },
  });
  return shown + progress.end();
}

it("builds as BuildKit shows it, and a second time from the cache alone, to the same image", async () => {
  const engine = await machine();
  const first = await build(engine);
  expect(first).toContain("\n#7 [3/4] COPY . .\n#7 DONE 0.0s\n");
  const { id } = engine.images.get("word-count");
  const second = await build(engine);
  const steps = second.split("\n\n").filter((block) => /^#\d+ \[[234]\/4\]/.test(block));
  expect(steps).toHaveLength(3);
  for (const step of steps) expect(step).toMatch(/\n#\d+ CACHED$/);
  expect(engine.images.get("word-count").id).toBe(id);
});

it("counts the words that are in the book", async () => {
  const engine = await machine();
  await build(engine);
  const words = readFileSync(`${DIRECTORY}/book.txt`, "utf8")
    .split(/[ \n]+/)
    .filter((word) => word !== "");
  const the = words.filter((word) => word === "the").length;
  expect(await docker(engine, "run --rm word-count head -n 1 counts.txt")).toBe(`${String(the).padStart(7)} the\n`);
  expect(await docker(engine, "run --rm word-count sh -c 'echo $NAME'")).toBe("World\n");
});

it("gives each step the layer of what it changed", async () => {
  const engine = await machine();
  await build(engine);
  const layers = layersOf(engine, engine.images.get("word-count")).slice(1);
  expect(layers.map(({ changes }) => changes.map(({ kind, path }) => `${kind} ${path}`))).toEqual([
    ["added /app"],
    ["changed /app", "added /app/Dockerfile", "added /app/book.txt", "added /app/report.sh"],
    ["changed /app", "added /app/counts.txt"],
  ]);
});

it("fails with 127 at the step that needs `sort` if the image has none", async () => {
  const engine = await machine();
  const withoutSort = "FROM busybox\nRUN rm /bin/sort";
  await engine.build({ context: { files: {} }, dockerfile: withoutSort, tags: ["busybox"] });
  const line = ["build", "-t", "word-count", "."];
  const { exitCode, stderr } = await engine.docker(line, { disk, cwd: DIRECTORY });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("sh: sort: not found\n");
  expect(stderr).toMatch(/ERROR: failed to build: .* did not complete successfully: exit code: 127\n$/);
  expect((await engine.docker("image inspect word-count")).exitCode).toBe(1);
});
