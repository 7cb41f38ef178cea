/** What a stack remembers about the way of a connection's packets holds until something changes that decides about it. */
import { describe, expect, it } from "vitest";
import { Wires } from "../testing/wires.ts";
import { type Device, NetStack, type Rule, TcpSocket, UdpSocket, Veth } from "./index.ts";

const DROP: Rule = { protocol: "tcp", target: { kind: "drop" } };
const SHORTLY = 300;

/** Both ends of a connection, after an exchange on it. */
function connection(wires: Wires, client: NetStack, server: NetStack, address: string) {
  const listener = new TcpSocket(server, "inet");
  listener.bind({ family: "inet", address: "0.0.0.0", port: 80 });
  listener.listen(5);
  const near = new TcpSocket(client, "inet");
  near.connect({ family: "inet", address, port: 80 });
  let far: TcpSocket | undefined;
  wires.until(() => {
    far ??= listener.accept();
    return far !== undefined && !near.isConnecting;
  });
  if (far === undefined) throw new Error("nobody has connected");
  const ends = { near, far };
  expect(passes(wires, ends)).toBe(true);
  expect(passes(wires, ends)).toBe(true);
  return ends;
}

/** Whether a byte comes to the other side shortly, and one comes back. */
function passes(wires: Wires, { near, far }: { near: TcpSocket; far: TcpSocket }): boolean {
  near.send(new Uint8Array(1));
  wires.pass(SHORTLY);
  const there = far.receive(10, { peek: false })?.data.length ?? 0;
  far.send(new Uint8Array(1));
  wires.pass(SHORTLY);
  const back = near.receive(10, { peek: false })?.data.length ?? 0;
  return there > 0 && back > 0;
}

/** A wire more between two stacks: their ends of it. */
function wire(wires: Wires, from: NetStack, to: NetStack, network: string): readonly [Veth, Veth] {
  const names = [`to${network}`, `from${network}`] as const;
  const ends = Veth.pair(wires.host, [
    { name: names[0], mac: `02:00:00:00:${network.padStart(2, "0")}:01` },
    { name: names[1], mac: `02:00:00:00:${network.padStart(2, "0")}:02` },
  ]);
  for (const [at, stack] of [from, to].entries()) {
    const device = ends[at] as Veth;
    stack.addDevice(device);
    const address = `10.0.${network}.${at + 1}`;
    stack.addresses.add(device, { address, length: 24, broadcast: undefined, scope: "global" });
    stack.setUp(device, true);
  }
  return ends;
}

/** Frames that a device sends while `work` is done. */
function sent(device: Device, work: () => void): number {
  const before = device.sent.packets;
  work();
  return device.sent.packets - before;
}

