/** Services of a swarm as reconcilers over containers, on the virtual clock. Texts are those of Docker 28.5.2. */
import { describe, expect, it } from "vitest";
import { encode } from "../../lib/index.ts";
import { INIT_REQUEST } from "../../testing/swarm.ts";
import { createEngine, Filters } from "../index.ts";
import type { SwarmNode } from "./node.ts";
import { selectTasks } from "./select-tasks.ts";
import { serviceDocument } from "./service-documents.ts";
import type { ServiceSpec, TaskContainerSpec, TaskSpec } from "./service-spec.ts";

async function swarm() {
  const engine = createEngine({ seed: 7 });
  await engine.images.pull("busybox");
  engine.swarm.init(INIT_REQUEST);
  const { cluster } = engine.swarm;
  /** Newest first: what each task is to be, and is. */
  const tasks = (service: string): readonly string[] =>
    selectTasks(cluster, Filters.of({ service: [service] }))
      .toSorted((a, b) => a.slot - b.slot || b.createdUs - a.createdUs)
      .map(({ slot, desired, state, error }) => `${slot} ${desired} ${state}${error === "" ? "" : `: ${error}`}`);
  const status = (name: string) =>
    serviceDocument(cluster, cluster.services.get(name), { status: true }).ServiceStatus?.RunningTasks;
  const update = (name: string, change: (spec: ServiceSpec) => ServiceSpec): void => {
    const { id, version, spec } = cluster.services.get(name);
    cluster.services.update(id, version, change(spec));
  };
  const drain = (Availability: string): void => {
    const [{ id, version, spec }] = cluster.nodes.all() as [SwarmNode];
    cluster.nodes.update(id, version, { ...spec, Availability });
  };
  const names = (): readonly string[] => engine.containers.list().map(({ name }) => name);
  return { engine, cluster, tasks, status, update, drain, names };
}

function service(Name: string, container: Partial<TaskContainerSpec> = {}, task: Partial<TaskSpec> = {}): ServiceSpec {
  const ContainerSpec = { Image: "busybox", Args: ["sleep", "1000"], StopGracePeriod: 1e9, ...container };
  return { Name, Labels: {}, TaskTemplate: { ForceUpdate: 0, ...task, ContainerSpec }, Mode: {} };
}

const replicas = (spec: ServiceSpec, Replicas: number): ServiceSpec => ({
  ...spec,
  Mode: { Replicated: { Replicas } },
});

const withArgs = (spec: ServiceSpec, ...Args: string[]): ServiceSpec => {
  const { ContainerSpec = { Image: "" }, ...task } = spec.TaskTemplate;
  return { ...spec, TaskTemplate: { ...task, ContainerSpec: { ...ContainerSpec, Args } } };
};

