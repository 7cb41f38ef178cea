/** Services as a whole: their names, virtual addresses and published ports. Documents are those of Docker 28.5.2. */
import { expect, it } from "vitest";
import { createEngine } from "../index.ts";

const SERVER = ["busybox", "sh", "-c", "mkdir /w; hostname > /w/index.html; exec httpd -f -p 80 -h /w"];

async function swarm() {
  const engine = createEngine({ seed: 7 });
  await engine.images.pull("busybox");
  const docker = async (line: string | readonly string[]): Promise<string> => {
    const { stdout, stderr } = await engine.docker(line);
    return stdout + stderr;
  };
  await docker("swarm init --advertise-addr 127.0.0.1");
  await docker("network create -d overlay --attachable n");
  const serve = async (options: string): Promise<void> => {
    await docker(["service", "create", "-d", "-q", ...options.split(" "), ...SERVER]);
    await engine.pass("3s");
  };
  const onNetwork = (script: string) => docker(["run", "--rm", "--network", "n", "busybox", "sh", "-c", script]);
  /** The addresses that a name means on the network, sorted. */
  const resolve = async (name: string): Promise<readonly string[]> => {
    const text = await onNetwork(`nslookup -type=a ${name}`);
    return [...text.matchAll(/^Address: (.*)$/gm)].map(([, address = ""]) => address).sort();
  };
  const containers = async (service: string): Promise<readonly string[]> =>
    (await docker(`ps -q --filter name=${service}.`)).trim().split("\n");
  const fetched = async (count: number, url: string): Promise<readonly string[]> =>
    (await onNetwork(`for i in $(seq ${count}); do wget -T 3 -qO- ${url}; done`)).trim().split("\n");
  return { engine, docker, serve, onNetwork, resolve, containers, fetched };
}

it("a service has an address on each of its networks, and its name means that", async () => {
  const { docker, serve, resolve } = await swarm();
  await serve("--name web --network name=n,alias=shop --replicas 2 -p 8080:80");
  const id = async (name: string) => (await docker(`network inspect ${name} -f {{.Id}}`)).trim();
  expect(JSON.parse(await docker("service inspect web -f '{{json .Endpoint.VirtualIPs}}'"))).toEqual([
    { NetworkID: await id("ingress"), Addr: "10.0.0.3/24" },
    { NetworkID: await id("n"), Addr: "10.0.1.2/24" },
  ]);
  expect(await resolve("web")).toEqual(["10.0.1.2"]);
  expect(await resolve("shop")).toEqual(["10.0.1.2"]);
  expect(await resolve("tasks.web")).toEqual(["10.0.1.3", "10.0.1.4"]);
  expect(await resolve("tasks.shop")).toEqual(["10.0.1.3", "10.0.1.4"]);
  await docker("service update -d --network-rm n web");
  expect(JSON.parse(await docker("service inspect web -f '{{json .Endpoint.VirtualIPs}}'"))).toEqual([
    { NetworkID: await id("ingress"), Addr: "10.0.0.3/24" },
  ]);
});

it("connections to it go to its tasks in turn, and nowhere on a port that none listens at", async () => {
  const { serve, containers, fetched, onNetwork } = await swarm();
  await serve("--name web --network n --replicas 3");
  const tasks = await containers("web");
  const answers = await fetched(6, "http://web/");
  expect(answers.toSorted()).toEqual([...tasks, ...tasks].sort());
  expect(answers.slice(0, 3)).toEqual(answers.slice(3));
  expect(await onNetwork("ping -c 1 web | sed -n 2p")).toMatch(/^64 bytes from 10\.0\.1\.2/);
  expect(await onNetwork("wget -T 3 -qO- http://web:81/")).toContain("Connection refused");
});

it("with dnsrr its name means its tasks, and it has no address", async () => {
  const { docker, serve, resolve } = await swarm();
  await serve("--name web --network name=n,alias=shop --replicas 2 --endpoint-mode dnsrr");
  expect(await docker("service inspect web -f '{{json .Endpoint}}'")).toBe('{"Spec":{}}\n');
  for (const name of ["web", "tasks.web", "shop", "tasks.shop"]) {
    expect(await resolve(name)).toEqual(["10.0.1.2", "10.0.1.3"]);
  }
});

