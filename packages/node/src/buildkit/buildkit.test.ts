/** BuildKit's protocol, with a client of the test's own on the other side of the socket. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type LayerEntry, layerToTar } from "@bottleship/core/content";
import { createEngine } from "@bottleship/core/engine";
import { decode } from "@bottleship/core/lib";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type SocketServer, serveOnSocket } from "../testing/socket-server.ts";
import { callStream } from "./call-stream.ts";
import { sendFiles } from "./file-send.ts";
import { receiveFiles } from "./file-sync.ts";
import { CODES, GrpcError } from "./grpc.ts";
import { GrpcClient } from "./grpc-client.ts";
import { type GrpcCall, onlyMessage, serveGrpc } from "./grpc-server.ts";
import { type BuildRecord, type ControlSolve, type GatewaySolve, MESSAGES, type StatusMessage } from "./messages.ts";

const CONTROL = "/moby.buildkit.v1.Control";
const GATEWAY = "/moby.buildkit.v1.frontend.LLBBridge";
const SESSION = "4711";

let served: SocketServer;
let engine: ReturnType<typeof createEngine>;
/** What the client has received: files by their paths. */
let received: Record<string, string> = {};

beforeEach(async () => {
  engine = createEngine({ seed: 7 });
  served = await serveOnSocket(engine);
  received = {};
});

afterEach(() => served.close());

/** A connection to the engine that is no longer HTTP. */
async function upgraded(path: string, headers: readonly string[] = []): Promise<Socket> {
  const socket = connect(served.path);
  const lines = [`POST /v1.51${path} HTTP/1.1`, "Host: docker", "Connection: Upgrade", "Upgrade: h2c", ...headers];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  const [answer] = (await once(socket, "data")) as [Buffer];
  expect(answer.toString("latin1")).toMatch(/^HTTP\/1\.1 101 /);
  // What follows the head is HTTP/2 already.
  socket.pause();
  socket.unshift(answer.subarray(answer.indexOf("\r\n\r\n") + 4));
  return socket;
}

/** Serves a client's files, if it has any, and secrets, as docker does on its session. */
async function openSession(
  files: Readonly<Record<string, string>> | undefined,
  {
    upload = new Uint8Array(),
    agents = [],
  }: { readonly upload?: Uint8Array; readonly agents?: readonly string[] } = {},
): Promise<void> {
  serveFiles(await upgraded("/session", [`X-Docker-Expose-Session-Uuid: ${SESSION}`]), files, { upload, agents });
}

function serveFiles(
  socket: Duplex,
  files: Readonly<Record<string, string>> | undefined,
  { upload, agents }: { readonly upload: Uint8Array; readonly agents: readonly string[] },
): void {
  serveGrpc(socket, {
    ...(files !== undefined && {
      "/moby.filesync.v1.FileSync/DiffCopy": (call: GrpcCall) => sendFiles(call, entriesOf(files, call)),
    }),
    "/moby.filesync.v1.FileSend/DiffCopy": async (call) => {
      const entries = await receiveFiles(call);
      received = Object.fromEntries(entries.map(({ header, data }) => [header.name, decode(data)]));
    },
    "/moby.upload.v1.Upload/Pull": (call) => call.send(MESSAGES.bytes.encode({ data: upload })),
    "/moby.sshforward.v1.SSH/CheckAgent": async (call) => {
      const { ID: id } = MESSAGES.checkAgent.decode(await onlyMessage(call));
      if (!agents.includes(id)) throw new GrpcError(CODES.unknown, `unset ssh forward key ${id}`);
      await call.send(new Uint8Array());
    },
    "/moby.buildkit.secrets.v1.Secrets/GetSecret": async (call) => {
      const { ID: id } = MESSAGES.getSecret.decode(await onlyMessage(call));
      await call.send(MESSAGES.secret.encode({ data: new TextEncoder().encode(`secret of ${id}`) }));
    },
  });
}

