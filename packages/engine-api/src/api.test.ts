/** The API without sockets: `Request` in, `Response` out. */
import { createEngine } from "@bottleship/core/engine";
import { concat, decode, encode, packTar, tarHeader } from "@bottleship/core/lib";
import { Registry } from "@bottleship/core/registry";
import { afterEach, describe, expect, it } from "vitest";
import { EngineApi } from "./api.ts";
import { createFetch } from "./fetch.ts";
import { TextBody } from "./http/exchange.ts";
import { Query } from "./http/form.ts";
import { FrameDecoder } from "./streams/frames.ts";
import { ResponseCheck } from "./testing/response-check.ts";

const check = new ResponseCheck();
afterEach(() => expect(check.violations).toEqual([]));

async function client() {
  const engine = createEngine({ seed: 7 });
  await engine.images.pull("busybox");
  const bugs: unknown[] = [];
  const fetchApi = createFetch(new EngineApi(engine, { onBug: (error) => bugs.push(error), onReply: check.note }));
  const call = (method: string, path: string, body?: unknown, init: RequestInit = {}): Promise<Response> =>
    fetchApi(
      new Request(`http://docker${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
        ...init,
      }),
    );
  const create = async (Cmd: readonly string[], more: object = {}): Promise<string> => {
    const made = await call("POST", "/v1.51/containers/create", { Image: "busybox", Cmd, ...more });
    expect(made.status).toBe(201);
    return ((await made.json()) as { Id: string }).Id;
  };
  return { engine, call, create, bugs };
}

const wait = async (reply: Promise<Response>): Promise<unknown> => (await reply).json();

async function frames(reply: Response): Promise<Record<string, string>> {
  const decoder = new FrameDecoder();
  const out: Record<string, Uint8Array[]> = {};
  for (const { stream, bytes } of decoder.push(new Uint8Array(await reply.arrayBuffer())))
    (out[stream] ??= []).push(bytes);
  return Object.fromEntries(Object.entries(out).map(([stream, chunks]) => [stream, decode(concat(chunks))]));
}

it("answers at once where nothing has to be waited for, and logs the call as ended", async () => {
  const engine = createEngine();
  await engine.images.pull("busybox");
  const api = new EngineApi(engine);
  const { signal } = new AbortController();
  const headers = new Headers({ "Content-Type": "application/json" });
  const ask = (method: string, path: string, text = "") =>
    api.handle({ method, path, query: new Query(""), headers, body: new TextBody(text), signal });
  expect(ask("POST", "/containers/create", '{"Image":"busybox"}')).toMatchObject({ status: 201 });
  const [web] = engine.containers.list({ all: true });
  expect(ask("GET", `/containers/${web?.id}/json`)).toMatchObject({ status: 200, document: { Id: web?.id } });
  expect(ask("GET", "/containers/nobody/json")).toMatchObject({ status: 404 });
  expect(engine.calls.all.map(({ operation, outcome }) => `${operation} ${outcome}`)).toEqual([
    "ContainerCreate ok",
    "ContainerInspect ok",
    "ContainerInspect No such container: nobody",
  ]);
});

describe("an import from a URL", () => {
  it("is told of as it goes on", async () => {
    const { engine, call } = await client();
    const archive = packTar([{ header: tarHeader({ name: "f", type: "file", size: 2 }), data: encode("x\n") }]);
    engine.web.add("files.example", () => Promise.resolve(new Response(archive.slice())));
    const reply = await call("POST", "/images/create?fromSrc=http://files.example/f.tar&repo=made");
    const [first, second, third] = (await reply.text()).split("\r\n").filter(Boolean);
    expect(JSON.parse(first ?? "")).toEqual({ status: "Downloading from http://files.example/f.tar" });
    expect(JSON.parse(second ?? "")).toEqual({
      status: "Importing",
      progressDetail: { current: archive.length, total: archive.length },
      progress: "[==================================================>]  2.048kB/2.048kB",
    });
    expect(JSON.parse(third ?? "")).toEqual({ status: engine.images.get("made").id });
    expect((await call("POST", "/images/create?fromSrc=http://nobody.example/")).status).toBe(500);
  });
});

describe("statistics", () => {
  it("are measured twice, a second apart, unless one time is enough", async () => {
    const { call, create } = await client();
    const id = await create(["sleep", "1000"]);
    await call("POST", `/containers/${id}/start`);
    const stats = async (query: string) =>
      (await wait(call("GET", `/containers/${id}/stats?${query}`))) as {
        readonly read: string;
        readonly preread: string;
        readonly precpu_stats: { readonly system_cpu_usage?: number };
      };
    const once = await stats("stream=0&one-shot=1");
    expect([once.preread, once.precpu_stats.system_cpu_usage]).toEqual(["0001-01-01T00:00:00Z", undefined]);
    const twice = await stats("stream=0");
    expect(Date.parse(twice.read) - Date.parse(twice.preread)).toBe(1000);
    expect(twice.precpu_stats.system_cpu_usage).toBeGreaterThan(0);
    // As a text, since what stands for no limit is no number of JavaScript.
    const pidsOf = async (name: string) =>
      /"pids_stats":\{[^}]*\}/.exec(
        await (await call("GET", `/containers/${name}/stats?stream=0&one-shot=1`)).text(),
      )?.[0];
    expect(await pidsOf(id)).toBe('"pids_stats":{"current":1,"limit":18446744073709551615}');
    const limited = await create(["sleep", "1000"], { HostConfig: { PidsLimit: 20 } });
    expect(await pidsOf(limited)).toBe('"pids_stats":{}');
    await call("POST", `/containers/${limited}/start`);
    expect(await pidsOf(limited)).toBe('"pids_stats":{"current":1,"limit":20}');
    const refused = await call("GET", `/containers/${id}/stats?one-shot=1`);
    expect(await refused.json()).toEqual({ message: "cannot have stream=true and one-shot=true" });
  });
});

describe("documents", () => {
  it("lists the mounts of a container whole, as inspect shows them", async () => {
    const { call, create } = await client();
    const mounts = [{ Type: "tmpfs", Target: "/t" }];
    const id = await create(["true"], {
      HostConfig: { Binds: ["data:/data:ro"], Mounts: mounts, Tmpfs: { "/x": "" } },
    });
    const [listed] = (await wait(call("GET", "/containers/json?all=1"))) as [{ Mounts: unknown }];
    const common = { Mode: "", Propagation: "" };
    expect(listed.Mounts).toEqual([
      {
        ...common,
        Type: "volume",
        Name: "data",
        Source: "/var/lib/docker/volumes/data/_data",
        Destination: "/data",
        Driver: "local",
        Mode: "ro",
        RW: false,
      },
      { ...common, Type: "tmpfs", Source: "", Destination: "/t", RW: true },
    ]);
    expect((await wait(call("GET", `/containers/${id}/json`))) as object).toMatchObject({ Mounts: listed.Mounts });
  });

  it("lists volumes that nobody has named without their directories, which inspect shows", async () => {
    const { call, create } = await client();
    const id = await create(["true"], { Volumes: { "/anonymous": {} } });
    const [listed] = (await wait(call("GET", "/containers/json?all=1"))) as [{ Mounts: unknown }];
    const Source = expect.stringMatching(/^\/var\/lib\/docker\/volumes\/\w{64}\/_data$/);
    expect(listed.Mounts).toMatchObject([{ Type: "volume", Source: "", Destination: "/anonymous" }]);
    expect(await wait(call("GET", `/containers/${id}/json`))).toMatchObject({ Mounts: [{ Source }] });
  });

  it("has dockerd's statuses for what cannot be done to a container", async () => {
    const { call, create } = await client();
    const id = await create(["true"], { HostConfig: { ReadonlyRootfs: true, Binds: ["data:/data:ro"] } });
    const status = async (method: string, path: string): Promise<number> =>
      (await call(method, `/containers/${id}/${path}`, method === "PUT" ? {} : undefined)).status;
    expect(await status("POST", "unpause")).toBe(500);
    expect(await status("PUT", "archive?path=/etc")).toBe(400);
    expect(await status("PUT", "archive?path=/data")).toBe(400);
    expect(await status("PUT", "archive?path=/nowhere")).toBe(404);
  });

  it("says when an image was tagged by hand; the name of a pull does not count", async () => {
    const { call, engine } = await client();
    const tagTime = async (): Promise<unknown> =>
      ((await wait(call("GET", "/images/busybox/json"))) as { Metadata: unknown }).Metadata;
    expect(await tagTime()).toEqual({ LastTagTime: "0001-01-01T00:00:00Z" });
    await engine.world.advance("5s");
    await call("POST", "/images/busybox/tag?repo=own");
    expect(await tagTime()).toEqual({ LastTagTime: expect.stringMatching(/^20\d\d-\d\d-\d\dT00:00:05/) });
  });

  it("says of a container that cannot be used what the caller called it", async () => {
    const { call, create } = await client();
    const id = await create(["sleep", "9"]);
    await call("POST", `/containers/${id}/start`);
    await call("POST", `/containers/${id}/pause`);
    const short = id.slice(0, 12);
    expect(await wait(call("POST", `/containers/${short}/exec`, { Cmd: ["true"] }))).toEqual({
      message: `Container ${short} is paused, unpause the container before exec`,
    });
  });
});

describe("versions", () => {
  it("answers ping with what a client negotiates with, with and without a version in the path", async () => {
    const { call } = await client();
    for (const path of ["/_ping", "/v1.24/_ping", "/v1.51/_ping"]) {
      const reply = await call("GET", path);
      expect([reply.status, reply.headers.get("api-version"), await reply.text()]).toEqual([200, "1.51", "OK"]);
    }
    expect((await call("HEAD", "/_ping")).headers.get("ostype")).toBe("linux");
  });

  it("refuses versions that are too old or too new", async () => {
    const { call } = await client();
    const old = await call("GET", "/v1.10/info");
    expect([old.status, old.headers.get("content-type"), await old.text()]).toEqual([
      400,
      "text/plain; charset=utf-8",
      "client version 1.10 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version\n",
    ]);
    expect(await wait(call("GET", "/v9.99/info"))).toEqual({
      message: "client version 9.99 is too new. Maximum supported API version is 1.51",
    });
  });
});

describe("errors", () => {
  it.each([
    ["GET", "/nope", undefined, 404, "page not found"],
    ["GET", "/containers/none/json", undefined, 404, "No such container: none"],
    ["GET", "/images/none/json", undefined, 404, "No such image: none:latest"],
    ["GET", "/networks/nothing", undefined, 404, "network nothing not found"],
    ["GET", "/volumes/none", undefined, 404, "get none: no such volume"],
    ["POST", "/containers/create", { Image: "none" }, 404, "No such image: none:latest"],
    [
      "POST",
      "/containers/create",
      { Image: "busybox", HostConfig: { MemorySwappiness: -5 } },
      400,
      "Invalid value: -5, valid memory swappiness range is 0-100",
    ],
    [
      "POST",
      "/containers/create?name=a+b",
      { Image: "busybox" },
      400,
      "Invalid container name (a b), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
    ],
    [
      "POST",
      "/containers/create",
      { Image: "busybox", Tty: "yes" },
      400,
      "invalid JSON: json: cannot unmarshal string into Go struct field .Tty of type bool",
    ],
    ["GET", "/containers/json?filters=%7B%22nope%22%3A%5B%221%22%5D%7D", undefined, 400, "invalid filter 'nope'"],
    [
      "GET",
      "/services",
      undefined,
      503,
      'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
    ],
  ])("%s %s %j is %i", async (method, path, body, status, message) => {
    const { call, bugs } = await client();
    const reply = await call(method, path, body);
    expect([reply.status, await reply.json()]).toEqual([status, { message }]);
    expect(bugs).toEqual([]);
  });

  it("moves paths that are not clean, and answers OPTIONS everywhere", async () => {
    const { call } = await client();
    const moved = await call("GET", "/v1.51//version?x=1");
    expect([moved.status, moved.headers.get("location")]).toEqual([301, "/v1.51/version?x=1"]);
    expect((await call("GET", "/version/")).status).toBe(404);
    expect((await call("OPTIONS", "/nowhere")).status).toBe(200);
  });

  it("answers 304 without a body for what is done already", async () => {
    const { call, create } = await client();
    const id = await create(["sleep", "60"]);
    expect((await call("POST", `/containers/${id}/start`)).status).toBe(204);
    const again = await call("POST", `/containers/${id}/start`);
    expect([again.status, await again.text()]).toEqual([304, ""]);
  });
});

describe("streams", () => {
  it("attaches before the start, multiplexed, and ends with the container", async () => {
    const { call, create } = await client();
    const id = await create(["sh", "-c", "echo out; echo err >&2; exit 3"]);
    const attached = await call("POST", `/containers/${id}/attach?stream=1&stdout=1&stderr=1`);
    // Without an upgrade it is not said what is in it.
    expect(attached.headers.get("content-type")).toBe("application/vnd.docker.raw-stream");
    const ended = await call("POST", `/containers/${id}/wait?condition=next-exit`);
    await call("POST", `/containers/${id}/start`);
    expect(await ended.json()).toEqual({ StatusCode: 3 });
    expect(await frames(attached)).toEqual({ stdout: "out\n", stderr: "err\n" });
  });

  it("feeds the body of an attach request to a container that reads its input, from before it runs", async () => {
    const { call, create } = await client();
    const id = await create(["md5sum"], { OpenStdin: true, StdinOnce: true, AttachStdin: true });
    const attached = await call("POST", `/containers/${id}/attach?stream=1&stdin=1&stdout=1`, undefined, {
      body: "hello\n",
    });
    const ended = await call("POST", `/containers/${id}/wait?condition=next-exit`);
    await call("POST", `/containers/${id}/start`);
    expect(await ended.json()).toEqual({ StatusCode: 0 });
    expect(await frames(attached)).toEqual({ stdout: "b1946ac92492d2347c6235b4d2611184  -\n" });
  });

  it("waits for a program that waits for its client, without taking that for a deadlock", async () => {
    const { call, create } = await client();
    const id = await create(["cat"], { OpenStdin: true, StdinOnce: true });
    let type: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (type = controller) });
    const init = { body, duplex: "half" } as RequestInit;
    const attached = await call("POST", `/containers/${id}/attach?stream=1&stdin=1&stdout=1`, undefined, init);
    const ended = await call("POST", `/containers/${id}/wait?condition=next-exit`);
    await call("POST", `/containers/${id}/start`);
    await new Promise((resolve) => setTimeout(resolve, 30));
    type?.enqueue(new TextEncoder().encode("late\n"));
    type?.close();
    expect(await ended.json()).toEqual({ StatusCode: 0 });
    expect(await frames(attached)).toEqual({ stdout: "late\n" });
  });

  it("follows logs and events without moving time", async () => {
    const { call, create, engine } = await client();
    const id = await create(["sh", "-c", "echo one; sleep 5; echo two"]);
    await call("POST", `/containers/${id}/start`);
    const abort = new AbortController();
    const logs = await call("GET", `/containers/${id}/logs?follow=1&stdout=1`, undefined, { signal: abort.signal });
    const events = await call("GET", "/events?filters=%7B%22type%22%3A%5B%22container%22%5D%7D", undefined, {
      signal: abort.signal,
    });
    const before = engine.kernel.nowUs;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(engine.kernel.nowUs).toBe(before);
    const followed = frames(logs);
    expect(await wait(call("POST", `/containers/${id}/wait`))).toEqual({ StatusCode: 0 });
    expect(engine.kernel.nowUs - before).toBeGreaterThan(4_990_000);
    expect(await followed).toEqual({ stdout: "one\ntwo\n" });
    const first = await events.body?.getReader().read();
    expect(JSON.parse(decode(first?.value ?? new Uint8Array()))).toMatchObject({ Action: "die", Type: "container" });
    abort.abort();
  });

  it("stops waiting when the client goes", async () => {
    const { call, create, engine } = await client();
    const id = await create(["sleep", "100"]);
    await call("POST", `/containers/${id}/start`);
    const abort = new AbortController();
    await call("POST", `/containers/${id}/wait`, undefined, { signal: abort.signal });
    abort.abort();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(engine.containers.get(id).isRunning).toBe(true);
  });

  it("gives logs by tail, time and stream", async () => {
    const { call, create } = await client();
    const id = await create(["sh", "-c", "echo a; sleep 2; echo b; echo c >&2"]);
    await call("POST", `/containers/${id}/start`);
    await wait(call("POST", `/containers/${id}/wait`));
    const logs = async (query: string) => frames(await call("GET", `/containers/${id}/logs?${query}`));
    expect(await logs("stdout=1&stderr=1&tail=1")).toEqual({ stderr: "c\n" });
    expect(await logs("stdout=1&tail=2")).toEqual({ stdout: "b\n" });
    expect(await logs("stdout=1&since=1735689601")).toEqual({ stdout: "b\n" });
    expect(await logs("stdout=1&until=1735689601.0")).toEqual({ stdout: "a\n" });
    expect((await logs("stdout=1&timestamps=1"))["stdout"]).toMatch(/^2025-01-01T00:00:00\.\d{9}Z a\n/);
    expect((await call("GET", `/containers/${id}/logs`)).status).toBe(400);
  });
});

it("tells what a registry has and whether it knows somebody, without pulling", async () => {
  const { engine, call } = await client();
  const auth = { scheme: "basic" as const, realm: "registry.test", users: { ann: "secret" } };
  engine.registries.add("registry.test", new Registry({ auth }).fetch);
  expect(await wait(call("GET", "/distribution/alpine:3.20/json"))).toMatchObject({
    Descriptor: { mediaType: "application/vnd.oci.image.index.v1+json", digest: expect.stringMatching(/^sha256:/) },
    Platforms: expect.arrayContaining([{ architecture: "amd64", os: "linux" }]),
  });
  expect(engine.images.find("alpine:3.20")).toBeUndefined();
  const unknown = await call("GET", "/distribution/alpine:0/json");
  expect([unknown.status, await unknown.json()]).toEqual([
    404,
    { message: expect.stringContaining("manifest unknown") },
  ]);
  const login = (password: string): Promise<Response> =>
    call("POST", "/auth", { username: "ann", password, serveraddress: "https://registry.test/v2/" });
  expect(await wait(login("secret"))).toEqual({ IdentityToken: "", Status: "Login Succeeded" });
  expect((await login("wrong")).status).toBe(401);
});

it("takes names of fields in any case, as Go does, but keys of maps as they are", async () => {
  const { call } = await client();
  const given = {
    image: "busybox",
    CMD: ["true"],
    labels: { Image: "a", image: "b" },
    hostconfig: { autoRemove: true },
  };
  const { Id } = (await wait(call("POST", "/containers/create", given))) as { Id: string };
  expect(await wait(call("GET", `/containers/${Id}/json`))).toMatchObject({
    Config: { Cmd: ["true"], Labels: { Image: "a", image: "b" } },
    HostConfig: { AutoRemove: true },
  });
});

it("runs further processes, and tells their end", async () => {
  const { call, create } = await client();
  const id = await create(["sleep", "60"]);
  await call("POST", `/containers/${id}/start`);
  const body = { Cmd: ["sh", "-c", "cat; exit 4"], AttachStdout: true, AttachStderr: true };
  const { Id } = (await wait(call("POST", `/containers/${id}/exec`, body))) as { Id: string };
  const output = await call("POST", `/exec/${Id}/start`, { Detach: false, Tty: false });
  expect(await frames(output)).toEqual({});
  expect(await wait(call("GET", `/exec/${Id}/json`))).toMatchObject({ ExitCode: 4, Running: false, ContainerID: id });
});

it("copies files in and out, as archives", async () => {
  const { call, create } = await client();
  const id = await create(["true"]);
  const out = await call("GET", `/containers/${id}/archive?path=/etc/passwd`);
  const stat = JSON.parse(atob(out.headers.get("x-docker-container-path-stat") ?? "")) as {
    name: string;
    size: number;
  };
  expect(stat).toMatchObject({ name: "passwd", mode: 0o644, linkTarget: "" });
  const archive = await out.arrayBuffer();
  const put = await call("PUT", `/containers/${id}/archive?path=/tmp`, undefined, { body: archive });
  expect(put.status).toBe(200);
  const copy = await call("HEAD", `/containers/${id}/archive?path=/tmp/passwd`);
  expect(JSON.parse(atob(copy.headers.get("x-docker-container-path-stat") ?? ""))).toMatchObject({ size: stat.size });
  expect(await wait(call("GET", `/containers/${id}/changes`))).toEqual([
    { Path: "/tmp", Kind: 0 },
    { Path: "/tmp/passwd", Kind: 1 },
  ]);
  const missing = await call("GET", `/containers/${id}/archive?path=/none`);
  expect(missing.status).toBe(404);
});

it("takes for an image what a commit's changes say, and from the container what they and the body leave open", async () => {
  const { engine, call, create } = await client();
  const Healthcheck = { Test: ["CMD", "true"], Interval: 5e9, Retries: 3 };
  const id = await create(["sh", "-c", "true"], { Env: ["A=1"], WorkingDir: "/srv", Healthcheck });
  const commit = (repo: string, changes: readonly string[], body?: object): Promise<Response> => {
    const query = changes.map((one) => `&changes=${encodeURIComponent(one)}`).join("");
    return call("POST", `/commit?container=${id}&repo=${repo}${query}`, body);
  };
  const config = (name: string) => engine.images.find(name)?.config.config;
  await commit("one", ["HEALTHCHECK --retries=9 CMD x", "WORKDIR sub", "CMD []", "ENV B=2", "EXPOSE 7-8"]);
  expect(config("one")).toMatchObject({
    Healthcheck: { Test: ["CMD-SHELL", "x"], Interval: 5e9, Retries: 9 },
    WorkingDir: "/srv/sub",
    Cmd: ["sh", "-c", "true"],
    ExposedPorts: { "7/tcp": {}, "8/tcp": {} },
  });
  expect(config("one")?.Env?.at(-1)).toBe("B=2");
  await commit("two", ['ENTRYPOINT ["cat"]'], { User: "5", Env: ["A=9"] });
  expect(config("two")).toMatchObject({ Entrypoint: ["cat"], User: "5" });
  expect(config("two")?.Cmd).toBeUndefined();
  expect(config("two")?.Env).toContain("A=9");
  expect(config("two")?.Env).not.toContain("A=1");
  const wrong = await commit("three", ["EXPOSE x"]);
  expect([wrong.status, await wrong.json()]).toEqual([400, { message: "Invalid containerPort: x" }]);
});

it("says of an archive whose image has no layers to speak of what moby says", async () => {
  const { call } = await client();
  const file = (name: string, text: string) => ({
    header: tarHeader({ name, type: "file", size: text.length }),
    data: encode(text),
  });
  const load = async (config: string): Promise<string> => {
    const list = JSON.stringify([{ Config: "c.json", RepoTags: ["x:1"], Layers: [] }]);
    const body = packTar([file("manifest.json", list), file("c.json", config)]).slice();
    return (await call("POST", "/images/load", undefined, { body })).text();
  };
  expect(await load("{}")).toContain("invalid image JSON, no RootFS key");
  expect(await load("junk")).toContain("invalid character 'j' looking for beginning of value");
});

it("keeps what comes in after a commit, and saves and loads the image under its name", async () => {
  const { call, create, engine } = await client();
  const id = await create(["sh", "-c", "echo made > /made"]);
  await call("POST", `/containers/${id}/start`);
  await wait(call("POST", `/containers/${id}/wait`));
  const change = encodeURIComponent('CMD ["cat", "/made"]');
  const made = (await wait(call("POST", `/commit?container=${id}&repo=made&tag=1&changes=${change}`))) as {
    Id: string;
  };
  const saved = await (await call("GET", "/images/made:1/get")).arrayBuffer();
  expect(await wait(call("DELETE", "/images/made:1"))).toEqual(
    expect.arrayContaining([{ Untagged: "made:1" }, { Deleted: made.Id }]),
  );
  const loaded = await call("POST", "/images/load", undefined, { body: saved });
  const broken = await call("POST", "/images/load", undefined, { body: "junk" });
  expect([broken.status, await broken.json()]).toEqual([
    200,
    { errorDetail: { message: "unexpected EOF" }, error: "unexpected EOF" },
  ]);
  expect(await loaded.text()).toContain("Loaded image: made:1");
  expect((await engine.docker("run --rm made:1")).stdout).toBe("made\n");
});

it("builds as the classic builder: its words in the history, its own times, the same image for the same", async () => {
  const { engine, call } = await client();
  const file = (name: string, text: string) => {
    const data = encode(text);
    return { header: tarHeader({ name, type: "file", mode: 0o644, size: data.length }), data };
  };
  const dockerfile = "ARG V=latest\nFROM busybox:$V\nENV A=1\nRUN echo $A > /f\nCOPY d d/g /e/\nCOPY d /h\nCMD sh\n";
  const body = packTar([file("Dockerfile", dockerfile), file("d/g", "x")]);
  const build = async (): Promise<string> => {
    const text = await (await call("POST", "/build?t=made", undefined, { body: Uint8Array.from(body) })).text();
    return /Successfully built (\w+)/.exec(text)?.[1] ?? text;
  };
  const first = await build();
  expect(await build()).toBe(first);
  const history = (await wait(call("GET", "/images/made/history"))) as {
    Id: string;
    CreatedBy: string;
    Comment: string;
  }[];
  expect(
    history.slice(0, 5).map(({ CreatedBy, Comment }) => [CreatedBy.replace(/[0-9a-f]{64}/, "…"), Comment]),
  ).toEqual([
    ['/bin/sh -c #(nop)  CMD ["/bin/sh" "-c" "sh"]', ""],
    ["/bin/sh -c #(nop) COPY dir:… in /h ", ""],
    ["/bin/sh -c #(nop) COPY multi:… in /e/ ", ""],
    ["/bin/sh -c echo $A > /f", ""],
    ["/bin/sh -c #(nop)  ENV A=1", ""],
  ]);
  // Every step is an image of its own, made of the one before.
  expect(history.map(({ Id }) => Id.slice(0, 7))).toEqual(Array(6).fill("sha256:"));
  const [step] = history.slice(1);
  expect(await wait(call("GET", "/images/json"))).toHaveLength(2);
  expect(await wait(call("GET", "/images/json?all=1"))).toHaveLength(6);
  expect((await engine.docker(["run", "--rm", step?.Id ?? "", "cat", "/f"])).stdout).toBe("1\n");
  expect((await engine.docker(["rmi", "-f", step?.Id ?? ""])).stderr).toContain(
    "(cannot be forced) - image has dependent child images",
  );
  const [made] = (await wait(call("GET", "/images/json?filters={%22since%22:[%22busybox%22]}"))) as { Id: string }[];
  expect(made?.Id).toContain(first);
  const removed = (await engine.docker("rmi made")).stdout.trim().split("\n");
  // Five images, and three layers with those that were made with them.
  expect(removed.filter((line) => line.startsWith("Deleted: "))).toHaveLength(8);
  expect(engine.images.list()).toHaveLength(1);
  // With the images the builder's memory is gone.
  expect(await build()).not.toBe(first);
});

it("builds with BuildKit when asked to: mounts, its errors, the image at the end", async () => {
  const { engine, call } = await client();
  const build = async (dockerfile: string): Promise<string> => {
    const data = encode(dockerfile);
    const body = packTar([
      { header: tarHeader({ name: "Dockerfile", type: "file", mode: 0o644, size: data.length }), data },
    ]);
    return await (await call("POST", "/build?version=2&t=made", undefined, { body: Uint8Array.from(body) })).text();
  };
  const text = await build("FROM busybox\nRUN --mount=type=tmpfs,target=/x echo x >/x/y && cp /x/y /z\n");
  const id = engine.images.find("made")?.id;
  expect(JSON.parse(text)).toEqual({ id: "moby.image.id", aux: { ID: id } });
  const message = 'process "/bin/sh -c false" did not complete successfully: exit code: 1';
  expect(JSON.parse(await build("FROM busybox\nRUN false\n"))).toEqual({ errorDetail: { message }, error: message });
  const syntax = "dockerfile parse error on line 1: unknown instruction: FRM (did you mean FROM?)";
  expect(JSON.parse(await build("FRM busybox\n")).error).toBe(syntax);
  const session = await call("POST", "/build?version=2&remote=client-session&session=a");
  expect([session.status, await session.json()]).toEqual([
    501,
    { message: expect.stringContaining("BuildKit session") },
  ]);
});

it("leaves the Dockerfile and .dockerignore out of a classic build's context if .dockerignore says so, and nothing else", async () => {
  const { call } = await client();
  const file = (name: string, text: string) => {
    const data = encode(text);
    return { header: tarHeader({ name, type: "file", mode: 0o644, size: data.length }), data };
  };
  const dockerfile = file("Dockerfile", "FROM busybox\nCOPY . /c\nRUN ls -A /c\n");
  const body = packTar([
    dockerfile,
    file(".dockerignore", "Dockerfile\n.dockerignore\nx*\n"),
    file("x1", "x"),
    file("y", "y"),
  ]);
  const text = await (await call("POST", "/build", undefined, { body: Uint8Array.from(body) })).text();
  expect(text).toContain('{"stream":"x1\\ny\\n"}');
});

it("POST /build/prune removes build cache, tells what, and refuses what is no filter or size", async () => {
  const { engine, call } = await client();
  await engine.build({ context: { files: { f: "abc" } }, dockerfile: "FROM busybox\nCOPY f /\n" });
  const prune = (query: string): Promise<unknown> => wait(call("POST", `/build/prune?${query}`));
  const filters = (value: unknown): string => `filters=${encodeURIComponent(JSON.stringify(value))}`;
  const [message, none] = ["message", { CachesDeleted: null, SpaceReclaimed: 0 }];
  expect(await prune("keep-storage=x")).toEqual({
    [message]: 'keep-storage is in bytes and expects an integer, got x: strconv.Atoi: parsing "x": invalid syntax',
  });
  for (const [value, why] of [
    [{ foo: { x: true } }, "invalid filter 'foo'"],
    [{ id: { a: true, b: true } }, "filters expect only one value"],
    [
      { until: { x: true } },
      '"until" filter expects a duration (e.g., \'24h\') or a timestamp: failed to parse value as time or duration: "x"',
    ],
  ] as const)
    expect(await prune(filters(value))).toEqual({ message: `failed to prune build cache: ${why}` });
  expect(await prune(filters({ id: { "no such": true } }))).toEqual(none);
  expect(await prune(filters({ inuse: { true: true } }))).toEqual(none);
  const { BuildCache } = (await wait(call("GET", "/system/df?type=build-cache"))) as { BuildCache: { ID: string }[] };
  const step = BuildCache.find((one) => " Parents" in one);
  expect(step).toMatchObject({ Type: "regular", Description: "[2/2] COPY f /", InUse: false, Shared: true, Size: 3 });
  const removed = (await prune("all=1")) as { CachesDeleted: string[]; SpaceReclaimed: number };
  expect(removed.CachesDeleted.toSorted()).toEqual(BuildCache.map(({ ID }) => ID).toSorted());
  expect(removed.SpaceReclaimed).toBeGreaterThan(3);
  expect(await prune("all=1")).toEqual(none);
});
