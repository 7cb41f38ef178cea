/** Clients that leave in the middle: what they wanted is given up. */
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createEngine, type Engine } from "@bottleship/core/engine";
import { encode, packTar, tarHeader } from "@bottleship/core/lib";
import { afterEach, beforeEach, expect, it } from "vitest";
import { REAL_HOST } from "./index.ts";
import { type SocketServer, serveOnSocket } from "./testing/socket-server.ts";

let engine: Engine;
let served: SocketServer;
let bugs: unknown[];

beforeEach(async () => {
  bugs = [];
  engine = createEngine({ policy: "real", host: REAL_HOST });
  await engine.images.pull("busybox");
  served = await serveOnSocket(engine, { onBug: (error) => bugs.push(error) });
});

afterEach(() => served.close());

const runs = (name: string): boolean => [...engine.kernel.processes.values()].some((one) => one.name === name);

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}

/** Sends a request with a body, and gives the connection. */
function send(target: string, body: Uint8Array) {
  const socket = connect(served.path);
  socket.resume();
  socket.write(`POST ${target} HTTP/1.1\r\nHost: d\r\nContent-Length: ${body.length}\r\n\r\n`);
  socket.write(body);
  return socket;
}

it("kills the RUN of a build, and makes no image", async () => {
  const data = encode("FROM busybox\nRUN sleep 100000; touch /late");
  const context = packTar([{ header: tarHeader({ name: "Dockerfile", type: "file", size: data.length }), data }]);
  const socket = send("/build?t=late", context);
  await until(() => runs("sleep"));
  socket.destroy();
  await until(() => !runs("sleep"));
  expect(engine.images.find("late")).toBeUndefined();
  expect((await engine.docker("run --rm busybox echo alive")).stdout).toBe("alive\n");
});

it("fetches no more of an image", async () => {
  engine.faults.add({ on: "pull", slow: "100ms" });
  const pull = (): ReturnType<typeof send> => send("/images/create?fromImage=alpine&tag=3.20", new Uint8Array());
  const left = pull();
  await sleep(150);
  left.destroy();
  // As long as it takes whoever stays.
  const stayed = performance.now();
  await engine.docker("pull alpine:3.21");
  await sleep(performance.now() - stayed);
  expect([engine.images.find("alpine:3.20"), engine.images.find("alpine:3.21")?.id]).toEqual([
    undefined,
    expect.stringMatching(/^sha256:/),
  ]);
});

it("waits for a container no longer", async () => {
  await engine.docker("run -d --name long busybox sleep 100000");
  const before = engine.events.listenerCount("event");
  const socket = send("/containers/long/wait", new Uint8Array());
  await until(() => engine.events.listenerCount("event") > before);
  socket.destroy();
  await until(() => engine.events.listenerCount("event") === before);
});

it.each(["/containers/create", "/build", "/images/load"])(
  "of POST %s a body that breaks off is nobody's error",
  async (path) => {
    const head = `POST ${path} HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`;
    const socket = connect(served.path);
    socket.write(head);
    await sleep(20);
    socket.destroy();
    await sleep(20);
    expect((await served.call("GET", "/_ping")).body).toBe("OK");
    expect(bugs).toEqual([]);
  },
);
