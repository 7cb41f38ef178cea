/**
 * Swarms of several machines: they join, share the work, lose each other and find each other again.
 *
 * What is told here three Docker Engines 28.5.2 on a bridge have done, too; times are those of the simulated ones.
 */
import { type Cluster, createCluster } from "@bottleship/core/cluster";
import { describe, expect, it } from "vitest";

type Role = "worker" | "manager";

/** A swarm that begins on the first machine; the others join in the given roles. */
async function swarm(roles: readonly Role[], seed = 3): Promise<Story> {
  const cluster = createCluster({ machines: roles.length + 1, seed });
  const story = new Story(cluster);
  for (const { engine } of cluster.machines) await engine.docker("pull -q busybox");
  await story.on(1, "swarm init");
  for (const [index, role] of roles.entries()) {
    const token = (await story.on(1, `swarm join-token -q ${role}`)).trim();
    const joined = await story.on(index + 2, `swarm join --token ${token} node-1:2377`);
    expect(joined).toBe(`This node joined a swarm as a ${role}.\n`);
  }
  return story;
}

class Story {
  readonly cluster: Cluster;

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  /** What docker says on a machine. */
  async on(machine: number, line: string | readonly string[]): Promise<string> {
    const { stdout, stderr } = await this.cluster.machine(`node-${machine}`).docker(line);
    return stdout + stderr;
  }

  async seconds(count: number): Promise<void> {
    await this.cluster.world.advance(count * 1_000_000);
  }

  /** "node-1 Ready Leader" */
  async nodes(machine: number): Promise<readonly string[]> {
    const format = "{{.Hostname}} {{.Status}} {{.ManagerStatus}}";
    return (await this.on(machine, ["node", "ls", "--format", format])).trim().split("\n");
  }

  /** Where tasks run that are to run: how many on each machine. */
  async spread(machine: number, service: string): Promise<Readonly<Record<string, number>>> {
    const format = "{{.Node}} {{.CurrentState}}";
    const argv = ["service", "ps", service, "-f", "desired-state=running", "--format", format];
    const rows = (await this.on(machine, argv)).trim().split("\n");
    const count: Record<string, number> = {};
    for (const row of rows) {
      const [node = "", state = ""] = row.split(" ");
      const key = state === "Running" ? node : `${node} ${state}`;
      count[key] = (count[key] ?? 0) + 1;
    }
    return count;
  }
}

const SLEEP = "busybox sleep 1000000";
const NO_LEADER =
  "Error response from daemon: rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online.\n";

