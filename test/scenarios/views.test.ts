/** `engine.views`: namespaces, control groups, mounts and networks of a machine, as the processes in it see them. */
import type { Engine } from "@bottleship/core/engine";
import { beforeAll, expect, it } from "vitest";
import { docker, machine } from "./support.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await machine();
  await docker(engine, "network create --subnet 10.1.0.0/24 app");
  await docker(engine, "network create --internal --subnet 10.2.0.0/24 inner");
  const limits = "--memory 64m --memory-swap 128m --cpus 0.5 --pids-limit 50";
  await docker(
    engine,
    `run -d --name web --network app --network-alias www -p 8080:80 ${limits} busybox httpd -f -p 80`,
  );
  await docker(engine, "run -d --name side --network container:web --pid container:web busybox sleep 1000");
  await docker(engine, "run -d --name db --network inner --read-only -v data:/data busybox sh -c 'sleep 500 & wait'");
  await docker(engine, "run -d --name near --network host --ipc host busybox sleep 1000");
  await engine.pass("1s");
  await docker(engine, "pause db");
});

it("namespaces: the ones that /proc shows to each container, who shares which, which lies within which", async () => {
  const graph = engine.views.namespaces();
  const seen = await docker(engine, "exec web ls -l /proc/self/ns");
  const own = Object.fromEntries([...seen.matchAll(/(\w+):\[(\d+)\]/g)].map(([, kind, id]) => [kind, [Number(id)]]));
  expect(graph.of("web")).toEqual(own);
  const whoShares = (kind: string) =>
    graph.nodes.filter((node) => node.kind === kind).map(({ containers, hasMachine }) => [hasMachine, ...containers]);
  expect(whoShares("net")).toEqual([
    [true, "near"],
    [false, "web", "side"],
    [false, "db"],
  ]);
  expect(whoShares("ipc")).toEqual([
    [true, "near"],
    [false, "web"],
    [false, "side"],
    [false, "db"],
  ]);
  const [first, ...others] = graph.nodes.filter(({ kind }) => kind === "pid");
  expect(others.map(({ parentId }) => parentId)).toEqual([first?.id, first?.id, first?.id]);
  expect(String(graph)).toContain(
    `pid\n  ${first?.id}  the machine  (4 processes)\n  ├─ ${others[0]?.id}  web, side  (2 processes)\n`,
  );
});

it("namespaces that a process made itself, with the one of users that they belong to", async () => {
  const alone = await machine();
  const make = "unshare -U -n sh -c 'sleep 1000; true'";
  await docker(alone, [
    "run",
    "-d",
    "--name",
    "nest",
    "--security-opt",
    "seccomp=unconfined",
    "busybox",
    "sh",
    "-c",
    make,
  ]);
  await alone.pass("1s");
  const { nodes } = alone.views.namespaces();
  const users = nodes.filter(({ kind }) => kind === "user");
  expect(users.map(({ parentId, containers }) => [parentId, containers])).toEqual([
    [undefined, []],
    [users[0]?.id, ["nest"]],
  ]);
  expect(nodes.filter(({ kind, ownerId }) => kind === "net" && ownerId === users[1]?.id)).toHaveLength(1);
});

it("control groups: limits, use and processes, as their files say", async () => {
  const tree = engine.views.cgroups();
  const web = tree.of("web");
  expect(web).toMatchObject({
    limits: { "memory.max": "67108864", "memory.swap.max": "67108864", "cpu.max": "50000 100000", "pids.max": "50" },
    processes: 1,
    frozen: false,
  });
  expect(web?.pids).toEqual([engine.containers.get("web").pid]);
  expect(await docker(engine, "exec web cat /sys/fs/cgroup/memory.max")).toBe("67108864\n");
  expect(tree.of("db")).toMatchObject({ limits: {}, processes: 2, frozen: true });
  expect(tree.root.processes).toBe(engine.kernel.processes.size);
  expect(String(tree)).toMatch(
    /^\/ .*\n└─ docker .*\n {3}├─ web {2}1 process, .*memory\.max 67108864.*\n {3}├─ side {2}1 process.*\n {3}├─ db {2}2 processes, .*frozen\n/,
  );
});

it("mounts: the lines of a container's own mountinfo, and what is mounted below what", async () => {
  const table = engine.views.mounts("web");
  const lines = (await docker(engine, "exec web cat /proc/1/mountinfo")).trimEnd().split("\n");
  expect(table.mounts.map(({ id, path, type }) => [String(id), path, type])).toEqual(
    lines.map((line) => {
      const [id, , , , path, ...rest] = line.split(" ");
      return [id, path, rest[rest.indexOf("-") + 1]];
    }),
  );
  expect(engine.views.mounts("db").at("/")).toMatchObject({ type: "overlay", options: "ro,relatime" });
  expect(engine.views.mounts("db").at("/data")).toMatchObject({ root: "/var/lib/docker/volumes/data/_data" });
  expect(String(table)).toMatch(
    /^\/ {2}overlay {2}overlay {2}rw,relatime\n├─ \/proc {2}proc {2}proc .*\n│ {2}├─ \/proc\/bus /,
  );
  expect(String(engine.views.mounts())).toMatch(/^\/ {2}ext4 {2}\/dev\/vda1 /);
  expect(() => engine.views.mounts("nobody")).toThrow("No such container: nobody");
});

it("networks: who is where, under which names, listens, is published; and disturbed links", () => {
  using _ = engine.links.partition(["web"], ["db"]);
  using __ = engine.links.change({ container: "web", network: "app" }, { latency: "20ms", loss: 0.1 });
  const map = engine.views.networks();
  expect(map.networks.find(({ name }) => name === "app")).toMatchObject({
    driver: "bridge",
    internal: false,
    subnets: [{ subnet: "10.1.0.0/24" }],
    places: [{ container: "web", addresses: ["10.1.0.2"], names: ["web", "www", expect.stringMatching(/^\w{12}$/)] }],
  });
  expect(map.others).toEqual([
    { container: "side", mode: "container:web" },
    { container: "near", mode: "host" },
  ]);
  expect(map.published).toContainEqual({
    ...{ container: "web", protocol: "tcp", hostIp: "0.0.0.0", hostPort: 8080, containerPort: 80 },
  });
  const [app] = String(map)
    .split("\ninner  ")
    .map((part) => part.slice(part.indexOf("app  ")));
  expect(app?.replace(/\w{12}/, "ID")).toBe(
    "app  bridge  10.1.0.0/24\n└─ web  10.1.0.2  also www, ID  listens on [::]:80/tcp  published 0.0.0.0:8080 → 80/tcp, [::]:8080 → 80/tcp",
  );
  expect(String(map)).toMatch(
    /\nside {2}\(container:web\)\nnear {2}\(host\)\nweb – db: cut\nweb on app: latency 20 ms, loss 10 %\n$/,
  );
  expect(JSON.parse(JSON.stringify(map))).toMatchObject({ links: [{ conditions: { isCut: true } }, {}] });
});
