/** What Docker Engine 28.5.2 answers to requests that are odd or bad: status and words were seen there. */
import { expect, it } from "vitest";
import { apiMachine } from "./testing/api-machine.ts";

const DIGEST = `sha256:${"0".repeat(64)}`;

async function machine() {
  const made = await apiMachine("busybox");
  const { engine, api } = made;
  await engine.docker("run --name ended busybox sh -c 'echo out; exit 3'");
  await engine.docker("network create net");
  await engine.docker("run --detach --name web --hostname front --network net busybox sleep 100000");
  /** Status and message. */
  const told = async (line: string, init: RequestInit = {}): Promise<readonly [number, string]> => {
    const [method = "", path = ""] = line.split(" ");
    const reply = await api(new Request(`http://docker${path}`, { method, ...init }));
    const text = await reply.text();
    return [reply.status, /^\{"message":"(.*)"\}\n$/s.exec(text)?.[1]?.replaceAll('\\"', '"') ?? text];
  };
  return { ...made, told };
}

const TOO_OLD = "Minimum supported API version is 1.24, please upgrade your client to a newer version\n";

it.each([
  ["GET /v1/info", 400, `client version 1 is too old. ${TOO_OLD}`],
  ["GET /v1.5.1/info", 400, `client version 1.5.1 is too old. ${TOO_OLD}`],
  ["GET /v1.52.9/info", 400, "client version 1.52.9 is too new. Maximum supported API version is 1.51"],
  ["HEAD /info", 404, ""],
  ["HEAD /_ping", 200, ""],
  ["GET /containers/nosuch/logs", 400, "Bad parameters: you must choose at least one stream"],
  ["GET /services/nosuch/logs", 400, "Bad parameters: you must choose at least one stream"],
  ['GET /containers/json?all=1&filters={"ancestor":["UP"]}', 200, "[]\n"],
  ["POST /containers/nosuch/start?checkpoint=x", 400, "checkpoint is only supported in experimental mode"],
  ["DELETE /containers/web/checkpoints/x", 501, expect.stringContaining("CRIU")],
  ["POST /session", 400, "no upgrade proto in request"],
  ["POST /grpc", 500, "no upgrade proto in request"],
  ["POST /images/busybox/tag?repo=a:1&tag=2", 201, ""],
  ["POST /images/busybox/tag?repo=a&tag=b:c", 400, "invalid tag format"],
  [`POST /images/busybox/tag?repo=a@${DIGEST}`, 400, "cannot import digest reference"],
  ["POST /images/busybox/tag?repo=sha256", 400, "refusing to create an ambiguous tag using digest algorithm as name"],
  [`POST /commit?container=ended&repo=a@${DIGEST}`, 400, "cannot import digest reference"],
  ["POST /commit?container=ended&repo=a&tag=a%20b", 400, "invalid tag format"],
  [`POST /images/create?fromSrc=-&repo=a@${DIGEST}`, 400, "cannot import digest reference"],
  ["POST /images/create?fromImage=busybox&tag=sha256:zz", 400, "invalid tag format"],
  ["POST /images/create?fromSrc=ftp://x/y", 500, 'Get "ftp://x/y": unsupported protocol scheme "ftp"'],
  ["POST /images/localhost:1/a/push?tag=%20", 400, "invalid tag format"],
  [`POST /images/localhost:1/a@${DIGEST}/push?tag=2`, 400, "cannot import digest reference"],
  [
    "POST /images/busybox/push?platform=x",
    400,
    "failed to parse platform: invalid character 'x' looking for beginning of value",
  ],
  [
    "GET /images/busybox/json?manifests=1&platform=x",
    400,
    "conflicting options: manifests and platform options cannot both be set",
  ],
  ["POST /build?remote=bogus", 400, "remoteURL (bogus) could not be recognized as URL"],
  ["POST /build?isolation=process", 400, 'unsupported isolation: "process"'],
  ["POST /build?securityopt=[]", 400, "security options are not supported on linux"],
  ["POST /build?shmsize=1.5", 400, 'strconv.ParseInt: parsing "1.5": invalid syntax'],
  ["POST /build?outputs=x", 400, "invalid outputs specified: invalid character 'x' looking for beginning of value"],
  [
    "POST /build?buildargs=x&ulimits=y",
    400,
    "error reading ulimit settings: invalid character 'y' looking for beginning of value",
  ],
  ["POST /auth", 400, "EOF"],
  ["DELETE /images/%20", 400, "image name cannot be blank"],
])("%s: %i, %s", async (line, status, message) => {
  const { told } = await machine();
  expect(await told(line)).toEqual([status, message]);
});

