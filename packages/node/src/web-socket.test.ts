/** `GET /containers/{id}/attach/ws`; the expected answers are those of Docker Engine 28.5.2. */
import { createEngine, type Engine } from "@bottleship/core/engine";
import { afterEach, beforeEach, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type SocketServer, serveOnSocket } from "./testing/socket-server.ts";

let engine: Engine;
let served: SocketServer;

beforeEach(async () => {
  engine = createEngine({ seed: 7 });
  await engine.images.pull("busybox");
  served = await serveOnSocket(engine);
});

afterEach(() => served.close());

const open = (target: string): WebSocket => new WebSocket(`ws+unix:${served.path}:${target}`);

/** Everything that comes until the end: text, whether the messages were binary, and the code of the end. */
function whole(socket: WebSocket): Promise<{ text: string; kinds: Set<string>; code: number }> {
  const kinds = new Set<string>();
  let text = "";
  socket.on("message", (data: Buffer, isBinary: boolean) => {
    kinds.add(isBinary ? "binary" : "text");
    text += data.toString();
  });
  return new Promise((resolve, reject) => {
    socket.on("close", (code) => resolve({ text, kinds, code }));
    socket.on("error", reject);
  });
}

const HANDSHAKE = { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==" };

it("hands messages to a container's input, and its output over as binary messages, not multiplexed", async () => {
  await engine.docker("run -di --name web busybox sh -c 'read a; echo out $a; echo err >&2; exit 3'");
  const socket = open("/v1.51/containers/web/attach/ws?stream=1&stdin=1&stdout=1&stderr=1");
  const answer = whole(socket);
  socket.on("open", () => socket.send("ahoy\n"));
  // Time goes on while somebody waits for the end.
  expect((await served.call("POST", "/containers/web/wait")).body).toBe('{"StatusCode":3}\n');
  const { text, kinds, code } = await answer;
  expect([...text.split("\n")].sort()).toEqual(["", "err", "out ahoy"]);
  expect([...kinds]).toEqual(["binary"]);
  expect(code).toBe(1000);
});

it("sends texts to clients before 1.28, and every stream whatever they ask for", async () => {
  await engine.docker("run --name web busybox sh -c 'echo out; echo err >&2'");
  const { text, kinds } = await whole(open("/v1.27/containers/web/attach/ws?logs=1"));
  expect(text).toBe("out\nerr\n");
  expect([...kinds]).toEqual(["text"]);
  expect((await whole(open("/v1.51/containers/web/attach/ws?logs=1&stderr=1"))).text).toBe("err\n");
});

it("lets the container run when the client leaves", async () => {
  await engine.docker("run -di --name web busybox cat");
  const socket = open("/v1.51/containers/web/attach/ws?stream=1&stdin=1&stdout=1");
  await new Promise((resolve) => socket.on("open", resolve));
  const gone = whole(socket);
  socket.close();
  await gone;
  expect((await engine.docker("ps -q")).stdout).not.toBe("");
});

it("refuses what is no handshake, and containers that it cannot attach to", async () => {
  await engine.docker("run -d --name web busybox sleep 1000");
  const target = "/v1.51/containers/web/attach/ws?stream=1";
  expect(await served.call("GET", target)).toEqual({ status: 400, body: "not websocket protocol" });
  expect(await served.call("GET", target, { headers: { ...HANDSHAKE, "Sec-WebSocket-Version": "8" } })).toEqual({
    status: 400,
    body: "missing or bad WebSocket Version",
  });
  const headers = { ...HANDSHAKE, "Sec-WebSocket-Version": "13" };
  const nowhere = await served.call("GET", "/v1.51/containers/no/attach/ws", { headers });
  expect(nowhere).toEqual({ status: 404, body: '{"message":"No such container: no"}\n' });
  await engine.docker("pause web");
  const paused = await served.call("GET", target, { headers });
  expect(paused).toEqual({
    status: 409,
    body: '{"message":"container web is paused, unpause the container before attach"}\n',
  });
});
