import { describe, expect, it } from "vitest";
import { ContentStore, MemoryContentDisk } from "../../content/index.ts";
import { decode } from "../../lib/index.ts";
import {
  configBytes,
  type Descriptor,
  digestOf,
  type ImageConfig,
  indexBytes,
  manifestBytes,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER,
  OCI_MANIFEST,
  parseReference,
} from "../../oci/index.ts";
import { World } from "../../sim/index.ts";
import type { Fetch } from "../fetch.ts";
import { HttpNetwork } from "../network.ts";
import { Registry, type RegistryOptions } from "../server/registry.ts";
import { RegistryClient } from "./client.ts";
import { upstream } from "./mirror.ts";
import { pullImage } from "./pull.ts";
import type { TransportOptions } from "./transport.ts";

const REFERENCE = parseReference("localhost:5000/team/web:1");
const LAYER = new Uint8Array(100_000).map((_, index) => index % 251);
const AMD64 = { os: "linux", architecture: "amd64" };

/** A registry at localhost:5000, a client, and what the client asked for. */
function open(options: RegistryOptions = {}, more: Partial<TransportOptions> = {}) {
  const world = new World();
  const sleep = async (us: number): Promise<void> => {
    let over = false;
    world.clock.after(us, () => {
      over = true;
    });
    await world.until(() => over);
  };
  const registry = new Registry({ nowUs: () => world.clock.nowUs, sleep, ...options });
  const asked: string[] = [];
  const fetch: Fetch = (request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname} ${request.headers.get("range") ?? ""}`.trim());
    return registry.fetch(request);
  };
  const client = new RegistryClient({ fetch, sleep, ...more });
  const store = new ContentStore(new MemoryContentDisk());
  const startUs = world.clock.nowUs;
  return { registry, client, store, asked, seconds: () => (world.clock.nowUs - startUs) / 1e6, sleep };
}

/** Pushes an image for one architecture; returns its manifest. */
async function push(client: RegistryClient, architecture = "amd64", reference = "1"): Promise<Descriptor> {
  const config: ImageConfig = {
    architecture,
    os: "linux",
    config: {},
    rootfs: { type: "layers", diff_ids: [digestOf(LAYER)] },
    history: [],
  };
  const document = configBytes(config);
  const parts = {
    config: { mediaType: OCI_CONFIG, digest: digestOf(document), size: document.length },
    layers: [{ mediaType: OCI_LAYER, digest: digestOf(LAYER), size: LAYER.length }],
  };
  await client.uploads.blob(REFERENCE, parts.config.digest, document);
  await client.uploads.blob(REFERENCE, digestOf(LAYER), LAYER, { chunkBytes: 30_000 });
  const bytes = manifestBytes({ schemaVersion: 2, mediaType: OCI_MANIFEST, ...parts });
  const descriptor = { mediaType: OCI_MANIFEST, digest: digestOf(bytes), size: bytes.length };
  await client.uploads.manifest(REFERENCE, reference === "" ? descriptor.digest : reference, descriptor, bytes);
  return descriptor;
}

const layer = { mediaType: OCI_LAYER, digest: digestOf(LAYER), size: LAYER.length };

describe("a client", () => {
  it("pushes and pulls the same bytes", async () => {
    const { client, store } = open();
    const pushed = await push(client);
    const pulled = await pullImage(client, REFERENCE, store, { platform: AMD64 });
    expect(pulled.target).toEqual(pushed);
    expect(store.read(layer.digest)).toEqual(LAYER);
    expect(await client.tags(REFERENCE)).toEqual(["1"]);
    expect(await client.uploads.blob(REFERENCE, layer.digest, LAYER)).toBe("exists");
    const other = { ...REFERENCE, path: "team/other" };
    expect(await client.uploads.blob(other, layer.digest, LAYER, { mountFrom: "team/web" })).toBe("mounted");
  });

  it("goes on behind the byte at which a download broke off, after a while of virtual time", async () => {
    const { client, store, registry, asked, seconds } = open();
    await push(client);
    registry.fail({ resource: "blob", method: "GET", times: 2, cutAfterBytes: 40_000 });
    asked.length = 0;
    await client.blob(REFERENCE, layer, store);
    expect(store.read(layer.digest)).toEqual(LAYER);
    expect(asked.map((line) => line.replace(/^GET \S+ ?/, ""))).toEqual(["", "bytes=40000-", "bytes=80000-"]);
    expect(seconds()).toBe(5 + 10);
  });

  it("begins again where a registry does not know ranges", async () => {
    const { client, store, registry } = open();
    await push(client);
    const whole: Fetch = (request) => {
      const headers = new Headers(request.headers);
      headers.delete("range");
      return registry.fetch(new Request(request.url, { method: request.method, headers }));
    };
    registry.fail({ resource: "blob", times: 1, cutAfterBytes: 10 });
    await new RegistryClient({ fetch: whole }).blob(REFERENCE, layer, store);
    expect(store.read(layer.digest)).toEqual(LAYER);
  });

  it("sends the rest of an upload that broke off", async () => {
    const { client, registry, asked } = open();
    registry.fail({ resource: "upload", method: "PATCH", times: 1, cutAfterBytes: 10_000 });
    expect(await client.uploads.blob(REFERENCE, layer.digest, LAYER)).toBe("pushed");
    expect(asked.map((line) => line.split(" ")[0])).toEqual(["HEAD", "POST", "PATCH", "GET", "PATCH", "PUT"]);
  });

  it("takes nothing whose digest is wrong, and leaves nothing of it", async () => {
    const { client, store, registry } = open();
    await push(client);
    const end = registry.fail({ resource: "blob", corrupt: true });
    await expect(client.blob(REFERENCE, layer, store)).rejects.toThrow(
      `filesystem layer verification failed for digest ${layer.digest}`,
    );
    expect([[...store.walk()], [...store.ingests()]]).toEqual([[], []]);
    end();
    registry.fail({ resource: "blob", corrupt: true, times: 1 });
    await client.blob(REFERENCE, layer, store);
    registry.fail({ resource: "manifest", corrupt: true });
    await expect(client.manifest(REFERENCE)).rejects.toThrow("manifest verification failed");
  });

  it("tries again what fails for a moment, and gives up what does not", async () => {
    const { client, registry, seconds } = open();
    await push(client);
    registry.fail({ resource: "manifest", method: "GET", status: 503, times: 4 });
    await client.manifest(REFERENCE);
    expect(seconds()).toBe(5 + 10 + 15 + 20);
    registry.fail({ resource: "manifest", method: "GET", status: 500 });
    await expect(client.manifest(REFERENCE)).rejects.toThrow(
      "received unexpected HTTP status: 500 Internal Server Error",
    );
    await expect(client.manifest({ ...REFERENCE, tag: "no" })).rejects.toThrow("500");
  });

  it("waits as long as a registry wants, if that is not too long", async () => {
    const { client, seconds } = open({ rateLimit: { pulls: 1, windowSeconds: 30 } });
    await push(client);
    await client.manifest(REFERENCE);
    await client.manifest(REFERENCE);
    expect(seconds()).toBe(30);
    const hourly = open({ rateLimit: { pulls: 1, windowSeconds: 3600 } });
    await push(hourly.client);
    await hourly.client.manifest(REFERENCE);
    await expect(hourly.client.manifest(REFERENCE)).rejects.toThrow(
      "toomanyrequests: You have reached your pull rate limit.",
    );
  });

  it("feels the latency of a registry", async () => {
    const { client, registry, seconds } = open();
    registry.fail({ latencyUs: 250_000 });
    await client.ping(REFERENCE);
    expect(seconds()).toBe(0.25);
  });

  it("gets itself a token, and another when that is old", async () => {
    const auth = { scheme: "token", realm: "http://localhost:5000/token", service: "s", users: { bob: "pw" } } as const;
    const { client, asked, sleep, store } = open(
      { auth },
      { credentials: () => ({ username: "bob", password: "pw" }) },
    );
    await push(client);
    expect(asked.filter((line) => line.includes("/token")).length).toBe(1);
    await sleep(400e6);
    await pullImage(client, REFERENCE, store, { platform: AMD64 });
    expect(asked.filter((line) => line.includes("/token")).length).toBe(2);
    const stranger = open({ auth });
    await expect(push(stranger.client)).rejects.toThrow("denied: requested access to the resource is denied");
    const nobody = open({ auth: { ...auth, scheme: "basic" } });
    await expect(push(nobody.client)).rejects.toThrow("no basic auth credentials");
  });

  it("picks the image for its platform from an index", async () => {
    const { client, store } = open();
    const manifests = await Promise.all(
      ["amd64", "arm64"].map(async (architecture) => ({
        ...(await push(client, architecture, "")),
        platform: { os: "linux", architecture },
      })),
    );
    const bytes = indexBytes({ schemaVersion: 2, mediaType: OCI_INDEX, manifests });
    await client.uploads.manifest(REFERENCE, "multi", { mediaType: OCI_INDEX }, bytes);
    const reference = { ...REFERENCE, tag: "multi" };
    const pulled = await pullImage(client, reference, store, {
      platform: { os: "linux", architecture: "arm64", variant: "v8" },
    });
    expect(decode(pulled.config)).toContain('"arm64"');
    expect(pulled.target.digest).toBe(digestOf(bytes));
    await expect(
      pullImage(client, reference, store, { platform: { os: "linux", architecture: "s390x" } }),
    ).rejects.toThrow("no matching manifest for linux/s390x in the manifest list entries");
  });
});

describe("a mirror", () => {
  it("has what it has seen once, also when its source is gone, and is asked before it", async () => {
    const origin = open();
    await push(origin.client);
    const network = new HttpNetwork();
    const remove = network.add("localhost:5000", origin.registry.fetch);
    const cache = new Registry({
      source: upstream(new RegistryClient({ fetch: network.fetch, attempts: 1 }), "localhost:5000"),
    });
    network.add("mirror", cache.fetch);
    const hub = { ...REFERENCE, domain: "docker.io" };
    const pull = () =>
      pullImage(
        new RegistryClient({ fetch: network.fetch, attempts: 1, mirrors: ["https://mirror"] }),
        hub,
        new ContentStore(new MemoryContentDisk()),
        { platform: AMD64 },
      );
    const first = await pull();
    remove();
    expect((await pull()).target).toEqual(first.target);
    await expect(new RegistryClient({ fetch: network.fetch, attempts: 1 }).manifest(REFERENCE)).rejects.toThrow(
      "dial tcp [::1]:5000: connect: connection refused",
    );
  });
});

it("unknown names are refused by the world without a network", async () => {
  const client = new RegistryClient({ fetch: new HttpNetwork().fetch, attempts: 1 });
  await expect(client.ping({ domain: "registry.example" })).rejects.toThrow(
    'Get "https://registry.example/v2/": dial tcp',
  );
});