it("a service that had an address tells of its way of being found when it has none any more", async () => {
  const { docker, serve } = await swarm();
  await serve("--name web --network n");
  await docker("service update -d --endpoint-mode dnsrr web");
  expect(await docker("service inspect web -f '{{json .Endpoint}}'")).toBe('{"Spec":{"Mode":"dnsrr"}}\n');
  await docker("service update -d --endpoint-mode vip web");
  expect(await docker("service inspect web -f '{{(index .Endpoint.VirtualIPs 0).Addr}}'")).toBe("10.0.1.5/24\n");
});

it("a task that is not healthy takes no connections, and nobody finds it", async () => {
  const { engine, docker, resolve, containers, fetched } = await swarm();
  const health = "--health-interval 1s --health-retries 1";
  await docker(
    ["service", "create", "-d", "-q", "--name", "web", "--network", "n", "--replicas", "2"].concat(
      health.split(" "),
      ["--health-cmd", "test -f /w/ok"],
      SERVER,
    ),
  );
  await engine.pass("500ms");
  expect(await resolve("tasks.web")).toEqual([]);
  const [one = "", other = ""] = await containers("web");
  await docker(["exec", one, "touch", "/w/ok"]);
  await engine.pass("2s");
  expect(await resolve("tasks.web")).toHaveLength(1);
  expect(await fetched(3, "http://web/")).toEqual([one, one, one]);
  expect([one, other]).toHaveLength(2);
});

it("a task that is about to go keeps its connections and gets no new ones", async () => {
  const { engine, docker, containers, fetched } = await swarm();
  const script =
    "mkdir /w; hostname > /w/index.html; trap 'sleep 5; exit' TERM; httpd -p 80 -h /w; while :; do sleep 1; done";
  const options = "--name web --network n --replicas 2 --stop-grace-period 20s".split(" ");
  await docker(["service", "create", "-d", "-q", ...options, "busybox", "sh", "-c", script]);
  await engine.pass("3s");
  const before = await containers("web");
  await docker("service scale -d web=1");
  await engine.pass("1s");
  const answers = new Set(await fetched(4, "http://web/"));
  expect(answers.size).toBe(1);
  expect(before).toContain([...answers][0]);
  expect(await containers("web")).toHaveLength(2);
});

it("a port that is published leads to all tasks, from the machine, its containers and outside", async () => {
  const { engine, docker, serve, containers } = await swarm();
  await serve("--name web --replicas 2 -p 8080:80");
  const tasks = (await containers("web")).toSorted();
  const twice = "for i in 1 2; do wget -T 3 -qO- http://HOST:8080/; done";
  const from = async (network: string, host: string) =>
    (await docker(["run", "--rm", "--network", network, "busybox", "sh", "-c", twice.replace("HOST", host)]))
      .trim()
      .split("\n")
      .toSorted();
  expect(await from("host", "127.0.0.1")).toEqual(tasks);
  expect(await from("bridge", "172.17.0.1")).toEqual(tasks);
  const outside = [await engine.fetch("http://localhost:8080/"), await engine.fetch("http://localhost:8080/")];
  expect((await Promise.all(outside.map((one) => one.text()))).map((text) => text.trim()).toSorted()).toEqual(tasks);
  expect(await docker("ps --filter name=web. --format '[{{.Ports}}]'")).toBe("[]\n[]\n");
  expect(await docker("run --rm -p 8080:80 busybox true")).toContain("address already in use");
  await docker("service rm web");
  await engine.pass("12s");
  expect(await from("host", "127.0.0.1")).toEqual([
    expect.stringContaining("refused"),
    expect.stringContaining("refused"),
  ]);
  expect(await docker("run --rm -p 8080:80 busybox true")).toBe("");
});