function fileOf(path: string, text: string): LayerEntry {
  return { path, type: "file", mode: 0o644, uid: 0, gid: 0, mtimeUs: 0, content: new TextEncoder().encode(text) };
}

/** The files that a call asks for. */
function entriesOf(files: Readonly<Record<string, string>>, { metadata }: GrpcCall): readonly LayerEntry[] {
  const follow = String(metadata["followpaths"] ?? "");
  const excluded = String(metadata["exclude-patterns"] ?? "").split(", ");
  if (excluded.includes("[bad")) throw new GrpcError(CODES.unknown, "invalid excludepatterns: [[bad]");
  const paths = Object.keys(files).filter((path) =>
    follow === "" ? !excluded.includes(path) : follow.split(", ").includes(path),
  );
  return paths.map((path) => ({ ...fileOf(path, files[path] ?? ""), uid: 1000, gid: 1000 }));
}

interface Outcome {
  readonly progress: readonly StatusMessage[];
  readonly failure: unknown;
}

/** Builds as buildx does: three calls at a time, and a fourth at the end. */
async function build(
  options: Readonly<Record<string, string>>,
  exporters: ControlSolve["Exporters"],
  entitlements: readonly string[] = [],
): Promise<Outcome> {
  const client = new GrpcClient(await upgraded("/grpc"));
  const request = { Ref: "one", Session: SESSION, Exporters: exporters, Frontend: "", Entitlements: entitlements };
  const solve = { ...request, FrontendAttrs: {}, ExporterDeprecated: "", ExporterAttrsDeprecated: {} };
  const solved = client.unary(`${CONTROL}/Solve`, MESSAGES.controlSolve.encode(solve));
  const outcome = solved.then(
    () => undefined,
    (error: unknown) => error,
  );
  const status = client.call(`${CONTROL}/Status`);
  await status.send(MESSAGES.statusRequest.encode({ Ref: "one" }));
  status.end();
  const metadata = { "buildkit-controlapi-buildid": "one" };
  const gateway = { Frontend: "dockerfile.v0", FrontendOpt: options, Definition: new Uint8Array(), FrontendInputs: {} };
  const error = await client.unary(`${GATEWAY}/Solve`, MESSAGES.gatewaySolve.encode(gateway), metadata).then(
    () => undefined,
    ({ code, message }: { readonly code: number; readonly message: string }) => ({ code, message, details: [] }),
  );
  await client.unary(`${GATEWAY}/Return`, MESSAGES.returned.encode(error === undefined ? {} : { error }), metadata);
  const progress: StatusMessage[] = [];
  for await (const message of status.messages) progress.push(MESSAGES.progress.decode(message));
  const failure = await outcome;
  client.close();
  return { progress, failure };
}

const names = (progress: readonly StatusMessage[]): readonly string[] => [
  ...new Set(progress.flatMap(({ vertexes = [] }) => vertexes.map(({ name }) => name))),
];

it("builds from files of the client, with its secrets, and names the image", async () => {
  await openSession({
    Dockerfile: "FROM busybox\nCOPY . /app\nRUN --mount=type=secret,id=key cat /run/secrets/key\n",
    ".dockerignore": "big\n",
    big: "not sent",
    small: "sent",
  });
  const { progress, failure } = await build({}, [{ Type: "moby", Attrs: { name: "docker.io/library/app:1" } }]);
  expect(failure).toBeUndefined();
  expect(names(progress)).toContain("[stage-0 2/3] COPY . /app");
  const logs = progress.flatMap(({ logs: lines = [] }) => lines.map(({ msg }) => decode(msg)));
  expect(logs).toEqual(["secret of key"]);
  const { stdout } = await engine.docker("run --rm app:1 ls -A /app");
  expect(stdout).toBe(".dockerignore\nDockerfile\nsmall\n");
});