it.each([
  ["{", "unexpected EOF"],
  ["[]", "json: cannot unmarshal array into Go value of type registry.AuthConfig"],
  ['{"username":1}', "json: cannot unmarshal number into Go struct field .username of type string"],
])("logging in with %s is refused in the decoder's own words, whatever type it has", async (body, message) => {
  const { told } = await machine();
  expect(await told("POST /auth", { body, headers: { "Content-Type": "text/plain" } })).toEqual([400, message]);
});

it("without sockets there is no BuildKit, and it says where there is", async () => {
  const { told } = await machine();
  const message = "BuildKit's gRPC API needs a server with sockets: bottleship serve";
  expect(await told("POST /grpc", { headers: { Upgrade: "h2c" } })).toEqual([501, message]);
});

it.each([
  [{ Mode: { Replicated: { Replicas: -1 } } }, "number -1", "Mode.Replicated.Replicas"],
  [{ TaskTemplate: { ForceUpdate: "x" } }, "string", "TaskTemplate.ForceUpdate"],
])("what is counted in a service is no less than nothing: %j", async (spec, given, field) => {
  const { told } = await machine();
  const init = { body: JSON.stringify(spec), headers: { "Content-Type": "application/json" } };
  const problem = `json: cannot unmarshal ${given} into Go struct field ServiceSpec.${field} of type uint64`;
  expect(await told("POST /services/create", init)).toEqual([400, `invalid JSON: ${problem}`]);
});

it("a start takes a document that says nothing, and none that says something", async () => {
  const { told } = await machine();
  expect((await told("POST /containers/web/start", { body: '{"a":1}' }))[0]).toBe(304);
  const [status, message] = await told("POST /containers/web/start", { body: '{"ab":1}' });
  expect([status, message]).toEqual([400, expect.stringContaining("non-empty request body")]);
});

it("a login that cannot be read is none", async () => {
  const { told } = await machine();
  const [status, text] = await told("POST /images/localhost:1/a/push", { headers: { "X-Registry-Auth": "!!!" } });
  expect([status, text]).toEqual([200, expect.stringContaining("An image does not exist locally")]);
});

it("a push without a tag takes all that the repository has", async () => {
  const { told, engine } = await machine();
  for (const tag of ["b", "a"]) await engine.docker(`tag busybox localhost:1/a:${tag}`);
  const [status, text] = await told("POST /images/localhost:1/a/push", { headers: { "X-Registry-Auth": "e30=" } });
  expect([status, text]).toEqual([200, expect.stringMatching(/localhost:1\/v2\/.*connection refused/)]);
  const reply = await told("POST /images/localhost:1/b/push", { headers: { "X-Registry-Auth": "e30=" } });
  expect(reply).toEqual([200, expect.stringContaining("does not exist locally with the tag: localhost:1/b")]);
});

it("what has set the size of a terminal is an event of its container", async () => {
  const { engine, told } = await machine();
  expect(await told("POST /containers/web/resize?h=40&w=132")).toEqual([200, ""]);
  expect((await told("POST /containers/ended/resize?h=40&w=132"))[0]).toBe(409);
  const filters = encodeURIComponent('{"event":["resize"]}');
  const [, events] = await told(`GET /events?since=0&until=${engine.kernel.nowUs / 1e6}&filters=${filters}`);
  expect(
    events
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).Actor.Attributes),
  ).toEqual([{ height: "40", image: "busybox", name: "web", width: "132" }]);
});

