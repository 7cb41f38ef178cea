/**
 * Whatever happens to the machines of a swarm: when all of them run and hear each other again, there is what is wanted,
 * and nothing else.
 */
import { type Cluster, type ClusterMachine, createCluster } from "@bottleship/core/cluster";
import { Prng } from "@bottleship/core/sim";
import { expect, it } from "vitest";

const MACHINES = 5;
const STEPS = 25;
const SECOND_US = 1_000_000;
const SERVER = "trap exit TERM; mkdir /w; echo hi > /w/index.html; httpd -p 80 -h /w; while :; do sleep 1; done";

interface Day {
  readonly cluster: Cluster;
  readonly chance: Prng;
  /** By the machine that is cut off. */
  readonly cuts: Map<ClusterMachine, { end(): void }>;
  /** Of the service `web`. */
  replicas: number;
}

async function on({ cluster }: Day, machine: number, line: string | readonly string[]): Promise<string> {
  const { stdout, stderr } = await cluster.machine(`node-${machine}`).docker(line);
  return stdout + stderr;
}

async function begin(seed: number): Promise<Day> {
  const cluster = createCluster({ machines: MACHINES, seed });
  const day: Day = { cluster, chance: new Prng(`faults of ${seed}`), cuts: new Map(), replicas: 6 };
  for (const { engine } of cluster.machines) await engine.docker("pull -q busybox");
  await on(day, 1, "swarm init");
  for (const [index, role] of ["manager", "manager", "worker", "worker"].entries()) {
    const token = (await on(day, 1, `swarm join-token -q ${role}`)).trim();
    await on(day, index + 2, `swarm join --token ${token} node-1`);
  }
  await on(day, 1, "network create -d overlay net");
  const grace = ["--stop-grace-period", "1s"];
  const options = "--name web --network net -p 8080:80 --replicas 6".split(" ");
  await on(day, 1, ["service", "create", "-d", "-q", ...options, ...grace, "busybox", "sh", "-c", SERVER]);
  const all = "service create -d -q --name all --mode global".split(" ");
  await on(day, 1, [...all, ...grace, "busybox", "sleep", "1000000"]);
  return day;
}

const FAULTS: readonly ((day: Day, machine: ClusterMachine) => unknown)[] = [
  (_day, machine) => machine.crash(),
  (_day, machine) => machine.boot(),
  (_day, machine) => machine.state === "up" && machine.engine.daemon.crash(),
  (_day, machine) => machine.state === "up" && machine.engine.daemon.start(),
  ({ cluster, cuts }, machine) => cuts.has(machine) || cuts.set(machine, cluster.partition(machine.name)),
  ({ cuts }, machine) => {
    cuts.get(machine)?.end();
    cuts.delete(machine);
  },
  async (day, machine) => {
    const replicas = 2 + day.chance.below(6);
    const { exitCode } = await machine.docker(`service scale -d web=${replicas}`);
    if (exitCode === 0) day.replicas = replicas;
  },
  ({ chance }, machine) => {
    const availability = ["active", "drain", "pause"][chance.below(3)];
    return machine.docker(`node update --availability ${availability} node-${1 + chance.below(MACHINES)}`);
  },
];

async function heal(day: Day): Promise<void> {
  const { cluster, cuts } = day;
  for (const cut of cuts.values()) cut.end();
  for (const machine of cluster.machines) {
    await machine.boot();
    await machine.engine.daemon.start();
  }
  await cluster.world.advance(40 * SECOND_US);
  for (const { name } of cluster.machines) await on(day, 1, `node update --availability active ${name}`);
  await cluster.world.advance(60 * SECOND_US);
}

it.each([4, 11, 12])("after a day of faults with seed %i", { timeout: 60_000 }, async (seed) => {
  const day = await begin(seed);
  const { cluster, chance } = day;
  for (let step = 0; step < STEPS; step++) {
    const machine = cluster.machines[chance.below(MACHINES)];
    const fault = FAULTS[chance.below(FAULTS.length)];
    if (machine !== undefined) await fault?.(day, machine);
    await cluster.world.advance(chance.below(20) * SECOND_US);
  }
  await heal(day);
  expect(await on(day, 2, "node ls --format {{.Status}}")).toBe("Ready\n".repeat(MACHINES));
  expect(await on(day, 3, "service ls --format '{{.Name}} {{.Replicas}}'")).toBe(
    `all ${MACHINES}/${MACHINES}\nweb ${day.replicas}/${day.replicas}\n`,
  );
  const running = cluster.machines.map(({ engine }) => engine.containers.list().map(({ name }) => name.split(".")[0]));
  for (const names of running) expect(names.filter((name) => name === "all")).toHaveLength(1);
  expect(running.flat().filter((name) => name === "web")).toHaveLength(day.replicas);
  for (let machine = 1; machine <= MACHINES; machine++) {
    const wget = "run --rm --network host busybox wget -T 3 -qO- http://127.0.0.1:8080/";
    expect(await on(day, machine, wget)).toBe("hi\n");
  }
  await on(day, 1, "service rm web all");
  await cluster.world.advance(30 * SECOND_US);
  for (const { engine } of cluster.machines) expect(engine.containers.list({ all: true })).toEqual([]);
  expect(await on(day, 1, "network rm net")).toBe("net\n");
});
