/** Unmodified dockerode, over a socket and without one: what programs that already exist do. */
import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { createEngine } from "@bottleship/core/engine";
import { packTar, tarHeader } from "@bottleship/core/lib";
import { EngineApi } from "@bottleship/engine-api";
import { type EngineServer, serve } from "@bottleship/node";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createModem, EngineModem } from "./index.ts";

const directory = mkdtempSync(join(tmpdir(), "bottleship-"));
const path = join(directory, "docker.sock");
let server: EngineServer;

beforeAll(async () => {
  server = await serve(createEngine({ seed: 7 }), { listen: [{ kind: "unix", path }] });
});

afterAll(async () => {
  await server.close();
  rmSync(directory, { recursive: true });
});

/** Everything that a stream gives. */
function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => resolve(Buffer.concat(chunks).toString()));
    stream.on("error", reject);
  });
}

/** Standard output and error of a multiplexed stream, when it has ended. */
async function split(docker: Docker, stream: NodeJS.ReadableStream): Promise<{ stdout: string; stderr: string }> {
  const out = new PassThrough();
  const err = new PassThrough();
  docker.modem.demuxStream(stream, out, err);
  const texts = Promise.all([textOf(out), textOf(err)]);
  await new Promise((resolve) => stream.on("close", resolve).on("end", resolve));
  out.end();
  err.end();
  const [stdout, stderr] = await texts;
  return { stdout, stderr };
}