it.each([
  [{ Dockerfile: "" }, "the Dockerfile cannot be empty", undefined],
  [undefined, "failed to read dockerfile: no local sources enabled", "no local sources enabled"],
])("tells an empty Dockerfile from a client that has nothing to send: %j", async (files, message, shown) => {
  await openSession(files);
  const { progress, failure } = await build({}, []);
  expect(failure).toMatchObject({ message });
  const errors = progress.flatMap(({ vertexes = [] }) => vertexes.map(({ error }) => error).filter(Boolean));
  expect(errors).toEqual(shown === undefined ? [] : [shown]);
});

it("hands what a build has come to on to another as a context, with a session on a call", async () => {
  const client = new GrpcClient(await upgraded("/grpc"));
  const session = client.call(`${CONTROL}/Session`, { "x-docker-expose-session-uuid": SESSION });
  const Dockerfile =
    "FROM busybox AS one\nENV FROM_ONE=1\nRUN echo one >/f\nFROM base\nRUN cat /f >/g; echo $FROM_ONE >>/g\n";
  serveFiles(callStream(session), { Dockerfile }, { upload: new Uint8Array(), agents: [] });
  const build = async (ref: string, exporters: ControlSolve["Exporters"], asked: Partial<GatewaySolve>) => {
    const about = { Ref: ref, Session: SESSION, Exporters: exporters, Frontend: "", Entitlements: [] };
    const solve = { ...about, FrontendAttrs: {}, ExporterDeprecated: "", ExporterAttrsDeprecated: {} };
    const solved = client.unary(`${CONTROL}/Solve`, MESSAGES.controlSolve.encode(solve));
    const metadata = { "buildkit-controlapi-buildid": ref };
    const usual = { Frontend: "dockerfile.v0", FrontendOpt: {}, Definition: new Uint8Array(), FrontendInputs: {} };
    const asking = MESSAGES.gatewaySolve.encode({ ...usual, ...asked });
    const { result } = MESSAGES.gatewaySolved.decode(await client.unary(`${GATEWAY}/Solve`, asking, metadata));
    await client.unary(`${GATEWAY}/Return`, MESSAGES.returned.encode({}), metadata);
    await solved;
    return result.ref?.def;
  };
  const def = await build("first", [], { FrontendOpt: { target: "one" } });
  if (def === undefined) throw new Error("no definition");
  const before = engine.images.list().length;
  await build("second", [{ Type: "moby", Attrs: { name: "two" } }], {
    FrontendOpt: { "context:base": "input:context:base" },
    FrontendInputs: { "context:base": def },
  });
  client.close();
  // Of the first nothing is left but the layers that the second stands on.
  expect(engine.images.list().length - before).toBe(1);
  expect((await engine.docker(["run", "--rm", "two", "cat", "/g"])).stdout).toBe("one\n1\n");
});

it("refuses a pattern that is none itself, rather than to have the client do it", async () => {
  await openSession({ Dockerfile: "FROM scratch\nCOPY . /\n", ".dockerignore": "[bad\n" });
  const { progress, failure } = await build({}, []);
  expect(failure).toMatchObject({ code: 2, message: "syntax error in pattern" });
  expect(names(progress)).toContain("[internal] load .dockerignore");
});

it("tells the place of a step that fails", async () => {
  await openSession({ Dockerfile: "FROM busybox\nRUN exit 3\n" });
  const { failure } = await build({}, []);
  expect(failure).toMatchObject({
    code: 2,
    message: 'process "/bin/sh -c exit 3" did not complete successfully: exit code: 3',
  });
  expect(engine.images.list()).toHaveLength(0);
});

it("sends the files of the result to the client", async () => {
  await openSession({ Dockerfile: "FROM scratch\nCOPY a b/ /\n", a: "1", "b/c": "2" });
  expect((await build({}, [{ Type: "local", Attrs: {} }])).failure).toBeUndefined();
  expect(received).toEqual({ a: "1", c: "2" });
});

