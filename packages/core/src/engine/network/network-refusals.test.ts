/** What networks and places on them are refused, in which words, and what is left: that of Docker Engine 28.5.2. */
import { expect, it } from "vitest";
import { createEngine, type Engine } from "../engine.ts";

const PREFIX = "com.docker.network.";

async function machine(): Promise<Engine> {
  const engine = createEngine();
  await engine.docker("pull -q busybox");
  return engine;
}

const told = (stderr: string): string =>
  stderr
    .replace(/^(docker: )?Error response from daemon: /, "")
    .replace(/\n\nRun 'docker run --help'.*/s, "")
    .replace(/\bbr-[0-9a-f]{12}\b/g, "BRIDGE")
    .replace(/\bveth[0-9a-f]{7}\b/g, "VETH")
    .replace(/\b[0-9a-f]{64}\b/g, "ID")
    .trim();

const INTERVAL = `${PREFIX}advertise_addr_ms`;
const MESSAGES = `${PREFIX}advertise_addr_nmsgs`;

it.each([
  [[`${INTERVAL}=99`], `${INTERVAL} must be in the range 100 to 2000`],
  [[`${INTERVAL}=1e3`], `value for option ${INTERVAL} "1e3" must be integer milliseconds`],
  [[`${MESSAGES}=4`], `${MESSAGES} must be in the range 0 to 3`],
  [
    [`${MESSAGES}=x`, `${INTERVAL}=2001`],
    `value for option ${MESSAGES} "x" must be an integer\n${INTERVAL} must be in the range 100 to 2000`,
  ],
  [
    [`${PREFIX}bridge.gateway_mode_ipv4=`],
    `failed to parse ${PREFIX}bridge.gateway_mode_ipv4 value:  (unknown gateway mode )`,
  ],
  [[`${PREFIX}host_ipv4=foo`], `failed to parse ${PREFIX}host_ipv4 value: foo (nil ip)`],
  [[`${PREFIX}host_ipv6=1.2.3`], `failed to parse ${PREFIX}host_ipv6 value: 1.2.3 (nil ip)`],
  [[`${PREFIX}bridge.name=aaaaaaaaaaaaaaaa`], "numerical result out of range"],
  [[`${PREFIX}bridge.name=a/b`], "invalid argument"],
  [[`${PREFIX}bridge.name=..`], "invalid argument"],
  [[`${PREFIX}bridge.name=lo`], "existing interface lo is not a bridge"],
])("a network with the options %j is refused, and leaves its subnet free", async (options, problem) => {
  const engine = await machine();
  const given = ["network", "create", "--subnet", "10.7.0.0/24", ...options.flatMap((one) => ["-o", one])];
  expect(told((await engine.docker([...given, "net"])).stderr)).toBe(problem);
  expect(await engine.docker("network create --subnet 10.7.0.0/24 net")).toMatchObject({ exitCode: 0 });
});

it.each([
  ["--subnet 010.7.0.0/24", "invalid network config:\ninvalid subnet 010.7.0.0/24: invalid CIDR block notation"],
  ["--subnet 10.7.0.0/024", "invalid network config:\ninvalid subnet 10.7.0.0/024: invalid CIDR block notation"],
  ["--ipv6 --subnet ff02::/64", "multicast subnet 'ff02::1/64' is not allowed"],
  ["--ipv6 --subnet ::/0", "ipv6 pool is empty"],
  ["--ipv6 --subnet fe80::/10", "'fe80::1/10' clashes with the Link-Local prefix 'fe80::/64'"],
  [
    "--internal --subnet 10.7.0.0/24 --aux-address DefaultGatewayIPv4=10.7.0.2",
    "no gateway can be set on an internal bridge network",
  ],
  [
    `--ipv6 -o ${PREFIX}driver.mtu=1279`,
    "Cannot read IPv6 setup for bridge BRIDGE: open /proc/sys/net/ipv6/conf/BRIDGE/disable_ipv6: no such file or directory",
  ],
])("a network with %s is refused", async (options, problem) => {
  const engine = await machine();
  expect(told((await engine.docker(`network create ${options} net`)).stderr)).toBe(problem);
  expect((await engine.docker("network ls -q")).stdout.trim().split("\n")).toHaveLength(3);
});

it("a network of link-local addresses can be had, and its containers find each other by name", async () => {
  const engine = await machine();
  await engine.docker("network create --ipv6 --subnet fe80::/64 --subnet 10.7.0.0/24 net");
  await engine.docker("run -d --name web --network net busybox sleep 1000");
  const { stdout } = await engine.docker("run --rm --network net busybox ping -6 -c1 web");
  expect(stdout).toContain("PING web (fe80::2): 56 data bytes\n64 bytes from fe80::2: seq=0 ttl=64");
  const zones =
    "ping -c1 fe80::2%eth0 | head -n2 | cut -d: -f-6; ping -c1 fe80::2%eth9; ip -6 addr show eth0 | grep -c 'scope link'";
  const zoned = await engine.docker(["run", "--rm", "--network", "net", "busybox", "sh", "-c", zones]);
  expect(zoned.stderr).toBe("ping: bad address 'fe80::2%eth9'\n");
  expect(zoned.stdout).toMatch(/^PING fe80::2%eth0 \(fe80::2%eth0\): 56 data bytes\n64 bytes from fe80::2: .*\n2\n$/);
});