describe("the shortcut of a connection", () => {
  it.each(["INPUT", "OUTPUT"] as const)("a rule that comes in %s drops it, and one that goes lets it pass", (chain) => {
    const wires = new Wires();
    const { firewall } = wires.right;
    const ends = connection(wires, wires.left, wires.right, "10.0.0.2");
    firewall.append("filter", chain, DROP);
    expect(passes(wires, ends)).toBe(false);
    firewall.remove("filter", chain, DROP);
    wires.pass(5_000_000);
    expect(passes(wires, ends)).toBe(true);
    firewall.setPolicy(chain, "drop");
    expect(passes(wires, ends)).toBe(false);
  });

  it("a rule about what has not been tracked yet is asked about every packet", () => {
    const wires = new Wires();
    const ends = connection(wires, wires.left, wires.right, "10.0.0.2");
    wires.right.firewall.append("raw", "PREROUTING", DROP);
    expect(passes(wires, ends)).toBe(false);
  });

  it("a rule that lets pass only what is new or only what is known tells packets apart", () => {
    const wires = new Wires();
    const { firewall } = wires.right;
    firewall.append("filter", "INPUT", { states: ["new"], target: { kind: "accept" } });
    firewall.append("filter", "INPUT", { states: ["established"], target: { kind: "drop" } });
    const client = new TcpSocket(wires.left, "inet");
    const listener = new TcpSocket(wires.right, "inet");
    listener.bind({ family: "inet", address: "0.0.0.0", port: 80 });
    listener.listen(5);
    client.connect({ family: "inet", address: "10.0.0.2", port: 80 });
    wires.pass(SHORTLY);
    expect([client.state, listener.accept()]).toEqual(["ESTABLISHED", undefined]);
  });

  it("packets take the route that there is now", () => {
    const wires = new Wires();
    const [second] = wire(wires, wires.left, wires.right, "7");
    const far = { address: "10.9.9.9", length: 32, broadcast: undefined, scope: "global" } as const;
    wires.right.addresses.add(wires.right.loopback, far);
    const route = {
      destination: "10.9.9.9",
      prefixLength: 32,
      source: "10.0.0.1",
      scope: "global",
      metric: 0,
    } as const;
    const [left] = [wires.left];
    left.routes.add({ ...route, gateway: "10.0.0.2", device: wires.wire });
    void left.firewall;
    const ends = connection(wires, left, wires.right, "10.9.9.9");
    const exchange = (): void => expect(passes(wires, ends)).toBe(true);
    expect([sent(wires.wire, exchange) > 0, sent(second, exchange)]).toEqual([true, 0]);
    left.routes.add({ ...route, gateway: "10.0.7.2", device: second }, "replace");
    wires.pass(1000);
    expect(sent(second, exchange)).toBeGreaterThan(0);
    expect(sent(wires.wire, exchange)).toBe(0);
    left.routes.remove({ destination: "10.9.9.9", prefixLength: 32 });
    expect(passes(wires, ends)).toBe(false);
  });

  it.each(["with", "without"])(
    "an address that somebody else has taken over is somebody else's, %s a packet filter",
    (filter) => {
      const wires = new Wires();
      if (filter === "with") for (const stack of [wires.left, wires.right]) void stack.firewall;
      const ends = connection(wires, wires.left, wires.right, "10.0.0.2");
      const address = { address: "10.0.0.2", length: 24, broadcast: undefined, scope: "global" } as const;
      const [device] = wires.right.devices.filter(({ name }) => name === "eth0");
      if (device === undefined) throw new Error("there is no device");
      wires.right.addresses.remove(device, "10.0.0.2", 24);
      expect(passes(wires, ends)).toBe(false);
      wires.right.addresses.add(device, address);
      wires.pass(5_000_000);
      expect(passes(wires, ends)).toBe(true);
      wires.left.neighbours.set(wires.wire, "10.0.0.2", "02:00:00:00:00:99");
      expect(passes(wires, ends)).toBe(false);
      wires.left.neighbours.delete(wires.wire, "10.0.0.2");
      wires.pass(5_000_000);
      expect(passes(wires, ends)).toBe(true);
    },
  );

  it("a link that is cut or down carries nothing, and carries again when it is whole", () => {
    const wires = new Wires();
    void wires.left.firewall;
    const ends = connection(wires, wires.left, wires.right, "10.0.0.2");
    wires.wire.link.impairments = () => [{ conditions: { isCut: true }, applies: () => true }];
    expect(passes(wires, ends)).toBe(false);
    wires.wire.link.impairments = undefined;
    wires.pass(5_000_000);
    expect(passes(wires, ends)).toBe(true);
    wires.left.setUp(wires.wire, false);
    expect(passes(wires, ends)).toBe(false);
    wires.left.setUp(wires.wire, true);
    wires.pass(5_000_000);
    expect(passes(wires, ends)).toBe(true);
  });

  it("a device with another name is another one to the rules", () => {
    const wires = new Wires();
    wires.left.firewall.append("filter", "OUTPUT", { ...DROP, out: "eth9" });
    const ends = connection(wires, wires.left, wires.right, "10.0.0.2");
    wires.left.renameDevice(wires.wire, "eth9");
    expect(passes(wires, ends)).toBe(false);
  });
});