describe.each([
  ["a socket", () => new Docker({ socketPath: path })],
  ["a modem in the same process", () => new Docker({ modem: createModem(createEngine({ seed: 7 })) })],
])("through %s", (_, connect) => {
  const docker = connect();

  it("pulls an image and follows its progress", async () => {
    const progress: { status?: string }[] = [];
    const stream = await docker.pull("busybox:latest");
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(
        stream,
        (error) => (error ? reject(error) : resolve()),
        (event: { status?: string }) => progress.push(event),
      );
    });
    expect(progress.at(-1)?.status).toBe("Status: Downloaded newer image for busybox:latest");
    expect((await docker.getImage("busybox").inspect()).RepoTags).toEqual(["busybox:latest"]);
  });

  it("tells that nobody has an image", async () => {
    await expect(docker.pull("no/such:image")).rejects.toMatchObject({ statusCode: 404 });
  });

  it("creates, attaches, starts, waits, reads the logs, removes", async () => {
    const container = await docker.createContainer({
      Image: "busybox",
      Cmd: ["sh", "-c", "echo out; echo err >&2; exit 5"],
      name: "one",
    });
    const attached = await container.attach({ stream: true, stdout: true, stderr: true });
    const output = split(docker, attached);
    await container.start();
    expect(await container.wait()).toEqual({ StatusCode: 5 });
    expect(await output).toEqual({ stdout: "out\n", stderr: "err\n" });
    const logs = await container.logs({ stdout: true, stderr: false });
    expect(logs.subarray(8).toString()).toBe("out\n");
    const { State, Name } = await container.inspect();
    expect([Name, State.Status, State.ExitCode]).toEqual(["/one", "exited", 5]);
    await container.remove();
    await expect(container.inspect()).rejects.toMatchObject({ statusCode: 404, reason: "no such container" });
  });

  it("types into a container through a hijacked connection", async () => {
    const container = await docker.createContainer({
      Image: "busybox",
      Cmd: ["md5sum"],
      OpenStdin: true,
      StdinOnce: true,
      AttachStdin: true,
    });
    const stream = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true });
    const output = split(docker, stream);
    await container.start();
    stream.end("hello\n");
    await container.wait();
    expect((await output).stdout).toBe("b1946ac92492d2347c6235b4d2611184  -\n");
  });

  it("runs a command in a running container, with and without hijacking", async () => {
    const container = await docker.createContainer({ Image: "busybox", Cmd: ["sleep", "1000"] });
    await container.start();
    const plain = await container.exec({
      Cmd: ["sh", "-c", "echo $A"],
      Env: ["A=b"],
      AttachStdout: true,
      AttachStderr: true,
    });
    expect((await split(docker, await plain.start({}))).stdout).toBe("b\n");
    expect((await plain.inspect()).ExitCode).toBe(0);
    const piped = await container.exec({ Cmd: ["wc", "-c"], AttachStdin: true, AttachStdout: true });
    const stream = await piped.start({ hijack: true, stdin: true });
    const output = split(docker, stream);
    stream.end("12345");
    expect((await output).stdout).toBe("5\n");
    await container.remove({ force: true });
  });

  it("follows logs and events", async () => {
    const events = await docker.getEvents({ filters: { type: ["container"] } });
    const seen: string[] = [];
    events.on("data", (chunk: Buffer) => {
      for (const line of chunk.toString().trim().split("\n"))
        seen.push((JSON.parse(line) as { Action: string }).Action);
    });
    const container = await docker.createContainer({ Image: "busybox", Cmd: ["sh", "-c", "echo 1; sleep 3; echo 2"] });
    await container.start();
    const logs = split(
      docker,
      (await container.logs({ follow: true, stdout: true, stderr: true })) as unknown as NodeJS.ReadableStream,
    );
    await container.wait();
    expect((await logs).stdout).toBe("1\n2\n");
    await container.remove();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen).toEqual(["create", "start", "die", "destroy"]);
    (events as unknown as { destroy(): void }).destroy();
  });

  it("lists and removes networks and volumes, builds and runs an image", async () => {
    await docker.createNetwork({ Name: "inner", Labels: { a: "b" } });
    expect((await docker.listNetworks({ filters: { label: ["a=b"] } })).map(({ Name }) => Name)).toEqual(["inner"]);
    await docker.getNetwork("inner").remove();
    await docker.createVolume({ Name: "data" });
    expect((await docker.listVolumes()).Volumes.map(({ Name }) => Name)).toEqual(["data"]);
    await docker.getVolume("data").remove();
    const container = await docker.createContainer({ Image: "busybox", Cmd: ["true"] });
    const archive = await container.getArchive({ path: "/etc/passwd" });
    const other = await docker.createContainer({ Image: "busybox", Cmd: ["cat", "/tmp/passwd"] });
    await other.putArchive(archive, { path: "/tmp" });
    const [result] = (await docker.run("busybox", ["echo", "ran"], new PassThrough().resume())) as [
      { StatusCode: number },
    ];
    expect(result.StatusCode).toBe(0);
    const names = (await docker.listContainers({ all: true })).map(({ Id }) => Id);
    expect(names).toEqual(expect.arrayContaining([container.id, other.id]));
  });

  it("sends and gives bytes that are the caller's own", async () => {
    const data = Buffer.from("kept\n".repeat(10_000));
    const header = tarHeader({ name: "f", type: "file", mode: 0o644, size: data.length });
    const archive = Buffer.from(packTar([{ header, data }]));
    await textOf(await docker.importImage(archive as unknown as string, { repo: "kept", tag: "1" }));
    archive.fill(0);
    const container = await docker.createContainer({ Image: "kept:1", Cmd: ["none"] });
    const given = async () => {
      const reply = (await container.getArchive({ path: "/f" })) as IncomingMessage;
      expect(reply.headers["content-length"]).toBeUndefined();
      return Buffer.concat(await reply.toArray());
    };
    const first = await given();
    expect(first.includes(data)).toBe(true);
    const stream = (await container.getArchive({ path: "/f" })) as IncomingMessage;
    for await (const chunk of stream) (chunk as Buffer).fill(0);
    expect(await given()).toEqual(first);
  });

  it("tells the reason of an error, the status, and what the engine said", async () => {
    await expect(docker.getContainer("nobody").start()).rejects.toMatchObject({
      message: "(HTTP code 404) no such container - No such container: nobody ",
      statusCode: 404,
      reason: "no such container",
      json: { message: "No such container: nobody" },
    });
  });

  it("breaks calls off as node:http does", async () => {
    const engine = createEngine();
    const hanging = new Docker({ modem: createModem(engine) });
    engine.faults.add({ on: "api", call: "ContainerList", hangs: true });
    const abort = new AbortController();
    const list = hanging.listContainers({ abortSignal: abort.signal });
    abort.abort();
    const aborted = { name: "AbortError", code: "ABORT_ERR", message: "The operation was aborted" };
    await expect(list).rejects.toMatchObject(aborted);
    await expect(hanging.version({ abortSignal: abort.signal } as never)).rejects.toMatchObject(aborted);
  });

  it("goes away from a stream when its reader does", async () => {
    const container = await docker.createContainer({ Image: "busybox", Cmd: ["sleep", "1000"], name: "followed" });
    await container.start();
    const abort = new AbortController();
    const logs = await container.logs({ follow: true, stdout: true, abortSignal: abort.signal });
    const closed = new Promise((resolve) => logs.on("close", resolve).on("error", resolve));
    (logs as unknown as { destroy(): void }).destroy();
    await closed;
    await container.remove({ force: true });
  });

  it("types into a terminal and resizes it", async () => {
    const container = await docker.createContainer({ Image: "busybox", Cmd: ["sh"], Tty: true, OpenStdin: true });
    const stream = await container.attach({ stream: true, stdin: true, stdout: true, hijack: true });
    await container.start();
    await container.resize({ h: 10, w: 50 });
    const text = textOf(stream);
    stream.write("stty size\nexit 3\n");
    expect(await container.wait()).toEqual({ StatusCode: 3 });
    expect(await text).toContain("10 50\r\n");
  });
});

