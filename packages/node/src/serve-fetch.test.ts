/** A registry on a real port: what a client of it sees of requests, bodies, parts and broken connections. */

import { ContentStore, MemoryContentDisk } from "@bottleship/core/content";
import { digestOf, parseReference } from "@bottleship/core/oci";
import { Registry, RegistryClient } from "@bottleship/core/registry";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type FetchServer, serveFetch } from "./index.ts";

let registry: Registry;
let server: FetchServer;

beforeEach(async () => {
  registry = new Registry();
  server = await serveFetch(registry.fetch);
});

afterEach(() => server.close());

const bytes = new Uint8Array(1 << 20).map((_, index) => (index * 7919) >> 8);
const digest = digestOf(bytes);

/** A client on a real socket, and the repository that it uploads to. */
function client() {
  const repository = parseReference(`127.0.0.1:${server.port}/team/web`);
  return { repository, client: new RegistryClient({ fetch: (request) => fetch(request), attempts: 2 }) };
}

it("takes uploads in chunks and gives the same bytes back, whole, in part, and as headers only", async () => {
  const { client: one, repository } = client();
  expect(await one.uploads.blob(repository, digest, bytes, { chunkBytes: 300_000 })).toBe("pushed");
  const store = new ContentStore(new MemoryContentDisk());
  await one.blob(repository, { mediaType: "", digest, size: bytes.length }, store);
  expect(digestOf(store.read(digest))).toBe(digest);
  const at = `${server.url}/v2/team/web/blobs/${digest}`;
  const part = await fetch(at, { headers: { range: "bytes=5-9" } });
  expect([part.status, new Uint8Array(await part.arrayBuffer())]).toEqual([206, bytes.slice(5, 10)]);
  const head = await fetch(at, { method: "HEAD" });
  expect([head.headers.get("content-length"), (await head.arrayBuffer()).byteLength]).toEqual([
    String(bytes.length),
    0,
  ]);
});

it("breaks the connection where a response breaks off, and serves the next request", async () => {
  const { client: one, repository } = client();
  await one.uploads.blob(repository, digest, bytes);
  const at = `${server.url}/v2/team/web/blobs/${digest}`;
  registry.fail({ resource: "blob", method: "GET", times: 1, cutAfterBytes: 1000 });
  await expect(fetch(at).then((response) => response.arrayBuffer())).rejects.toThrow("terminated");
  registry.fail({ resource: "blob", times: 1, drop: true });
  await expect(fetch(at)).rejects.toThrow("fetch failed");
  expect((await fetch(at)).status).toBe(200);
});

it("answers before a body has come that nobody wants", async () => {
  const response = await fetch(`${server.url}/v2/team/web/blobs/uploads/none`, { method: "PATCH", body: bytes });
  expect(response.status).toBe(404);
  expect((await fetch(`${server.url}/v2/`)).status).toBe(200);
});

it("is refused an address that somebody else has", async () => {
  await expect(serveFetch(registry.fetch, { port: server.port })).rejects.toThrow("EADDRINUSE");
});
