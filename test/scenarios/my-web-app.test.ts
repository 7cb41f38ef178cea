/** The demo: a Python web application is built, run, and answers through a published port; and nothing of it is faked. */
import * as disk from "node:fs";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ContextFile, PlainProgress } from "@bottleship/core/build";
import { createEngine, type Engine } from "@bottleship/core/engine";
import { serve } from "@bottleship/core/programs";
import { expect, it } from "vitest";
import { docker, inventory } from "./support.ts";

const DIRECTORY = fileURLToPath(new URL("../../packages/examples/my-web-app", import.meta.url));
const FILES = ["Dockerfile", "requirements.txt", "app.py"];

function webMachine(): Engine {
  const engine = createEngine();
  engine.programs.script(
    "app.py",
    serve((_request, p) => new Response(`Hello ${p.env.get("NAME")}!\n`)),
  );
  return engine;
}

function files(changed: Readonly<Record<string, string>> = {}): Readonly<Record<string, ContextFile>> {
  const own = FILES.map((name) => [name, readFileSync(join(DIRECTORY, name), "utf8")] as const);
  return { ...Object.fromEntries(own), ...changed };
}

/** Builds; returns what plain progress showed of each step after FROM. */
async function build(engine: Engine, changed: Readonly<Record<string, string>> = {}) {
  const progress = new PlainProgress();
  let shown = "";
  const { misses } = await engine.build({
    context: { files: files(changed) },
    tags: ["my-web-app"],
    onEvent: (event) => {
      shown += progress.print(event);
    },
  });
  shown += progress.end();
  const steps = shown.split("\n\n").filter((block) => /^#\d+ \[[2-5]\/5\]/.test(block));
  return { cached: steps.map((block) => block.endsWith("CACHED")), misses };
}

it("answers through the published port, with the NAME that the image's environment has", async () => {
  const engine = webMachine();
  await docker(engine, "pull python:3.9-slim");
  expect((await engine.docker("build -t my-web-app .", { disk, cwd: DIRECTORY })).exitCode).toBe(0);
  await docker(engine, "run -d --name web -p 8000:8000 --memory 64m my-web-app");
  const response = await engine.fetch("http://localhost:8000/");
  expect(response.status).toBe(200);
  expect(await response.text()).toBe("Hello World!\n");
  await docker(engine, "run -d --name other -p 8001:8000 -e NAME=Bottle my-web-app");
  expect(await (await engine.fetch("http://localhost:8001/")).text()).toBe("Hello Bottle!\n");
});

it("builds a second time from the cache alone, and after an edit only what it must, and says why", async () => {
  const engine = webMachine();
  expect((await build(engine)).cached).toEqual([false, false, false, false]);
  expect(await build(engine)).toEqual({ cached: [true, true, true, true], misses: [] });
  const { cached, misses } = await build(engine, { "app.py": "# edited\n" });
  expect(cached).toEqual([true, true, true, false]);
  expect(misses).toMatchObject([{ step: "[5/5] COPY . .", changed: expect.stringContaining("app.py") }]);
  expect((await build(engine, { "requirements.txt": "redis\n" })).cached).toEqual([true, false, false, false]);
});

it("fails with 127 at the step that needs pip if the image has none", async () => {
  const engine = webMachine();
  const withoutPip = "FROM python:3.9-slim\nRUN rm /usr/local/bin/pip*";
  await engine.build({ context: { files: {} }, dockerfile: withoutPip, tags: ["python:3.9-slim"] });
  const { exitCode, stderr } = await engine.docker("build -t my-web-app .", { disk, cwd: DIRECTORY });
  expect(exitCode).toBe(1);
  expect(stderr).toContain(
    'ERROR: failed to build: failed to solve: process "/bin/sh -c pip install -r requirements.txt" did not complete successfully: exit code: 127\n',
  );
});

it("refuses connections without a published port, and a port that is taken", async () => {
  const engine = webMachine();
  await build(engine);
  await docker(engine, "run -d --name web my-web-app");
  await expect(engine.fetch("http://localhost:8000/")).rejects.toThrow("ECONNREFUSED");
  await docker(engine, "run -d --name first -p 8000:8000 my-web-app");
  const { exitCode, stderr } = await engine.docker("run -d --name second -p 8000:8000 my-web-app");
  expect(exitCode).toBe(125);
  expect(stderr).toContain("Bind for 0.0.0.0:8000 failed: port is already allocated");
});

it("leaves nothing when all is stopped and removed", async () => {
  const engine = webMachine();
  await build(engine);
  const before = await inventory(engine);
  await docker(engine, "run -d --name web -p 8000:8000 my-web-app");
  await engine.fetch("http://localhost:8000/");
  await docker(engine, "stop web");
  await docker(engine, "rm web");
  expect(await inventory(engine)).toBe(before);
  await expect(engine.fetch("http://localhost:8000/")).rejects.toThrow("ECONNREFUSED");
});

it("serves `It works!` from httpd", async () => {
  const engine = createEngine();
  await docker(engine, "run -d --name apache -p 8080:80 httpd:2.4");
  const response = await engine.fetch("http://localhost:8080/");
  expect(await response.text()).toContain("It works!");
});
