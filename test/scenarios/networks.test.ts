/** Networks of containers: addresses, names, ports, isolation, connecting and disconnecting while they run. */
import { expect } from "vitest";
import { onEngines } from "./engines.ts";

const SERVE = ["busybox", "sh", "-c", "echo $HOSTNAME > /index.html; httpd -f -p 80"];

onEngines("net", (it) => {
  it("gives addresses from its subnet and range, and the ones that are asked for", async ({ docker, refused, sh }) => {
    const range = "--subnet 10.211.0.0/16 --ip-range 10.211.5.0/24 --gateway 10.211.0.9 --aux-address x=10.211.5.1";
    await docker(`network create ${range} net-a`);
    await docker("run -d --name net-one --network net-a busybox sleep 1000");
    await docker(
      "run -d --name net-two --network net-a --ip 10.211.9.9 --mac-address 02:42:00:00:00:07 busybox sleep 1000",
    );
    const address = '{{(index .NetworkSettings.Networks "net-a").IPAddress}}';
    expect(await docker(["inspect", "-f", address, "net-one", "net-two"])).toBe("10.211.5.0\n10.211.9.9\n");
    expect(await docker("exec net-two cat /sys/class/net/eth0/address")).toBe("02:42:00:00:00:07\n");
    expect(await docker("exec net-one ip route")).toMatch(
      /^default via 10\.211\.0\.9 dev eth0 *\n10\.211\.0\.0\/16 dev eth0 /,
    );
    expect(await refused("run --rm --network net-a --ip 10.211.9.9 busybox true")).toContain("Address already in use");
    expect(await refused("run --rm --network net-a --ip 10.99.0.1 busybox true")).toContain(
      "no configured subnet or ip-range contain the IP address 10.99.0.1",
    );
    expect(await refused("network create --subnet 10.211.128.0/17 net-b")).toBe(
      "1: Error response from daemon: invalid pool request: Pool overlaps with other one on this address space\n",
    );
    expect(await refused("network rm net-a")).toMatch(
      /^1: Error response from daemon: error while removing network: network net-a has active endpoints \((name:"net-\w+" id:"\w{12}"(, )?){2}\)\nexit status 1\n$/,
    );
    expect(await sh("--network none", "ip -o addr | awk '{print $2, $4}'")).toMatch(
      /^lo 127\.0\.0\.1\/8\n(lo ::1\/128\n)?$/,
    );
  });

  it("knows names, aliases and links, and several addresses of one name", async ({ docker, sh }) => {
    await docker("network create net-a");
    await docker("network create net-b");
    await docker("run -d --name net-web --hostname box --network net-a --network-alias www busybox sleep 1000");
    await docker("run -d --name net-web2 --network net-a --network-alias www busybox sleep 1000");
    await docker("run -d --name net-far --network net-b busybox sleep 1000");
    const ask = (name: string) =>
      sh("--network net-a", `nslookup ${name} 127.0.0.11 2>&1 | grep -c '^Address: *[0-9]' || true`);
    expect(await ask("net-web")).toBe("1\n");
    expect(await ask("www")).toBe("2\n");
    expect(await ask("net-far")).toBe("0\n");
    expect(await sh("--network net-a", "cat /etc/resolv.conf | grep -c 'nameserver 127.0.0.11'")).toBe("1\n");
    expect(await sh("--network net-a --link net-web:db", "ping -c 1 -q db | grep -o '1 packets received'")).toBe(
      "1 packets received\n",
    );
    expect(await sh("--network net-a", "ping -c 1 -q net-web.net-a | head -n 1")).toMatch(/^PING net-web\.net-a \(/);
    expect(await sh("", "ping -c 1 net-web")).toContain("bad address 'net-web'");
  });

  it("lets through what is on the same network, and nothing to others, whatever they know", async ({ docker, sh }) => {
    await docker("network create net-a");
    await docker("network create --internal net-in");
    await docker(["run", "-d", "--name", "net-web", "--hostname", "web", "--network", "net-a", ...SERVE]);
    await docker(["run", "-d", "--name", "net-inner", "--hostname", "inner", "--network", "net-in", ...SERVE]);
    const address = (name: string, network: string) =>
      docker(["inspect", "-f", `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`, name]);
    const web = (await address("net-web", "net-a")).trim();
    const inner = (await address("net-inner", "net-in")).trim();
    const get = (host: string) => `wget -T 2 -q -O - http://${host}/ 2>&1`;
    expect(await sh("--network net-a", get("net-web"))).toBe("web\n");
    expect(await sh("--network net-a", `ping -c 1 -W 1 ${web} | grep -c 'bytes from'`)).toBe("1\n");
    expect(await sh("", get(web))).toBe("wget: download timed out\n");
    expect(await sh("--network net-in", get("net-inner"))).toBe("inner\n");
    expect(await sh("--network net-a", get(inner))).toBe("wget: download timed out\n");
    expect(await sh("--network net-in", get(web))).toMatch(/Network unreachable|Network is unreachable/);
    expect(await sh("--network net-in", "ip route | grep -c default")).toBe("0\n");
  });

  it("shares the network of another container, or of the machine", async ({ docker, sh, refused }) => {
    await docker("network create net-a");
    await docker(["run", "-d", "--name", "net-web", "--hostname", "web", "--network", "net-a", ...SERVE]);
    expect(await sh("--network container:net-web", "wget -q -O - http://localhost/; hostname")).toBe("web\nweb\n");
    expect(await sh("--network host", "cat /sys/class/net/docker0/operstate | wc -l")).toBe("1\n");
    expect(await refused("run --rm --network container:net-web -p 80:80 busybox true")).toContain(
      "conflicting options: port publishing and the container type network mode",
    );
    expect(await refused("run --rm --network container:net-nope busybox true")).toContain(
      "No such container: net-nope",
    );
  });

  it("is joined and left while the container runs", async ({ docker, refused }) => {
    await docker("network create --subnet 10.212.0.0/24 net-a");
    await docker("network create --subnet 10.213.0.0/24 net-b");
    await docker("run -d --name net-one --network net-a busybox sleep 1000");
    await docker("run -d --name net-two --network net-b busybox sleep 1000");
    await docker("network connect --alias uno --ip 10.213.0.77 net-b net-one");
    expect(await docker("exec net-one ip -o -4 addr show eth1")).toContain("inet 10.213.0.77/24");
    expect(await docker("exec net-two ping -c 1 -q uno")).toContain("PING uno (10.213.0.77)");
    expect(await refused("network connect net-b net-one")).toBe(
      "1: Error response from daemon: endpoint with name net-one already exists in network net-b\n",
    );
    await docker("network disconnect net-a net-one");
    expect(await docker('exec net-one sh -c \'ls /sys/class/net | sort | tr "\\n" " "\'')).toBe("eth1 lo ");
    await docker("network disconnect net-b net-one");
    expect(await refused("network disconnect net-b net-one")).toMatch(
      /^1: Error response from daemon: container \w{64} is not connected to network net-b\n$/,
    );
    await docker("network connect net-a net-one");
    expect(await docker("exec net-one ip route")).toContain("default via 10.212.0.1");
  });

  it("publishes ports of the machine: chosen ones, ranges, any, and refuses what is taken", async (engine) => {
    const { docker, refused, sh } = engine;
    const publish = "-p 42080:80 -p 127.0.0.1:42081:80 -p 42090-42092:90-92/udp";
    await docker(["run", "-d", "--name", "net-web", "--hostname", "web", ...publish.split(" "), ...SERVE]);
    expect(
      (await docker("port net-web"))
        .trimEnd()
        .split("\n")
        .filter((line) => !line.includes("[::]"))
        .sort(),
    ).toEqual([
      "80/tcp -> 0.0.0.0:42080",
      "80/tcp -> 127.0.0.1:42081",
      ...["90/udp -> 0.0.0.0:42090", "91/udp -> 0.0.0.0:42091", "92/udp -> 0.0.0.0:42092"],
    ]);
    expect(
      await sh("--network host", "wget -q -O - http://127.0.0.1:42080/; wget -q -O - http://127.0.0.1:42081/"),
    ).toBe("web\nweb\n");
    expect(await refused("run --name net-clash -p 42080:81 busybox true")).toMatch(
      /Bind for (0\.0\.0\.0|::):42080 failed: port is already allocated/,
    );
    expect(await docker("inspect -f '{{.State.Status}} {{.State.ExitCode}}' net-clash")).toBe("created 128\n");
    await docker("run -d --name net-any -p 80 busybox sleep 1000");
    expect(await docker("port net-any 80/tcp")).toMatch(
      /^0\.0\.0\.0:(3276[89]|327[7-9]\d|32[89]\d\d|3[3-9]\d{3}|[45]\d{4}|60\d{3})\n/,
    );
    await docker("rm -f net-web");
    await docker("rm net-clash");
    expect(await docker("run --rm --name net-clash -p 42080:81 busybox echo free")).toBe("free\n");
  });

  it("speaks IPv6 where it is asked to", async ({ docker, sh }) => {
    await docker("network create --ipv6 --subnet fd00:2ba:1::/64 net-six");
    await docker(["run", "-d", "--name", "net-web", "--hostname", "web", "--network", "net-six", ...SERVE]);
    expect(await sh("--network net-six", "ping -6 -c 1 -q net-web | head -n 1")).toMatch(
      /^PING net-web \(fd00:2ba:1::2\)/,
    );
    expect(await sh("--network net-six", "wget -q -O - 'http://[fd00:2ba:1::2]/'")).toBe("web\n");
  });

  it("is listed, filtered, inspected and pruned", async ({ docker }) => {
    await docker("network create --label net=a --internal net-a");
    await docker("network create --label net=b -o com.docker.network.bridge.enable_icc=false net-b");
    await docker("run -d --name net-user --network net-b busybox sleep 1000");
    expect(
      await docker("network ls --filter label=net --format '{{.Name}} {{.Driver}} {{.Scope}} {{.Internal}}'"),
    ).toBe("net-a bridge local true\nnet-b bridge local false\n");
    expect(
      await docker(
        "network inspect -f '{{.Internal}} {{.EnableIPv6}} {{range .Containers}}{{.Name}}{{end}} {{.Options}}' net-b",
      ),
    ).toBe("false false net-user map[com.docker.network.bridge.enable_icc:false]\n");
    expect(await docker("network prune -f --filter label=net")).toBe("Deleted Networks:\nnet-a\n\n");
  });
});
