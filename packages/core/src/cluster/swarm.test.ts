/** What docker says of nodes that join, leave, are promoted and removed. Texts and times are those of Docker 28.5.2. */
import { describe, expect, it } from "vitest";
import { type ClusterOptions, createCluster } from "./index.ts";

const WORKER =
  "Error response from daemon: This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this command on a manager node or promote the current node to a manager.\n";
const LEAVING =
  "Error response from daemon: You are attempting to leave the swarm on a node that is participating as a manager. ";
const LOSING =
  "The only way to restore a swarm that has lost consensus is to reinitialize it with `--force-new-cluster`. Use `--force` to suppress this message.\n";

async function begin(machines = 3, labels: ClusterOptions["labels"] = {}) {
  const cluster = createCluster({ machines, seed: 5, labels });
  const on = async (machine: number, line: string): Promise<string> => {
    const { stdout, stderr } = await cluster.machine(`node-${machine}`).docker(line);
    return stdout + stderr;
  };
  const seconds = (count: number): Promise<void> => cluster.world.advance(count * 1_000_000);
  const timed = async (machine: number, line: string): Promise<readonly [string, number]> => {
    const beganUs = cluster.world.clock.nowUs;
    const said = await on(machine, line);
    return [said, (cluster.world.clock.nowUs - beganUs) / 1e6];
  };
  await on(1, "swarm init");
  const tokens = {
    worker: (await on(1, "swarm join-token -q worker")).trim(),
    manager: (await on(1, "swarm join-token -q manager")).trim(),
  };
  const join = (machine: number, role: "worker" | "manager") =>
    on(machine, `swarm join --token ${tokens[role]} node-1`);
  const nodes = async (machine: number) =>
    (await on(machine, "node ls --format '{{.Hostname}} {{.Status}} {{.ManagerStatus}}'")).slice(0, -1).split("\n");
  const idOf = async (machine: number) => (await on(1, `node inspect -f {{.ID}} node-${machine}`)).trim();
  return { cluster, on, seconds, timed, tokens, join, nodes, idOf };
}

