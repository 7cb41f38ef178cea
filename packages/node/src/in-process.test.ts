/** Clients in the same process: undici's dispatcher and node:http's agent, unchanged, upgrades included. */
import { get } from "node:http";
import { createEngine, type Engine } from "@bottleship/core/engine";
import { Agent, type Dispatcher, fetch, request, upgrade } from "undici";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type InProcess, inProcess } from "./index.ts";

let engine: Engine;
let own: InProcess;
let dispatcher: Dispatcher;

beforeEach(async () => {
  engine = createEngine({ seed: 7 });
  await engine.images.pull("busybox");
  own = inProcess(engine);
  dispatcher = new Agent({ connect: own.connect });
});

afterEach(async () => {
  await dispatcher.destroy();
  await own.close();
});

const url = (path: string): string => `http://docker/v1.51${path}`;

async function create(Cmd: readonly string[], more: object = {}): Promise<string> {
  const made = await fetch(url("/containers/create"), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ Image: "busybox", Cmd, ...more }),
    dispatcher,
  });
  expect(made.status).toBe(201);
  return ((await made.json()) as { Id: string }).Id;
}

it("answers undici: fetch and request, bodies, streams and failures", async () => {
  const id = await create(["sh", "-c", "echo one; echo two"], { Tty: true });
  const started = await request(url(`/containers/${id}/start`), { method: "POST", dispatcher });
  expect(started.statusCode).toBe(204);
  const waited = await request(url(`/containers/${id}/wait`), { method: "POST", dispatcher });
  expect(await waited.body.json()).toEqual({ StatusCode: 0 });
  const logs = await fetch(url(`/containers/${id}/logs?stdout=1`), { dispatcher });
  expect(await logs.text()).toBe("one\r\ntwo\r\n");
  const missing = await fetch(url("/containers/none/json"), { dispatcher });
  expect([missing.status, await missing.json()]).toEqual([404, { message: "No such container: none" }]);
});

it("upgrades undici's connection to the streams of a container", async () => {
  const id = await create(["cat"], { Tty: false, OpenStdin: true, StdinOnce: true, AttachStdin: true });
  const path = `/containers/${id}/attach?stream=1&stdin=1&stdout=1`;
  const { socket } = await upgrade(url(path), { method: "POST", protocol: "tcp", dispatcher });
  await request(url(`/containers/${id}/start`), { method: "POST", dispatcher });
  socket.end("ahoy\n");
  const waited = request(url(`/containers/${id}/wait`), { method: "POST", dispatcher });
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).subarray(8).toString()).toBe("ahoy\n");
  expect((await waited).statusCode).toBe(200);
});

it("answers node:http by an agent, many requests on a few connections", async () => {
  const ping = (): Promise<string> =>
    new Promise((resolve, reject) => {
      get({ path: "/_ping", agent: own.agent }, (response) => {
        response.on("data", (chunk: Buffer) => resolve(chunk.toString()));
      }).on("error", reject);
    });
  expect(new Set(await Promise.all(Array.from({ length: 50 }, ping)))).toEqual(new Set(["OK"]));
});

it("breaks what is open when it is closed", async () => {
  const events = await fetch(url("/events"), { dispatcher });
  const read = events.text();
  await own.close();
  await expect(read).rejects.toThrow("terminated");
  await expect(fetch(url("/_ping"), { dispatcher })).rejects.toThrow();
});
