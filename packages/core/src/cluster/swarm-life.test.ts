/** What becomes of a swarm when its machines' daemons come and go, and in snapshots of its machines. */
import { expect, it } from "vitest";
import { createEngine, replay } from "../engine/index.ts";
import { type Cluster, createCluster } from "./index.ts";

async function begin(roles: readonly ("worker" | "manager")[], { journal = false } = {}) {
  const cluster = createCluster({ machines: roles.length + 1, seed: 5, journal });
  const on = async (machine: number, line: string): Promise<string> => {
    const { stdout, stderr } = await cluster.machine(`node-${machine}`).docker(line);
    return stdout + stderr;
  };
  const seconds = (count: number): Promise<void> => cluster.world.advance(count * 1_000_000);
  await on(1, "swarm init");
  for (const [index, role] of roles.entries()) {
    const token = (await on(1, `swarm join-token -q ${role}`)).trim();
    await on(index + 2, `swarm join --token ${token} node-1`);
  }
  const tasks = async (machine: number, service: string) =>
    (await on(machine, `service ps ${service} --format '{{.Name}} {{.Node}} {{.DesiredState}} {{.CurrentState}}'`))
      .slice(0, -1)
      .split("\n")
      .map((line) => line.replace(/ (?:\d+|about|less) .*$/, ""));
  return { cluster, on, seconds, tasks };
}

const NODES = "node ls --format '{{.Hostname}} {{.Status}} {{.ManagerStatus}}'";

it("a daemon that is stopped stops its tasks, and gets others when it is back before anybody misses it", async () => {
  const { cluster, on, seconds, tasks } = await begin(["worker"]);
  await on(1, "service create -d -q --name web --mode global busybox sleep 1000");
  await seconds(4);
  const { daemon } = cluster.machine("node-2").engine;
  await daemon.stop();
  await seconds(1);
  await daemon.start();
  await seconds(8);
  expect(await on(1, NODES)).toBe("node-1 Ready Leader\nnode-2 Ready \n");
  const id = (await on(1, "node inspect -f {{.ID}} node-2")).trim();
  expect((await tasks(1, "web")).filter((line) => line.includes("node-2"))).toEqual([
    `web.${id} node-2 Running Running`,
    `web.${id} node-2 Shutdown Failed`,
  ]);
});

it("tasks of a daemon that crashes go on with live-restore, though their manager has others by then", async () => {
  const { cluster, on, seconds, tasks } = await begin(["worker"]);
  await on(1, "service create -d -q --name web --constraint node.hostname!=node-1 busybox sleep 1000");
  await seconds(4);
  const { daemon, containers } = cluster.machine("node-2").engine;
  daemon.liveRestore = true;
  daemon.crash();
  await seconds(20);
  expect(await on(1, NODES)).toBe("node-1 Ready Leader\nnode-2 Down \n");
  expect(await tasks(1, "web")).toEqual(["web.1  Running Pending", "web.1 node-2 Shutdown Running"]);
  expect(containers.list().map(({ state }) => state)).toEqual(["running"]);
  await daemon.start();
  await seconds(14);
  expect(await tasks(1, "web")).toEqual(["web.1 node-2 Running Running", "web.1 node-2 Shutdown Shutdown"]);
});

it("one manager whose daemon restarts finds its nodes again", async () => {
  const { cluster, on, seconds, tasks } = await begin(["worker"]);
  await on(1, "service create -d -q --name web --constraint node.role==worker busybox sleep 1000");
  await seconds(4);
  const before = await on(2, "ps -q");
  const { daemon } = cluster.machine("node-1").engine;
  daemon.crash();
  expect(await on(1, NODES)).toContain("Cannot connect to the Docker daemon");
  await seconds(60);
  expect(await on(2, "ps -q")).toBe(before);
  await daemon.start();
  expect(await on(1, NODES)).toBe("node-1 Unknown Leader\nnode-2 Unknown \n");
  await seconds(2);
  expect(await on(1, NODES)).toBe("node-1 Ready Leader\nnode-2 Ready \n");
  expect(await tasks(1, "web")).toEqual(["web.1 node-2 Running Running"]);
});

it("tells what it could not tell before as soon as a manager hears it", async () => {
  const { cluster, on, seconds, tasks } = await begin(["worker"]);
  const job = "service create -d -q --name job --mode replicated-job --constraint node.role==worker busybox sleep 6";
  await on(1, job);
  await seconds(3);
  const partition = cluster.partition("node-2");
  await seconds(6);
  expect(await on(2, "ps -a --format {{.State}}")).toBe("exited\n");
  expect(await tasks(1, "job")).toEqual([expect.stringContaining("node-2 Complete Running")]);
  partition.end();
  await seconds(1);
  expect(await tasks(1, "job")).toEqual([expect.stringContaining("node-2 Complete Complete")]);
});

