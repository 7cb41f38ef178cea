import { describe, expect, it } from "vitest";
import { POLLHUP, POLLIN, POLLOUT } from "../abi/index.ts";
import { concat, equal } from "../lib/index.ts";
import { Prng } from "../sim/index.ts";
import { Wires } from "../testing/wires.ts";
import { RawSocket, TcpSocket } from "./index.ts";

const server = (port: number) => ({ family: "inet", address: "10.0.0.2", port }) as const;

/** A connection from left to right: both ends. */
function connected(wires: Wires, backlog = 5): { client: TcpSocket; peer: TcpSocket; listener: TcpSocket } {
  const listener = new TcpSocket(wires.right, "inet");
  listener.bind({ family: "inet", address: "0.0.0.0", port: 80 });
  listener.listen(backlog);
  const client = new TcpSocket(wires.left, "inet");
  client.connect(server(80));
  let peer: TcpSocket | undefined;
  wires.until(() => {
    peer ??= listener.accept();
    return peer !== undefined && !client.isConnecting;
  });
  if (peer === undefined) throw new Error("nobody has connected");
  return { client, peer, listener };
}

/** What `call` throws: the code of an errno. */
function failure(call: () => unknown): string {
  try {
    call();
    return "none";
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
}

const read = (socket: TcpSocket): Uint8Array | undefined => socket.receive(1 << 20, { peek: false })?.data;

describe("TCP", () => {
  it("an opening that the own packet filter drops is tried again, not refused", () => {
    const wires = new Wires();
    const { firewall } = wires.left;
    const drop = { protocol: "tcp", target: { kind: "drop" } } as const;
    firewall.append("filter", "OUTPUT", drop);
    const listener = new TcpSocket(wires.right, "inet");
    listener.bind({ family: "inet", address: "0.0.0.0", port: 80 });
    listener.listen(1);
    const client = new TcpSocket(wires.left, "inet");
    client.connect(server(80));
    wires.pass(500_000);
    expect(client.isConnecting).toBe(true);
    firewall.remove("filter", "OUTPUT", drop);
    wires.until(() => !client.isConnecting);
    wires.pass(1000);
    expect(listener.accept()).toBeDefined();
  });

  it.each([0, 10_000, 200_000])("bytes arrive once and in order, with %i of a million frames lost", (loss) => {
    for (let seed = 0; seed < 12; seed++) {
      const wires = new Wires(seed);
      const { client, peer } = connected(wires);
      wires.wire.link.quality.lossPerMillion = loss;
      const chance = new Prng(seed);
      const sent: Uint8Array[] = [];
      const got: Uint8Array[] = [];
      const total = 1 + chance.below(400_000);
      let left = total;
      let ended = false;
      // The programs get a turn now and then, whatever the network does.
      const ticks = wires.world.clock.timer(() => ticks.arm(wires.world.clock.nowUs + 200));
      ticks.arm(wires.world.clock.nowUs);
      const act = (): boolean => {
        if (left > 0 && chance.chance(1, 3)) {
          const part = chance.bytes(Math.min(left, 1 + chance.below(70_000)));
          const taken = client.send(part) ?? 0;
          sent.push(part.slice(0, taken));
          left -= taken;
          if (left === 0) client.shutdown("write");
        }
        if (chance.chance(1, 4)) {
          const part = peer.receive(1 + chance.below(90_000), { peek: false })?.data;
          if (part !== undefined && part.length === 0) ended = true;
          else if (part !== undefined) got.push(part);
        }
        return ended;
      };
      const done = wires.until(act);
      expect({ seed, done, bytes: concat(got).length }).toEqual({ seed, done: true, bytes: total });
      expect(equal(concat(got), concat(sent))).toBe(true);
    }
  });

  it("the same seed gives the same packets at the same times", () => {
    const run = (seed: number): readonly string[] => {
      const wires = new Wires(seed);
      const lines: string[] = [];
      wires.wire.capture = (direction, _device, { payload }) =>
        lines.push(
          `${wires.world.clock.uptimeUs} ${direction} ${JSON.stringify(payload, (_key, value) => (value instanceof Uint8Array ? value.length : value))}`,
        );
      const { client, peer } = connected(wires);
      wires.wire.link.quality.lossPerMillion = 100_000;
      client.send(new Uint8Array(100_000));
      client.shutdown("write");
      let bytes = 0;
      wires.until(() => {
        const part = read(peer);
        bytes += part?.length ?? 0;
        return part?.length === 0;
      });
      return [...lines, String(bytes)];
    };
    expect(run(3)).toEqual(run(3));
    expect(run(3).at(-1)).toBe("100000");
    expect(run(3)).not.toEqual(run(4));
  });

  it("a closed port refuses; a host that is not there is unreachable after three questions", () => {
    const wires = new Wires();
    const refused = new TcpSocket(wires.left, "inet");
    refused.connect(server(81));
    wires.until(() => !refused.isConnecting);
    expect(failure(() => refused.checkError())).toBe("ECONNREFUSED");
    const lost = new TcpSocket(wires.left, "inet");
    const startUs = wires.world.clock.nowUs;
    lost.connect({ family: "inet", address: "10.0.0.9", port: 80 });
    wires.until(() => !lost.isConnecting);
    expect(failure(() => lost.checkError())).toBe("EHOSTUNREACH");
    expect(Math.round((wires.world.clock.nowUs - startUs) / 100_000)).toBe(31);
    expect(failure(() => new TcpSocket(wires.left, "inet").connect({ ...server(80), address: "8.8.8.8" }))).toBe(
      "ENETUNREACH",
    );
  });

  it("a connection whose packets are dropped times out after 131 s", () => {
    const wires = new Wires();
    wires.right.firewall.append("filter", "INPUT", { protocol: "tcp", target: { kind: "drop" } });
    const socket = new TcpSocket(wires.left, "inet");
    const startUs = wires.world.clock.nowUs;
    socket.connect(server(80));
    wires.until(() => !socket.isConnecting);
    expect(failure(() => socket.checkError())).toBe("ETIMEDOUT");
    expect((wires.world.clock.nowUs - startUs) / 1e6).toBe(131);
  });

  it("who does not read makes the writer wait, and goes on when it reads", () => {
    const wires = new Wires();
    const { client, peer } = connected(wires);
    let sent = 0;
    const fill = (): void => {
      for (
        let taken = client.send(new Uint8Array(65_536));
        taken !== undefined;
        taken = client.send(new Uint8Array(65_536))
      ) {
        sent += taken;
      }
    };
    fill();
    wires.pass(60_000_000);
    fill();
    wires.pass(60_000_000);
    expect(client.send(new Uint8Array(1))).toBeUndefined();
    expect(client.poll() & POLLOUT).toBe(0);
    expect(sent).toBe(131_072 + 262_144);
    let got = 0;
    wires.until(() => {
      got += read(peer)?.length ?? 0;
      return got === sent;
    });
    expect(got).toBe(sent);
    expect(client.poll() & POLLOUT).toBe(POLLOUT);
  });

  it("who waits for bytes is not woken by an acknowledgment; who waits for room is, when there is some", () => {
    const wires = new Wires();
    const { client, peer } = connected(wires);
    let woken = 0;
    const waiter = { notify: () => void woken++ };
    client.ready.add(waiter);
    client.send(new Uint8Array(1000));
    wires.pass(1000);
    expect([client.unsent, woken]).toEqual([0, 0]);
    peer.send(new Uint8Array(1));
    wires.pass(1000);
    expect(woken).toBe(1);
    while (client.send(new Uint8Array(65_536)) !== undefined) wires.pass(1000);
    client.ready.add(waiter);
    expect([client.poll() & POLLOUT, woken]).toEqual([0, 1]);
    read(peer);
    wires.pass(1_000_000);
    expect([client.poll() & POLLOUT, woken]).toEqual([POLLOUT, 2]);
  });

  it("the bytes of a segment are nobody's to change: not who wrote them, and not who has read them", () => {
    const wires = new Wires();
    const { client, peer } = connected(wires);
    const seen: Uint8Array[] = [];
    wires.wire.capture = (_direction, _device, { payload }) => {
      if ("body" in payload && payload.body.data.length > 0) seen.push(payload.body.data);
    };
    const written = Uint8Array.of(1, 2, 3);
    client.send(written);
    written.fill(9);
    wires.pass(1000);
    read(peer)?.fill(8);
    expect(seen).toEqual([Uint8Array.of(1, 2, 3)]);
  });

  it("each direction ends for itself; the side that ends first keeps the address for a minute", () => {
    const wires = new Wires();
    const { client, peer } = connected(wires);
    client.shutdown("write");
    wires.pass(1000);
    expect(read(peer)).toHaveLength(0);
    expect([client.state, peer.state]).toEqual(["FIN_WAIT2", "CLOSE_WAIT"]);
    peer.send(new Uint8Array(3));
    wires.pass(1000);
    expect(read(client)).toHaveLength(3);
    peer.close();
    wires.pass(1000);
    expect(read(client)).toHaveLength(0);
    expect(client.poll() & (POLLIN | POLLHUP)).toBe(POLLIN | POLLHUP);
    const remnants = (): number => [...wires.left.tcp.list()].filter((one) => !(one instanceof TcpSocket)).length;
    expect(remnants()).toBe(1);
    wires.pass(61_000_000);
    expect(remnants()).toBe(0);
  });

  it("closing with unread bytes resets: the peer reads ECONNRESET, then writes EPIPE", () => {
    const wires = new Wires();
    const { client, peer } = connected(wires);
    client.send(new Uint8Array(10));
    wires.pass(1000);
    peer.close();
    wires.pass(1000);
    expect(failure(() => read(client))).toBe("ECONNRESET");
    expect(failure(() => client.send(new Uint8Array(1)))).toBe("EPIPE");
  });

  it("a peer that still has an old connection between the same ends is told to forget it", () => {
    const wires = new Wires();
    const { client, peer, listener } = connected(wires);
    const { port } = client.local;
    wires.wire.up = false;
    client.setOption("SO_LINGER", -1);
    client.close();
    wires.wire.up = true;
    expect([client.state, peer.state]).toEqual(["CLOSE", "ESTABLISHED"]);
    const again = new TcpSocket(wires.left, "inet");
    again.bind({ family: "inet", address: "10.0.0.1", port });
    const startUs = wires.world.clock.nowUs;
    again.connect(server(80));
    wires.until(() => listener.poll() === POLLIN);
    expect(wires.world.clock.nowUs - startUs).toBe(8000 + 5 * wires.host.costs.veth);
    expect([again.state, peer.state, listener.accept()?.state]).toEqual(["ESTABLISHED", "CLOSE", "ESTABLISHED"]);
  });

  it("more connections than the backlog wait for accept", () => {
    const wires = new Wires();
    const { listener } = connected(wires, 1);
    const clients = [1, 2, 3].map(() => {
      const client = new TcpSocket(wires.left, "inet");
      client.connect(server(80));
      return client;
    });
    wires.pass(500_000);
    expect(clients.map(({ state }) => state)).toEqual(["ESTABLISHED", "ESTABLISHED", "SYN_SENT"]);
    listener.accept();
    wires.pass(2_000_000);
    expect(clients[2]?.state).toBe("ESTABLISHED");
  });

  it("a port is held against others unless addresses differ or both allow it and none listens", () => {
    const { left } = new Wires();
    const bound = (address: string, reuse = false, domain: "inet" | "inet6" = "inet"): string => {
      const socket = new TcpSocket(left, domain);
      if (reuse) socket.setOption("SO_REUSEADDR", 1);
      return failure(() => socket.bind({ family: domain, address, port: 80 }));
    };
    expect(bound("10.0.0.1")).toBe("none");
    expect(bound("127.0.0.1")).toBe("none");
    expect(bound("0.0.0.0")).toBe("EADDRINUSE");
    expect(bound("::", false, "inet6")).toBe("EADDRINUSE");
    expect(bound("::1", false, "inet6")).toBe("none");
    expect(bound("10.0.0.1", true)).toBe("EADDRINUSE");
    expect(bound("9.9.9.9")).toBe("EADDRNOTAVAIL");
  });

  it("a socket of IPv6 takes IPv4 too, and shows it as ::ffff:…", () => {
    const wires = new Wires();
    const listener = new TcpSocket(wires.right, "inet6");
    listener.bind({ family: "inet6", address: "::", port: 80 });
    listener.listen(1);
    const client = new TcpSocket(wires.left, "inet");
    client.connect(server(80));
    wires.until(() => client.state === "ESTABLISHED");
    wires.pass(1000);
    const peer = listener.accept();
    expect(peer?.localAddress).toEqual({ family: "inet6", address: "::ffff:10.0.0.2", port: 80 });
    expect(peer?.remoteAddress.address).toBe("::ffff:10.0.0.1");
  });
});

describe("ICMP", () => {
  it("an echo comes back, unless the packet has too few hops left or nobody is there", () => {
    const wires = new Wires();
    const raw = new RawSocket(wires.left, "inet");
    wires.left.raw.add(raw);
    const echo = { type: "echo-request", code: 0, id: 7, sequence: 1 } as const;
    raw.sendIcmp("10.0.0.2", echo, new Uint8Array(56));
    wires.pass(1000);
    expect(raw.receiveIcmp({ peek: false })).toMatchObject({
      from: "10.0.0.2",
      ttl: 64,
      message: { type: "echo-reply", id: 7 },
    });
    raw.sendIcmp("10.0.0.9", echo, new Uint8Array(56));
    wires.pass(4_000_000);
    expect(raw.receiveIcmp({ peek: false })).toMatchObject({
      from: "10.0.0.1",
      message: { type: "unreachable", code: 1 },
    });
  });
});