describe("a service", () => {
  it("waits for generic resources, which a node has none of", async () => {
    const { engine, cluster, tasks } = await swarm();
    const gpu = { DiscreteResourceSpec: { Kind: "gpu", Value: 1 } };
    cluster.services.create(service("web", {}, { Resources: { Reservations: { GenericResources: [gpu] } } }));
    await engine.pass("2s");
    expect(tasks("web")).toEqual(["1 running pending: no suitable node (insufficient resources on 1 node)"]);
  });

  it("gets its image from a registry, and says what is missing where there is none", async () => {
    const { engine, cluster, tasks } = await swarm();
    engine.hub.fail({ method: "HEAD", latencyUs: 100_000 });
    cluster.services.create(service("web", { Image: "alpine:3.20" }));
    cluster.services.create(service("none", { Image: "nosuchimage:x" }));
    await engine.pass("2s");
    expect(tasks("web")).toEqual(["1 running running"]);
    expect(engine.images.find("alpine:3.20")).toBeDefined();
    expect(tasks("none")).toEqual([
      "1 ready rejected: No such image: nosuchimage:x",
      "1 shutdown rejected: No such image: nosuchimage:x",
    ]);
  });

  it("has as many containers as it wants, and none when it is gone", async () => {
    const { engine, cluster, tasks, update, names } = await swarm();
    const { id } = cluster.services.create(replicas(service("web"), 2));
    await engine.pass("2s");
    expect(tasks("web")).toEqual(["1 running running", "2 running running"]);
    const [first] = cluster.tasks.of(id);
    expect(names()).toContain(`web.1.${first?.id}`);
    expect(engine.containers.list()[1]?.config.Labels).toEqual({
      "com.docker.swarm.node.id": engine.swarm.node?.id,
      "com.docker.swarm.service.id": id,
      "com.docker.swarm.service.name": "web",
      "com.docker.swarm.task": "",
      "com.docker.swarm.task.id": first?.id,
      "com.docker.swarm.task.name": `web.1.${first?.id}`,
    });
    update("web", (spec) => replicas(spec, 1));
    await engine.pass("3s");
    expect(tasks("web")).toEqual(["1 running running"]);
    cluster.services.remove("web");
    await engine.pass("3s");
    expect(engine.containers.list({ all: true })).toEqual([]);
    expect(cluster.tasks.all()).toEqual([]);
  });

  it("replaces a task that was killed after five seconds", async () => {
    const { engine, cluster, tasks, names } = await swarm();
    cluster.services.create(service("web"));
    await engine.pass("1s");
    await engine.docker(["kill", names()[0] ?? ""]);
    await engine.pass("4s");
    const failed = "1 shutdown failed: task: non-zero exit (137)";
    expect(tasks("web")).toEqual(["1 ready ready", failed]);
    await engine.pass("2s");
    expect(tasks("web")).toEqual(["1 running running", failed]);
  });

  it.each([
    ["any", "exit 3", ["shutdown failed: task: non-zero exit (3)", 3]],
    ["any", "exit 0", ["shutdown complete", 3]],
    ["on-failure", "exit 0", ["shutdown complete", 1]],
    ["none", "exit 3", ["shutdown failed: task: non-zero exit (3)", 1]],
  ] as const)("on condition %s after `%s` tries as often as it may", async (Condition, script, [end, count]) => {
    const { engine, cluster, tasks } = await swarm();
    const policy = { Condition, Delay: 1e8, MaxAttempts: 2 };
    cluster.services.create(service("web", { Args: ["sh", "-c", script] }, { RestartPolicy: policy }));
    await engine.pass("10s");
    expect(tasks("web")).toEqual(new Array(count).fill(`1 ${end}`));
  });

  it("remembers five tasks of a place", async () => {
    const { engine, cluster, tasks } = await swarm();
    cluster.services.create(service("web", { Args: ["false"] }, { RestartPolicy: { Delay: 0 } }));
    await engine.pass("20s");
    expect(tasks("web")).toHaveLength(5);
    expect(engine.containers.list({ all: true }).length).toBeLessThanOrEqual(5);
  });

  it("says why a task cannot be", async () => {
    const { engine, cluster, tasks } = await swarm();
    const { services } = cluster;
    services.create(service("image", { Image: "nosuch:x" }, { RestartPolicy: { Condition: "none" } }));
    services.create(service("program", { Args: ["/nope"] }, { RestartPolicy: { Condition: "none" } }));
    services.create(service("role", {}, { Placement: { Constraints: ["node.role==worker"] } }));
    services.create(service("cpus", {}, { Resources: { Reservations: { NanoCPUs: 64e9 } } }));
    services.create(service("arm", {}, { Placement: { Platforms: [{ Architecture: "arm64", OS: "linux" }] } }));
    services.create(service("any", {}, { Placement: { Platforms: [{ Architecture: "arm64" }, { OS: "linux" }] } }));
    await engine.pass("1s");
    expect(tasks("image")).toEqual(["1 shutdown rejected: No such image: nosuch:x"]);
    expect(tasks("program")[0]).toMatch(/^1 shutdown failed: starting container failed: failed to create task/);
    const none = (why: string): string => `1 running pending: no suitable node (${why})`;
    expect(tasks("role")).toEqual([none("scheduling constraints not satisfied on 1 node")]);
    expect(tasks("cpus")).toEqual([none("insufficient resources on 1 node")]);
    expect(tasks("arm")).toEqual([none("unsupported platform on 1 node")]);
    expect(tasks("any")).toEqual(["1 running running"]);
  });

  it("that is a job ends when it has been done often enough", async () => {
    const { engine, cluster, tasks } = await swarm();
    const Mode = { ReplicatedJob: { MaxConcurrent: 2, TotalCompletions: 3 } };
    cluster.services.create({ ...service("job", { Args: ["true"] }), Mode });
    await engine.pass("20s");
    expect(tasks("job")).toEqual([0, 1, 2].map((slot) => `${slot} complete complete`));
    const { ServiceStatus } = serviceDocument(cluster, cluster.services.get("job"), { status: true });
    expect(ServiceStatus).toEqual({ RunningTasks: 0, DesiredTasks: 2, CompletedTasks: 3 });
  });

  it.each([
    [{}, { MaxConcurrent: 1, TotalCompletions: 1 }],
    [{ MaxConcurrent: 3 }, { MaxConcurrent: 3, TotalCompletions: 3 }],
    [{ TotalCompletions: 4 }, { MaxConcurrent: 1, TotalCompletions: 4 }],
  ])("that is a job of which %j is said is kept as %j", async (ReplicatedJob, kept) => {
    const { cluster } = await swarm();
    cluster.services.create({ ...service("job", { Args: ["true"] }), Mode: { ReplicatedJob } });
    expect(cluster.services.get("job").spec.Mode).toEqual({ ReplicatedJob: kept });
  });

  it("leaves a node that is no longer what it wants, and says why", async () => {
    const { engine, cluster, tasks, names } = await swarm();
    const label = (Labels: Readonly<Record<string, string>>): void => {
      const [{ id, version, spec }] = cluster.nodes.all() as [SwarmNode];
      cluster.nodes.update(id, version, { ...spec, Labels });
    };
    label({ zone: "a" });
    const Placement = { Constraints: ["node.labels.zone==a"] };
    cluster.services.create(service("web", {}, { Placement }));
    cluster.services.create({ ...service("all", {}, { Placement }), Mode: { Global: {} } });
    await engine.pass("2s");
    label({});
    await engine.pass("8s");
    const gone = "shutdown rejected: assigned node no longer meets constraints";
    const waits = "running pending: no suitable node (scheduling constraints not satisfied on 1 node)";
    expect(tasks("web")).toEqual([`1 ${waits}`, `1 ${gone}`]);
    expect(tasks("all")).toEqual([`0 ${gone}`]);
    expect(names()).toEqual([]);
    label({ zone: "a" });
    await engine.pass("2s");
    expect(tasks("web")[0]).toBe("1 running running");
    expect(tasks("all")[0]).toBe("0 running running");
  });

  it("that is a job remembers what its earlier runs have come to", async () => {
    const { engine, cluster, tasks, update } = await swarm();
    const job = { ReplicatedJob: { MaxConcurrent: 2, TotalCompletions: 2 } };
    cluster.services.create({ ...service("job", { Args: ["true"] }), Mode: job });
    await engine.pass("5s");
    update("job", (spec) => ({ ...spec, TaskTemplate: { ...spec.TaskTemplate, ForceUpdate: 1 } }));
    await engine.pass("5s");
    expect(tasks("job")).toEqual([
      "0 complete complete",
      "0 complete complete",
      "1 complete complete",
      "1 complete complete",
    ]);
  });

  it("leaves a node that is drained, and comes back", async () => {
    const { engine, cluster, tasks, drain, status } = await swarm();
    cluster.services.create(service("web"));
    cluster.services.create({ ...service("each"), Mode: { Global: {} } });
    await engine.pass("1s");
    drain("drain");
    await engine.pass("3s");
    const pending = "1 running pending: no suitable node (1 node not available for new tasks)";
    expect(tasks("web")).toEqual([pending, "1 shutdown shutdown"]);
    expect(tasks("each")).toEqual(["0 shutdown shutdown"]);
    drain("active");
    await engine.pass("2s");
    expect([status("web"), status("each")]).toEqual([1, 1]);
  });
});

