/** Builders share what they have built by what images say of their layers: `--cache-to type=inline`, `--cache-from`. */
import type { BuildEvent, ContextDisk } from "@bottleship/core/build";
import { createEngine, type Engine } from "@bottleship/core/engine";
import { Registry } from "@bottleship/core/registry";
import { memfs } from "memfs";
import { describe, expect, it } from "vitest";

const NAME = "ci.example:5000/team/app";
const DOCKERFILE = `FROM busybox
WORKDIR /app
COPY deps .
RUN sort deps > sorted
COPY src .
RUN cat sorted src > app
CMD ["cat", "app"]
`;
const FILES = { deps: "b\na\n", src: "main\n" };

interface Told {
  readonly ran: readonly string[];
  readonly image: string;
  readonly events: readonly BuildEvent[];
}

function engineAt(registry: Registry): Engine {
  const engine = createEngine();
  engine.registries.add("ci.example:5000", registry.fetch);
  return engine;
}

async function build(engine: Engine, files: Readonly<Record<string, string>>, options = {}): Promise<Told> {
  const events: BuildEvent[] = [];
  const onEvent = (event: BuildEvent): void => void events.push(event);
  const request = { context: { files }, dockerfile: DOCKERFILE, tags: [NAME], onEvent, ...options };
  const { image, misses } = await engine.build(request);
  return { ran: misses.map(({ step }) => step), image: image.id, events };
}

/** A registry with an image that one engine has built. */
async function pushed(options: object): Promise<{ registry: Registry; first: Told }> {
  const registry = new Registry();
  const engine = engineAt(registry);
  const first = await build(engine, FILES, options);
  expect((await engine.docker(`push ${NAME}`)).exitCode).toBe(0);
  return { registry, first };
}

describe("an engine that has built nothing, told of an image with a cache", () => {
  it("does no step that the image has a layer for, and gets the same layers", async () => {
    const { registry } = await pushed({ inlineCache: true });
    const engine = engineAt(registry);
    const second = await build(engine, FILES, { cacheFrom: [NAME] });
    expect(second.ran).toEqual([]);
    expect((await engine.docker(`run --rm ${NAME}`)).stdout).toBe("a\nb\nmain\n");
    // Now it knows by itself.
    expect((await build(engine, FILES)).ran).toEqual([]);
  });

  it("does what has changed, and what stands on that", async () => {
    const { registry } = await pushed({ buildArgs: { BUILDKIT_INLINE_CACHE: "1" } });
    const engine = engineAt(registry);
    const { ran } = await build(engine, { ...FILES, src: "other\n" }, { cacheFrom: [NAME] });
    expect(ran).toEqual(["[5/6] COPY src .", "[6/6] RUN cat sorted src > app"]);
    expect((await engine.docker(`run --rm ${NAME}`)).stdout).toBe("a\nb\nother\n");
  });

  it("finds nothing in an image without one", async () => {
    const { registry } = await pushed({});
    const { ran } = await build(engineAt(registry), FILES, { cacheFrom: [NAME] });
    expect(ran).toHaveLength(5);
  });

  it("is told that an image cannot be had, and builds", async () => {
    const { ran, events } = await build(engineAt(new Registry()), FILES, { cacheFrom: [NAME] });
    expect(ran).toHaveLength(5);
    const failed = events.find(({ kind }) => kind === "failed");
    expect(failed).toMatchObject({
      error: `failed to configure registry cache importer: ${NAME}:latest: not found`,
    });
  });

  it.each([`--cache-from ${NAME}`, `--cache-from type=registry,ref=${NAME}`])("buildx build %s", async (option) => {
    const { fs } = memfs({ "/w/Dockerfile": DOCKERFILE, "/w/deps": FILES.deps, "/w/src": FILES.src });
    const client = { disk: fs as unknown as ContextDisk, cwd: "/w" };
    const registry = new Registry();
    const first = await engineAt(registry).docker(`buildx build --push --cache-to type=inline -t ${NAME} .`, client);
    expect(first.stderr).toContain("preparing layers for inline cache done");
    const { stderr } = await engineAt(registry).docker(`buildx build ${option} .`, client);
    expect(stderr).toContain("importing cache manifest from ci.example:5000/team/app\n");
    expect(stderr.match(/CACHED/g)).toHaveLength(5);
  });
});

describe("an image of several stages", () => {
  const STAGES = `FROM busybox AS a
COPY f1 /a1
RUN sort /a1 > /a2
FROM busybox AS b
COPY f2 /b1
RUN sort /b1 > /b2
FROM busybox
WORKDIR /w
COPY --from=a /a2 .
RUN --mount=from=b,target=/b cat a2 /b/b2 > c
COPY f1 f3
`;
  const PARTS = { f1: "2\n1\n", f2: "4\n3\n" };
  const options = { dockerfile: STAGES };

  async function shared(): Promise<Registry> {
    const registry = new Registry();
    const engine = engineAt(registry);
    await build(engine, PARTS, { ...options, inlineCache: true });
    await engine.docker(`push ${NAME}`);
    return registry;
  }
  const cached = ({ events }: Told): number =>
    new Set(events.flatMap((event) => (event.kind === "completed" && event.cached ? [event.vertex] : []))).size;

  it("stands for the stages that left no layers in it, too", async () => {
    const engine = engineAt(await shared());
    const told = await build(engine, PARTS, { ...options, cacheFrom: [NAME] });
    expect(told.ran).toEqual([]);
    // All eight steps count as cached, as with BuildKit.
    expect(cached(told)).toBe(8);
    expect((await engine.docker(`run --rm ${NAME} cat c f3`)).stdout).toBe("1\n2\n3\n4\n2\n1\n");
    expect((await build(engine, PARTS, options)).ran).toEqual([]);
  });

  it("does a stage whose files have changed, and not the others", async () => {
    const engine = engineAt(await shared());
    const { ran } = await build(engine, { ...PARTS, f2: "0\n" }, { ...options, cacheFrom: [NAME] });
    expect(ran).toEqual([
      "[b 2/3] COPY f2 /b1",
      "[b 3/3] RUN sort /b1 > /b2",
      "[stage-2 4/5] RUN --mount=from=b,target=/b cat a2 /b/b2 > c",
      "[stage-2 5/5] COPY f1 f3",
    ]);
    expect((await engine.docker(`run --rm ${NAME} cat c`)).stdout).toBe("1\n2\n0\n");
    expect((await build(engine, { ...PARTS, f2: "0\n" }, options)).ran).toEqual([]);
  });

  it("is of no use to who wants all anew", async () => {
    const { ran } = await build(engineAt(await shared()), PARTS, { ...options, cacheFrom: [NAME], noCache: true });
    // A working directory is no step to be done anew.
    expect(ran).toHaveLength(7);
  });
});