describe("machines that join", () => {
  it("are nodes of one swarm, and its tasks are spread over them", async () => {
    const story = await swarm(["worker", "manager"]);
    expect(await story.nodes(3)).toEqual(["node-1 Ready Leader", "node-2 Ready ", "node-3 Ready Reachable"]);
    expect(await story.on(2, "node ls")).toContain("Worker nodes can't be used to view or modify cluster state.");
    await story.on(3, `service create -d -q --name web --replicas 6 ${SLEEP}`);
    await story.seconds(3);
    expect(await story.spread(1, "web")).toEqual({ "node-1": 2, "node-2": 2, "node-3": 2 });
    expect((await story.on(2, "ps -q --filter name=web.")).trim().split("\n")).toHaveLength(2);
    await story.on(1, `service create -d -q --name all --mode global ${SLEEP}`);
    await story.seconds(3);
    expect(await story.spread(3, "all")).toEqual({ "node-1": 1, "node-2": 1, "node-3": 1 });
  });

  it("reach a service by its name and by its port, wherever its tasks are, with secrets that came along", async () => {
    const story = await swarm(["worker", "worker"]);
    await story.on(1, "network create -d overlay --attachable shop");
    await story.cluster.machine("node-1").docker("secret create key -", { stdin: "hush" });
    const script = "mkdir /w; echo $(cat /run/secrets/key) $NODE > /w/index.html; exec httpd -f -p 80 -h /w";
    const options = "--name web --network shop --replicas 2 -p 8080:80 --secret key --constraint node.role==worker";
    const argv = ["service", "create", "-d", "-q", ...options.split(" "), "-e", "NODE={{.Node.Hostname}}"];
    await story.on(1, [...argv, "busybox", "sh", "-c", script]);
    await story.seconds(3);
    const fetch = async (machine: number, network: string, url: string): Promise<readonly string[]> => {
      const loop = `for i in 1 2; do wget -T 3 -qO- ${url}; done`;
      const run = ["run", "--rm", "--network", network, "busybox", "sh", "-c", loop];
      return (await story.on(machine, run)).trim().split("\n").toSorted();
    };
    const both = ["hush node-2", "hush node-3"];
    expect(await fetch(1, "shop", "http://web/")).toEqual(both);
    expect(await fetch(3, "shop", "http://web/")).toEqual(both);
    for (const machine of [1, 2, 3])
      expect(await fetch(machine, "bridge", `http://node-${machine}:8080/`)).toEqual(both);
    // A worker knows a network as long as something of its is on it.
    expect(await story.on(2, "network ls --filter name=shop --format {{.Name}}")).toBe("shop\n");
    await story.on(1, "service rm web");
    await story.seconds(12);
    expect(await story.on(2, "network ls --filter name=shop --format {{.Name}}")).toBe("");
    expect(await story.on(1, "network ls --filter name=shop --format {{.Name}}")).toBe("shop\n");
  });
});

describe("a machine that is drained", () => {
  it("gives its tasks to the others, and gets none back when it is active again", async () => {
    const story = await swarm(["worker", "worker"]);
    await story.on(1, `service create -d -q --name web --replicas 6 ${SLEEP}`);
    await story.seconds(3);
    await story.on(1, "node update --availability drain node-2");
    await story.seconds(12);
    expect(await story.spread(1, "web")).toEqual({ "node-1": 3, "node-3": 3 });
    expect(await story.on(2, "ps -q")).toBe("");
    await story.on(1, "node update --availability active node-2");
    await story.seconds(3);
    expect(await story.spread(1, "web")).toEqual({ "node-1": 3, "node-3": 3 });
    // What is new goes where there is least.
    await story.on(1, "service scale -d web=9");
    await story.seconds(3);
    expect(await story.spread(1, "web")).toEqual({ "node-1": 3, "node-2": 3, "node-3": 3 });
  });
});

