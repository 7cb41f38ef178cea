/**
 * Fixtures: an engine for each test, with its client, gone when the test has ended.
 *
 * A test that fails or runs out of time prints what the simulated machine was doing.
 *
 * @see https://vitest.dev/guide/test-context#test-extend
 */
import { createEngine, type Engine, type EngineClient, type EngineOptions } from "@bottleship/core/engine";
import { test as base } from "vitest";

export interface EngineFixtures {
  /** What the engine is made of; `test.extend({ engineOptions: { seed: 3 } })` changes it. */
  readonly engineOptions: EngineOptions;
  /** Images that are there before the test begins. */
  readonly images: readonly string[];
  /** A machine of its own for each test. */
  readonly engine: Engine;
  /** The engine as its users see it. */
  readonly client: EngineClient;
}

const DEFAULT_OPTIONS: EngineOptions = {};
const DEFAULT_IMAGES: readonly string[] = ["busybox"];

export const test = base.extend<EngineFixtures>({
  engineOptions: DEFAULT_OPTIONS,
  images: DEFAULT_IMAGES,
  engine: async ({ engineOptions, images, onTestFailed }, use) => {
    const engine = createEngine(engineOptions);
    for (const image of images) await engine.client.pull(image);
    // What a failure has to tell is known while the machine still runs, and asked for when it does no more.
    let description = "";
    onTestFailed(() => console.error(description));
    await use(engine);
    description = await describeMachine(engine);
    await engine.close();
  },
  client: async ({ engine }, use) => {
    await use(engine.client);
  },
});

/** What there is on a machine, what has happened, and who waits for what. */
export async function describeMachine(engine: Engine): Promise<string> {
  const containers = await engine.docker("ps --all --format 'table {{.Names}}\t{{.Image}}\t{{.Status}}'");
  const events = engine.events.past().slice(-EVENTS_SHOWN);
  const names = events.map(({ type, action, attributes }) => `${type} ${action} ${attributes["name"] ?? ""}`);
  return ["The simulated machine:", containers.stdout.trimEnd(), ...names, engine.world.explain()].join("\n");
}

const EVENTS_SHOWN = 20;
