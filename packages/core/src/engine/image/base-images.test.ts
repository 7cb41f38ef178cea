/** FROM and the registries: what BuildKit asks for, what it says when that fails, and when it waits. */
import { describe, expect, it } from "vitest";
import { indexBytes, OCI_INDEX, parseReference } from "../../oci/index.ts";
import { Registry, RegistryClient, type RegistryFault, type RegistryOptions, upstream } from "../../registry/index.ts";
import { createEngine, type Engine } from "../index.ts";

const HOST = "localhost:5000";
const NAME = `${HOST}/team/web:1`;
const TOKEN = { scheme: "token", realm: `http://${HOST}/token`, service: "reg", users: { bob: "secret" } } as const;

/** An engine that has never seen the image NAME, which a registry of its world has; and what the registry is asked. */
async function open(options: RegistryOptions = {}) {
  const builder = createEngine();
  const registry = new Registry({ nowUs: () => builder.world.clock.nowUs, ...options });
  const asked: string[] = [];
  const fetch = (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    const range = request.headers.get("range");
    asked.push(`${request.method} ${pathname.replace("/v2/team/web/", "")}${range === null ? "" : ` ${range}`}`);
    return registry.fetch(request);
  };
  builder.registries.add(HOST, registry.fetch);
  builder.logins.set(HOST, { username: "bob", password: "secret" });
  const dockerfile = "FROM scratch\nCOPY f /f\n";
  await builder.build({ context: { files: { f: "x".repeat(3000) } }, dockerfile, tags: [NAME] });
  const pushed = await builder.images.push(NAME);
  const image = builder.images.get(NAME);
  const [layer] = image.config.rootfs.diff_ids;
  const engine = createEngine();
  engine.registries.add(HOST, fetch);
  return { engine, registry, asked, manifest: pushed.digest, config: image.id, layer: layer ?? "" };
}

/** Builds, and tells the steps with what became of them, the error and the seconds that it took. */
async function build(engine: Engine, dockerfile: string, more: object = {}) {
  const steps = new Map<number, string>();
  const startUs = engine.world.clock.nowUs;
  let error = "";
  await engine
    .build({
      context: { files: {} },
      dockerfile,
      ...more,
      onEvent: (event) => {
        if (event.kind === "planned" || event.kind === "started") steps.set(event.vertex, event.name);
        if (event.kind === "status") steps.set(event.vertex, `${steps.get(event.vertex)}\n  ${event.text}`);
        if (event.kind === "completed" && event.cached) steps.set(event.vertex, `${steps.get(event.vertex)}: CACHED`);
        if (event.kind === "failed") steps.set(event.vertex, `${steps.get(event.vertex)}: ${event.error}`);
      },
    })
    .catch((thrown: Error) => {
      error = thrown.message;
    });
  const seconds = Math.floor((engine.world.clock.nowUs - startUs) / 1e6);
  const own = [...steps.values()].filter((step) => !/^\[internal\] load (build|\.docker)|^exporting/.test(step));
  const fromStep = own.find((step) => /^(\[.*\] )?FROM/.test(step)) ?? "";
  return { steps: own, fromStep, error, seconds };
}