describe("swarm join", () => {
  it("is refused with a token of nobody's, after a while", async () => {
    const { timed, tokens, on } = await begin(2);
    const join = (token: string, address = "node-1:2377") => timed(2, `swarm join --token ${token} ${address}`);
    const error = "Error response from daemon: ";
    expect(await join("nonsense")).toEqual([`${error}invalid join token\n`, 0]);
    const other = tokens.worker.slice(0, -1) + (tokens.worker.endsWith("a") ? "b" : "a");
    const why = "rpc error: code = InvalidArgument desc = A valid join token is necessary to join this cluster";
    expect(await join(other)).toEqual([`${error}${why}\n`, 10]);
    const zeros = `SWMTKN-1-${"0".repeat(50)}-${"0".repeat(25)}`;
    const root = `remote CA does not match fingerprint. Expected: ${"0".repeat(64)}`;
    expect(await join(zeros)).toEqual([`${error}${root}\n`, 10]);
    expect(await on(2, "info -f {{.Swarm.LocalNodeState}}")).toBe("inactive\n");
  });

  it("finds no manager at an address of its own, nor at another port, nor where no swarm is", async () => {
    const { timed, tokens } = await begin(3);
    const addresses = { "10.255.0.2:2377": 10, "10.255.0.3:2377": 10, "10.255.0.1:99": 10 };
    for (const [address, seconds] of Object.entries(addresses)) {
      const why = `transport: Error while dialing: dial tcp ${address}: connect: connection refused`;
      const problem = `rpc error: code = Unavailable desc = connection error: desc = "${why}"`;
      const said = await timed(2, `swarm join --token ${tokens.worker} ${address}`);
      expect(said).toEqual([`Error response from daemon: ${problem}\n`, seconds]);
    }
  });

  it("goes on in the background where nobody answers, until somebody does or it is given up", async () => {
    const { cluster, timed, on, tokens, nodes } = await begin(2);
    const cut = cluster.partition("node-2");
    const [said, seconds] = await timed(2, `swarm join --token ${tokens.worker} node-1:2377`);
    expect([said.slice(0, 70), seconds]).toEqual([
      "Error response from daemon: Timeout was reached before node joined. Th",
      20,
    ]);
    const info = "info -f '{{.Swarm.LocalNodeState}} {{json .Swarm.RemoteManagers}}'";
    expect(await on(2, info)).toBe('pending [{"NodeID":"","Addr":"node-1:2377"}]\n');
    expect(await on(2, "swarm init")).toContain("This node is already part of a swarm.");
    expect(await on(2, "swarm leave")).toBe("Node left the swarm.\n");
    expect(await on(2, "swarm leave")).toBe("Error response from daemon: This node is not part of a swarm\n");
    await on(2, `swarm join --token ${tokens.worker} node-1:2377`);
    cut.end();
    expect(await nodes(1)).toEqual(["node-1 Ready Leader", "node-2 Ready "]);
    expect(await on(2, "info -f {{.Swarm.LocalNodeState}}")).toBe("active\n");
  });

  it("is done once, as what the token is for, also with the availability that it says", async () => {
    const { on, join, nodes, tokens } = await begin();
    expect(await on(2, `swarm join --availability drain --token ${tokens.worker} 10.255.0.1:2377`)).toBe(
      "This node joined a swarm as a worker.\n",
    );
    expect(await join(3, "manager")).toBe("This node joined a swarm as a manager.\n");
    for (const machine of [1, 2, 3]) {
      expect(await join(machine, "worker")).toContain("This node is already part of a swarm. Use");
    }
    expect(await nodes(3)).toEqual(["node-1 Ready Leader", "node-2 Ready ", "node-3 Ready Reachable"]);
    expect(await on(1, "node inspect -f '{{.Spec.Availability}} {{.Status.Addr}}' node-2")).toBe("drain 10.255.0.2\n");
    // A token that is renewed is good for nobody any more.
    expect(await on(1, "swarm join-token --rotate -q worker")).not.toContain(tokens.worker);
    expect(await on(2, "swarm leave")).toBe("Node left the swarm.\n");
    expect(await join(2, "worker")).toContain("A valid join token is necessary");
  });
});

describe("a worker", () => {
  it("cannot be asked for what managers know", async () => {
    const { on, join } = await begin(2);
    await join(2, "worker");
    for (const line of ["node ls", "service ls", "swarm join-token worker", "stack ls", "secret ls", "node ps"]) {
      expect(await on(2, line)).toBe(WORKER);
    }
    expect(await on(2, "node inspect self")).toBe(`[]\n${WORKER}`);
    expect(await on(2, "network create -d overlay n")).toContain('Use "docker swarm init" or "docker swarm join"');
    expect(await on(2, "info -f '{{json .Swarm}}'")).toMatch(
      /"NodeAddr":"10.255.0.2","LocalNodeState":"active","ControlAvailable":false,"Error":"","RemoteManagers":\[\{"NodeID":"\w{25}","Addr":"10.255.0.1:2377"\}\]\}/,
    );
  });

  it("leaves without being asked twice; the managers miss it after three beats", async () => {
    const { on, join, seconds, nodes } = await begin(2);
    await join(2, "worker");
    await on(1, "service create -d -q --name web --mode global busybox sleep 1000");
    await seconds(4);
    expect(await on(2, "swarm leave")).toBe("Node left the swarm.\n");
    expect(await on(2, "ps -aq")).toBe("");
    expect(await on(2, "network ls --filter driver=overlay -q")).toBe("");
    expect(await on(1, "node rm node-2")).toMatch(/node \w{25} is not down and can't be removed\n$/);
    await seconds(10);
    expect(await nodes(1)).toEqual(["node-1 Ready Leader", "node-2 Ready "]);
    await seconds(5);
    expect(await nodes(1)).toEqual(["node-1 Ready Leader", "node-2 Down "]);
    expect(await on(1, "node inspect -f '{{json .Status}}' node-2")).toBe(
      '{"State":"down","Message":"heartbeat failure","Addr":"10.255.0.2"}\n',
    );
    expect(await on(1, "node inspect --pretty node-2")).toContain(
      " State:\t\t\tDown\n Message:              \tHeartbeat failure\n Availability:         \tActive\n",
    );
    expect(await on(1, "node rm node-2")).toBe("node-2\n");
    // It may join again, as another node.
    expect(await join(2, "worker")).toContain("as a worker");
    expect(await nodes(1)).toEqual(["node-1 Ready Leader", "node-2 Ready "]);
  });

  it("is removed by force while it runs, and hears nothing of it", async () => {
    const { on, join, seconds, idOf } = await begin(2);
    await join(2, "worker");
    await on(1, "service create -d -q --name web --replicas 2 busybox sleep 1000");
    await seconds(4);
    const id = await idOf(2);
    expect(await on(1, "node rm --force node-2")).toBe("node-2\n");
    await seconds(4);
    const tasks = await on(1, "service ps web --format '{{.Node}} {{.DesiredState}} {{.CurrentState}}'");
    expect(tasks).toContain(`${id} Shutdown Orphaned`);
    expect(tasks.match(/node-1 Running Running/g)).toHaveLength(2);
    expect((await on(2, "ps -q")).trim()).toMatch(/^\w{12}$/);
    expect(await on(2, "info -f {{.Swarm.LocalNodeState}}")).toBe("active\n");
    expect(await on(2, "swarm leave")).toBe("Node left the swarm.\n");
  });
});