it("has shown what a container wrote when its run is over", async () => {
  const docker = new Docker({ modem: createModem(createEngine({ seed: 7 })) });
  await new Promise((resolve, reject) => {
    docker.pull("busybox", (error: unknown, stream: NodeJS.ReadableStream) =>
      error ? reject(error) : docker.modem.followProgress(stream, resolve),
    );
  });
  const out = new PassThrough();
  let shown = "";
  out.on("data", (chunk) => (shown += String(chunk)));
  const [result] = (await docker.run("busybox", ["sh", "-c", "echo ran; exit 4"], out)) as [{ StatusCode: number }];
  expect([result.StatusCode, shown]).toEqual([4, "ran\r\n"]);
});

it("has the headers of a reply by the names that Node has", async () => {
  const engine = createEngine({ seed: 7 });
  await engine.images.pull("busybox");
  const docker = new Docker({ modem: createModem(engine) });
  const container = await docker.createContainer({ Image: "busybox" });
  const { headers } = (await container.infoArchive({ path: "/etc/passwd" })) as IncomingMessage;
  const stat = JSON.parse(Buffer.from(String(headers["x-docker-container-path-stat"]), "base64").toString()) as object;
  expect(stat).toMatchObject({ name: "passwd", linkTarget: "" });
});

/** What there is to find out about a container that has been given much of what one can be given. */
const FURNISHED = {
  Image: "busybox",
  Cmd: ["sleep", "infinity"],
  Env: ["A=1"],
  Labels: { a: "1" },
  ExposedPorts: { "80/tcp": {} },
  Volumes: { "/data": {} },
  Healthcheck: { Test: ["CMD", "true"], Interval: 1e9 },
  HostConfig: {
    Binds: ["named:/named"],
    Dns: ["1.1.1.1"],
    LogConfig: { Type: "json-file", Config: { "max-size": "1m" } },
    Mounts: [{ Type: "tmpfs" as const, Source: "", Target: "/tmp", TmpfsOptions: { SizeBytes: 4096, Mode: 0o700 } }],
    NetworkMode: "private",
    PortBindings: { "80/tcp": [{ HostPort: "8080" }] },
    Sysctls: { "net.ipv4.ip_forward": "1" },
    Ulimits: [{ Name: "nofile", Soft: 1000, Hard: 2000 }],
  },
  NetworkingConfig: {
    EndpointsConfig: {
      private: { Aliases: ["alias"], IPAMConfig: { IPv4Address: "10.9.0.7" }, DriverOpts: { a: "b" } },
    },
  },
};

/** An option that dockerode's declarations do not know. */
const SIZED = { size: true } as Docker.ContainerInspectOptions;

/** Does to every part of a document what a client may do to what is its own. */
function scribble(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  Object.values(value).forEach(scribble);
  Object.assign(value, { scribbled: true });
}

it("gives documents that are the caller's own, as a way through text would leave them", async () => {
  const engine = createEngine();
  await engine.images.pull("busybox");
  const docker = new Docker({ modem: createModem(engine) });
  await docker.createNetwork({ Name: "private", IPAM: { Driver: "default", Config: [{ Subnet: "10.9.0.0/24" }] } });
  for (const options of [FURNISHED, { Image: "busybox", Cmd: ["sleep", "infinity"] }]) {
    const container = await docker.createContainer(options);
    for (const isStarted of [false, true]) {
      if (isStarted) await container.start();
      const exec = isStarted ? await container.exec({ Cmd: ["sleep", "60"] }) : undefined;
      await exec?.start({ Detach: true });
      const first = await container.inspect(SIZED);
      const text = JSON.stringify(first);
      expect(first).toStrictEqual(JSON.parse(text));
      scribble(first);
      expect(JSON.stringify(await container.inspect(SIZED))).toBe(text);
    }
    const info = await docker.info();
    const text = JSON.stringify(info);
    scribble(info);
    expect(JSON.stringify(await docker.info())).toBe(text);
  }
});

it("sends the modem's headers with requests that have none of their own", async () => {
  const engine = createEngine();
  const modem = new EngineModem(new EngineApi(engine), { "User-Agent": "checker/1.0" });
  const ask = (headers?: Record<string, string>): Promise<unknown> =>
    new Promise((resolve) => {
      modem.dial({ path: "/info", headers, statusCodes: { 200: true } }, (_, result) => resolve(result));
    });
  await ask();
  await ask({ "user-agent": "other/2.0" });
  await ask({ Accept: "*/*" });
  expect(engine.calls.all.map(({ client }) => client)).toEqual(["checker", "other", "http"]);
});