describe("the shortcut of a router", () => {
  function routed() {
    const wires = new Wires();
    const sysctls = new Map([["net.ipv4.ip_forward", "1"]]);
    const router = new NetStack(wires.host, (name) => sysctls.get(name) ?? "0");
    router.setUp(router.loopback, true);
    const [, inner] = wire(wires, wires.left, router, "5");
    const [outer] = wire(wires, router, wires.right, "6");
    const toRouter = {
      destination: "0.0.0.0",
      prefixLength: 0,
      source: undefined,
      scope: "global",
      metric: 0,
    } as const;
    for (const [stack, name, gateway] of [
      [wires.left, "to5", "10.0.5.2"],
      [wires.right, "from6", "10.0.6.1"],
    ] as const) {
      const device = stack.device(name);
      if (device !== undefined) stack.routes.add({ ...toRouter, gateway, device });
    }
    return { wires, router, sysctls, inner, outer };
  }

  it("follows rules, the sysctl and the routes as they are now", () => {
    const { wires, router, sysctls, outer } = routed();
    const { firewall } = router;
    const ends = connection(wires, wires.left, wires.right, "10.0.6.2");
    const forward: Rule = { ...DROP, in: "from5" };
    firewall.append("filter", "FORWARD", forward);
    expect(passes(wires, ends)).toBe(false);
    firewall.remove("filter", "FORWARD", forward);
    wires.pass(5_000_000);
    expect(passes(wires, ends)).toBe(true);
    sysctls.set("net.ipv4.ip_forward", "0");
    expect(passes(wires, ends)).toBe(false);
    sysctls.set("net.ipv4.ip_forward", "1");
    wires.pass(5_000_000);
    expect(passes(wires, ends)).toBe(true);
    router.routes.removeDevice(outer);
    expect(passes(wires, ends)).toBe(false);
  });

  it("looks routes up in the tables that rules choose by source and by device", () => {
    const { wires, router } = routed();
    const ends = connection(wires, wires.left, wires.right, "10.0.6.2");
    const nowhere = { destination: "10.0.6.0", prefixLength: 24, gateway: undefined, device: router.loopback };
    router.routing.table(100).add({ ...nowhere, source: undefined, scope: "global", metric: 0, refusal: "blackhole" });
    expect(passes(wires, ends)).toBe(true);
    for (const match of [{ device: "from5" }, { from: { address: "10.0.5.0", length: 24 } }]) {
      router.routing.changeRule("add", 4, { ...match, table: 100 });
      expect(passes(wires, ends)).toBe(false);
      router.routing.changeRule("remove", 4, { ...match, table: 100 });
      wires.pass(5_000_000);
      expect(passes(wires, ends)).toBe(true);
    }
    for (const match of [{ device: "to6" }, { from: { address: "10.0.7.0", length: 24 } }, { tos: 16 }]) {
      router.routing.changeRule("add", 4, { ...match, table: 100 });
      expect(passes(wires, ends)).toBe(true);
    }
  });

  it("counts down how far packets go, and translates them all alike", () => {
    const { wires, router, outer } = routed();
    router.firewall.append("nat", "POSTROUTING", { out: outer.name, target: { kind: "masquerade" } });
    const seen = new Set<string>();
    outer.capture = (direction, _device, { payload }) => {
      if (direction === "out" && "ttl" in payload) seen.add(`${payload.source} ${payload.ttl}`);
    };
    const ends = connection(wires, wires.left, wires.right, "10.0.6.2");
    expect(passes(wires, ends)).toBe(true);
    expect([...seen]).toEqual(["10.0.6.1 63"]);
    expect(ends.far.remoteAddress.address).toBe("10.0.6.1");
    router.firewall.conntrack.forget("10.0.5.1");
    ends.far.send(new Uint8Array(1));
    wires.pass(SHORTLY);
    expect(ends.near.receive(10, { peek: false })).toBeUndefined();
  });
});

describe("what is known of destinations", () => {
  it("an address is local as long as a device has it", () => {
    const { left, wire: device } = new Wires();
    const address = { address: "10.0.0.77", length: 24, broadcast: undefined, scope: "global" } as const;
    expect(left.isLocal("10.0.0.77")).toBe(false);
    left.addresses.add(device, address);
    expect([left.isLocal("10.0.0.77"), left.sourceFor("10.0.0.77")]).toEqual([true, "10.0.0.77"]);
    left.addresses.remove(device, "10.0.0.77", 24);
    expect([left.isLocal("10.0.0.77"), left.sourceFor("10.0.0.77")]).toEqual([false, "10.0.0.1"]);
    expect(left.isBroadcast("10.0.0.255")).toBe(true);
    left.setUp(device, false);
    expect(left.isBroadcast("10.0.0.255")).toBe(false);
  });

  it("a datagram goes where the route leads now, also without a packet filter", () => {
    const wires = new Wires();
    const [second] = wire(wires, wires.left, wires.right, "7");
    const socket = new UdpSocket(wires.left, "inet");
    const send = (): void => void socket.send(new Uint8Array(1), { family: "inet", address: "9.9.9.9", port: 9 });
    const route = { destination: "9.0.0.0", prefixLength: 8, source: undefined, scope: "global", metric: 0 } as const;
    wires.left.routes.add({ ...route, gateway: "10.0.0.2", device: wires.wire });
    send();
    wires.pass(SHORTLY);
    expect(sent(wires.wire, send)).toBe(1);
    wires.left.routes.add({ ...route, gateway: "10.0.7.2", device: second }, "replace");
    send();
    wires.pass(SHORTLY);
    expect([sent(wires.wire, send), sent(second, send)]).toEqual([0, 1]);
  });
});