describe("an image of a registry", () => {
  it("is asked for by its documents, then its layers; the second time only by its name", async () => {
    const { engine, asked, manifest, config, layer } = await open();
    const name = `${HOST}/team/web:1@${manifest}`;
    const first = await build(engine, `FROM ${NAME}\nCOPY --from=${NAME} /f /g\n`);
    expect([first.steps[0], first.fromStep]).toEqual([
      `[internal] load metadata for ${NAME}`,
      // Two steps that are one have the last one's name, and that of COPY --from has no number.
      `FROM ${name}\n  resolve ${name}\n  ${manifest} 419B / 419B\n  ${config} 406B / 406B\n  ${layer} 4.61kB / 4.61kB\n  extracting ${layer}`,
    ]);
    const documents = ["HEAD manifests/1", `GET manifests/${manifest}`, `GET blobs/${config}`];
    expect(asked).toEqual([...documents, `GET blobs/${layer}`]);
    asked.length = 0;
    const again = await build(engine, `FROM ${NAME}\nCOPY --from=${NAME} /f /h\n`);
    expect(again.fromStep).toBe(`FROM ${name}: CACHED`);
    expect(asked).toEqual(["HEAD manifests/1"]);
    asked.length = 0;
    await build(engine, `FROM ${HOST}/team/web@${manifest}\n`);
    expect(asked).toEqual([]);
    expect(engine.images.list().map((image) => engine.images.tags(image))).toEqual([[], [], []]);
  });

  it("is preferred here, unless it is for another platform or the registry is to be asked", async () => {
    const { engine, asked } = await open();
    await engine.images.pull(NAME);
    asked.length = 0;
    expect((await build(engine, `FROM ${NAME}\n`)).steps).toEqual([
      `[internal] load metadata for ${NAME}`,
      `[1/1] FROM ${NAME}: CACHED`,
    ]);
    expect(asked).toEqual([]);
    await build(engine, `FROM ${NAME}\n`, { pull: true });
    await build(engine, `FROM ${NAME}\n`, { platform: "linux/arm64" });
    expect(asked).toEqual(["HEAD manifests/1", "HEAD manifests/1"]);
  });

  it("is chosen from an index by its platform", async () => {
    const { engine, registry, manifest } = await open();
    const client = new RegistryClient({ fetch: registry.fetch });
    const one = await client.resolve(parseReference(NAME));
    const platform = { os: "linux", architecture: "s390x" };
    const index = indexBytes({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [{ ...one, platform }] });
    const reference = parseReference(`${HOST}/team/web:multi`);
    await client.uploads.manifest(reference, "multi", { mediaType: OCI_INDEX }, index);
    const dockerfile = `FROM ${HOST}/team/web:multi\n`;
    expect((await build(engine, dockerfile)).error).toBe(
      `${HOST}/team/web:multi: failed to resolve source metadata for ${HOST}/team/web:multi: no match for platform in manifest: not found`,
    );
    const { error, steps } = await build(engine, dockerfile, { platform: "linux/s390x" });
    expect([error, steps.length]).toEqual(["", 2]);
    expect(manifest).toBe(one.digest);
  });

  it("of the Hub is there for the usual platforms", async () => {
    const engine = createEngine();
    for (const platform of ["linux/arm64", "linux/arm/v7", "linux/riscv64"]) {
      expect((await build(engine, "FROM alpine\nRUN true\n", { platform })).error).toBe("");
    }
    expect((await build(engine, "FROM alpine\n", { platform: "windows/amd64" })).error).toContain(
      "no match for platform",
    );
  });

  it("comes from a mirror of the Hub, and from the Hub if the mirror does not have it", async () => {
    const engine = createEngine({ mirrors: ["http://mirror"] });
    const asked: string[] = [];
    const cache = new Registry({ source: upstream(new RegistryClient({ fetch: engine.registries.fetch })) });
    const remove = engine.registries.add("mirror", (request) => {
      asked.push(request.url);
      return cache.fetch(request);
    });
    expect((await build(engine, "FROM busybox\nRUN true\n")).error).toBe("");
    expect(asked[0]).toBe("http://mirror/v2/library/busybox/manifests/latest?ns=docker.io");
    remove();
    expect((await build(engine, "FROM alpine\nRUN true\n")).error).toBe("");
  });
});