describe("a manager", () => {
  it("is told what its leaving would mean", async () => {
    const { on, join } = await begin();
    expect(await on(1, "swarm leave")).toContain("Removing the last manager erases all current state of the swarm.");
    await join(2, "manager");
    const loss =
      "Removing this node leaves 1 managers out of 2. Without a Raft quorum your swarm will be inaccessible. ";
    expect(await on(2, "swarm leave")).toBe(LEAVING + loss + LOSING);
    await join(3, "manager");
    expect(await on(1, "swarm leave")).toBe(LEAVING + LOSING);
    expect(await on(1, "swarm leave --force")).toBe("Node left the swarm.\n");
    expect(await on(1, "info -f {{.Swarm.LocalNodeState}}")).toBe("inactive\n");
  });

  it("is promoted and demoted, and not removed before that", async () => {
    const { on, join, idOf, nodes } = await begin();
    await join(2, "worker");
    await join(3, "worker");
    const id = await idOf(2);
    expect(await on(1, "node promote node-2")).toBe("Node node-2 promoted to a manager in the swarm.\n");
    expect(await on(1, "node promote node-2")).toBe(`Node ${id} is already a manager.\n`);
    expect(await nodes(2)).toEqual(["node-1 Ready Leader", "node-2 Ready Reachable", "node-3 Ready "]);
    const problem = `node ${id} is a cluster manager and is a member of the raft cluster. It must be demoted to worker before removal`;
    for (const flags of ["", "--force "]) expect(await on(1, `node rm ${flags}node-2`)).toContain(problem);
    // Who led is a worker from then on: the other leads at once.
    expect(await on(2, "node demote node-1")).toBe("Manager node-1 demoted in the swarm.\n");
    expect((await nodes(2)).map((line) => line.split(" ")[2])).toEqual(["", "Leader", ""]);
    expect(await on(1, "node ls")).toBe(WORKER);
    expect(await on(2, "node demote node-2")).toContain("attempting to demote the last manager of the swarm");
  });

  it("cannot be demoted if too few would be left that hear each other", async () => {
    const { cluster, on, join, seconds } = await begin();
    await join(2, "manager");
    await join(3, "manager");
    await cluster.machine("node-3").crash();
    await seconds(1);
    const problem = "can't remove member from the raft: this would result in a loss of quorum";
    expect(await on(1, "node demote node-2")).toContain(problem);
    expect(await on(1, "node demote node-3")).toBe("Manager node-3 demoted in the swarm.\n");
    expect(await on(1, "node demote node-2")).toBe("Manager node-2 demoted in the swarm.\n");
  });

  it("goes on alone when it is made to", async () => {
    const { cluster, on, join, seconds, nodes } = await begin();
    await join(2, "manager");
    await join(3, "manager");
    await on(1, "service create -d -q --name web busybox sleep 1000");
    await cluster.machine("node-2").crash();
    await cluster.machine("node-3").crash();
    await seconds(60);
    expect(await on(1, "service ls -q")).toContain("The swarm does not have a leader.");
    expect(await on(1, "swarm init --force-new-cluster")).toContain("is now a manager.");
    await seconds(40);
    expect(await nodes(1)).toEqual(["node-1 Ready Leader", "node-2 Down ", "node-3 Down "]);
    expect(await on(1, "service ls --format '{{.Name}} {{.Replicas}}'")).toBe("web 1/1\n");
  });

  it("warns where there are two of them", async () => {
    const { on, join } = await begin(2);
    await join(2, "manager");
    expect(await on(1, "info -f '{{len .Warnings}} {{.Swarm.Managers}} {{.Swarm.Nodes}}'")).toBe("1 2 2\n");
    expect(await on(2, "info")).toContain("  Manager Addresses:\n   10.255.0.1:2377\n   10.255.0.2:2377\n");
  });

  it("tells of nodes in its events", async () => {
    const { on, join } = await begin();
    await join(2, "worker");
    await on(1, "node promote node-2");
    const [first = "", ...rest] = (await on(1, "events --since 1m --until 0s --filter type=node")).trim().split("\n");
    expect(first).toContain("(name=node-1, state.new=ready, state.old=unknown)");
    expect(rest.map((line) => line.replace(/^\S+ (\w+ \w+) \w+/, "$1"))).toEqual([
      "node create (name=)",
      ...Array.from({ length: 3 }, () => "node update (name=)"),
      "node update (name=node-2, state.new=ready, state.old=unknown)",
      "node update (name=node-2)",
      "node update (name=node-2, role.new=manager, role.old=worker)",
    ]);
  });
});