it("with its container a session is gone", async () => {
  const { call, told } = await machine();
  const reply = await call("POST /containers/web/exec", { Cmd: ["true"] });
  const { Id: id } = (await reply.json()) as { readonly Id: string };
  expect((await told(`GET /exec/${id}/json`))[0]).toBe(200);
  await told("DELETE /containers/web?force=1");
  expect(await told(`GET /exec/${id}/json`)).toEqual([404, `No such exec instance: ${id}`]);
});

it("a session that was never started is gone when its container ends, one that has ended is not", async () => {
  const { call, told } = await machine();
  const made = async (): Promise<string> => {
    const reply = await call("POST /containers/web/exec", { Cmd: ["true"] });
    return ((await reply.json()) as { readonly Id: string }).Id;
  };
  const [waiting, ended] = [await made(), await made()];
  const start = async (id: string) => {
    const reply = await call(`POST /exec/${id}/start`, { Detach: true });
    return [reply.status, (await reply.text()).trim()];
  };
  expect(await start(ended)).toEqual([200, ""]);
  const lost = [404, `{"message":"No such exec instance: ${waiting}"}`];
  await told("POST /containers/web/kill");
  expect((await start(ended))[0]).toBe(409);
  expect(await start(waiting)).toEqual(lost);
  await told("POST /containers/web/start");
  expect(await start(waiting)).toEqual(lost);
  expect((await told(`GET /exec/${waiting}/json`))[0]).toBe(404);
  expect(await start(ended)).toEqual([409, `{"message":"exec command ${ended} has already run"}`]);
  await told("DELETE /containers/web?force=1");
  expect(await start(ended)).toEqual([404, `{"message":"No such container: ${ended}"}`]);
});

it("a container descends from the images that its own was made of, not from all with the same layers", async () => {
  const { engine } = await machine();
  await engine.docker("commit --change 'LABEL a=1' web one");
  await engine.docker("commit --change 'LABEL a=2' web two");
  await engine.docker("create --name of-one one");
  const listed = async (ancestor: string) => {
    const { stdout } = await engine.docker(`ps --all --filter ancestor=${ancestor} --format '{{.Names}}'`);
    return stdout.trim().split("\n");
  };
  expect(await listed("two")).toEqual([""]);
  expect(await listed("one")).toEqual(["of-one"]);
  expect(await listed("busybox")).toEqual(["of-one", "web", "ended"]);
});

it.each([
  [["one:/x", "two:/x"], "Duplicate mount point: /x", ["one"]],
  [["one:/x", "two:/y:bad"], "invalid mode: bad", ["one"]],
])("volumes before the mistake in %j are there", async (Binds, message, left) => {
  const { call, engine } = await machine();
  const reply = await call("POST /containers/create", { Image: "busybox", HostConfig: { Binds } });
  expect(await reply.json()).toEqual({ message });
  expect(engine.volumes.list().map(({ name }) => name)).toEqual(left);
});

it("a missing source is told before the image is looked for, and leaves no volume", async () => {
  const { call, engine } = await machine();
  const HostConfig = { Binds: ["one:/x"], Mounts: [{ Type: "bind", Source: "/nope", Target: "/z" }] };
  const reply = await call("POST /containers/create", { Image: "nosuch", HostConfig });
  const message = 'invalid mount config for type "bind": bind source path does not exist: /nope';
  expect(await reply.json()).toEqual({ message });
  expect(engine.volumes.list()).toEqual([]);
});

it("without an image there is no command", async () => {
  const { call } = await machine();
  const reply = await call("POST /containers/create", { Image: "", Entrypoint: [] });
  expect([reply.status, await reply.json()]).toEqual([400, { message: "no command specified" }]);
});

it("the network of a container needs its name", async () => {
  const { call } = await machine();
  const reply = await call("POST /containers/create", { Image: "busybox", HostConfig: { NetworkMode: "container" } });
  const message = "invalid network mode: invalid container format container:<name|id>";
  expect([reply.status, await reply.json()]).toEqual([400, { message }]);
});

