import { describe, expect, it } from "vitest";
import { accept4, bind, clone, close, connect, listen, read, recvfrom, sendto, shutdown, socket, wait4, write } from "../abi/index.ts";
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
});
