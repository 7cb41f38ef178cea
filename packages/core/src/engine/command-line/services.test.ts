/** `docker service`. Texts are those of the real client. */
import { expect, it } from "vitest";
import { createEngine } from "../index.ts";

async function swarm() {
  const engine = createEngine({ seed: 7 });
  await engine.images.pull("busybox");
  await engine.docker("swarm init");
  return engine;
}

it("makes jobs, whose completions can be raised", async () => {
  const engine = await swarm();
  const listed = async () => (await engine.docker("service ls --format '{{.Name}} {{.Mode}} {{.Replicas}}'")).stdout;
  const create = "service create --detach --restart-condition none --mode";
  await engine.docker(`${create} replicated-job --replicas 3 --max-concurrent 2 --name few busybox true`);
  await engine.docker(`${create} global-job --name once busybox true`);
  const { cluster } = engine.swarm;
  expect((await engine.docker("service update -d --update-delay 1s few")).stderr).toBe(
    "Error response from daemon: rpc error: code = InvalidArgument desc = Jobs may not have an update config\n",
  );
  expect(cluster.services.get("few").spec.Mode).toEqual({ ReplicatedJob: { MaxConcurrent: 2, TotalCompletions: 3 } });
  expect(await listed()).toBe("few replicated job 0/2 (0/3 completed)\nonce global job 0/1 (0/1 completed)\n");
  await engine.pass("30s");
  const completed = (name: string): number =>
    cluster.tasks
      .of(cluster.services.get(name).id)
      .filter(({ state, iteration }) => state === "complete" && iteration === cluster.services.get(name).iteration)
      .length;
  expect([completed("few"), completed("once")]).toEqual([3, 1]);
  expect((await engine.docker("service scale --detach few=4")).stdout).toBe("few scaled to 4\n");
  await engine.pass("30s");
  expect(completed("few")).toBe(4);
  expect((await engine.docker("service scale --detach once=4")).stderr).toBe(
    "once: scale can only be used with replicated or replicated-job mode\n",
  );
});

it("lists the ports of services as ranges", async () => {
  const engine = await swarm();
  const { services } = engine.swarm.cluster;
  const publish = (Name: string, pairs: readonly (readonly [number, number])[], protocol = "tcp"): void => {
    const Ports = pairs.map(([PublishedPort, TargetPort]) => ({ PublishedPort, TargetPort, Protocol: protocol }));
    const TaskTemplate = { ContainerSpec: { Image: "busybox" }, Placement: { MaxReplicas: 2 }, ForceUpdate: 0 };
    services.create({ Name, Labels: {}, TaskTemplate, Mode: {}, EndpointSpec: { Ports } });
  };
  // The examples of docker/cli's formatter.
  publish("one", [
    [81, 80],
    [80, 80],
  ]);
  publish("ranges", [
    [90, 80],
    [91, 81],
    [92, 80],
  ]);
  publish("udp", [[53, 53]], "udp");
  expect((await engine.docker("service ls --format '{{.Name}} {{.Replicas}} {{.Ports}}'")).stdout).toBe(
    "one 0/1 (max 2 per node) *:80-81->80/tcp\n" +
      "ranges 0/1 (max 2 per node) *:90-91->80-81/tcp, *:92->80/tcp\nudp 0/1 (max 2 per node) *:53->53/udp\n",
  );
});

it("lists tasks by their names, earlier ones below; of several services too", async () => {
  const engine = await swarm();
  for (const name of ["web10", "web9"]) await engine.docker(`service create -d --name ${name} busybox sleep 1000`);
  await engine.pass("5s");
  await engine.docker("service update -d --force web9");
  await engine.pass("60s");
  const names = async (format: string) =>
    (await engine.docker(`service ps --format '${format}' web10 web9`)).stdout.trimEnd().split("\n");
  expect(await names("table {{.Name}}")).toEqual(["NAME", "web9.1", " \\_ web9.1", "web10.1"]);
  expect(await names("{{.Name}}")).toEqual(["web9.1", "web9.1", "web10.1"]);
});

