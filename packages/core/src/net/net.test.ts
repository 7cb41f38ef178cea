import { describe, expect, it } from "vitest";
import type { NetlinkChange } from "../abi/index.ts";
import { Prng } from "../sim/index.ts";
import { Wires } from "../testing/wires.ts";
import {
  Bridge,
  changeNetwork,
  Frame,
  type NetStack,
  networkState,
  randomMac,
  UdpSocket,
  UnixSocket,
  Veth,
} from "./index.ts";

function failure(call: () => unknown): string {
  try {
    call();
    return "none";
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
}

const NOBODY = {
  stackOf: (): NetStack => {
    throw new Error("no other stack is meant");
  },
};

const change = (stack: NetStack, one: NetlinkChange): string => failure(() => changeNetwork(stack, one, NOBODY));

describe("UDP", () => {
  const at = (port: number) => ({ family: "inet", address: "10.0.0.2", port }) as const;

  it("a connected socket learns that nobody listens; an unconnected one does not", () => {
    const wires = new Wires();
    const socket = new UdpSocket(wires.left, "inet");
    socket.send(new Uint8Array(1), at(9));
    wires.pass(1000);
    expect(socket.receive(10, { peek: false })).toBeUndefined();
    socket.connect(at(9));
    socket.send(new Uint8Array(1), undefined);
    wires.pass(1000);
    expect(failure(() => socket.receive(10, { peek: false }))).toBe("ECONNREFUSED");
  });

  it("a broadcast reaches everybody on the port, and needs SO_BROADCAST", () => {
    const wires = new Wires();
    const listener = new UdpSocket(wires.right, "inet");
    listener.bind({ family: "inet", address: "0.0.0.0", port: 9 });
    const socket = new UdpSocket(wires.left, "inet");
    const everybody = { family: "inet", address: "10.0.0.255", port: 9 } as const;
    expect(failure(() => socket.send(new Uint8Array(1), everybody))).toBe("EACCES");
    socket.setOption("SO_BROADCAST", 1);
    socket.send(new Uint8Array(1), everybody);
    wires.pass(1000);
    expect(listener.receive(10, { peek: false })?.from).toMatchObject({ address: "10.0.0.1" });
  });
});

describe("routes and addresses", () => {
  it("the longest prefix wins, then the lowest metric; a gateway must be on a link", () => {
    const { left } = new Wires();
    const add = (destination: string, prefixLength: number, gateway: string, metric = 0): string =>
      change(left, { kind: "route-add", destination, prefixLength, gateway, metric });
    expect(add("0.0.0.0", 0, "10.0.0.2")).toBe("none");
    expect(add("172.16.0.0", 12, "10.0.0.3", 5)).toBe("none");
    expect(add("172.16.0.0", 12, "10.0.0.4", 1)).toBe("none");
    expect(add("172.16.0.0", 12, "10.0.0.5", 1)).toBe("EEXIST");
    expect(add("172.17.0.0", 16, "10.0.0.6")).toBe("none");
    expect(add("9.0.0.0", 8, "99.0.0.1")).toBe("ENETUNREACH");
    expect(add("172.17.0.1", 16, "10.0.0.6")).toBe("EINVAL");
    const gateway = (destination: string) => left.routeTo(destination).gateway;
    expect([gateway("172.17.1.1"), gateway("172.18.0.1"), gateway("8.8.8.8"), gateway("10.0.0.7")]).toEqual([
      "10.0.0.6",
      "10.0.0.4",
      "10.0.0.2",
      undefined,
    ]);
    expect(networkState(left).routes.map(({ destination, metric }) => `${destination} ${metric}`)).toEqual([
      "0.0.0.0 0",
      "10.0.0.0 0",
      "172.16.0.0 1",
      "172.16.0.0 5",
      "172.17.0.0 0",
      "fe80:: 256",
    ]);
  });

  it("a link that goes down takes its routes along, and brings back only those of its addresses", () => {
    const { left } = new Wires();
    change(left, { kind: "route-add", destination: "0.0.0.0", prefixLength: 0, gateway: "10.0.0.2" });
    change(left, { kind: "link-set", name: "eth0", up: false });
    expect([left.routes.all.length, failure(() => left.sourceFor("10.0.0.2"))]).toEqual([0, "ENETUNREACH"]);
    change(left, { kind: "link-set", name: "eth0", up: true });
    expect(networkState(left).routes.filter(({ destination }) => !destination.includes(":"))).toHaveLength(1);
  });

  it("with the first address of a network its others go", () => {
    const { left } = new Wires();
    const second = { kind: "address-add", device: "eth0", address: "10.0.0.8", prefixLength: 24 } as const;
    expect([change(left, second), change(left, second)]).toEqual(["none", "EEXIST"]);
    expect(change(left, { ...second, kind: "address-del", address: "10.0.0.1" })).toBe("none");
    expect(networkState(left).addresses.filter(({ device, scope }) => device === "eth0" && scope === "global")).toEqual(
      [],
    );
    expect(change(left, { ...second, kind: "address-del" })).toBe("EADDRNOTAVAIL");
  });

  it("devices have names of their own, of at most 15 characters", () => {
    const { left } = new Wires();
    const add = (name: string, type = "bridge"): string => change(left, { kind: "link-add", name, type });
    expect([add("br0"), add("br0"), add("x".repeat(16)), add("a/b"), add("d0", "dummy")]).toEqual([
      "none",
      "EEXIST",
      "EINVAL",
      "EINVAL",
      "EOPNOTSUPP",
    ]);
    expect([change(left, { kind: "link-del", name: "br0" }), change(left, { kind: "link-del", name: "br0" })]).toEqual([
      "none",
      "ENODEV",
    ]);
  });
});

describe("MAC addresses", () => {
  it("that are drawn are for one host, and of those that anybody may choose", () => {
    const random = new Prng(5);
    expect([randomMac(random), randomMac(random)]).toEqual(["0a:ca:bf:f5:1b:2e", "02:c2:36:37:3a:f0"]);
    for (let i = 0; i < 100; i++) expect(randomMac(random)).toMatch(/^[0-9a-f][26ae](:[0-9a-f]{2}){5}$/);
  });
});

describe("bridges", () => {
  it("a frame goes everywhere until its destination has spoken, then only there", () => {
    const { host, left, world } = new Wires();
    const bridge = new Bridge("br0", "02:00:00:00:01:00");
    left.addDevice(bridge);
    left.setUp(bridge, true);
    const seen: string[] = [];
    const ends = [1, 2, 3].map((number) => {
      const [inner, outer] = Veth.pair(host, [
        { name: `in${number}`, mac: `02:00:00:00:00:1${number}` },
        { name: `out${number}`, mac: `02:00:00:00:00:2${number}` },
      ]);
      left.addDevice(outer);
      left.setUp(outer, true);
      bridge.addPort(outer);
      inner.up = true;
      inner.owner = { receive: (device, frame) => seen.push(`${device.name}<${frame.source.slice(-2)}`) };
      return inner;
    });
    const send = (from: number, to: string): readonly string[] => {
      const inner = ends[from - 1] as Veth;
      seen.length = 0;
      const payload = {
        protocol: "neighbour",
        answer: true,
        senderAddress: "1.1.1.1",
        senderMac: inner.mac,
        target: "1.1.1.1",
      } as const;
      inner.transmit(new Frame(inner.mac, to, payload));
      world.settle();
      while (world.clock.nextUs !== undefined && world.clock.nextUs < world.clock.nowUs + 1000) world.step();
      return [...seen].sort();
    };
    expect(send(1, "02:00:00:00:00:13")).toEqual(["in2<11", "in3<11"]);
    expect(send(3, "02:00:00:00:00:11")).toEqual(["in1<13"]);
    expect(send(1, "02:00:00:00:00:13")).toEqual(["in3<11"]);
    expect(send(2, "ff:ff:ff:ff:ff:ff")).toEqual(["in1<12", "in3<12"]);
  });
});

describe("the packet filter", () => {
  it("prints its rules as iptables-save does", () => {
    const { left } = new Wires();
    const { firewall } = left;
    firewall.addChain("nat", "DOCKER");
    firewall.append("nat", "PREROUTING", { destinationType: "local", target: { kind: "jump", chain: "DOCKER" } });
    firewall.append("nat", "DOCKER", {
      in: "!br0",
      protocol: "tcp",
      port: 8080,
      target: { kind: "dnat", to: { address: "172.18.0.2", port: 80 } },
    });
    firewall.append("nat", "POSTROUTING", {
      source: { address: "172.18.0.0", length: 16 },
      out: "!br0",
      target: { kind: "masquerade" },
    });
    expect(firewall.list("nat").filter((line) => line.startsWith("-A"))).toEqual([
      "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER",
      "-A POSTROUTING -s 172.18.0.0/16 ! -o br0 -j MASQUERADE",
      "-A DOCKER ! -i br0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.18.0.2:80",
    ]);
  });

  it("drops what a rule says, and tells the sender on this machine", () => {
    const { left } = new Wires();
    left.firewall.append("filter", "OUTPUT", { protocol: "udp", port: 9, target: { kind: "drop" } });
    const socket = new UdpSocket(left, "inet");
    const to = (port: number) => ({ family: "inet", address: "10.0.0.2", port }) as const;
    expect([
      failure(() => socket.send(new Uint8Array(1), to(9))),
      failure(() => socket.send(new Uint8Array(1), to(8))),
    ]).toEqual(["EPERM", "none"]);
  });
});

describe("unix sockets", () => {
  it("a pair carries bytes until one side closes; unread bytes are an error to who sent them", () => {
    const [a, b] = UnixSocket.pair([1, 2], "stream");
    expect(a.send(new Uint8Array(3))).toBe(3);
    expect(b.receive(2, { peek: true })?.data).toHaveLength(2);
    expect(b.receive(10, { peek: false })?.data).toHaveLength(3);
    expect(b.receive(10, { peek: false })).toBeUndefined();
    b.send(new Uint8Array(1));
    a.close();
    expect(failure(() => b.receive(1, { peek: false }))).toBe("ECONNRESET");
    expect(b.receive(1, { peek: false })?.data).toHaveLength(0);
    expect(failure(() => b.send(new Uint8Array(1)))).toBe("EPIPE");
  });

  it("datagrams keep their bounds", () => {
    const [a, b] = UnixSocket.pair([1, 2], "dgram");
    a.send(new Uint8Array(3));
    a.send(new Uint8Array(5));
    expect([b.receive(10, { peek: false })?.data.length, b.receive(2, { peek: false })?.data.length]).toEqual([3, 2]);
  });
});