it("ends with its engine, which tells of the containers that it has removed", async () => {
  const { engine, cluster } = await swarm();
  cluster.services.create(service("web"));
  await engine.pass("1s");
  const { containers } = await engine.close();
  expect(containers).toEqual([expect.stringMatching(/^web\.1\.\w{25}$/)]);
  await engine.pass("1m");
  expect(engine.containers.list({ all: true })).toEqual([]);
});

it.each([
  ["is restarted", "restart"],
  ["loses its power", "losePower"],
] as const)("has its tasks again when the machine's daemon %s", async (_, way) => {
  const { engine, cluster, status } = await swarm();
  cluster.services.create(replicas(service("web"), 2));
  await engine.pass("1s");
  if (way === "restart") await engine.daemon.restart();
  else {
    await engine.daemon.losePower();
    await engine.pass("1m");
    expect(engine.containers.list()).toEqual([]);
    await engine.daemon.start();
  }
  await engine.pass("1s");
  expect(status("web")).toBe(0);
  await engine.pass("7s");
  expect(status("web")).toBe(2);
  expect(engine.containers.list()).toHaveLength(2);
});

describe("an update", () => {
  it("replaces one task after the other, and can be taken back", async () => {
    const { engine, cluster, tasks, update } = await swarm();
    const { id } = cluster.services.create(replicas(service("web"), 2));
    await engine.pass("1s");
    update("web", (spec) => withArgs(spec, "sleep", "2000"));
    await engine.pass("100ms");
    expect(cluster.services.get(id).update).toMatchObject({ state: "updating", message: "update in progress" });
    expect(tasks("web")[2]).toBe("2 running running");
    await engine.pass("15s");
    const both = ["1 running running", "1 shutdown shutdown", "2 running running", "2 shutdown shutdown"];
    expect(tasks("web")).toEqual(both);
    expect(cluster.services.get(id).update).toMatchObject({ state: "completed", message: "update completed" });
    cluster.services.rollBack("web", cluster.services.get(id).version);
    expect(cluster.services.get(id).update?.message).toBe("manually requested rollback");
    await engine.pass("15s");
    expect(cluster.services.get(id).update?.state).toBe("rollback_completed");
    expect(cluster.services.get(id).spec.TaskTemplate.ContainerSpec?.Args).toEqual(["sleep", "1000"]);
  });

  it.each([
    ["pause", "paused", /^update paused due to failure or early termination of task \w{25}$/],
    ["rollback", "rollback_completed", /^rollback completed$/],
    ["continue", "completed", /^update completed$/],
  ])("that fails is met with %s", async (FailureAction, state, message) => {
    const { engine, cluster, update } = await swarm();
    const { id } = cluster.services.create(service("web"));
    await engine.pass("1s");
    const UpdateConfig = { Parallelism: 1, MaxFailureRatio: 0, FailureAction };
    update("web", (spec) => ({ ...withArgs(spec, "false"), UpdateConfig }));
    await engine.pass("30s");
    expect(cluster.services.get(id).update?.state).toBe(state);
    expect(cluster.services.get(id).update?.message).toMatch(message);
  });

  it("that is taken back began when it did", async () => {
    const { engine, cluster, update } = await swarm();
    const UpdateConfig = { Parallelism: 1, FailureAction: "rollback", MaxFailureRatio: 0 };
    cluster.services.create({ ...replicas(service("web"), 2), UpdateConfig });
    await engine.pass("1s");
    update("web", (spec) => withArgs(spec, "sh", "-c", "sleep 2; exit 1"));
    await engine.pass("1s");
    const { startedUs } = cluster.services.get("web").update ?? {};
    await engine.pass("30s");
    expect(cluster.services.get("web").update).toMatchObject({ state: "rollback_completed", startedUs });
  });

  it("raises the service's version when it begins and when it ends: who has seen an older one is refused", async () => {
    const { engine, cluster, update } = await swarm();
    cluster.services.create(service("web"));
    await engine.pass("1s");
    update("web", (spec) => withArgs(spec, "sleep", "2000"));
    const seen = (): number => cluster.services.get("web").version;
    const { id, spec } = cluster.services.get("web");
    const begun = seen();
    await engine.pass("1m");
    expect(cluster.services.get("web").update?.state).toBe("completed");
    expect(seen()).toBeGreaterThan(begun);
    expect(() => cluster.services.update(id, begun, spec)).toThrow("update out of sequence");
    cluster.services.update(id, seen(), spec);
  });

  it("that fails at once has touched one task when it pauses", async () => {
    const { engine, cluster, tasks, update } = await swarm();
    cluster.services.create(replicas(service("web"), 2));
    await engine.pass("1s");
    update("web", (spec) => withArgs(spec, "false"));
    await engine.pass("20s");
    expect(cluster.services.get("web").update?.state).toBe("paused");
    expect(tasks("web").filter((task) => task.startsWith("2"))).toEqual(["2 running running"]);
  });

  it("says what cannot be", async () => {
    const { cluster, update } = await swarm();
    cluster.services.create(service("web"));
    const { id, version, spec } = cluster.services.get("web");
    expect(() => cluster.services.rollBack("web", version)).toThrow(
      `rpc error: code = FailedPrecondition desc = service ${id} does not have a previous spec`,
    );
    expect(() => cluster.services.update(id, 1, spec)).toThrow("update out of sequence");
    expect(() => update("web", (one) => ({ ...one, Name: "other" }))).toThrow("renaming services is not supported");
    expect(() => update("web", (one) => ({ ...one, Mode: { Global: {} } }))).toThrow(
      "service mode change is not allowed",
    );
  });
});