/** The words are BuildKit's, of Docker 28.5.2 with this registry on a port. */
describe("a failure", () => {
  const metadata = `${NAME}: failed to resolve source metadata for ${NAME}: `;
  it.each<[what: string, from: string, fault: RegistryFault | undefined, error: string, requests: number]>([
    [
      "no such repository",
      `${HOST}/none:1`,
      undefined,
      `${HOST}/none:1: failed to resolve source metadata for ${HOST}/none:1: ${HOST}/none:1: not found`,
      1,
    ],
    [
      "no such tag",
      `${HOST}/team/web:9`,
      undefined,
      `${HOST}/team/web:9: failed to resolve source metadata for ${HOST}/team/web:9: ${HOST}/team/web:9: not found`,
      1,
    ],
    [
      "too many requests",
      NAME,
      { resource: "manifest", status: 429 },
      `${metadata}unexpected status from HEAD request to http://${HOST}/v2/team/web/manifests/1: 429 Too Many Requests`,
      6,
    ],
    [
      "a registry that is broken",
      NAME,
      { resource: "manifest", status: 503 },
      `${metadata}unexpected status from HEAD request to http://${HOST}/v2/team/web/manifests/1: 503 Service Unavailable`,
      2,
    ],
    [
      "a refusal",
      NAME,
      { resource: "manifest", status: 403 },
      `${metadata}unexpected status from HEAD request to http://${HOST}/v2/team/web/manifests/1: 403 Forbidden`,
      1,
    ],
    [
      "a registry without HEAD",
      NAME,
      { resource: "manifest", status: 405 },
      `${metadata}unexpected status from GET request to http://${HOST}/v2/team/web/manifests/1: 405 Method Not Allowed\nunsupported`,
      2,
    ],
    [
      "a connection that is closed",
      NAME,
      { resource: "manifest", drop: true },
      `${metadata}failed to do request: Head "https://${HOST}/v2/team/web/manifests/1": EOF`,
      1,
    ],
    [
      "a manifest of other bytes",
      NAME,
      { resource: "manifest", method: "GET", corrupt: true },
      `${metadata}failed commit on ref "manifest-<M>": unexpected commit digest <X>, expected <M>: failed precondition`,
      2,
    ],
    [
      "a manifest that is gone",
      NAME,
      { resource: "manifest", method: "GET", status: 404 },
      `${metadata}failed to copy: httpReadSeeker: failed open: content at https://${HOST}/v2/team/web/manifests/<M> not found: not found`,
      2,
    ],
    [
      "a configuration that is missing",
      NAME,
      { resource: "blob", status: 404 },
      `${metadata}failed to copy: httpReadSeeker: failed open: could not fetch content descriptor <C> (application/vnd.docker.container.image.v1+json) from remote: not found`,
      3,
    ],
    [
      "too many requests for a blob",
      NAME,
      { resource: "blob", status: 429 },
      `${metadata}failed to copy: httpReadSeeker: failed open: unexpected status from GET request to http://${HOST}/v2/team/web/blobs/<C>: 429 Too Many Requests\ntoomanyrequests`,
      8,
    ],
    [
      "nobody there",
      "localhost:5999/a/b",
      undefined,
      'localhost:5999/a/b: failed to resolve source metadata for localhost:5999/a/b:latest: failed to do request: Head "https://localhost:5999/v2/a/b/manifests/latest": dial tcp [::1]:5999: connect: connection refused',
      0,
    ],
    [
      "no such host",
      "registry.example:5000/x",
      undefined,
      'registry.example:5000/x: failed to resolve source metadata for registry.example:5000/x:latest: failed to do request: Head "https://registry.example:5000/v2/x/manifests/latest": dial tcp: lookup registry.example on 10.255.255.53:53: dial udp 10.255.255.53:53: connect: network is unreachable',
      0,
    ],
    [
      "no such image of the Hub",
      "nobody/has",
      undefined,
      "nobody/has: failed to resolve source metadata for docker.io/nobody/has:latest: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed",
      0,
    ],
  ])("says: %s", async (_what, from, fault, error, requests) => {
    const { engine, registry, asked, manifest, config } = await open();
    if (fault !== undefined) registry.fail(fault);
    const built = await build(engine, `FROM ${from}\n`);
    const told = built.error
      .replaceAll(manifest, "<M>")
      .replaceAll(config, "<C>")
      .replace(/sha256:[0-9a-f]{64}/g, "<X>");
    expect([told, asked.length, built.seconds]).toEqual([error, requests, 0]);
  });

  it.each<[what: string, fault: RegistryFault, error: RegExp]>([
    [
      "is missing",
      { status: 404 },
      /^failed to copy: httpReadSeeker: failed open: could not fetch content descriptor sha256:\w+ \(application\/vnd\.docker\.image\.rootfs\.diff\.tar\) from remote: not found$/,
    ],
    [
      "has other bytes",
      { corrupt: true },
      /^failed commit on ref "layer-sha256:\w+": unexpected commit digest sha256:\w+, expected sha256:\w+: failed precondition$/,
    ],
    [
      "does not come",
      { drop: true },
      /^failed to copy: httpReadSeeker: failed open: failed to do request: Get "https:\/\/localhost:5000\/v2\/team\/web\/blobs\/sha256:\w+": EOF$/,
    ],
  ])("of a layer that %s is met five times, with growing pauses, and belongs to FROM", async (_what, fault, error) => {
    const { engine, registry, asked, layer } = await open();
    registry.fail({ resource: "blob", reference: layer, ...fault });
    const built = await build(engine, `FROM ${NAME}\nWORKDIR /x\n`);
    expect(built.error).toMatch(error);
    expect([asked.filter((one) => one.endsWith(layer)).length, built.seconds]).toEqual([5, 50]);
    expect(built.fromStep).toMatch(/\n {2}resolve .*\n.*\n.*: failed/);
    expect(built.steps).toContain("[2/2] WORKDIR /x");
  });

  it("for a moment is waited for; a blob that breaks off goes on where it broke, without a pause", async () => {
    const { engine, registry, asked, config, layer } = await open();
    registry.fail({ resource: "blob", reference: config, drop: true, times: 2 });
    registry.fail({ resource: "blob", reference: layer, cutAfterBytes: 2000 });
    const { error, seconds } = await build(engine, `FROM ${NAME}\nWORKDIR /x\n`);
    expect([error, seconds]).toEqual(["", 3]);
    expect(asked.slice(-3)).toEqual([
      `GET blobs/${layer}`,
      `GET blobs/${layer} bytes=2000-`,
      `GET blobs/${layer} bytes=4000-`,
    ]);
  });
});

