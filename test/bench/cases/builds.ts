/** Builds through the engine: of the demo, cold and from the cache, and of a thousand files in ten steps. */
import * as disk from "node:fs";
import { fileURLToPath } from "node:url";
import type { BuildRequest } from "@bottleship/core/build";
import { createEngine, type Engine } from "@bottleship/core/engine";
import type { Case } from "../figure.ts";
import { elapsedMs, medianOf } from "../measure.ts";

const DEMO = fileURLToPath(new URL("../../../../packages/examples/my-web-app", import.meta.url));
const DEMO_BUILD: BuildRequest = { context: { disk, path: DEMO }, tags: ["my-web-app"] };
const CACHED_BUILDS = 300;

const FILES = Object.fromEntries(
  Array.from({ length: 1000 }, (_, i) => [`src/${i % 20}/file-${i}.txt`, `file number ${i}\n`.repeat(20)]),
);
const TEN_STEPS = `FROM busybox
WORKDIR /app
COPY src/0 src/0
RUN echo 1 > /one
COPY src/1 src/1
RUN echo 2 > /two
COPY . .
RUN echo 3 > /three
ENV A=1
RUN echo 4 > /four
RUN ls -R /app | wc -l > /count
`;
const THOUSAND_FILES: BuildRequest = { context: { files: FILES }, dockerfile: TEN_STEPS, tags: ["thousand"] };

export const builds: Case = async ({ rounds }) => {
  const demoEngine = await engineWith("python:3.9-slim");
  const first = await coldBuild(demoEngine, DEMO_BUILD);
  const cold = await medianOf(rounds, await warmColdBuild(demoEngine, DEMO_BUILD));
  const cached = await medianOf(rounds, await warmCachedBuild(demoEngine, DEMO_BUILD));
  const bigEngine = await engineWith("busybox");
  const early = await medianOf(rounds, await warmColdBuild(bigEngine, THOUSAND_FILES));
  const coldBig = await medianOf(rounds, await warmColdBuild(bigEngine, THOUSAND_FILES, COMPILED_ROUNDS));
  const { context: _context, ...withoutFiles } = THOUSAND_FILES;
  const tenSteps = { ...withoutFiles, context: { files: { "src/0/a": "a", "src/1/a": "a" } } };
  await bigEngine.build(tenSteps);
  const cachedTen = await medianOf(rounds, await warmCachedBuild(bigEngine, tenSteps));
  return [
    { name: "build of the demo, the first of the process", value: first, unit: "ms" },
    { name: "build of the demo, nothing cached", value: cold, unit: "ms", target: { atMost: 30 } },
    { name: "build of the demo, all cached", value: cached * 1000, unit: "µs", target: { atMost: 400 } },
    { name: "build of ten steps and 1,000 files, nothing cached, after ten", value: early, unit: "ms" },
    { name: "build of ten steps and 1,000 files, nothing cached", value: coldBig, unit: "ms", target: { atMost: 20 } },
    { name: "build of ten steps, all cached", value: cachedTen * 1000, unit: "µs", target: { atMost: 200 } },
  ];
};

async function engineWith(image: string): Promise<Engine> {
  const engine = createEngine();
  await engine.images.pull(image);
  return engine;
}

/** Milliseconds of a build that finds nothing in the cache. */
async function coldBuild(engine: Engine, request: BuildRequest): Promise<number> {
  engine.builder.cache.prune();
  return elapsedMs(async () => void (await engine.build(request)));
}

/** Rounds until a build no longer meets code for the first time. */
const WARM_UP_ROUNDS = 10;
/** Rounds until the compiler has done nearly all it does for a build of a thousand files. */
const COMPILED_ROUNDS = 150;

async function warmColdBuild(
  engine: Engine,
  request: BuildRequest,
  warmUpRounds = WARM_UP_ROUNDS,
): Promise<() => Promise<number>> {
  for (let i = 0; i < warmUpRounds; i++) await coldBuild(engine, request);
  return () => coldBuild(engine, request);
}

async function warmCachedBuild(engine: Engine, request: BuildRequest): Promise<() => Promise<number>> {
  for (let i = 0; i < WARM_UP_ROUNDS; i++) await cachedBuild(engine, request);
  return () => cachedBuild(engine, request);
}

/** Milliseconds of a build that finds everything in the cache: the mean of many. */
async function cachedBuild(engine: Engine, request: BuildRequest): Promise<number> {
  const total = await elapsedMs(async () => {
    for (let i = 0; i < CACHED_BUILDS; i++) {
      const { misses } = await engine.build(request);
      if (misses.length > 0) throw new Error(`${misses[0]?.step} was not cached`);
    }
  });
  return total / CACHED_BUILDS;
}