it("leads to where a path goes that is written in disguise", async () => {
  const { api, told } = await machine();
  const reply = await api(new Request("http://docker/v1.41/containers/a%2f..%2F..%2finfo?x=1"));
  expect([reply.status, reply.headers.get("location")]).toEqual([301, "/v1.41/info?x=1"]);
  expect(await told("GET /containers/%zz/json")).toEqual([400, "400 Bad Request\n"]);
});

it.each([
  ["GET /containers/json?a;b", 400, "invalid semicolon separator in query"],
  ["GET /containers/json?a=%zz&b;c", 400, "invalid semicolon separator in query"],
  ["GET /containers/json?a=%zz&b=%y", 400, 'invalid URL escape "%zz"'],
  ["GET /containers/json?a=%", 400, 'invalid URL escape "%"'],
  ["GET /containers/json?%2", 400, 'invalid URL escape "%2"'],
  ["GET /containers/json?a=b=c&&%3B=%25&filters={}&a%5b", 200, expect.stringContaining('"/web"')],
  ["POST /containers/create?a;b", 400, "invalid semicolon separator in query"],
  ["POST /containers/nosuch/start?;", 400, "invalid semicolon separator in query"],
  ["GET /containers/nosuch/json?a;b", 404, "No such container: nosuch"],
  ["GET /swarm?a;b", 503, expect.stringContaining("This node is not a swarm manager.")],
  ["GET /_ping?a;b", 200, "OK"],
  ["POST /build?dockerfile=x&a;b&t=%zz", 400, "Cannot locate specified Dockerfile: x"],
  ["POST /build?dockerfile=a;b", 400, "Cannot locate specified Dockerfile: Dockerfile"],
])("%s, whose query is not as it should be, is answered with %i", async (line, status, message) => {
  const { told } = await machine();
  expect(await told(line, line.startsWith("POST /build") ? { body: new Uint8Array(1024) } : {})).toEqual([
    status,
    message,
  ]);
});

it("tells clients of today what its firewall is", async () => {
  const { told } = await machine();
  expect(JSON.parse((await told("GET /v1.49/info"))[1])).toMatchObject({ FirewallBackend: { Driver: "iptables" } });
  expect(JSON.parse((await told("GET /v1.48/info"))[1])).not.toHaveProperty("FirewallBackend");
});

it("lists tell where a container is on a network, and no size that is nothing", async () => {
  const { told } = await machine();
  const [, text] = await told('GET /containers/json?size=1&filters={"name":["web"]}');
  const [web] = JSON.parse(text) as { SizeRw?: number; NetworkSettings: { Networks: { net: object } } }[];
  expect(web?.SizeRw).toBeUndefined();
  expect(web?.NetworkSettings.Networks.net).toMatchObject({ Aliases: null, DNSNames: null, IPAddress: "172.18.0.2" });
});

it("older versions of the API are told what they know", async () => {
  const { told } = await machine();
  const read = async (path: string) => JSON.parse((await told(`GET ${path}`))[1]);
  const aliases = async (version: string) => {
    const { Id, NetworkSettings } = await read(`/${version}/containers/web/json`);
    return NetworkSettings.Networks.net.Aliases?.map((one: string) => (Id.startsWith(one) ? "its id" : one)) ?? null;
  };
  expect([await aliases("v1.44"), await aliases("v1.45")]).toEqual([["its id", "front"], null]);
  const used = async (version: string) => (await read(`/${version}/images/json`))[0].Containers;
  expect([await used("v1.50"), await used("v1.51")]).toEqual([-1, 2]);
  expect(Object.keys(await read("/v1.41/system/df?type=volume"))).toContain("BuilderSize");
  expect((await read("/v1.41/system/df?type=volume")).Containers).toHaveLength(2);
  expect((await read("/v1.42/system/df?type=volume")).Containers).toBeNull();
});

it("says in answers to pings whether it is a swarm's", async () => {
  const { api, engine } = await machine();
  const swarm = async () => (await api(new Request("http://docker/_ping"))).headers.get("swarm");
  expect(await swarm()).toBe("inactive");
  await engine.docker("swarm init");
  expect(await swarm()).toBe("active/manager");
});
