/**
 * Fixtures: an engine or a cluster for each test, gone when the test has ended.
 *
 * Machines are prepared once for all tests of a file that want the same, and each test has its own that begins so.
 *
 * A test that fails or runs out of time prints what the simulated machine was doing.
 *
 * @see https://vitest.dev/guide/test-context#test-extend
 */
import { type Cluster, type ClusterOptions, createCluster } from "@bottleship/core/cluster";
import { createEngine, type Engine, type EngineClient, type EngineOptions } from "@bottleship/core/engine";
import { test as base } from "vitest";
import { NO_PREPARATION, type Preparation, preparedSnapshot } from "./prepared.ts";

/** What a test can ask for by name. */
export interface EngineFixtures {
  /** What the engine is made of; `test.extend({ engineOptions: { seed: 3 } })` changes it. */
  readonly engineOptions: EngineOptions;
  /** Images that are there before the test begins. */
  readonly images: readonly string[];
  /** What is done once before that: `{ prepare: async (engine) => … }`, see `testFrom`. */
  readonly preparation: Preparation;
  /** A machine of its own for each test. */
  readonly engine: Engine;
  /** The engine as its users see it. */
  readonly client: EngineClient;
  /** What the cluster is made of. */
  readonly clusterOptions: ClusterOptions;
  /** Machines that all have what is prepared. */
  readonly cluster: Cluster;
}

const DEFAULT_OPTIONS: EngineOptions = {};
const DEFAULT_CLUSTER: ClusterOptions = { machines: 3 };
const DEFAULT_IMAGES: readonly string[] = ["busybox"];

/** `test` of vitest with these fixtures. */
export const test = base.extend<EngineFixtures>({
  engineOptions: DEFAULT_OPTIONS,
  images: DEFAULT_IMAGES,
  preparation: NO_PREPARATION,
  engine: async ({ engineOptions, images, preparation, onTestFailed }, use) => {
    const from = await preparedSnapshot(engineOptions, images, preparation);
    const { content, registries, world } = engineOptions;
    // What is around the machine is no part of the snapshot.
    const around = { ...(content && { content }), ...(registries && { registries }), ...(world && { world }) };
    const engine = createEngine({ from, ...around });
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
  clusterOptions: DEFAULT_CLUSTER,
  cluster: async ({ clusterOptions, images, preparation, onTestFailed }, use) => {
    const { engine } = clusterOptions;
    const from = await preparedSnapshot(engine ?? DEFAULT_OPTIONS, images, preparation);
    const cluster = createCluster({ ...clusterOptions, engine: { ...engine, from } });
    let description = "";
    onTestFailed(() => console.error(description));
    await use(cluster);
    const machines = await Promise.all(
      cluster.machines.map(async (one) => `${one.name} (${one.state})\n${await describeMachine(one.engine)}`),
    );
    description = machines.join("\n");
  },
});

/**
 * A `test` whose machines begin as `prepare` left one: it is called once for a file, and leaves its machine at rest.
 */
export const testFrom = (prepare: Preparation["prepare"]) => test.extend({ preparation: { prepare } });

/** What there is on a machine, what has happened, and who waits for what. */
export async function describeMachine(engine: Engine): Promise<string> {
  const containers = await engine.docker("ps --all --format 'table {{.Names}}\t{{.Image}}\t{{.Status}}'");
  const events = engine.events.past().slice(-EVENTS_SHOWN);
  const names = events.map(({ type, action, attributes }) => `${type} ${action} ${attributes["name"] ?? ""}`);
  return ["The simulated machine:", containers.stdout.trimEnd(), ...names, engine.world.explain()].join("\n");
}

const EVENTS_SHOWN = 20;