it("gives tasks their secrets and configs as files, which cannot go before the service does", async () => {
  const { engine, cluster } = await swarm();
  const secret = cluster.secrets.create({ Name: "s", Labels: {} }, encode("hush"));
  const config = cluster.configs.create({ Name: "c", Labels: {} }, encode("conf"));
  const file = { UID: "5", GID: "0", Mode: 0o400 };
  cluster.services.create(
    service("web", {
      Args: [
        "sh",
        "-c",
        "cat /run/secrets/s /c; ls -ln /run/secrets/s | cut -c1-20; grep -E ' /(c|run/[^ ]*) ' /proc/mounts; echo x > /c",
      ],
      Secrets: [{ File: { Name: "s", ...file }, SecretID: secret.id, SecretName: "s" }],
      Configs: [{ File: { Name: "/c", ...file }, ConfigID: config.id, ConfigName: "c" }],
    }),
  );
  await engine.pass("1s");
  // The first that ran: another waits to take its place.
  const container = engine.containers.list({ all: true }).at(-1);
  expect(container?.logs.text("stdout")).toMatch(/^hushconf-r-------- +1 5/);
  expect(container?.logs.text("stdout")).toContain("tmpfs /c tmpfs ro,relatime 0 0\ntmpfs /run/secrets/s tmpfs ro,");
  expect(container?.logs.text("stderr")).toContain("Read-only file system");
  expect(() => cluster.secrets.remove("s")).toThrow("secret 's' is in use by the following service: web");
  cluster.services.remove("web");
  cluster.secrets.remove("s");
});

