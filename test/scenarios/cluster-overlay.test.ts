/** Containers on different machines meet on an overlay network: by name, by address, through what lies between. */
import { type Cluster, createCluster } from "@bottleship/core/cluster";
import { describe, expect, it } from "vitest";

const SERVER = ["busybox", "sh", "-c", "mkdir /w; hostname > /w/index.html; exec httpd -f -p 80 -h /w"];

async function shop(seed = 3): Promise<Cluster> {
  const cluster = createCluster({ machines: 3, seed });
  for (const { engine } of cluster.machines) await engine.docker("pull -q busybox");
  const [first, second] = cluster.machines;
  await first?.docker("network create -d overlay --attachable shop");
  await second?.docker(["run", "-d", "--name", "web", "--hostname", "web-host", "--network", "shop", ...SERVER]);
  await cluster.world.advance(500_000);
  return cluster;
}

/** What a container on a machine prints that runs a line in a shell on the network. */
async function onShop(cluster: Cluster, machine: string, line: string): Promise<string> {
  const argv = ["run", "--rm", "--network", "shop", "busybox", "sh", "-c", line];
  const { stdout, stderr } = await cluster.machine(machine).docker(argv);
  return stdout + stderr;
}

describe("an overlay network", () => {
  it("is known to every machine, and carries names and connections between them", async () => {
    const cluster = await shop();
    for (const { engine } of cluster.machines) {
      const { stdout } = await engine.docker("network ls --filter driver=overlay --format '{{.Name}} {{.Scope}}'");
      expect(stdout).toBe("shop swarm\n");
    }
    for (const name of ["node-1", "node-2", "node-3"]) {
      expect(await onShop(cluster, name, "wget -qO- http://web/")).toBe("web-host\n");
    }
    expect(await onShop(cluster, "node-3", "nslookup -type=a web | tail -n 2")).toBe("Address: 10.0.1.2\n\n");
    expect(await onShop(cluster, "node-3", "nslookup 10.0.1.2 | tail -n 2")).toContain("name = web.shop\n");
  });

  it("gives out each address once, with a smaller MTU and a way out through docker_gwbridge", async () => {
    const cluster = await shop();
    const first = "docker_gwbridge";
    expect(
      await onShop(cluster, "node-1", "ip -o -4 addr | awk '{print $2,$4}'; cat /sys/class/net/eth0/mtu; ip route"),
    ).toBe(
      "lo 127.0.0.1/8\neth0 10.0.1.3/24\neth1 172.18.0.2/16\n1450\n" +
        "default via 172.18.0.1 dev eth1 \n" +
        "10.0.1.0/24 dev eth0 scope link  src 10.0.1.3 \n172.18.0.0/16 dev eth1 scope link  src 172.18.0.2 \n",
    );
    const { stdout } = await cluster.machine("node-1").docker("network ls --filter driver=bridge --format {{.Name}}");
    expect(stdout).toContain(`${first}\n`);
    const inspected = await cluster
      .machine("node-2")
      .docker([
        ...[
          "inspect",
          "-f",
          "{{range $k, $v := .NetworkSettings.Networks}}{{$k}} {{$v.IPAddress}} [{{$v.Gateway}}]{{end}}",
        ],
        "web",
      ]);
    expect(inspected.stdout).toBe("shop 10.0.1.2 []\n");
  });

  it("travels in VXLAN packets, at the price of the fabric", async () => {
    const cluster = await shop();
    using capture = cluster.links.capture({ between: ["node-1", "node-2"] });
    using _ = cluster.links.change({ between: ["node-1", "node-2"] }, { latency: "5ms" });
    const ping = "ping -c 2 -i 0.2 web | sed -n 3p";
    const [, ms = ""] = /time=([\d.]+) ms/.exec(await onShop(cluster, "node-1", ping)) ?? [];
    expect(Number(ms)).toBeGreaterThanOrEqual(10);
    expect(Number(ms)).toBeLessThan(11);
    expect(capture.text()).toMatch(/IP 10\.255\.0\.1\.\d+ > 10\.255\.0\.2\.4789: UDP/);
    const [, near = ""] = /time=([\d.]+) ms/.exec(await onShop(cluster, "node-2", ping)) ?? [];
    expect(Number(near)).toBeLessThan(1);
  });

  it("falls apart with the fabric, and comes together again", async () => {
    const cluster = await shop();
    const partition = cluster.partition("node-2");
    expect(await onShop(cluster, "node-1", "wget -T 3 -qO- http://web/")).toContain("wget: ");
    expect(await onShop(cluster, "node-2", "wget -T 3 -qO- http://web/")).toBe("web-host\n");
    partition.end();
    await cluster.world.advance(5_000_000);
    expect(await onShop(cluster, "node-1", "wget -T 3 -qO- http://web/")).toBe("web-host\n");
  });

  it("refuses what it is not made for", async () => {
    const cluster = await shop();
    const [first, second] = cluster.machines;
    await first?.docker("network create -d overlay closed");
    expect((await second?.docker("run --rm --network closed busybox true"))?.stderr).toContain(
      "network closed not manually attachable",
    );
    expect((await second?.docker("network create -d overlay shop"))?.stderr).toContain(
      "network with name shop already exists",
    );
    expect((await first?.docker("network rm shop"))?.stderr).toContain("FailedPrecondition");
    await second?.docker("rm -f web");
    expect((await first?.docker("network rm shop"))?.stdout).toBe("shop\n");
    expect((await second?.docker("network ls -q --filter name=shop"))?.stdout).toBe("");
  });
});

describe("the fabric", () => {
  it("knows machines by name, and reaches ports that they publish", async () => {
    const cluster = await shop();
    await cluster
      .machine("node-3")
      .docker(["run", "-d", "--name", "api", "-h", "api-host", "-p", "8080:80", ...SERVER]);
    await cluster.world.advance(500_000);
    const argv = ["run", "--rm", "busybox", "wget", "-qO-", "http://node-3:8080/"];
    expect((await cluster.machine("node-1").docker(argv)).stdout).toBe("api-host\n");
    const direct = ["run", "--rm", "busybox", "wget", "-T", "2", "-qO-", "http://10.255.0.3:80/"];
    expect((await cluster.machine("node-1").docker(direct)).stderr).toContain("Connection refused");
  });
});