it("makes the calls of the API that faults can be put on, and that the log tells of", async () => {
  const engine = await swarm();
  await engine.docker("service create -d --name web busybox sleep 1000");
  using _ = engine.faults.add({ on: "api", call: "ServiceUpdate", fails: { status: 500, message: "no leader" } });
  expect((await engine.docker("service scale web=2")).stderr).toBe("web: Error response from daemon: no leader\n");
  expect(engine.swarm.cluster.services.get("web").spec.Mode).toEqual({ Replicated: { Replicas: 1 } });
  expect((await engine.docker("inspect --format '{{.Spec.Name}}' web")).stdout).toBe("web\n");
  expect((await engine.docker("inspect --type node none")).stderr).toBe(
    "Error response from daemon: node none not found\n",
  );
  expect((await engine.docker("service create --secret none busybox")).stderr).toBe("secret not found: none\n");
  const calls = engine.calls.made(undefined, { client: "docker" }).map(({ operation }) => operation);
  expect(calls.filter((one) => /^(Swarm|Service|Node|Secret)/.test(one))).toEqual([
    ...["SwarmInit", "SwarmInspect", "ServiceCreate", "ServiceInspect", "ServiceUpdate"],
    ...["ServiceInspect", "NodeInspect", "SecretList"],
  ]);
});

const OF_ALL_KINDS =
  "--no-resolve-image --cap-add net_admin --cap-drop all --cap-add ALL --constraint aa==b --container-label x=y --dns 1.1.1.1 " +
  "--dns-option o --dns-search a.b --endpoint-mode dnsrr --entrypoint 'a \"b c\"' -e X=1 --generic-resource GPU=2 " +
  "--group g --health-cmd 'x y' --health-retries 3 --health-interval 2s --host h:1.2.3.4 --hostname hh --init " +
  "--isolation default -l l=1 --limit-cpu 0.5 --limit-memory 64m --limit-pids 4 --log-driver json-file " +
  "--log-opt max-size=1m --mount type=volume,source=v,target=/v --name n --oom-score-adj 5 " +
  "--placement-pref spread=node.labels.x -p published=8080,target=80,mode=host --read-only --replicas 3 " +
  "--replicas-max-per-node 2 --reserve-cpu 0.1 --reserve-memory 32m --restart-window 3s --stop-grace-period 4s " +
  "--stop-signal SIGINT --sysctl net.x=1 -t --ulimit nofile=1:2 --update-delay 1s --rollback-parallelism 0 -u u -w /w";

it("asks for what the options of docker service create say", async () => {
  const engine = await swarm();
  await engine.docker(`service create -d ${OF_ALL_KINDS} busybox cmd 'a b'`);
  const { TaskTemplate, ...spec } = engine.swarm.cluster.services.get("n").spec;
  // What the real client sends, but for the Runtime, which the daemon adds.
  const update = { FailureAction: "pause", Monitor: 5e9, MaxFailureRatio: 0, Order: "stop-first" };
  expect(spec).toEqual({
    Name: "n",
    Labels: { l: "1" },
    Mode: { Replicated: { Replicas: 3 } },
    UpdateConfig: { Parallelism: 1, Delay: 1e9, ...update },
    RollbackConfig: { Parallelism: 0, ...update },
    EndpointSpec: {
      Mode: "dnsrr",
      Ports: [{ Protocol: "tcp", TargetPort: 80, PublishedPort: 8080, PublishMode: "host" }],
    },
  });
  expect(TaskTemplate).toEqual({
    ContainerSpec: {
      ...{ Image: "busybox:latest", Labels: { x: "y" }, Command: ["a", "b c"], Args: ["cmd", "a b"], Hostname: "hh" },
      ...{ Env: ["X=1"], Dir: "/w", User: "u", Groups: ["g"], Init: true, StopSignal: "SIGINT", TTY: true },
      ...{ ReadOnly: true, Mounts: [{ Type: "volume", Source: "v", Target: "/v" }], StopGracePeriod: 4e9 },
      ...{ Healthcheck: { Test: ["CMD-SHELL", "x y"], Interval: 2e9, Retries: 3 }, Hosts: ["1.2.3.4 h"] },
      ...{ DNSConfig: { Nameservers: ["1.1.1.1"], Search: ["a.b"], Options: ["o"] }, Isolation: "default" },
      ...{ Sysctls: { "net.x": "1" }, CapabilityAdd: ["ALL"], Ulimits: [{ Name: "nofile", Hard: 2, Soft: 1 }] },
      OomScoreAdj: 5,
    },
    Resources: {
      Limits: { NanoCPUs: 5e8, MemoryBytes: 67108864, Pids: 4 },
      Reservations: {
        ...{ NanoCPUs: 1e8, MemoryBytes: 33554432 },
        GenericResources: [{ DiscreteResourceSpec: { Kind: "GPU", Value: 2 } }],
      },
    },
    RestartPolicy: { Condition: "any", Delay: 5e9, MaxAttempts: 0, Window: 3e9 },
    Placement: {
      ...{ Constraints: ["aa==b"], Preferences: [{ Spread: { SpreadDescriptor: "node.labels.x" } }], MaxReplicas: 2 },
    },
    LogDriver: { Name: "json-file", Options: { "max-size": "1m" } },
    ForceUpdate: 0,
    Runtime: "container",
  });
});