describe("a leader that crashes", () => {
  it("is followed by another, who gives its tasks to others when it is down", async () => {
    const story = await swarm(["manager", "manager"]);
    const { cluster } = story;
    await story.on(1, `service create -d -q --name web --replicas 3 ${SLEEP}`);
    await story.seconds(3);
    await cluster.machine("node-1").crash();
    const crashedUs = cluster.world.clock.nowUs;
    // Whoever asks waits until somebody leads: between ten and twenty seconds.
    const [first, ...others] = await story.nodes(2);
    const waitedUs = cluster.world.clock.nowUs - crashedUs;
    expect(waitedUs).toBeGreaterThanOrEqual(10_000_000);
    expect(waitedUs).toBeLessThanOrEqual(20_000_000);
    expect(first).toBe("node-1 Unknown Unreachable");
    expect(others.map((node) => node.split(" ")[2]).toSorted()).toEqual(["Leader", "Reachable"]);
    await story.seconds(2);
    expect((await story.nodes(2)).map((node) => node.split(" ")[1])).toEqual(["Unknown", "Ready", "Ready"]);
    await story.seconds(35);
    expect((await story.nodes(2))[0]).toBe("node-1 Down Unreachable");
    expect(Object.values(await story.spread(2, "web")).reduce((sum, count) => sum + count)).toBe(3);
    expect(await story.spread(2, "web")).not.toHaveProperty("node-1");
    await cluster.machine("node-1").boot();
    await story.seconds(2);
    expect((await story.nodes(1))[0]).toBe("node-1 Ready Reachable");
    const task = "service ps web -f node=node-1 --format '{{.DesiredState}} {{.CurrentState}}'";
    expect(await story.on(1, task)).toMatch(/^Shutdown (Shutdown|Failed) /);
    // What runs stays where it is.
    expect(await story.spread(1, "web")).not.toHaveProperty("node-1");
  });

  it("takes the quorum with it if too few are left, until one comes back", async () => {
    const story = await swarm(["manager", "manager"]);
    const { cluster } = story;
    await story.on(3, `service create -d -q --name web --replicas 3 ${SLEEP}`);
    await story.seconds(3);
    await cluster.machine("node-1").crash();
    await cluster.machine("node-2").crash();
    // First it waits for as long as a request may take; later it knows.
    expect(await story.on(3, "node ls")).toBe(
      "Error response from daemon: rpc error: code = DeadlineExceeded desc = context deadline exceeded\n",
    );
    const before = cluster.world.clock.nowUs;
    expect(await story.on(3, "service ls")).toBe(NO_LEADER);
    expect(await story.on(3, "network create -d overlay late")).toBe(NO_LEADER);
    expect(cluster.world.clock.nowUs).toBe(before);
    expect(await story.on(3, "info --format {{.Swarm.ControlAvailable}}:{{.Swarm.Nodes}}")).toBe("true:0\n");
    expect(await story.on(3, "swarm leave")).not.toContain("leaves");
    expect((await story.on(3, "ps -q --filter name=web.")).trim()).not.toBe("");
    await cluster.machine("node-2").boot();
    await story.seconds(22);
    expect((await story.nodes(3)).map((node) => node.split(" ")[1])).toEqual(["Unknown", "Ready", "Ready"]);
    await story.seconds(40);
    expect(Object.keys(await story.spread(2, "web")).toSorted()).toEqual(["node-2", "node-3"]);
  });
});

describe("a partition", () => {
  it("leaves the part without most managers alone with what it runs, which ends when they meet again", async () => {
    const story = await swarm(["manager", "manager", "worker"]);
    const { cluster } = story;
    await story.on(1, `service create -d -q --name web --replicas 4 ${SLEEP}`);
    await story.seconds(3);
    const partition = cluster.partition("node-1", "node-4");
    // Who led still tells what it knows, and cannot change it any more.
    expect((await story.nodes(1))[0]).toBe("node-1 Ready Leader");
    expect(await story.on(1, "service scale web=9")).toContain(
      "raft: failed to process the request: node lost leader status",
    );
    await story.seconds(60);
    expect(await story.on(1, "node ls")).toBe(NO_LEADER);
    expect(await story.spread(2, "web")).toEqual({ "node-2": 2, "node-3": 2 });
    expect((await story.nodes(3)).map((node) => node.split(" ")[1])).toEqual(["Down", "Ready", "Ready", "Down"]);
    for (const machine of [1, 4]) expect((await story.on(machine, "ps -q")).trim().split("\n")).toHaveLength(1);
    partition.end();
    await story.seconds(15);
    expect((await story.nodes(1)).map((node) => node.split(" ")[1])).toEqual(["Ready", "Ready", "Ready", "Ready"]);
    for (const machine of [1, 4]) expect(await story.on(machine, "ps -q")).toBe("");
    expect(await story.spread(1, "web")).toEqual({ "node-2": 2, "node-3": 2 });
  });

  it("goes the same way each time for a seed", async () => {
    const told = async (): Promise<string> => {
      const story = await swarm(["manager", "manager"], 9);
      await story.on(1, `service create -d -q --name web --replicas 5 ${SLEEP}`);
      await story.seconds(3);
      const partition = story.cluster.partition("node-1");
      await story.seconds(60);
      partition.end();
      await story.seconds(10);
      return (
        (await story.on(2, "events --since 5m --until 0s --filter type=node")) + (await story.on(3, "service ps web"))
      );
    };
    expect(await told()).toBe(await told());
  });
});
