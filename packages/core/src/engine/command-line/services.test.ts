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