/** A service, an update of it, and what of it the real client then sends differently. */
const UPDATES: readonly (readonly [before: string, options: string, after: object])[] = [
  ["-e A=1 -e B=2", "--env-add C=3 --env-add A=9 --env-rm B", { Env: ["A=9", "C=3"] }],
  ["-e A=1 -e B=2", "--env-rm A --env-add A=4", { Env: ["B=2", "A=4"] }],
  ["--host h:1.2.3.4", "--host-add h:5.5.5.5 --host-add a:1.1.1.1", { Hosts: ["1.2.3.4 h", "5.5.5.5 h", "1.1.1.1 a"] }],
  ["--host h:1.2.3.4", "--host-rm h:1.2.3.9", { Hosts: ["1.2.3.4 h"] }],
  ["--host h:1.2.3.4", "--host-rm h:1.2.3.4", { Hosts: undefined }],
  ["--dns 9.9.9.9", "--dns-rm 9.9.9.9 --dns-search-add a.b", { DNSConfig: { Search: ["a.b"] } }],
  [
    "--health-cmd a --health-interval 1s",
    "--health-retries 2",
    {
      Healthcheck: { Test: ["CMD-SHELL", "a"], Interval: 1e9, Retries: 2 },
    },
  ],
  ["--health-cmd a --health-interval 1s", "--no-healthcheck", { Healthcheck: { Test: ["NONE"] } }],
  [
    "--mount type=volume,source=z,target=/z",
    "--mount-add type=volume,source=b,target=/a --mount-rm /z",
    {
      Mounts: [{ Type: "volume", Source: "b", Target: "/a" }],
    },
  ],
  [
    "--cap-add net_admin --cap-drop chown",
    "--cap-add chown --cap-drop net_admin",
    {
      CapabilityAdd: undefined,
      CapabilityDrop: undefined,
    },
  ],
  [
    "--cap-add net_admin --cap-drop chown",
    "--cap-add RESET --cap-add kill",
    {
      CapabilityAdd: ["CAP_KILL"],
      CapabilityDrop: ["CAP_CHOWN"],
    },
  ],
  ["--ulimit core=0", "--ulimit-add core=3", { Ulimits: [{ Name: "core", Hard: 3, Soft: 3 }] }],
  ["--sysctl net.b=1", "--sysctl-add net.c=1 --sysctl-rm net.b", { Sysctls: { "net.c": "1" } }],
  ["--group q", "--group-add z --group-add a --group-rm q", { Groups: ["a", "z"] }],
  [
    "",
    "--args 'x y' --image busybox:1 --no-resolve-image --tty --stop-grace-period 1s",
    {
      ...{ Args: ["x", "y"], Image: "busybox:1", TTY: true, StopGracePeriod: 1e9 },
    },
  ],
];

it.each(UPDATES)(
  "changes the containers of a service with %j by docker service update %s",
  async (before, options, after) => {
    const engine = await swarm();
    expect(await engine.docker(`service create -d --name n ${before} busybox`)).toMatchObject({
      exitCode: 0,
      stderr: "",
    });
    expect(await engine.docker(`service update -d ${options} n`)).toEqual({ exitCode: 0, stdout: "n\n", stderr: "" });
    const container = engine.swarm.cluster.services.get("n").spec.TaskTemplate.ContainerSpec;
    const fields = new Map(Object.entries({ ...container }));
    expect(Object.fromEntries(Object.keys(after).map((key) => [key, fields.get(key)]))).toEqual(after);
  },
);

