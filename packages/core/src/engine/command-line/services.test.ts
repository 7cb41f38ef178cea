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
  expect(cluster.services.get("few").spec.Mode).toEqual({ ReplicatedJob: { MaxConcurrent: 2, TotalCompletions: 3 } });
  expect(await listed()).toBe("few replicated job 0/2 (0/3 completed)\nonce global job 0/1 (0/1 completed)\n");
  await engine.pass("30s");
  const completed = (name: string): number =>
    cluster.tasks.of(cluster.services.get(name).id).filter(({ state }) => state === "complete").length;
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
  for (const name of ["web10", "web9"]) await engine.docker(`service create --name ${name} busybox sleep 1000`);
  await engine.pass("5s");
  await engine.docker("service update --force web9");
  await engine.pass("60s");
  const names = async (format: string) =>
    (await engine.docker(`service ps --format '${format}' web10 web9`)).stdout.trimEnd().split("\n");
  expect(await names("table {{.Name}}")).toEqual(["NAME", "web9.1", " \\_ web9.1", "web10.1"]);
  expect(await names("{{.Name}}")).toEqual(["web9.1", "web9.1", "web10.1"]);
});

it("makes the calls of the API that faults can be put on, and that the log tells of", async () => {
  const engine = await swarm();
  await engine.docker("service create --name web busybox sleep 1000");
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
