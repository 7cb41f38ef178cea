/** The server on a unix socket: who may use it, upgrades and half-close, streams that a client leaves, the end. */
import { chmodSync, existsSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { createEngine, type Engine } from "@bottleship/core/engine";
import { FrameDecoder } from "@bottleship/engine-api";
import { afterEach, beforeEach, expect, it } from "vitest";
import { REAL_HOST, serve } from "./index.ts";
import { begin, ENDLESS, NONSENSE, say } from "./testing/rude-clients.ts";
import { type SocketServer, serveOnSocket } from "./testing/socket-server.ts";

let engine: Engine;
let served: SocketServer;

beforeEach(async () => {
  engine = createEngine({ seed: 7 });
  await engine.images.pull("busybox");
  served = await serveOnSocket(engine);
});

afterEach(() => served.close());

async function create(Cmd: readonly string[], more: object = {}): Promise<string> {
  const { body } = await served.call("POST", "/containers/create", { body: { Image: "busybox", Cmd, ...more } });
  return (JSON.parse(body) as { Id: string }).Id;
}

/** Sends a request that asks for an upgrade, and everything that is given; reads to the end. */
async function converse(head: string, input: string, body = ""): Promise<{ head: string; bytes: Buffer }> {
  const socket: Socket = connect(served.path);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  socket.write(
    `${head} HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  socket.end(input);
  await new Promise((resolve) => socket.on("close", resolve));
  const all = Buffer.concat(chunks);
  const end = all.indexOf("\r\n\r\n");
  return { head: all.subarray(0, end).toString(), bytes: all.subarray(end + 4) };
}

it("makes a socket that only its owner can use, and takes it away in the end", async () => {
  expect(statSync(served.path).mode & 0o777).toBe(0o600);
  await served.server.close();
  expect(existsSync(served.path)).toBe(false);
});

it("replaces a socket that nobody listens on, but no file, and no socket that is in use", async () => {
  await expect(serve(engine, { listen: [{ kind: "unix", path: served.path }] })).rejects.toThrow("EADDRINUSE");
  const file = join(served.directory, "file");
  writeFileSync(file, "mine");
  await expect(serve(engine, { listen: [{ kind: "unix", path: file }] })).rejects.toThrow("EADDRINUSE");
  expect(statSync(file).isFile()).toBe(true);
  chmodSync(file, 0o600);
  const nowhere = join(served.directory, "none");
  const listen = [{ kind: "unix", path: join(nowhere, "docker.sock") }] as const;
  await expect(serve(engine, { listen })).rejects.toThrow(`there is no directory ${nowhere}`);
});

it("upgrades an attach to a stream, and takes the half-close for the end of the input", async () => {
  const id = await create(["sh", "-c", "cat; echo done >&2"], { OpenStdin: true, StdinOnce: true, AttachStdin: true });
  const attached = converse(`POST /containers/${id}/attach?stream=1&stdin=1&stdout=1&stderr=1`, "typed\n");
  const ended = served.call("POST", `/containers/${id}/wait?condition=next-exit`);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await served.call("POST", `/containers/${id}/start`);
  expect(JSON.parse((await ended).body)).toEqual({ StatusCode: 0 });
  const { head, bytes } = await attached;
  expect(head).toMatch(/^HTTP\/1\.1 101 UPGRADED\r\n/);
  expect(head).toContain("Content-Type: application/vnd.docker.multiplexed-stream");
  expect(
    new FrameDecoder().push(bytes).map(({ stream, bytes: content }) => [stream, Buffer.from(content).toString()]),
  ).toEqual([
    ["stdout", "typed\n"],
    ["stderr", "done\n"],
  ]);
});

it("tells a body from what follows it, when an exec is upgraded", async () => {
  const id = await create(["sleep", "60"]);
  await served.call("POST", `/containers/${id}/start`);
  const body = { Cmd: ["md5sum"], AttachStdin: true, AttachStdout: true, AttachStderr: true };
  const made = JSON.parse((await served.call("POST", `/containers/${id}/exec`, { body })).body) as { Id: string };
  const options = JSON.stringify({ Detach: false, Tty: false });
  const { bytes } = await converse(`POST /exec/${made.Id}/start`, "hello\n", options);
  const [frame] = new FrameDecoder().push(bytes);
  expect(Buffer.from(frame?.bytes ?? []).toString()).toBe("b1946ac92492d2347c6235b4d2611184  -\n");
});

it("answers a request to upgrade that fails with an error: of attach in plain words", async () => {
  const attach = await converse("POST /containers/none/attach?stream=1", "");
  expect(attach.head).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
  expect(attach.bytes.toString()).toBe("No such container: none\r\n");
  const exec = await converse("POST /exec/none/start", "");
  expect(exec.head).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
  expect(JSON.parse(exec.bytes.toString())).toEqual({ message: "No such exec instance: none" });
});

it("lets a client leave a terminal by typing the keys to detach; the program goes on", async () => {
  const id = await create(["cat"], { Tty: true, OpenStdin: true });
  await served.call("POST", `/containers/${id}/start`);
  const query = "stream=1&stdin=1&stdout=1&detachKeys=ctrl-a,x";
  const attached = await converse(`POST /containers/${id}/attach?${query}`, "one\r\u0001x");
  expect(attached.head).toMatch(/^HTTP\/1\.1 101 /);
  const made = JSON.parse(
    (await served.call("POST", `/containers/${id}/exec`, { body: { Cmd: ["cat"], Tty: true, AttachStdin: true } }))
      .body,
  ) as { Id: string };
  const exec = await converse(`POST /exec/${made.Id}/start`, "\u0010\u0011", '{"Tty":true}');
  expect(exec.bytes.toString()).toBe("exec attach failed: error on attach stdin: read escape sequence\r\n");
  expect(JSON.parse((await served.call("GET", `/containers/${id}/json`)).body)).toMatchObject({
    State: { Running: true },
  });
  const events = engine.events.past().map(({ action }) => action);
  expect(events.filter((action) => /tach$/.test(action))).toEqual(["attach", "detach"]);
});

it("attaches without an upgrade: the stream is the body", async () => {
  const id = await create(["echo", "hi"]);
  const attached = served.call("POST", `/containers/${id}/attach?stream=1&stdout=1`);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await served.call("POST", `/containers/${id}/start`);
  await served.call("POST", `/containers/${id}/wait`);
  const { status, body } = await attached;
  expect([status, body.slice(8)]).toEqual([200, "hi\n"]);
});

/** Sends a request without an upgrade; then, as soon as it is answered, input, and no more. Gives all that comes back. */
async function talkPlainly(head: string, input: string, body = "", more = ""): Promise<string> {
  const socket = connect(served.path);
  let got = "";
  socket.on("data", (chunk) => (got += chunk.toString("latin1")));
  socket.once("data", () => socket.end(input));
  const type = body === "" ? more : "Content-Type: application/json\r\n";
  socket.write(`${head} HTTP/1.1\r\nHost: docker\r\n${type}Content-Length: ${body.length}\r\n\r\n${body}`);
  await new Promise((resolve) => socket.on("close", resolve));
  return got;
}

const PLAIN = /^HTTP\/1\.1 200 OK\r\n(?:.+\r\n)*Content-Type: application\/vnd\.docker\.raw-stream\r\n\r\n/;

it("without an upgrade takes what follows an answered request for input, and half-close for its end", async () => {
  const id = await create(["sh", "-c", "cat; echo done"], { OpenStdin: true, StdinOnce: true });
  const attached = talkPlainly(`POST /containers/${id}/attach?stream=1&stdin=1&stdout=1`, "typed\n");
  await new Promise((resolve) => setTimeout(resolve, 20));
  await served.call("POST", `/containers/${id}/start`);
  await served.call("POST", `/containers/${id}/wait`);
  expect((await attached).replace(PLAIN, "")).toMatch(/typed\n.*done\n$/s);
  const other = await create(["sleep", "100"]);
  await served.call("POST", `/containers/${other}/start`);
  const body = { Cmd: ["cat"], AttachStdin: true, AttachStdout: true };
  const made = JSON.parse((await served.call("POST", `/containers/${other}/exec`, { body })).body) as { Id: string };
  const executed = await talkPlainly(`POST /exec/${made.Id}/start`, "said\n", '{"Detach":false}');
  expect(executed.replace(PLAIN, "")).toMatch(/said\n$/);
});

it("takes the header Upgrade for a request to upgrade, also where Connection says nothing of it", async () => {
  const id = await create(["cat"], { OpenStdin: true, StdinOnce: true });
  const attach = `POST /containers/${id}/attach?stream=1&stdin=1&stdout=1`;
  const attached = talkPlainly(attach, "typed\n", "", "Upgrade: tcp\r\n");
  await new Promise((resolve) => setTimeout(resolve, 20));
  await served.call("POST", `/containers/${id}/start`);
  const [head = "", said = ""] = (await attached).split("\r\n\r\n");
  expect(head).toMatch(/^HTTP\/1\.1 101 UPGRADED\r\n(?:.+\r\n)*Connection: Upgrade\r\nUpgrade: tcp$/);
  expect(said).toMatch(/typed\n$/);
});

it("opens a session where only the header Upgrade asks for it, and no other of its name", async () => {
  const open = (name: string, protocol = "h2c"): Promise<readonly [Socket, string]> => {
    const socket = connect(served.path);
    const headers = `Host: docker\r\nX-Docker-Expose-Session-Uuid: ${name}\r\nUpgrade: ${protocol}`;
    socket.write(`POST /session HTTP/1.1\r\n${headers}\r\nContent-Length: 0\r\n\r\n`);
    return new Promise((resolve) => socket.once("data", (chunk) => resolve([socket, chunk.toString("latin1")])));
  };
  const [first, head] = await open("own");
  expect(head).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n/);
  const [second, refused] = await open("own");
  expect(refused).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n.*\{"message":"session own already exists"\}/s);
  const [third, foreign] = await open("other", "foo");
  expect(foreign).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n.*\{"message":"protocol foo not supported"\}/s);
  for (const socket of [first, second, third]) socket.destroy();
});

it("attaching ends with what it was for: nothing at all, or input that is not the program's to end", async () => {
  const id = await create(["sh", "-c", "cat; sleep 100000"], { OpenStdin: true });
  await served.call("POST", `/containers/${id}/start`);
  const attach = `POST /containers/${id}/attach?stream=1`;
  expect((await converse(attach, "")).bytes.toString()).toBe("");
  expect((await converse(`${attach}&stdin=1`, "one\n")).bytes.toString()).toBe("");
  await converse(`${attach}&stdin=1&stdout=1`, "two\n");
  const { State } = JSON.parse((await served.call("GET", `/containers/${id}/json`)).body) as { State: object };
  expect(State).toMatchObject({ Status: "running" });
  await served.call("DELETE", `/containers/${id}?force=1`);
});

it("a session of exec has the terminal that its start asks for, and says in its stream that it had been started", async () => {
  const id = await create(["sleep", "100000"]);
  await served.call("POST", `/containers/${id}/start`);
  const body = { Cmd: ["stty", "size"], Tty: true, AttachStdout: true, ConsoleSize: [40, 100] };
  const made = JSON.parse((await served.call("POST", `/containers/${id}/exec`, { body })).body) as { Id: string };
  const options = JSON.stringify({ Tty: true, ConsoleSize: [30, 90] });
  const started = await converse(`POST /exec/${made.Id}/start`, "", options);
  expect(started.bytes.toString()).toBe("30 90\r\n");
  const again = await converse(`POST /exec/${made.Id}/start`, "", options);
  expect(again.head).toMatch(/^HTTP\/1\.1 101 /);
  expect(again.bytes.toString()).toBe(`exec command ${made.Id} has already run\r\n`);
});

it("forgets followers whose client has gone", async () => {
  const listening = (): number => engine.events.listenerCount("event");
  const before = listening();
  const sent = request({ socketPath: served.path, path: "/events" });
  const answered = new Promise((resolve) => sent.on("response", resolve));
  sent.on("error", () => {});
  sent.end();
  await answered;
  expect(listening()).toBe(before + 1);
  sent.destroy();
  for (let i = 0; i < 50 && listening() > before; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(listening()).toBe(before);
});

it("goes on by itself in real time, and shows it", async () => {
  const real = createEngine({ policy: "real", host: REAL_HOST });
  await real.images.pull("busybox");
  const second = await serve(real, { listen: [{ kind: "tcp", host: "127.0.0.1", port: 0 }] });
  expect(second.addresses[0]).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
  const container = real.containers.create({ Image: "busybox", Cmd: ["sleep", "0.05"] });
  await real.containers.start(container);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(container.state).toBe("exited");
  expect(Math.abs(real.kernel.nowUs / 1000 - Date.now())).toBeLessThan(2_000);
  await second.close();
});

it.each(NONSENSE)("answers %s, and serves on", async (_, request, answer) => {
  expect(await say(served.path, request)).toMatch(answer);
  expect((await served.call("GET", "/_ping")).body).toBe("OK");
});

it("lets go of everything when a hundred clients leave in the middle", async () => {
  const id = await create(["sh", "-c", "echo here; sleep 100000"], { OpenStdin: true });
  await served.call("POST", `/containers/${id}/start`);
  const before = openPipes();
  const sockets = await Promise.all(
    Array.from({ length: 100 }, (_, i) => begin(served.path, ENDLESS(id)[i % 3] ?? "")),
  );
  expect(openPipes()).toBe(before + 200);
  for (const socket of sockets) socket.destroy();
  while (openPipes() > before) await new Promise((resolve) => setTimeout(resolve, 10));
  expect((await served.call("GET", "/containers/json")).status).toBe(200);
});

function openPipes(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "PipeWrap").length;
}