it("tells of a build that is over before its client asks", async () => {
  await openSession({ Dockerfile: "FROM busybox\nRUN echo done\n" });
  const client = new GrpcClient(await upgraded("/grpc"));
  const request = { Ref: "one", Session: SESSION, Exporters: [], Frontend: "dockerfile.v0", Entitlements: [] };
  const solve = { ...request, FrontendAttrs: {}, ExporterDeprecated: "", ExporterAttrsDeprecated: {} };
  await client.unary(`${CONTROL}/Solve`, MESSAGES.controlSolve.encode(solve));
  const status = client.call(`${CONTROL}/Status`);
  await status.send(MESSAGES.statusRequest.encode({ Ref: "one" }));
  status.end();
  const progress: StatusMessage[] = [];
  for await (const message of status.messages) progress.push(MESSAGES.progress.decode(message));
  expect(names(progress)).toContain("[2/2] RUN echo done");
  client.close();
});

it("sends the result to several places, and tells what kind of export each is", async () => {
  await openSession({ Dockerfile: "FROM scratch\nCOPY a /\n", a: "1" });
  const exporters = [
    { Type: "local", Attrs: {} },
    { Type: "moby", Attrs: { name: "docker.io/library/both" } },
  ];
  const { progress, failure } = await build({}, exporters);
  expect([failure, received]).toEqual([undefined, { a: "1" }]);
  expect(names(progress).filter((name) => name.startsWith("exporting"))).toEqual([
    "exporting to client directory",
    "exporting to image",
  ]);
  expect(engine.images.find("both")).toBeDefined();
});

it("refuses an exporter that nobody knows before it builds", async () => {
  await openSession({ Dockerfile: "FROM busybox\n" });
  const { progress, failure } = await build({}, [{ Type: "foo", Attrs: {} }]);
  expect([progress, failure]).toEqual([[], expect.objectContaining({ message: 'exporter "foo" could not be found' })]);
});

it("grants no privileges but the host's network", async () => {
  await openSession({ Dockerfile: "FROM busybox\nRUN --network=host true\n" });
  const refused = await build({}, [], ["security.insecure"]);
  expect(refused.failure).toMatchObject({
    message: "granting entitlement security.insecure is not allowed by build daemon configuration",
  });
});

it("builds on the host's network", async () => {
  await openSession({ Dockerfile: "FROM busybox\nRUN --network=host true\n" });
  expect((await build({}, [], ["network.host"])).failure).toBeUndefined();
});

it("builds from an archive that the client has on its standard input", async () => {
  const archive = layerToTar([fileOf("Dockerfile", "FROM busybox\nCOPY a /a\nRUN cat /a\n"), fileOf("a", "A\n")]);
  await openSession({}, { upload: archive });
  const { progress, failure } = await build({ context: "http://buildkit-session/4242" }, []);
  expect(failure).toBeUndefined();
  const logs = progress.flatMap(({ logs: lines = [] }) => lines.map(({ msg }) => decode(msg)));
  expect(logs).toEqual(["A\n"]);
  expect(names(progress).slice(0, 2)).toEqual(["[internal] load remote build context", "copy /context /"]);
});

const REPOSITORY = "https://git.example/r.git";

it.each([
  ["its Dockerfile", {}, /\trefs\/heads\/main\n.*\nA\n$/s],
  ["the client's own", { dockerfilekey: "dockerfile" }, /^A\nA\n$/],
])("builds from a git repository with %s", async (_, options, log) => {
  const files = { a: "A\n", Dockerfile: "FROM busybox\nCOPY a /a\nRUN cat /a\n" };
  engine.git.add(REPOSITORY, { branches: { main: { files } } });
  await openSession({ Dockerfile: "FROM busybox\nCOPY a /b\nRUN cat /b /b\n" });
  const { progress } = await build({ context: REPOSITORY, ...options }, []);
  expect(progress.flatMap(({ logs: lines = [] }) => lines.map(({ msg }) => decode(msg))).join("")).toMatch(log);
});