it("changes ports, limits, placement, networks, secrets and policies, and rolls back", async () => {
  const engine = await swarm();
  await engine.docker("network create -d overlay net0");
  await engine.docker("network create -d overlay net1");
  await engine.docker("secret create one -", { stdin: "1" });
  await engine.docker(
    "service create -d --no-resolve-image --name n -p 8080:80 --network net0 --constraint cc==d --limit-cpu 1 busybox",
  );
  const spec = () => engine.swarm.cluster.services.get("n").spec;
  for (const flag of ["--network-add", "--network-rm"]) {
    const { stderr } = await engine.docker(`service update -d ${flag} none n`);
    expect(stderr).toBe("Error response from daemon: network none not found\n");
  }
  const before = spec();
  await engine.docker(
    "service update -d --publish-add published=8081,target=80,mode=host --publish-add 90:90 --limit-memory 32m " +
      "--constraint-add aa==b --network-add net1 --network-rm net0 --secret-add one --update-parallelism 2 " +
      "--restart-max-attempts 3 --log-driver none --replicas 4 --replicas-max-per-node 2 --force n",
  );
  const { TaskTemplate: task, EndpointSpec, UpdateConfig, Mode } = spec();
  expect(EndpointSpec?.Ports?.map((port) => `${port.PublishedPort}:${port.TargetPort}/${port.PublishMode}`)).toEqual([
    ...["8080:80/ingress", "8081:80/host", "90:90/ingress"],
  ]);
  expect(task.Resources).toEqual({ Limits: { NanoCPUs: 1e9, MemoryBytes: 33554432 }, Reservations: {} });
  expect(task.Placement).toEqual({ Constraints: ["aa==b", "cc==d"], MaxReplicas: 2 });
  expect(task.Networks).toEqual([{ Target: engine.networks.get("net1")?.id }]);
  expect(task.ContainerSpec?.Secrets?.map(({ SecretName }) => SecretName)).toEqual(["one"]);
  expect(task.RestartPolicy).toEqual({ Condition: "any", Delay: 5e9, MaxAttempts: 3 });
  expect([task.LogDriver, task.ForceUpdate, Mode.Replicated]).toEqual([{ Name: "none" }, 1, { Replicas: 4 }]);
  expect(UpdateConfig).toMatchObject({ Parallelism: 2, Monitor: 5e9 });
  await engine.docker("service update -d --publish-rm 80 n");
  expect(spec().EndpointSpec?.Ports?.map(({ TargetPort }) => TargetPort)).toEqual([80, 90]);
  expect((await engine.docker("service update --rollback --image busybox none")).stderr).toMatch(/none not found\n$/);
  expect((await engine.docker("service update --rollback --image busybox n")).stderr).toBe(
    "other flags may not be combined with --rollback\n",
  );
  await engine.docker("service update -d --rollback n");
  await engine.docker("service update -d --publish-rm 80 --publish-rm target=80,mode=host --publish-rm 90 n");
  expect(spec().EndpointSpec).toEqual({ Mode: "vip" });
  expect(before.EndpointSpec?.Ports).toHaveLength(1);
});

