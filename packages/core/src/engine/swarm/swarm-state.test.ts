/** What of a swarm is in snapshots and in a state on a disk: everything; its tasks go on as their containers do. */
import { expect, it } from "vitest";
import { MemoryContentDisk } from "../../content/index.ts";
import { encode } from "../../lib/index.ts";
import { INIT_REQUEST } from "../../testing/swarm.ts";
import { createEngine, type Engine, Filters, type MachineSnapshot } from "../index.ts";
import { nodeDocument, payloadDocument, swarmDocument } from "./documents.ts";
import { selectTasks } from "./select-tasks.ts";
import { serviceDocument } from "./service-documents.ts";
import type { ServiceSpec } from "./service-spec.ts";

const spec = (Name: string, more: Partial<ServiceSpec> = {}): ServiceSpec => ({
  Name,
  Labels: {},
  Mode: { Replicated: { Replicas: 2 } },
  TaskTemplate: {
    ForceUpdate: 0,
    ContainerSpec: { Image: "busybox", Args: ["sleep", "1000"], StopGracePeriod: 1e9 },
    RestartPolicy: { Delay: 1e9 },
  },
  ...more,
});

/** A swarm with a network, a secret, a config, and a service that has them all. */
async function furnished(engine: Engine): Promise<void> {
  await engine.images.pull("busybox");
  engine.swarm.init(INIT_REQUEST);
  const { cluster } = engine.swarm;
  await engine.docker("network create -d overlay --subnet 10.20.0.0/24 shop");
  const secret = cluster.secrets.create({ Name: "key", Labels: { a: "b" } }, encode("hidden"));
  const config = cluster.configs.create({ Name: "settings", Labels: {} }, encode("shown"));
  const file = (Name: string) => ({ Name, UID: "0", GID: "0", Mode: 0o444 });
  const given = spec("web");
  cluster.services.create({
    ...given,
    TaskTemplate: {
      ...given.TaskTemplate,
      ContainerSpec: {
        Image: "busybox",
        Args: ["sleep", "1000"],
        Secrets: [{ File: file("key"), SecretID: secret.id, SecretName: "key" }],
        Configs: [{ File: file("/settings"), ConfigID: config.id, ConfigName: "settings" }],
      },
    },
    Networks: [{ Target: "shop" }],
  });
  await engine.pass("2s");
}

/** All documents of a swarm but those of its tasks. */
async function described(engine: Engine): Promise<unknown> {
  const { cluster } = engine.swarm;
  const none = Filters.of({});
  return {
    swarm: swarmDocument(cluster),
    tokens: [cluster.keys.token("worker"), cluster.keys.token("manager")],
    nodes: cluster.nodes.list(none).map((node) => nodeDocument(cluster, node)),
    secrets: cluster.secrets.list(none).map((one) => payloadDocument("secret", one)),
    configs: cluster.configs.list(none).map((one) => payloadDocument("config", one)),
    services: cluster.services.list(none).map((one) => serviceDocument(cluster, one)),
    networks: (await engine.docker("network ls --no-trunc")).stdout,
  };
}

const tasks = (engine: Engine, service = "web"): readonly string[] =>
  selectTasks(engine.swarm.cluster, Filters.of({ service: [service] }))
    .toSorted((a, b) => a.slot - b.slot || b.createdUs - a.createdUs)
    .map(({ slot, desired, state }) => `${slot} ${desired} ${state}`);

async function read(engine: Engine): Promise<string> {
  const [container = ""] = engine.containers.list().map(({ name }) => name);
  const script = "cat /run/secrets/key /settings; nslookup -type=a tasks.web | grep -c 10.20.0";
  return (await engine.docker(["exec", container, "sh", "-c", script])).stdout;
}

it("is in a snapshot: containers of tasks are started again, and no others are made", async () => {
  const engine = createEngine({ seed: 7 });
  await furnished(engine);
  const before = await described(engine);
  expect(await read(engine)).toBe("hiddenshown2\n");
  const ids = engine.containers.list().map(({ id }) => id);
  const snapshot: MachineSnapshot = engine.snapshot({ running: "restart" });
  // What happens to the machine later is not in it.
  await engine.swarm.leave({ force: true });

  const later = createEngine({ from: snapshot });
  await later.restored;
  expect(await described(later)).toEqual(before);
  await later.pass("30s");
  expect(later.containers.list().map(({ id }) => id)).toEqual(ids);
  expect(tasks(later)).toEqual(["1 running running", "2 running running"]);
  expect(await read(later)).toBe("hiddenshown2\n");
});

it("has other ids in each machine that begins as a snapshot with another seed, and versions that go on", async () => {
  const engine = createEngine({ seed: 7 });
  engine.swarm.init(INIT_REQUEST);
  const last = engine.swarm.cluster.secrets.create({ Name: "one", Labels: {} }, encode("1"));
  const snapshot = engine.snapshot();
  const [a, b] = [1, 2].map((seed) => {
    const { cluster } = createEngine({ from: snapshot, seed }).swarm;
    return cluster.secrets.create({ Name: "two", Labels: {} }, encode("2"));
  });
  expect(a?.id).not.toBe(b?.id);
  expect(a?.version).toBe(last.version + 1);
});

it("replaces the tasks whose containers were lost with the process", async () => {
  const disk = new MemoryContentDisk();
  const engine = createEngine({ seed: 3, state: { disk, path: "/state" } });
  await furnished(engine);
  engine.flush();
  const before = await described(engine);

  const later = createEngine({ seed: 4, state: { disk, path: "/state" } });
  await later.restored;
  expect(await described(later)).toEqual(before);
  await later.pass("10s");
  const replaced = ["running running", "shutdown failed"];
  expect(tasks(later)).toEqual([1, 2].flatMap((slot) => replaced.map((one) => `${slot} ${one}`)));
  expect(await read(later)).toBe("hiddenshown2\n");
});

it("goes on where an engine with a state was closed in order, and after that was left stays left", async () => {
  const disk = new MemoryContentDisk();
  const boot = async (): Promise<Engine> => {
    const engine = createEngine({ seed: 3, state: { disk, path: "/state" } });
    await engine.restored;
    return engine;
  };
  const engine = await boot();
  await furnished(engine);
  const { id, version } = engine.swarm.cluster.services.get("web");
  await engine.close();

  const later = await boot();
  await later.pass("10s");
  expect(tasks(later).filter((task) => task.endsWith("running running"))).toHaveLength(2);
  expect(later.swarm.cluster.services.get("web")).toMatchObject({ id, version });
  later.swarm.cluster.keys.rotateToken("worker");
  const token = later.swarm.cluster.keys.token("worker");
  later.flush();

  const third = await boot();
  expect(third.swarm.cluster.keys.token("worker")).toBe(token);
  await third.swarm.leave({ force: true });
  third.flush();
  expect((await boot()).swarm.current).toBeUndefined();
});