it("a manager in a snapshot goes on alone if nobody else is needed, and has all tasks in the end", async () => {
  const { cluster, on, seconds, tasks } = await begin(["worker"]);
  await on(1, "service create -d -q --name web --replicas 2 busybox sleep 1000000");
  await seconds(4);
  expect((await tasks(1, "web")).length).toBe(2);
  const snapshot = cluster.machine("node-1").engine.snapshot({ running: "restart" });
  const later = createEngine({ from: snapshot });
  await later.restored;
  await later.pass("1m");
  expect((await later.docker(NODES)).stdout).toBe("node-1 Ready Leader\nnode-2 Down \n");
  // What ran on a node that is lost is counted, for nobody knows better.
  expect((await later.docker("service ls --format {{.Replicas}}")).stdout).toBe("3/2\n");
  expect((await later.docker("ps -q")).stdout.trim().split("\n")).toHaveLength(2);
});

it("a worker in a snapshot is a worker of a swarm that it does not find", async () => {
  const { cluster, on, seconds } = await begin(["worker"]);
  await on(1, "service create -d -q --name web --constraint node.role==worker busybox sleep 1000000");
  await seconds(4);
  const later = createEngine({ from: cluster.machine("node-2").engine.snapshot({ running: "restart" }) });
  await later.restored;
  await later.pass("1m");
  expect((await later.docker("info -f {{.Swarm.LocalNodeState}}:{{.Swarm.ControlAvailable}}")).stdout).toBe(
    "active:false\n",
  );
  expect((await later.docker("ps -q")).stdout.trim()).toMatch(/^\w{12}$/);
  expect((await later.docker("swarm leave")).stdout).toBe("Node left the swarm.\n");
  expect((await later.docker("ps -aq")).stdout).toBe("");
});

it("two managers in a snapshot of one of them have no leader", async () => {
  const { cluster } = await begin(["manager"]);
  const later = createEngine({ from: cluster.machine("node-1").engine.snapshot() });
  await later.restored;
  await later.pass("30s");
  expect((await later.docker(NODES)).stderr).toContain("The swarm does not have a leader.");
});

it("nobody waits for tasks of a node that has been down for a day", async () => {
  const { cluster, on, seconds, tasks } = await begin(["worker"]);
  await on(1, "service create -d -q --name web --constraint node.role==worker busybox sleep 1000000");
  await seconds(4);
  await cluster.machine("node-2").crash();
  await seconds(24 * 3600 + 20);
  expect(await tasks(1, "web")).toEqual(["web.1  Running Pending", "web.1 node-2 Shutdown Orphaned"]);
});

it("an update goes on without the machine that crashes in the middle of it", async () => {
  const { cluster, on, seconds } = await begin(["manager", "manager"]);
  const options = "--update-delay 3s --stop-grace-period 1s --replicas 6";
  await on(1, `service create -d -q --name web ${options} busybox sleep 1000000`);
  await seconds(4);
  await on(2, "service update -d -q --env-add A=b web");
  await seconds(6);
  await cluster.machine("node-1").crash();
  await seconds(120);
  expect(await on(2, "service inspect -f {{.UpdateStatus.State}} web")).toBe("completed\n");
  const running = await on(3, "service ps web -q -f desired-state=running");
  const ids = running.trim().split("\n");
  expect(ids).toHaveLength(6);
  for (const id of ids) expect(await on(2, `inspect -f {{.Spec.ContainerSpec.Env}} ${id}`)).toBe("[A=b]\n");
});

it("a journal tells what has become of a swarm again, up to any moment", async () => {
  const { cluster, on, seconds } = await begin(["worker", "manager"], { journal: true });
  await on(1, "service create -d -q --name web --replicas 3 busybox sleep 1000000");
  await seconds(5);
  await cluster.machine("node-2").crash();
  await seconds(60);
  const middle = cluster.world.clock.uptimeUs;
  await cluster.machine("node-2").boot();
  using _ = cluster.partition("node-1");
  await seconds(60);
  const { journal } = cluster;
  const seen = async (one: Cluster, name: string): Promise<string> => {
    const machine = one.machine(name);
    const outputs = [
      await machine.docker(NODES),
      await machine.docker("service ps web"),
      await machine.docker("ps -aq"),
    ];
    return outputs.map(({ stdout, stderr }) => stdout + stderr).join("");
  };
  const again = await replay(journal);
  for (const name of ["node-1", "node-2", "node-3"]) {
    expect(await seen(again, name)).toBe(await seen(cluster, name));
  }
  const then = await replay(journal, { until: middle });
  expect((await then.machine("node-1").docker(NODES)).stdout).toBe(
    "node-1 Ready Leader\nnode-2 Down \nnode-3 Ready Reachable\n",
  );
});