it("nothing else of a task is reached through the network of published ports", async () => {
  const { docker, serve, containers } = await swarm();
  await serve("--name web -p 8080:80");
  const [task = ""] = await containers("web");
  const address = (await docker(["inspect", task, "-f", "{{.NetworkSettings.Networks.ingress.IPAddress}}"])).trim();
  await serve("--name other --network n -p 8081:80");
  const [other = ""] = await containers("other");
  expect(await docker(["exec", other, "wget", "-T", "2", "-qO-", `http://${address}:81/`])).toContain("timed out");
  expect(await docker(["exec", task, "tail", "-n", "1", "/etc/hosts"])).toBe("ff02::2\tip6-allrouters\n");
});

it("a task tells of its networks, and of the ports of the node that lead to it alone", async () => {
  const { docker, serve } = await swarm();
  await serve("--name web --network n --publish mode=host,target=80,published=8080");
  const task = (await docker("service ps -q web")).trim();
  const port = { Protocol: "tcp", TargetPort: 80, PublishedPort: 8080, PublishMode: "host" };
  expect(JSON.parse(await docker(`inspect ${task} -f '{{json .Status.PortStatus}}'`))).toEqual({ Ports: [port, port] });
  expect(await docker("service ps web --format '{{.Ports}}'")).toBe("*:8080->80/tcp,*:8080->80/tcp\n");
  const [attachment] = JSON.parse(await docker(`inspect ${task} -f '{{json .NetworksAttachments}}'`));
  expect(attachment.Addresses).toEqual(["10.0.1.3/24"]);
  expect(attachment.Network.Spec).toEqual({
    Name: "n",
    Labels: {},
    DriverConfiguration: { Name: "overlay" },
    Attachable: true,
    IPAMOptions: { Driver: { Name: "default" } },
    Scope: "swarm",
  });
});

it("a network tells of its balancer and services, as long as somebody is on it", async () => {
  const { engine, docker, serve } = await swarm();
  await serve("--name web --network n");
  const inspect = async (what: string) => JSON.parse(await docker(`network inspect -v n -f '{{json .${what}}}'`));
  expect((await inspect("Containers"))["lb-n"]).toMatchObject({
    Name: "n-endpoint",
    MacAddress: "02:42:0a:00:01:04",
    IPv4Address: "10.0.1.4/24",
  });
  expect(await inspect("Services")).toMatchObject({
    web: {
      VIP: "10.0.1.2",
      Ports: [],
      LocalLBIndex: 256,
      Tasks: [{ EndpointIP: "10.0.1.3", Info: { "Host IP": "127.0.0.1" } }],
    },
  });
  expect(await inspect("Peers")).toEqual([{ Name: expect.stringMatching(/^[0-9a-f]{12}$/), IP: "127.0.0.1" }]);
  await docker("service rm web");
  await engine.pass("12s");
  expect(await inspect("Containers")).toBeNull();
});

it("a machine that begins as another was has the same addresses, and serves again", async () => {
  const { engine, docker, serve } = await swarm();
  await serve("--name web --network n --replicas 2 -p 8080:80");
  const before = await docker("service inspect web -f '{{json .Endpoint}}'");
  const later = createEngine({ from: await engine.snapshot({ running: "restart" }) });
  await later.pass("20s");
  expect((await later.docker("service inspect web -f '{{json .Endpoint}}'")).stdout).toBe(before);
  const answer = await later.fetch("http://localhost:8080/");
  expect(await answer.text()).toMatch(/^[0-9a-f]{12}\n$/);
  const lookup = "run --rm --network n busybox sh -c 'wget -T 3 -qO- http://web/'";
  expect((await later.docker(lookup)).stdout).toMatch(/^[0-9a-f]{12}\n$/);
});

it("the network of published ports stays while a service needs it", async () => {
  const { engine, docker, serve } = await swarm();
  await serve("--name web -p 8080:80");
  const id = (await docker("service inspect web -f {{.ID}}")).trim();
  const problem = `ingress network cannot be removed because service ${id} depends on it`;
  expect(() => engine.networks.remove("ingress")).toThrow(problem);
  const question = "Are you sure you want to continue? [y/N] ";
  const asked = await docker("network rm -f ingress");
  expect([asked.startsWith("WARNING! Before removing the routing-mesh network"), asked.endsWith(question)]).toEqual([
    true,
    true,
  ]);
  expect(engine.networks.get("ingress")?.ingress).toBe(true);
});