it.each([
  [`${REPOSITORY}?x=1`, 'unexpected query "x"', []],
  [
    `${REPOSITORY}#v2`,
    'failed to read dockerfile: failed to load cache key: repository does not contain ref v2, output: ""',
    [`[internal] load git source ${REPOSITORY}#v2`],
  ],
])("does not build from %s", async (context, message, steps) => {
  engine.git.add(REPOSITORY, { branches: { main: { files: {} } } });
  await openSession({});
  const { progress, failure } = await build({ context }, []);
  expect([failure, names(progress)]).toEqual([expect.objectContaining({ message }), steps]);
});

it("reaches git through ssh if the client forwards its agent", async () => {
  engine.git.add("git@git.example:r.git", { branches: { main: { files: { a: "A\n" } } } });
  const Dockerfile =
    "FROM busybox\nADD git@git.example:r.git#main /d\nRUN --mount=type=ssh,required test -S $SSH_AUTH_SOCK\n";
  await openSession({ Dockerfile }, { agents: ["default"] });
  expect((await build({}, [])).failure).toBeUndefined();
});

it("reaches nothing through ssh without an agent", async () => {
  engine.git.add("git@git.example:r.git", { branches: { main: { files: {} } } });
  await openSession({ Dockerfile: "FROM busybox\nADD git@git.example:r.git#main /d\n" });
  expect((await build({}, [])).failure).toMatchObject({ message: "unset ssh forward key default" });
});

it("answers questions about the Dockerfile", async () => {
  await openSession({ Dockerfile: "FROM busybox as x\n" });
  const client = new GrpcClient(await upgraded("/grpc"));
  const request = { Ref: "one", Session: SESSION, Exporters: [], Frontend: "", Entitlements: [] };
  const solve = { ...request, FrontendAttrs: {}, ExporterDeprecated: "", ExporterAttrsDeprecated: {} };
  const solved = client.unary(`${CONTROL}/Solve`, MESSAGES.controlSolve.encode(solve)).catch(() => {});
  const options = { requestid: "frontend.lint" };
  const gateway = { Frontend: "dockerfile.v0", FrontendOpt: options, Definition: new Uint8Array(), FrontendInputs: {} };
  const metadata = { "buildkit-controlapi-buildid": "one" };
  const answer = await client.unary(`${GATEWAY}/Solve`, MESSAGES.gatewaySolve.encode(gateway), metadata);
  const { result } = MESSAGES.gatewaySolved.decode(answer);
  expect(JSON.parse(decode(result.metadata["result.json"] ?? new Uint8Array()))).toMatchObject({
    warnings: [{ ruleName: "FromAsCasing", location: { ranges: [{ start: { line: 1 } }] } }],
  });
  await client.unary(`${GATEWAY}/Return`, MESSAGES.returned.encode({}), metadata);
  await solved;
  client.close();
});

it("refuses what it does not know", async () => {
  const client = new GrpcClient(await upgraded("/grpc"));
  await expect(client.unary("/moby.Nothing/Do", new Uint8Array())).rejects.toMatchObject({ code: 12 });
  client.close();
});

async function records(ref = ""): Promise<readonly BuildRecord[]> {
  const client = new GrpcClient(await upgraded("/grpc"));
  const call = client.call(`${CONTROL}/ListenBuildHistory`);
  await call.send(MESSAGES.historyRequest.encode({ ActiveOnly: false, Ref: ref, EarlyExit: true, Limit: 0 }));
  call.end();
  const found: BuildRecord[] = [];
  for await (const message of call.messages) found.push(MESSAGES.historyEvent.decode(message).record);
  client.close();
  return found;
}

async function blob(digest: string): Promise<Uint8Array> {
  const client = new GrpcClient(await upgraded("/grpc"));
  const { data } = MESSAGES.content.decode(
    await client.unary(
      "/containerd.services.content.v1.Content/Read",
      MESSAGES.readContent.encode({ digest, offset: 0, size: 0 }),
    ),
  );
  client.close();
  return data;
}