it("a container that nobody has looked at answers at the address that its device gives itself", async () => {
  const engine = await machine();
  await engine.docker("network create --ipv6 net");
  await engine.docker("run -d --name web --network name=net,mac-address=02:42:ac:11:00:02 busybox sleep 1000");
  const { stdout } = await engine.docker("run --rm --network net busybox ping -6 -c1 fe80::42:acff:fe11:2");
  expect(stdout).toContain("64 bytes from fe80::42:acff:fe11:2: seq=0");
});

const FAILED = "failed to set up container networking: failed to add interface VETH to sandbox: ";
const IFNAME = `driver-opt=${PREFIX}endpoint.ifname`;

it.each([
  [`name=a,${IFNAME}=lo`, 'error renaming interface "VETH" to "lo": file exists'],
  [
    `name=a,${IFNAME}=aaaaaaaaaaaaaaaa`,
    'error renaming interface "VETH" to "aaaaaaaaaaaaaaaa": numerical result out of range',
  ],
  ["prefixed", 'error renaming interface "VETH" to "a b0": invalid argument'],
  [
    `name=a,driver-opt=${PREFIX}endpoint.sysctls=net.ipv4.conf.IFNAME.foo=0`,
    "/proc/sys/net/ipv4/conf/eth0/foo is not a sysctl file",
  ],
  [
    "name=a,link-local-ip=fe80::99",
    'error setting interface "VETH" link local IPs to [fe80::99/64]: permission denied',
  ],
])("a container cannot be started on %s", async (network, problem) => {
  const engine = await machine();
  await engine.docker("network create a");
  await engine.docker(["network", "create", "-o", `${PREFIX}container_iface_prefix=a b`, "prefixed"]);
  const { stderr, exitCode } = await engine.docker(["run", "--network", network, "busybox", "true"]);
  expect([told(stderr), exitCode]).toEqual([FAILED + problem, problem.endsWith("permission denied") ? 126 : 125]);
});

it("an empty prefix of devices is the usual one", async () => {
  const engine = await machine();
  await engine.docker(["network", "create", "-o", `${PREFIX}container_iface_prefix=`, "net"]);
  expect((await engine.docker("run --rm --network net busybox ls /sys/class/net")).stdout).toBe("eth0\nlo\n");
});

it("a connection of a running container that fails stays in its record, and can be tried again", async () => {
  const engine = await machine();
  await engine.docker("network create --subnet 10.7.0.0/24 net");
  await engine.docker("run -d --name web busybox sleep 1000");
  const run = async (line: string): Promise<string> => told((await engine.docker(line)).stderr);
  expect(await run("network connect --ip 10.7.0.1 net web")).toBe("Address already in use");
  const shown = await engine.docker([
    "inspect",
    "-f",
    "{{json (index .NetworkSettings.Networks `net`).IPAMConfig}}",
    "web",
  ]);
  expect(shown.stdout).toBe('{"IPv4Address":"10.7.0.1"}\n');
  expect(await run("network disconnect net web")).toBe("container ID is not connected to network net");
  expect(await run(`network connect --driver-opt ${PREFIX}endpoint.ifname=eth0 net web`)).toBe(
    'failed to add interface VETH to sandbox: error renaming interface "VETH" to "eth0": file exists',
  );
  expect(await run("network connect --ip 10.7.0.9 net web")).toBe("");
  expect(await run("network connect net web")).toBe("endpoint with name web already exists in network net");
  expect(await run("network disconnect net web")).toBe("");
  expect(await run("network disconnect nosuch web")).toBe("network nosuch not found");
  expect(await run("network disconnect -f nosuch web")).toBe("container ID is not connected to the network nosuch");
});

it("sysctls of a container's device belong to its network", async () => {
  const engine = await machine();
  const { stderr } = await engine.docker("create --sysctl net.ipv4.conf.eth0.forwarding=1 busybox");
  expect(told(stderr).split("\n")[0]).toBe(
    `interface specific sysctl setting "net.ipv4.conf.eth0.forwarding" must be supplied using driver option '${PREFIX}endpoint.sysctls'`,
  );
});

it("containers of an internal network talk to each other only if they may", async () => {
  const engine = await machine();
  await engine.docker(`network create --internal -o ${PREFIX}bridge.enable_icc=false net`);
  await engine.docker("run -d --name web --network net busybox sleep 1000");
  expect((await engine.docker("run --rm --network net busybox ping -c1 -W1 web")).exitCode).toBe(1);
});

it("an unprotected port is reached from other networks by the container's own address", async () => {
  const engine = await machine();
  await engine.docker(`network create --subnet 10.7.0.0/24 -o ${PREFIX}bridge.gateway_mode_ipv4=nat-unprotected net`);
  await engine.docker("run -d --name web --network net -p 8000:80 busybox httpd -f -h /etc");
  const { firewall } = engine.kernel.init.ns.net.stack(engine.kernel.net);
  expect(firewall.list("raw").filter((line) => line.includes("10.7.0.2"))).toEqual([]);
  expect(
    firewall.list("filter").filter((line) => line.startsWith("-A DOCKER ") && line.endsWith("-j ACCEPT")),
  ).not.toEqual([]);
});

it("a network's packets come from the address of the machine that was asked for", async () => {
  const engine = await machine();
  await engine.docker(`network create --subnet 10.7.0.0/24 -o ${PREFIX}host_ipv4=172.17.0.1 net`);
  const { firewall } = engine.kernel.init.ns.net.stack(engine.kernel.net);
  expect(firewall.list("nat").find((line) => line.includes("10.7.0.0/24"))).toContain("SNAT --to-source 172.17.0.1");
});