describe("a login", () => {
  it("shows as a step, for a token and for a password", async () => {
    const { engine } = await open({ auth: { ...TOKEN, hidesRepositories: true } });
    engine.logins.set(HOST, { username: "bob", password: "secret" });
    expect((await build(engine, `FROM ${NAME}\n`)).steps[1]).toBe(`[auth] team/web:pull token for ${HOST}`);
    const basic = await open({ auth: { ...TOKEN, scheme: "basic" } });
    basic.engine.logins.set(HOST, { username: "bob", password: "secret" });
    expect((await build(basic.engine, `FROM ${NAME}\n`)).steps[1]).toBe(`[auth] sharing credentials for ${HOST}`);
  });

  it("that is missing or wrong is told by what the registry does", async () => {
    const where = `${NAME}: failed to resolve source metadata for ${NAME}: `;
    const basic = await open({ auth: { ...TOKEN, scheme: "basic" } });
    const unauthorized = `${where}unexpected status from HEAD request to http://${HOST}/v2/team/web/manifests/1: 401 Unauthorized`;
    expect((await build(basic.engine, `FROM ${NAME}\n`)).error).toBe(unauthorized);
    const may = (_action: string, _repository: string, user: string | undefined): boolean => user !== undefined;
    const token = await open({ auth: { ...TOKEN, may, hidesRepositories: true } });
    expect((await build(token.engine, `FROM ${NAME}\n`)).error).toBe(
      `${where}pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
    );
    token.engine.logins.set(HOST, { username: "bob", password: "wrong" });
    const { error, steps } = await build(token.engine, `FROM ${NAME}\n`);
    expect(error).toBe("failed to fetch oauth token: unauthorized: incorrect username or password");
    expect(steps[0]).toBe(`[internal] load metadata for ${NAME}: failed to authorize: ${error}`);
    token.engine.logins.delete(HOST);
    token.registry.fail({ resource: "token", status: 500 });
    expect((await build(token.engine, `FROM ${NAME}\n`)).error).toBe(
      `failed to fetch anonymous token: unexpected status from GET request to http://${HOST}/token?service=reg&scope=repository%3Ateam%2Fweb%3Apull: 500 Internal Server Error`,
    );
  });
});
