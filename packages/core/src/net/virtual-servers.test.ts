/** Virtual servers: whose turn it is, and what a stack makes of packets that carry their mark. */
import { describe, expect, it } from "vitest";
import { Wires } from "../testing/wires.ts";
import { formatRule, NetStack, type Rule, TcpSocket, Veth, VirtualServer } from "./index.ts";

describe("a virtual server", () => {
  const turns = (server: VirtualServer, count: number) => Array.from({ length: count }, () => server.next());

  it("gives everybody a turn, the newest first", () => {
    const server = new VirtualServer(256);
    for (const address of ["a", "b", "c"]) server.set(address, 1);
    expect(turns(server, 4)).toEqual(["c", "b", "a", "c"]);
  });

  it("goes on with the next one when somebody comes or goes", () => {
    const server = new VirtualServer(256);
    for (const address of ["a", "b", "c"]) server.set(address, 1);
    expect(turns(server, 1)).toEqual(["c"]);
    server.set("d", 1);
    expect(turns(server, 1)).toEqual(["b"]);
    server.delete("b");
    expect(turns(server, 3)).toEqual(["a", "d", "c"]);
  });

  it("passes over who has no weight, and has nobody when none has", () => {
    const server = new VirtualServer(256);
    for (const address of ["a", "b"]) server.set(address, 1);
    server.set("b", 0);
    expect(turns(server, 2)).toEqual(["a", "a"]);
    server.set("a", 0);
    expect(turns(server, 1)).toEqual([undefined]);
    server.set("b", 1);
    expect(turns(server, 1)).toEqual(["b"]);
    expect(server.list()).toEqual([
      { address: "b", weight: 1 },
      { address: "a", weight: 0 },
    ]);
  });
});

/** The right stack has the address 10.0.0.9 besides its own, and passes connections to it on to a third one, 10.0.1.2. */
function balanced() {
  const wires = new Wires();
  const { left, right } = wires;
  const balancer = new NetStack(wires.host, (name) => (name === "net.ipv4.ip_forward" ? "1" : right.sysctl(name)));
  const backend = new NetStack(wires.host, (name) => right.sysctl(name));
  const plug = (a: NetStack, b: NetStack, network: string): void => {
    const ends = Veth.pair(wires.host, [
      { name: `to${network}`, mac: `02:00:00:00:0${network}:01` },
      { name: `from${network}`, mac: `02:00:00:00:0${network}:02` },
    ]);
    for (const [at, stack] of [a, b].entries()) {
      const device = ends[at] as Veth;
      stack.addDevice(device);
      stack.addresses.add(device, {
        address: `10.0.${network}.${at + 1}`,
        length: 24,
        broadcast: undefined,
        scope: "global",
      });
      stack.setUp(device, true);
    }
  };
  plug(balancer, backend, "1");
  plug(balancer, left, "2");
  const alias = { address: "10.0.2.9", length: 32, broadcast: undefined, scope: "global" as const };
  const device = balancer.device("to2");
  if (device !== undefined) balancer.addresses.add(device, alias);
  const { firewall } = balancer;
  firewall.append("mangle", "INPUT", {
    destination: { address: "10.0.2.9", length: 32 },
    target: { kind: "mark", value: 256 },
  });
  firewall.append("nat", "POSTROUTING", { virtual: true, target: { kind: "snat", to: "10.0.1.1" } });
  const server = new VirtualServer(256);
  balancer.virtualServers = new Map([[256, server]]);
  const listener = new TcpSocket(backend, "inet");
  listener.bind({ family: "inet", address: "0.0.0.0", port: 80 });
  listener.listen(5);
  const dial = (): { client: TcpSocket; accepted: TcpSocket | undefined } => {
    const client = new TcpSocket(left, "inet");
    client.connect({ family: "inet", address: "10.0.2.9", port: 80 });
    wires.until(() => !client.isConnecting, 5_000_000);
    wires.pass(1000);
    return { client, accepted: listener.accept() };
  };
  return { wires, server, dial, balancer };
}

describe("a stack with virtual servers", () => {
  it("passes a connection on to a real one, which sees the balancer, and its answers back", () => {
    const { wires, server, dial } = balanced();
    server.set("10.0.1.2", 1);
    const { client, accepted } = dial();
    expect(accepted?.remoteAddress).toMatchObject({ address: "10.0.1.1" });
    expect(client.remoteAddress).toMatchObject({ address: "10.0.2.9", port: 80 });
    client.send(new Uint8Array(3));
    wires.pass(1000);
    expect(accepted?.receive(10, { peek: false })?.data.length).toBe(3);
    accepted?.send(new Uint8Array(5));
    wires.pass(1000);
    expect(client.receive(10, { peek: false })?.data.length).toBe(5);
  });

  it("keeps the connections of a server without weight, and refuses new ones", () => {
    const { wires, server, dial } = balanced();
    server.set("10.0.1.2", 1);
    const { client, accepted } = dial();
    server.set("10.0.1.2", 0);
    client.send(new Uint8Array(3));
    wires.pass(1000);
    expect(accepted?.receive(10, { peek: false })?.data.length).toBe(3);
    const refused = dial();
    expect(refused.accepted).toBeUndefined();
    expect(refused.client.option("SO_ERROR")).toBe(111);
  });

  it("answers itself what carries no server's mark", () => {
    const { server, dial, balancer } = balanced();
    server.set("10.0.1.2", 1);
    balancer.virtualServers = new Map([[257, server]]);
    expect(dial().accepted).toBeUndefined();
  });
});

it.each<[Rule, string]>([
  [
    { destination: { address: "10.0.1.2", length: 32 }, target: { kind: "mark", value: 257 } },
    "-d 10.0.1.2/32 -j MARK --set-xmark 0x101/0xffffffff",
  ],
  [
    { destination: { address: "10.0.1.0", length: 24 }, virtual: true, target: { kind: "snat", to: "10.0.1.5" } },
    "-d 10.0.1.0/24 -m ipvs --ipvs -j SNAT --to-source 10.0.1.5",
  ],
  [
    {
      destination: { address: "10.0.0.5", length: 32 },
      protocol: "tcp",
      port: 18080,
      target: { kind: "redirect", port: 80 },
    },
    "-d 10.0.0.5/32 -p tcp -m tcp --dport 18080 -j REDIRECT --to-ports 80",
  ],
  [
    {
      source: { address: "10.0.0.5", length: 32 },
      protocol: "tcp",
      sourcePort: 80,
      states: ["established"],
      target: { kind: "accept" },
    },
    "-s 10.0.0.5/32 -p tcp -m tcp --sport 80 -m conntrack --ctstate ESTABLISHED -j ACCEPT",
  ],
])("a rule %j reads as iptables-save shows it", (rule, text) => {
  expect(formatRule(rule)).toBe(text);
});
