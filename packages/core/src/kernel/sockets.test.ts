import { describe, expect, it } from "vitest";
import {
  accept4,
  bind,
  clock_gettime,
  clone,
  close,
  connect,
  listen,
  netlink_set,
  POLLIN,
  poll,
  read,
  recvfrom,
  sendto,
  setresuid,
  setsockopt,
  shutdown,
  socket,
  stat,
  unshare,
  wait4,
  write,
} from "../abi/index.ts";
import { decode, encode } from "../lib/index.ts";
import { TestMachine } from "../testing/machine.ts";

const local = (port: number) => ({ family: "inet", address: "127.0.0.1", port }) as const;

describe("sockets of a machine", () => {
  it("a stream carries bytes both ways, and ends with each side", async () => {
    const machine = new TestMachine();
    const got = await machine.run(function* () {
      const server = yield* socket("inet", "stream");
      yield* bind(server, local(80));
      yield* listen(server, 5);
      yield* clone(function* (fd: number) {
        const { fd: peer } = yield* accept4(fd);
        const first = yield* read(peer, 100);
        yield* write(peer, encode(`you said ${decode(first)}`));
        const rest = yield* read(peer, 100);
        yield* write(peer, encode(`, then ${rest.length}`));
        return 0;
      }, server);
      yield* close(server);
      const fd = yield* socket("inet", "stream");
      yield* connect(fd, local(80));
      yield* write(fd, encode("hello"));
      const answer = decode(yield* read(fd, 100));
      yield* shutdown(fd, "write");
      let rest = "";
      for (let part = yield* read(fd, 100); part.length > 0; part = yield* read(fd, 100)) rest += decode(part);
      yield* wait4();
      return answer + rest;
    });
    expect(got).toBe("you said hello, then 0");
  });

  it("a closed port refuses, and without a route there is no network", async () => {
    const machine = new TestMachine();
    const errors = await machine.run(function* () {
      const fd = yield* socket("inet", "stream");
      const refused = yield* connect(fd, local(81)).attempt();
      const lost = yield* connect(fd, { family: "inet", address: "10.0.0.1", port: 81 }).attempt();
      return [String(refused), String(lost)];
    });
    expect(errors.map((text) => text.split(": ")[1])).toEqual(["ECONNREFUSED", "ENETUNREACH"]);
  });

  it("datagrams keep their bounds and say who sent them", async () => {
    const machine = new TestMachine();
    const got = await machine.run(function* () {
      const server = yield* socket("inet", "dgram");
      yield* bind(server, local(53));
      const client = yield* socket("inet", "dgram");
      yield* bind(client, local(4000));
      yield* sendto(client, encode("one"), 0, local(53));
      yield* sendto(client, encode("two"), 0, local(53));
      const first = yield* recvfrom(server, 100);
      const second = yield* recvfrom(server, 2);
      return [decode(first.data), first.from, decode(second.data)];
    });
    expect(got).toEqual(["one", local(4000), "tw"]);
  });

  it("a name of a unix socket is a file: it is taken until it is unlinked, and nobody answers behind a dead one", async () => {
    const machine = new TestMachine();
    const path = { family: "unix", path: "/tmp/sock" } as const;
    const got = await machine.run(function* () {
      const server = yield* socket("unix", "stream");
      yield* bind(server, path);
      yield* listen(server, 1);
      const { type } = yield* stat("/tmp/sock");
      const client = yield* socket("unix", "stream");
      yield* connect(client, path);
      yield* write(client, encode("hello"));
      const { fd, from } = yield* accept4(server);
      const text = decode(yield* read(fd, 10));
      const again = yield* bind(yield* socket("unix", "stream"), path).attempt();
      yield* close(server);
      const dead = yield* connect(yield* socket("unix", "stream"), path).attempt();
      const missing = yield* connect(yield* socket("unix", "stream"), { family: "unix", path: "/tmp/none" }).attempt();
      return [type, from, text, ...[again, dead, missing].map((error) => String(error).split(": ")[1])];
    });
    expect(got).toEqual(["socket", { family: "unix", path: "" }, "hello", "EADDRINUSE", "ECONNREFUSED", "ENOENT"]);
  });

  it("abstract names belong to the network namespace", async () => {
    const machine = new TestMachine();
    const name = { family: "unix", path: "\0name" } as const;
    const errors = await machine.run(function* () {
      yield* bind(yield* socket("unix", "dgram"), name);
      const here = yield* sendto(yield* socket("unix", "dgram"), encode("x"), 0, name).attempt();
      yield* unshare(new Set(["net"]));
      const elsewhere = yield* sendto(yield* socket("unix", "dgram"), encode("x"), 0, name).attempt();
      return [here, String(elsewhere).split(": ")[1]];
    });
    expect(errors).toEqual([1, "ECONNREFUSED"]);
  });

  it("rights: raw sockets and changes of the network need capabilities, low ports too", async () => {
    const machine = new TestMachine();
    const errors = await machine.run(function* () {
      yield* setresuid(1000);
      const fd = yield* socket("inet", "stream");
      const low = yield* bind(fd, local(80)).attempt();
      const high = yield* bind(fd, local(8080)).attempt();
      const raw = yield* socket("inet", "raw", "icmp").attempt();
      const down = yield* netlink_set({ kind: "link-set", name: "lo", up: false }).attempt();
      return [low, high, raw, down].map((error) => (error === undefined ? "none" : String(error).split(": ")[1]));
    });
    expect(errors).toEqual(["EACCES", "none", "EPERM", "EPERM"]);
  });

  it("a reader sleeps until its time-out, a poll tells of what comes", async () => {
    const machine = new TestMachine();
    const got = await machine.run(function* () {
      const fd = yield* socket("inet", "dgram");
      yield* bind(fd, local(53));
      yield* setsockopt(fd, "SO_RCVTIMEO", 2_000_000);
      const startUs = yield* clock_gettime("monotonic");
      const late = yield* recvfrom(fd, 10).attempt();
      const sleptUs = (yield* clock_gettime("monotonic")) - startUs;
      yield* sendto(yield* socket("inet", "dgram"), encode("x"), 0, local(53));
      const ready = yield* poll([{ fd, events: POLLIN }], 1_000_000);
      return [String(late).split(": ")[1], Math.round(sleptUs / 1e6), ready];
    });
    expect(got).toEqual(["EAGAIN", 2, [{ fd: 0, events: POLLIN }]]);
  });
});
