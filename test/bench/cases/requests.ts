/**
 * A request from one container to another, as a program makes it that knows only a name: it asks the embedded name
 * server, connects, sends, reads the answer and closes. Beside it a connection that stays open.
 */
import {
  accept4,
  bind,
  close,
  connect,
  listen,
  type Routine,
  read,
  type SocketAddress,
  socket,
  write,
} from "@bottleship/core/abi";
import { createEngine, type Engine } from "@bottleship/core/engine";
import { defineProgram } from "@bottleship/core/programs";
import { resolve } from "@bottleship/core/userland";
import type { Case } from "../figure.ts";
import { elapsedMs, medianOf } from "../measure.ts";

const PORT = 7;
const REQUESTS = 20_000;
const REQUEST = new TextEncoder().encode("GET / HTTP/1.0\r\n\r\n");
const ANSWER = new TextEncoder().encode("HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nok\n");

/** Answers whatever comes, on each connection for as long as it is open. */
function* server(): Routine<number> {
  const listener = yield* socket("inet", "stream");
  yield* bind(listener, { family: "inet", address: "0.0.0.0", port: PORT });
  yield* listen(listener, 16);
  for (;;) {
    const { fd } = yield* accept4(listener);
    while ((yield* read(fd, 4096)).length > 0) yield* write(fd, ANSWER);
    yield* close(fd);
  }
}

function* exchange(fd: number): Routine<void> {
  yield* write(fd, REQUEST);
  const answer = yield* read(fd, 4096);
  if (answer.length !== ANSWER.length) throw new Error(`an answer of ${answer.length} bytes`);
}

function* open(address: string): Routine<number> {
  const fd = yield* socket("inet", "stream");
  const to: SocketAddress = { family: "inet", address, port: PORT };
  yield* connect(fd, to);
  return fd;
}

function* addressOf(name: string): Routine<string> {
  const [address] = yield* resolve(name, 4);
  if (address === undefined) throw new Error(`${name} does not resolve`);
  return address;
}

/** Its arguments: "named" or "connected", and how often. */
function* client([, kind, count]: readonly string[]): Routine<number> {
  const isNamed = kind === "named";
  let fd = isNamed ? -1 : yield* open(yield* addressOf("server"));
  for (let i = 0; i < Number(count); i++) {
    if (isNamed) fd = yield* open(yield* addressOf("server"));
    yield* exchange(fd);
    if (isNamed) yield* close(fd);
  }
  return 0;
}

export const requests: Case = async ({ rounds, scale }) => {
  const engine = createEngine();
  engine.images.define("server", { program: defineProgram("server", server) });
  engine.images.define("client", { program: defineProgram("client", client) });
  await engine.client.createNetwork("net");
  await engine.client.run("server", { name: "server", network: "net" });
  const count = Math.round(REQUESTS * scale);
  const named = await medianOf(rounds, () => microsecondsEach(engine, "named", count));
  const connected = await medianOf(rounds, () => microsecondsEach(engine, "connected", count));
  return [
    { name: "DNS + TCP request to another container", value: named, unit: "µs", target: { atMost: 60 } },
    { name: "request on an open connection", value: connected, unit: "µs" },
  ];
};

async function microsecondsEach(engine: Engine, kind: string, count: number): Promise<number> {
  const ms = await elapsedMs(async () => {
    const { exitCode, stderr } = await engine.docker(`run --rm --network net client ${kind} ${count}`);
    if (exitCode !== 0) throw new Error(stderr);
  });
  return (ms * 1000) / count;
}