describe("tasks", () => {
  const PENDING = "no suitable node";

  it("say what is in the way on how many nodes, and come when it is gone", async () => {
    const { on, join, seconds } = await begin();
    await join(2, "worker");
    await join(3, "worker");
    const create = (name: string, options: string) =>
      on(1, `service create -d -q --name ${name} ${options} busybox sleep 1000`);
    await create("zoned", "--replicas 2 --constraint node.labels.zone==a");
    await create("big", "--reserve-memory 1000GB");
    await create("most", "--replicas 5 --replicas-max-per-node 1");
    await create("mixed", "--constraint node.role==manager --constraint node.hostname==node-2");
    await create("workers", "--replicas 2 --constraint node.role==worker");
    await seconds(2);
    const errors = async (service: string): Promise<readonly string[]> => {
      const format = "--format '{{.Node}} {{.Error}}'";
      return (await on(1, `service ps ${service} --no-trunc ${format}`)).slice(0, -1).split("\n").toSorted();
    };
    const zoned = ` "${PENDING} (scheduling constraints not satisfied on 3 nodes)"`;
    expect(await errors("zoned")).toEqual([zoned, zoned]);
    expect(await errors("big")).toEqual([` "${PENDING} (insufficient resources on 3 nodes)"`]);
    const most = ` "${PENDING} (max replicas per node limit exceed)"`;
    expect(await errors("most")).toEqual([most, most, "node-1 ", "node-2 ", "node-3 "]);
    expect(await errors("mixed")).toEqual([zoned]);
    expect(await errors("workers")).toEqual(["node-2 ", "node-3 "]);
    await on(1, "node update --label-add zone=a node-3");
    await seconds(2);
    expect(await errors("zoned")).toEqual(["node-3 ", "node-3 "]);
    await on(1, "node update --availability pause node-3");
    await on(1, "service scale -d zoned=3");
    await seconds(2);
    const why = "(scheduling constraints not satisfied on 2 nodes; 1 node not available for new tasks)";
    expect(await errors("zoned")).toEqual([` "${PENDING} ${why}"`, "node-3 ", "node-3 "]);
  });

  it("are spread over what a label says first", async () => {
    const { on, join, seconds } = await begin();
    await join(2, "worker");
    await join(3, "worker");
    for (const [node, zone] of Object.entries({ 1: "a", 2: "a", 3: "b" })) {
      await on(1, `node update --label-add zone=${zone} node-${node}`);
    }
    const options = "--replicas 6 --placement-pref spread=node.labels.zone";
    await on(1, `service create -d -q --name web ${options} busybox sleep 1000`);
    await seconds(2);
    const where = (await on(1, "service ps web --format {{.Node}}")).trim().split("\n");
    const count = (node: string): number => where.filter((one) => one === node).length;
    expect(count("node-3")).toBe(3);
    expect(count("node-1") + count("node-2")).toBe(3);
  });

  it("bring networks along that their machines have not heard of", async () => {
    const { on, join, seconds } = await begin(2);
    await join(2, "worker");
    await on(1, "network create -d overlay inner");
    await on(1, "service create -d -q --name web --network inner --constraint node.role==worker busybox sleep 1000");
    await seconds(2);
    expect(await on(1, "service ps web --format '{{.CurrentState}} {{.Error}}'")).toMatch(/^Running .* ago \n$/);
    expect(await on(2, "network inspect -f {{.Driver}} inner")).toBe("overlay\n");
  });

  it("are placed by what daemons say of themselves, too", async () => {
    const { on, join, seconds } = await begin(3, { "node-1": { disk: "ssd" }, "node-3": { disk: "ssd", rack: "b" } });
    await join(2, "worker");
    await join(3, "worker");
    const create = (name: string, options: string) =>
      on(1, `service create -d -q --name ${name} ${options} busybox sleep 1000`);
    await create("fast", "--replicas 4 --constraint engine.labels.disk==ssd");
    await create("slow", "--replicas 2 --constraint engine.labels.disk!=ssd");
    await create("racked", "--replicas 4 --placement-pref spread=engine.labels.rack");
    await seconds(2);
    const where = async (service: string): Promise<readonly string[]> =>
      (await on(1, `service ps ${service} --format {{.Node}}`)).trim().split("\n").toSorted();
    expect(await where("fast")).toEqual(["node-1", "node-1", "node-3", "node-3"]);
    expect(await where("slow")).toEqual(["node-2", "node-2"]);
    expect((await where("racked")).filter((node) => node === "node-3")).toHaveLength(2);
    expect(await on(3, "info -f '{{json .Labels}}'")).toBe('["disk=ssd","rack=b"]\n');
    expect(await on(3, "info")).toContain(" Labels:\n  disk=ssd\n  rack=b\n Experimental: false\n");
    expect(await on(1, "node ls -q --filter label=disk=ssd")).toHaveLength(2 * 26);
    expect(await on(1, "node inspect --pretty node-3")).toContain(
      "Engine Labels:\n - disk=ssd\n - rack=b\nTLS Info:\n",
    );
  });

  it("have their logs and their processes shown by a manager, wherever they are", async () => {
    const { cluster, on, join, seconds } = await begin(2);
    await join(2, "worker");
    const line = "service create -d -q --name web --constraint node.role==worker busybox sh -c 'echo here; sleep 1000'";
    await on(1, line);
    await seconds(2);
    expect(await on(1, "service logs --raw web")).toBe("here\n");
    const controller = new AbortController();
    const follows = cluster.machine("node-1").docker("service logs -f --raw web", { signal: controller.signal });
    await on(1, "service update -d -q --env-add A=b web");
    await seconds(20);
    controller.abort();
    // Also of tasks that begin later.
    expect((await follows).stdout).toBe("here\nhere\n");
    const id = (await on(1, "service ps -q -f desired-state=running web")).trim();
    expect(await on(1, `inspect -f '{{.Status.ContainerStatus.PID}}' ${id}`)).toMatch(/^[1-9]\d*\n$/);
  });
});