it("lets tasks of one network find each other by the name of their service", async () => {
  const { engine, cluster } = await swarm();
  await engine.docker("network create -d overlay own");
  const Networks = [{ Target: "own" }];
  cluster.services.create(replicas(service("web", {}, { Networks }), 2));
  await engine.pass("1s");
  cluster.services.create(service("ask", { Args: ["nslookup", "tasks.web"] }, { Networks }));
  await engine.pass("1s");
  const asked = engine.containers.list({ all: true }).findLast(({ name }) => name.startsWith("ask."));
  expect(asked?.logs.text().match(/10\.0\.1\.\d+/g)?.length).toBe(2);
  const refused = await engine.docker("network rm own");
  expect(refused.stderr).toMatch(/FailedPrecondition desc = network \w{25} is in use by service \w{25}/);
  expect((await engine.docker("run --rm --network own busybox true")).stderr).toContain("not manually attachable");
  cluster.services.remove("web");
  cluster.services.remove("ask");
  // It goes with the last task, which takes a second to end.
  expect((await engine.docker("network rm own")).stdout).toBe("own\n");
  await engine.pass("3s");
  expect(engine.networks.get("own")).toBeUndefined();
});

it("is on a node that is a member until somebody changes it", async () => {
  const { cluster, drain } = await swarm();
  const members = (membership: string): number => cluster.nodes.list(Filters.of({ membership: [membership] })).length;
  expect([members("accepted"), members("pending")]).toEqual([1, 0]);
  drain("pause");
  expect([members("accepted"), members("pending")]).toEqual([0, 1]);
});

it("refuses mounts of a kind that there is not", async () => {
  const { cluster } = await swarm();
  expect(() => cluster.services.create(service("web", { Mounts: [{ Type: "foo", Target: "/x" }] }))).toThrow(
    'invalid MountType: "foo"',
  );
});

it("publishes TCP on every node where a port says nothing else", async () => {
  const { cluster } = await swarm();
  const Ports = [
    { TargetPort: 80, PublishedPort: 80 },
    { TargetPort: 81, Protocol: "udp", PublishMode: "host" },
  ];
  const { spec } = cluster.services.create({ ...service("web"), EndpointSpec: { Ports } });
  expect(spec.EndpointSpec).toEqual({
    Mode: "vip",
    Ports: [
      { Protocol: "tcp", TargetPort: 80, PublishedPort: 80, PublishMode: "ingress" },
      { Protocol: "udp", TargetPort: 81, PublishMode: "host" },
    ],
  });
});