it("shows the logs of services and tasks: some lines, some time, as they come", async () => {
  const engine = await swarm();
  await engine.docker(
    "service create -d --name web --replicas 10 --constraint node.role==manager busybox sh -c 'echo a; sleep 5; echo b; sleep 900'",
  );
  await engine.pass("20s");
  const logs = async (options: string) => (await engine.docker(`service logs ${options}`)).stdout.trimEnd().split("\n");
  expect(await logs("web")).toHaveLength(20);
  expect(await logs("--tail 1 --no-task-ids web")).toContainEqual(expect.stringMatching(/^web\.1@\S+ {5}\| b$/));
  expect(await logs("--tail 1 --no-task-ids web")).toContainEqual(expect.stringMatching(/^web\.10@\S+ {4}\| b$/));
  const [task] = engine.swarm.cluster.tasks.of(engine.swarm.cluster.services.get("web").id);
  expect(await logs(`--raw ${task?.id}`)).toEqual(["a", "b"]);
  expect((await logs(`--timestamps --raw ${task?.id}`))[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z a$/);
  expect(await logs(`--raw --since 16s ${task?.id}`)).toEqual(["b"]);
  const stop = new AbortController();
  let seen = "";
  const onOutput = (_: string, text: string): void => {
    seen += text;
  };
  const following = engine.docker("service logs -f --raw --tail 0 web", { signal: stop.signal, onOutput });
  await engine.docker("service update -d --args \"sh -c 'echo later; sleep 900'\" --update-parallelism 0 web");
  await engine.pass("60s");
  stop.abort();
  await following;
  expect(seen.match(/later/g)).toHaveLength(10);
  await engine.docker("service create -d --name tty --tty busybox sleep 100");
  expect((await engine.docker("service logs tty")).stderr).toBe("tty service logs only supported with --raw\n");
});

it.each([
  ["x", 'tail value must be a positive integer or "all"'],
  ["-1", "negative tail values not supported"],
])("refuses %s as a number of lines of a service's logs", async (tail, problem) => {
  const engine = await swarm();
  await engine.docker("service create -d -q --name web busybox sleep 100");
  expect((await engine.docker(`service logs --tail ${tail} web`)).stderr).toBe(
    `Error response from daemon: ${problem}\n`,
  );
});

it("does not count tasks that go for good while it waits for a service", async () => {
  const engine = await swarm();
  await engine.docker("service create -q --name web --replicas 2 busybox sleep 100");
  const { stdout } = await engine.docker("service scale web=0");
  expect(stdout).not.toContain("2 out of 0 tasks");
  expect(stdout).toContain("overall progress: 0 out of 0 tasks\nverify: ");
});

it("shows the ports of a service with a blank behind the last one only", async () => {
  const engine = await swarm();
  await engine.docker("service create -d -q --name web -p 80:80 -p 81:81 busybox sleep 100");
  const { stdout } = await engine.docker("service inspect --pretty web");
  expect(stdout.split("\n").filter((line) => line.includes("PublishMode"))).toEqual([
    "  PublishMode = ingress",
    "  PublishMode = ingress ",
  ]);
});

it("tells when an update was done, but not when one was taken back", async () => {
  const engine = await swarm();
  await engine.docker("service create -d -q --name web --update-monitor 1s --rollback-monitor 1s busybox sleep 100");
  const shown = async () => (await engine.docker("service inspect --pretty web")).stdout;
  await engine.docker("service update -d --env-add A=1 web");
  await engine.pass("20s");
  expect(await shown()).toMatch(/State:\t\tcompleted\n Started:.*\n Completed:\t.* ago\n Message:\tupdate completed/);
  await engine.docker("service rollback -d web");
  await engine.pass("20s");
  expect(await shown()).toMatch(/State:\t\trollback_completed\n Started:.*\n Message:\trollback completed/);
});

it("names the networks of a service in the order of their ids", async () => {
  const engine = await swarm();
  const names = ["net1", "net2", "net3"];
  for (const name of names) await engine.docker(`network create -d overlay ${name}`);
  await engine.docker(`service create -d --name web ${names.map((name) => `--network ${name}`).join(" ")} busybox`);
  const { Networks = [] } = engine.swarm.cluster.services.get("web").spec.TaskTemplate;
  expect(Networks.map(({ Target }) => Target)).toEqual(names.map((name) => engine.networks.get(name)?.id).toSorted());
});

it("inspects objects of a swarm by their type, a node by its own name only where nodes are meant", async () => {
  const engine = await swarm();
  const failed = async (line: string) => (await engine.docker(line)).stderr;
  expect(await failed("inspect --type node self")).toBe("Error response from daemon: node self not found\n");
  expect(await failed("inspect --type plugin foo")).toBe('Error response from daemon: plugin "foo" not found\n');
  expect(await failed("node inspect self")).toBe("");
});

it("asks a registry for the digest of an image that is named anew, and says where it has none", async () => {
  const engine = await swarm();
  const image = async (name: string) =>
    (await engine.docker(`service inspect ${name} --format {{.Spec.TaskTemplate.ContainerSpec.Image}}`)).stdout;
  const warning = (name: string): string =>
    `image ${name} could not be accessed on a registry to record\nits digest. Each node will access ${name} ` +
    "independently,\npossibly leading to different nodes running different\nversions of the image.\n\n";
  const create = "service create -d --name";
  expect((await engine.docker(`${create} web busybox sleep 100`)).stderr).toBe("");
  const pinned = await image("web");
  expect(pinned).toMatch(/^busybox:latest@sha256:[0-9a-f]{64}\n$/);
  const { Platforms } = engine.swarm.cluster.services.get("web").spec.TaskTemplate.Placement ?? {};
  expect(Platforms).toContainEqual({ Architecture: "amd64", OS: "linux" });
  await engine.pass("2s");
  expect((await engine.docker("service ls --format '{{.Image}} {{.Replicas}}'")).stdout).toBe("busybox:latest 1/1\n");
  expect((await engine.docker("service update -d --env-add A=1 web")).stderr).toBe("");
  expect(await image("web")).toBe(pinned);
  expect((await engine.docker("service update -d --image busybox:none web")).stderr).toBe(warning("busybox:none"));
  expect(await image("web")).toBe("busybox:none\n");
  expect((await engine.docker(`${create} none nosuchimage`)).stderr).toBe(warning("nosuchimage:latest"));
  expect((await engine.docker(`${create} own --no-resolve-image busybox`)).stderr).toBe("");
  expect(await image("own")).toBe("busybox:latest\n");
});

const refusal = (option: string, name: string, why: string): string =>
  `invalid argument "${option}" for "${name}" flag: ${why}\n\n` +
  "Usage:  docker service create [OPTIONS] IMAGE [COMMAND] [ARG...]\n\n" +
  "Run 'docker service create --help' for more information\n";

it.each([
  ["-p 1.2.3.4:80:80", refusal("1.2.3.4:80:80", "-p, --publish", "hostip is not supported")],
  [
    "-p target=80,mode=z",
    refusal("target=80,mode=z", "-p, --publish", "invalid publish mode value (z): must be either 'ingress' or 'host'"),
  ],
  [
    "-p target=x",
    refusal("target=x", "-p, --publish", "invalid target port (x): value must be an integer: invalid syntax"),
  ],
  [
    "--placement-pref x",
    refusal("x", "--placement-pref", 'placement preference must be of the format "<strategy>=<arg>"'),
  ],
  ["--entrypoint 'a \"b'", refusal('a \\"b', "--entrypoint", "EOF found when expecting closing quote")],
  [
    "--secret source=x,mode=08",
    refusal("source=x,mode=08", "--secret", 'invalid mode specified: strconv.ParseUint: parsing "08": invalid syntax'),
  ],
  ["--secret source=x,mode=9", "secret not found: x\n"],
  ["--health-interval -1s", refusal("-1s", "--health-interval", "duration cannot be negative")],
  [
    "--health-retries -1",
    "Error response from daemon: rpc error: code = InvalidArgument desc = ContainerSpec: Retries in HealthConfig cannot be negative\n",
  ],
  ["--constraint x==y", "Error response from daemon: rpc error: code = Unknown desc = key 'x' is invalid\n"],
  ["--rollback-order nope", "Error response from daemon: unrecognized update order nope\n"],
  [
    "--credential-spec x",
    refusal(
      "x",
      "--credential-spec",
      'invalid credential spec: value must be prefixed with "config://", "file://", or "registry://"',
    ),
  ],
  [
    "--update-max-failure-ratio x",
    refusal("x", "--update-max-failure-ratio", 'strconv.ParseFloat: parsing "x": invalid syntax'),
  ],
  [
    "--generic-resource a=1 --generic-resource a=y",
    "invalid generic resource specification: could not parse GenericResource: " +
      "mixed discrete and named resources in expression 'a=[1 y]'\n",
  ],
  [
    "--mode global --replicas-max-per-node 3",
    "replicas-max-per-node can only be used with replicated or replicated-job mode\n",
  ],
])("refuses docker service create %s as the real client does", async (options, stderr) => {
  expect((await (await swarm()).docker(`service create ${options} busybox`)).stderr).toBe(stderr);
});

it.each([
  ["create --mode x busybox", "Unknown mode: x, only replicated and global supported\n"],
  [
    "create --mode global-job --replicas 3 busybox",
    "replicas can only be used with replicated or replicated-job mode\n",
  ],
  ["create --max-concurrent 3 busybox", "max-concurrent can only be used with replicated-job mode\n"],
  [
    "scale a=",
    "invalid scale specifier 'a='.\nSee 'docker service scale --help'.\n\n" +
      "Usage:  docker service scale SERVICE=REPLICAS [SERVICE=REPLICAS...]\n\nScale one or multiple replicated services\n",
  ],
  ["scale a=x", 'a: invalid replicas value x: strconv.ParseUint: parsing "x": invalid syntax\n'],
])("refuses docker service %s", async (line, stderr) => {
  expect(await (await swarm()).docker(`service ${line}`)).toEqual({ exitCode: 1, stdout: "", stderr });
});