it("keeps of a build how it went and what it was made from, until that is removed", async () => {
  await openSession({ Dockerfile: "FROM busybox\nARG A\nMAINTAINER me\nRUN echo done\n" });
  const options = { "build-arg:A": "1", "no-cache": "", filename: "Dockerfile" };
  expect((await build(options, [{ Type: "moby", Attrs: {} }])).failure).toBeUndefined();
  const [record] = await records();
  expect(record).toMatchObject({ Ref: "one", numTotalSteps: 6, numCompletedSteps: 6, numWarnings: 1, error: null });
  expect(record?.Result?.Results).toEqual({ 0: record?.Result?.ResultDeprecated });
  const provenance = JSON.parse(decode(await blob(record?.Result?.Attestations[0]?.digest ?? "")));
  expect(provenance.invocation).toEqual({
    configSource: { entryPoint: "Dockerfile" },
    parameters: {
      frontend: "dockerfile.v0",
      args: { "build-arg:A": "1", "no-cache": "" },
      locals: [{ name: "context" }, { name: "dockerfile" }],
    },
    environment: { platform: "linux/amd64" },
  });
  expect(provenance.materials).toMatchObject([{ uri: "pkg:docker/busybox@latest?platform=linux%2Famd64" }]);
  const client = new GrpcClient(await upgraded("/grpc"));
  const update = MESSAGES.historyUpdate.encode({ Ref: "one", Pinned: false, Delete: true });
  await client.unary(`${CONTROL}/UpdateBuildHistory`, update);
  await expect(client.unary(`${CONTROL}/UpdateBuildHistory`, update)).rejects.toThrow('lease "ref_one": not found');
  client.close();
  expect(await records()).toEqual([]);
});

it("keeps nothing of what a client asks for its own sake", async () => {
  await openSession({ Dockerfile: "FROM busybox\n" });
  const client = new GrpcClient(await upgraded("/grpc"));
  const solve = { Session: SESSION, FrontendAttrs: {}, ExporterDeprecated: "", ExporterAttrsDeprecated: {} };
  for (const [Ref, Internal] of [
    ["seen", false],
    ["unseen", true],
  ] as const) {
    const request = { ...solve, Ref, Internal, Frontend: "dockerfile.v0", Entitlements: [], Exporters: [] };
    await client.unary(`${CONTROL}/Solve`, MESSAGES.controlSolve.encode(request));
  }
  client.close();
  expect((await records()).map(({ Ref }) => Ref)).toEqual(["seen"]);
});

it("says of a record that was asked for by name that it was removed", async () => {
  const remove = async (): Promise<void> => {
    const client = new GrpcClient(await upgraded("/grpc"));
    const update = { Ref: "gone", Pinned: false, Delete: true };
    await client.unary(`${CONTROL}/UpdateBuildHistory`, MESSAGES.historyUpdate.encode(update));
    client.close();
  };
  await expect(remove()).rejects.toThrow('lease "ref_gone": not found');
  expect(await records("gone")).toEqual([]);
  await remove();
  await expect(records("gone")).rejects.toThrow("ref gone is deleted: file does not exist");
  await remove();
});

it("dates what is told so that it can be put in order again", async () => {
  await openSession({ Dockerfile: "FROM busybox\nRUN echo done\n" });
  const { progress } = await build({}, []);
  const started = progress.flatMap(({ vertexes = [] }) =>
    vertexes.flatMap(({ name, started: at, completed }) =>
      at && !completed ? [{ name, ns: BigInt(at.seconds) * 1_000_000_000n + BigInt(at.nanos) }] : [],
    ),
  );
  expect(started.length).toBeGreaterThan(3);
  expect(new Set(started.map(({ ns }) => ns)).size).toBe(started.length);
});

it("keeps of a build that failed why, and no provenance", async () => {
  await openSession({ Dockerfile: "FROM busybox\nRUN exit 3\n" });
  await build({}, []);
  const [record] = await records();
  const { message } = MESSAGES.status.decode(await blob(record?.externalError?.digest ?? ""));
  expect(message).toBe('process "/bin/sh -c exit 3" did not complete successfully: exit code: 3');
  expect(record?.Result).toBeNull();
});
