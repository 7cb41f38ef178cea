/** Builders share what they have built by a cache of its own in a registry: `cacheTo`, `cacheFrom`. */
import type { BuildEvent, BuildRequest } from "@bottleship/core/build";
import { createEngine, type Engine } from "@bottleship/core/engine";
import { Registry } from "@bottleship/core/registry";
import { describe, expect, it } from "vitest";

const CACHE = "ci.example:5000/team/cache:main";
const DOCKERFILE = `FROM busybox AS build
WORKDIR /src
COPY deps .
RUN sort deps > sorted
COPY main .
RUN cat sorted main > app
FROM busybox
RUN echo ready > /state
COPY --from=build /src/app /app
CMD ["cat", "/app", "/state"]
`;
const FILES = { deps: "b\na\n", main: "main\n" };
const STEPS_OF_BUILD = [
  "[build 2/6] WORKDIR /src",
  "[build 3/6] COPY deps .",
  "[build 4/6] RUN sort deps > sorted",
  "[build 5/6] COPY main .",
  "[build 6/6] RUN cat sorted main > app",
];

interface Told {
  readonly ran: readonly string[];
  readonly events: readonly BuildEvent[];
}

function engineAt(registry: Registry): Engine {
  const engine = createEngine();
  engine.registries.add("ci.example:5000", registry.fetch);
  return engine;
}

async function build(engine: Engine, options: Partial<BuildRequest>): Promise<Told> {
  const events: BuildEvent[] = [];
  const onEvent = (event: BuildEvent): void => void events.push(event);
  const request = { context: { files: FILES }, dockerfile: DOCKERFILE, tags: ["app"], onEvent };
  const { misses } = await engine.build({ ...request, ...options });
  return { ran: misses.map(({ step }) => step), events };
}

async function filled(mode: "min" | "max"): Promise<Registry> {
  const registry = new Registry();
  await build(engineAt(registry), { cacheTo: [{ name: CACHE, mode }] });
  return registry;
}

const run = async (engine: Engine): Promise<string> => (await engine.docker("run --rm app")).stdout;
const changed = (engine: Engine, options: Partial<BuildRequest> = {}): Promise<Told> =>
  build(engine, { context: { files: { ...FILES, main: "other\n" } }, ...options });

describe("an engine that has built nothing, told of a cache", () => {
  it.each(["min", "max"] as const)("of mode %s does no step again", async (mode) => {
    const engine = engineAt(await filled(mode));
    expect((await build(engine, { cacheFrom: [CACHE] })).ran).toEqual([]);
    expect(await run(engine)).toBe("a\nb\nmain\nready\n");
    // Now it knows by itself.
    expect((await build(engine, {})).ran).toEqual([]);
  });

  it("has the layers of all stages by mode max: what has changed is done, and what stands on that", async () => {
    const engine = engineAt(await filled("max"));
    const { ran } = await changed(engine, { cacheFrom: [CACHE] });
    expect(ran).toEqual([...STEPS_OF_BUILD.slice(3), "[stage-1 3/3] COPY --from=build /src/app /app"]);
    expect(await run(engine)).toBe("a\nb\nother\nready\n");
  });

  it("has those of the result alone by mode min", async () => {
    const engine = engineAt(await filled("min"));
    const { ran } = await changed(engine, { cacheFrom: [CACHE] });
    expect(ran).toEqual([...STEPS_OF_BUILD, "[stage-1 3/3] COPY --from=build /src/app /app"]);
  });

  it("hands on what it has not needed itself", async () => {
    const first = engineAt(await filled("max"));
    const second = new Registry();
    first.registries.add("other.example", second.fetch);
    await build(first, { cacheFrom: [CACHE], cacheTo: [{ name: "other.example/cache", mode: "max" }] });
    const engine = createEngine();
    engine.registries.add("other.example", second.fetch);
    const { ran } = await changed(engine, { cacheFrom: ["other.example/cache"] });
    expect(ran).toEqual([...STEPS_OF_BUILD.slice(3), "[stage-1 3/3] COPY --from=build /src/app /app"]);
  });
});

it("is told as BuildKit tells it, and cannot be pulled as an image", async () => {
  const engine = engineAt(new Registry());
  const { events } = await build(engine, { cacheTo: [{ name: CACHE, mode: "max" }] });
  const vertex = events.findLast(({ kind }) => kind === "started");
  expect(vertex).toMatchObject({ name: "exporting cache to registry" });
  const told = events.flatMap((event) =>
    event.kind === "status" && event.vertex === vertex?.vertex ? [event.text.replace(/sha256:\w+/, "D")] : [],
  );
  expect([...new Set(told)]).toEqual([
    "preparing build cache for export",
    "writing layer D",
    "writing config D",
    "writing cache image manifest D",
  ]);
  const { stderr } = await engine.docker(`pull ${CACHE}`);
  expect(stderr).toContain('Encountered remote "application/vnd.buildkit.cacheconfig.v0"(unknown) when fetching');
});

it("offers nothing if a layer does not say what it unpacks to, or the document is none", async () => {
  const registry = await filled("max");
  const client = engineAt(registry);
  const { body } = await get(registry, "main");
  const bare = { ...body, layers: body.layers.map(({ annotations: _annotations, ...layer }) => layer) };
  await put(registry, "bare", bare);
  expect((await build(client, { cacheFrom: ["ci.example:5000/team/cache:bare"] })).ran).toHaveLength(7);
  await put(registry, "broken", { ...body, config: { ...body.config, digest: body.layers[0]?.digest } });
  const { ran, events } = await build(engineAt(registry), { cacheFrom: ["ci.example:5000/team/cache:broken"] });
  expect(ran).toHaveLength(7);
  expect(events.filter(({ kind }) => kind === "failed")).toHaveLength(1);
});

it("is told if the document is too large to be read", async () => {
  const registry = await filled("min");
  const { body } = await get(registry, "main");
  await put(registry, "large", { ...body, config: { ...body.config, size: 2 ** 20 + 1 } });
  const { ran, events } = await build(engineAt(registry), { cacheFrom: ["ci.example:5000/team/cache:large"] });
  expect(ran).toHaveLength(7);
  const failed = events.find(({ kind }) => kind === "failed");
  expect(failed).toMatchObject({ error: expect.stringContaining("is too large (1048577 > 1048576)") });
});

describe("a registry that does not take the cache", () => {
  const target = { name: "nobody.example/cache" };

  it("fails the build", async () => {
    const engine = createEngine();
    await expect(build(engine, { cacheTo: [target] })).rejects.toThrow(/nobody\.example/);
  });

  it("does not if that is allowed; the image is there", async () => {
    const engine = createEngine();
    await build(engine, { cacheTo: [{ ...target, ignoresErrors: true }] });
    expect(await run(engine)).toBe("a\nb\nmain\nready\n");
  });
});

interface CacheManifest {
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string; readonly annotations?: object }[];
}

const urlOf = (tag: string): string => `http://ci.example:5000/v2/team/cache/manifests/${tag}`;
const TYPE = "application/vnd.oci.image.manifest.v1+json";

async function get(registry: Registry, tag: string): Promise<{ readonly body: CacheManifest }> {
  const response = await registry.fetch(new Request(urlOf(tag), { headers: { accept: TYPE } }));
  return { body: (await response.json()) as CacheManifest };
}

async function put(registry: Registry, tag: string, manifest: unknown): Promise<void> {
  const init = { method: "PUT", headers: { "content-type": TYPE }, body: JSON.stringify(manifest) };
  expect((await registry.fetch(new Request(urlOf(tag), init))).status).toBe(201);
}
