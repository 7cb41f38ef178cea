/** What Docker Engine 28.5.2 says to requests that the docker client would not have sent. */
import { expect, it } from "vitest";
import { apiMachine } from "./testing/api-machine.ts";

it.each([
  [{ PortBindings: { x: [{ HostPort: "1" }] } }, 'invalid port specification: "x"'],
  [{ PortBindings: { "99999/tcp": [{ HostPort: "1" }] } }, 'invalid port specification: "99999"'],
  [{ PortBindings: { "80/tcp": [{ HostPort: "70000" }] } }, 'invalid port specification: "70000"'],
  [{ PortBindings: { "80/tcp": [{ HostPort: "20-10" }] } }, 'invalid port specification: "20-10"'],
  [{ Links: ["a:b:c"] }, "bad format for links: a:b:c"],
  [{ ExtraHosts: ["bad"] }, 'bad format for add-host: "bad"'],
  [{ ExtraHosts: ["a:1.2.3"] }, 'invalid IP address in add-host: "1.2.3"'],
  [{ UTSMode: "bad" }, "invalid UTS mode: bad"],
  [{ CgroupnsMode: "bad" }, "invalid cgroup namespace mode: bad"],
  [
    { Mounts: [{ Type: "volume", Target: "/x", BindOptions: {} }] },
    'BindOptions must not be specified on mount type "volume"',
  ],
])("a container is not made with %j", async (HostConfig, message) => {
  const { call, engine } = await apiMachine("busybox");
  const reply = await call("POST /containers/create", { Image: "busybox", HostConfig });
  expect([reply.status, await reply.json()]).toEqual([400, { message }]);
  expect(engine.containers.list({ all: true })).toEqual([]);
  expect(engine.volumes.list()).toEqual([]);
});

it("a container is not made with a hardware address that is none, nor with a volume without a name", async () => {
  const { call } = await apiMachine("busybox");
  const mac = await call("POST /containers/create", { Image: "busybox", MacAddress: "zz" });
  expect(await mac.json()).toEqual({ message: "invalid config for network bridge: invalid MAC address zz" });
  const bind = await call("POST /containers/create", { Image: "busybox", HostConfig: { Binds: [":/x"] } });
  expect(await bind.json()).toEqual({ message: "invalid volume specification: ':/x'" });
});

it("an empty list as entrypoint takes the image's command, one with a word in it does without", async () => {
  const { call } = await apiMachine("busybox");
  const made = async (Entrypoint: readonly string[]) => {
    const reply = await call("POST /containers/create", { Image: "busybox", Entrypoint });
    return reply.status === 201 ? 201 : ((await reply.json()) as { message: string }).message;
  };
  expect([await made([]), await made([""])]).toEqual([201, "no command specified"]);
});

it("limits of memory that leave the limit of swap behind are refused", async () => {
  const { call } = await apiMachine("busybox");
  const made = await call("POST /containers/create", { Image: "busybox" });
  const { Id: id } = (await made.json()) as { Id: string };
  const update = await call(`POST /containers/${id}/update`, { Memory: 134217728 });
  expect([update.status, await update.json()]).toEqual([
    409,
    {
      message: `Cannot update container ${id}: Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time`,
    },
  ]);
});

it.each([
  ["GET /containers/x/logs?stdout=1&since=1h", 404, "No such container: x"],
  ["GET /events?since=1h", 400, 'strconv.ParseInt: parsing "1h": invalid syntax'],
  ["GET /events?since=1.2.3", 400, 'strconv.ParseInt: parsing "2.3": invalid syntax'],
  ["GET /events?since=1.", 400, 'strconv.ParseInt: parsing "": invalid syntax'],
  ["GET /system/df?type=bad", 400, "unknown object type: bad"],
  [
    "GET /networks/bridge?verbose=x",
    400,
    'invalid value for verbose: x: strconv.ParseBool: parsing "x": invalid syntax',
  ],
  ["GET /volumes?filters=x", 400, "error reading volume filters: invalid filter"],
  ["PUT /volumes/x?version=1", 503, "volume update only valid for cluster volumes, but swarm is unavailable"],
  ["POST /build/cancel", 400, "build ID not provided"],
  ["POST /build?version=3", 400, 'invalid version "3"'],
  ["POST /build?squash=1", 400, "squash is only supported with experimental mode"],
  ["POST /build?platform=x/y/z/w", 400, '"x/y/z/w": cannot parse platform specifier: invalid argument'],
  ["POST /build?dockerfile=../x", 400, "forbidden path outside the build context: ../x ()"],
  ["POST /build?buildargs=x", 400, "error reading build args: invalid character 'x' looking for beginning of value"],
  [
    "POST /build?ulimits=[1]",
    400,
    "error reading ulimit settings: json: cannot unmarshal number into .0 of type units.Ulimit",
  ],
  ["GET /images/x/json?platform={", 400, "failed to parse platform: unexpected end of JSON input"],
  ["GET /images/x/json?platform={}+x", 400, "failed to parse platform: invalid character 'x' after top-level value"],
  [
    'GET /images/x/json?platform={"OS":1}',
    400,
    "failed to parse platform: json: cannot unmarshal number into Go struct field Platform.OS of type string",
  ],
  [
    "GET /images/x/json?platform=[]",
    400,
    "failed to parse platform: json: cannot unmarshal array into Go value of type v1.Platform",
  ],
  ["POST /images/create", 500, 'Get "http:": http: no Host in request URL'],
  [
    "POST /images/create?fromImage=BAD&fromSrc=-",
    400,
    "invalid reference format: repository name (library/BAD) must be lowercase",
  ],
  ["POST /commit", 400, 'invalid name or ID supplied: ""'],
  ["POST /commit?repo=BAD", 400, "invalid reference format: repository name (library/BAD) must be lowercase"],
  [
    "POST /commit?container=x&repo=BAD",
    400,
    "invalid reference format: repository name (library/BAD) must be lowercase",
  ],
  ["POST /exec/x/resize", 400, 'invalid resize height "": invalid syntax'],
  ["POST /exec/x/resize?h=1&w=99999999999", 400, 'invalid resize width "99999999999": value out of range'],
  ["POST /exec/x/resize?h=%2B1&w=1", 400, 'invalid resize height "+1": invalid syntax'],
  ["POST /exec/x/resize?h=-0&w=1", 400, 'invalid resize height "-0": value out of range'],
  ["POST /exec/x/resize?h=1&w=1", 404, "No such exec instance: x"],
  ['GET /containers/json?filters={"is-task":["x"]}', 400, "invalid filter 'is-task=[x]'"],
])("%s is %i: %s", async (line, status, message) => {
  const { call } = await apiMachine();
  const reply = await call(line);
  expect([reply.status, await reply.json()]).toEqual([status, { message }]);
});

it("null is the zero value of what stands in a list or a map", async () => {
  const { call } = await apiMachine("busybox");
  const { Id: id } = (await (
    await call("POST /containers/create", {
      Image: "busybox",
      Cmd: ["echo", null],
      Env: null,
      ExposedPorts: { "80/tcp": null },
      Volumes: { "/x": null },
      Labels: { a: null },
      HostConfig: { Tmpfs: { "/t": null } },
    })
  ).json()) as { Id: string };
  expect(await (await call(`GET /containers/${id}/json`)).json()).toMatchObject({
    Config: { Cmd: ["echo", ""], ExposedPorts: { "80/tcp": {} }, Volumes: { "/x": {} }, Labels: { a: "" } },
    HostConfig: { Tmpfs: { "/t": "" } },
  });
});

it.each([
  [{ web: null }, "invalid config for network web: EndpointsConfig is nil"],
  [
    { bridge: null, web: { MacAddress: "zz" } },
    "* invalid config for network bridge: EndpointsConfig is nil\n* invalid config for network web: invalid MAC address zz",
  ],
])("a container is connected to no network with %j", async (EndpointsConfig, message) => {
  const { call } = await apiMachine("busybox");
  const reply = await call("POST /containers/create", { Image: "busybox", NetworkingConfig: { EndpointsConfig } });
  expect([reply.status, await reply.json()]).toEqual([400, { message }]);
});

it.each([
  ["bridge", "", "invalid name: name is empty"],
  ["bridge", "x", "endpoint x not found"],
  ["web", "x", "network web not found"],
])("by force %s is not left by '%s', which is not there", async (network, Container, message) => {
  const { call } = await apiMachine();
  const reply = await call(`POST /networks/${network}/disconnect`, { Container, Force: true });
  expect(await reply.json()).toEqual({ message });
});

it.each([
  ['{"status":null}', []],
  ['{"status":{"running":null}}', []],
  ["null", []],
  ['{"status":[null]}', "invalid filter 'status=': invalid value for state ()"],
])("null in the filters %s is an empty value", async (filters, answer) => {
  const { call } = await apiMachine();
  const found = await (await call(`GET /containers/json?filters=${filters}`)).json();
  expect(found).toEqual(typeof answer === "string" ? { message: expect.stringContaining(answer) } : answer);
});

it("filters for what is older or newer take no beginning of an id, nor nothing", async () => {
  const { call } = await apiMachine("busybox");
  const made = await call("POST /containers/create?name=one", { Image: "busybox" });
  const { Id: id } = (await made.json()) as { Id: string };
  const listed = async (since: string) =>
    (await call(`GET /containers/json?all=1&filters=${JSON.stringify({ since: [since] })}`)).json();
  expect([await listed(id), await listed("/one")]).toEqual([[], []]);
  for (const name of [id.slice(0, 12), ""])
    expect(await listed(name)).toEqual({ message: `No such container: ${name}` });
});

it("a session that could not start has had its chance, and its document says how it ended", async () => {
  const { call } = await apiMachine("busybox");
  const made = await call("POST /containers/create", { Image: "busybox", Cmd: ["sleep", "100"] });
  const { Id: id } = (await made.json()) as { Id: string };
  await call(`POST /containers/${id}/start`);
  const body = { Cmd: ["ls"], Env: ["=x"], AttachStdout: true };
  const { Id: exec } = (await (await call(`POST /containers/${id}/exec`, body)).json()) as { Id: string };
  const told = await call(`POST /exec/${exec}/start`, {});
  expect(await told.text()).toContain(
    "OCI runtime exec failed: exec failed: unable to start container process: invalid environment variable: name cannot be empty",
  );
  const again = await call(`POST /exec/${exec}/start`, { Detach: true });
  expect([again.status, await again.json()]).toEqual([409, { message: `exec command ${exec} has already run` }]);
  const document = await call(`GET /exec/${exec}/json`);
  expect(await document.json()).toMatchObject({ Running: false, ExitCode: 128, CanRemove: false });
});

it("whoever waits for a container that could not start hears why", async () => {
  const { call } = await apiMachine("busybox");
  const made = await call("POST /containers/create", { Image: "busybox", Cmd: ["nosuch"] });
  const { Id: id } = (await made.json()) as { Id: string };
  const removed = await call(`POST /containers/${id}/wait?condition=removed`);
  const started = await call(`POST /containers/${id}/start`);
  const { message } = (await started.json()) as { message: string };
  const waited = await call(`POST /containers/${id}/wait`);
  expect(await waited.json()).toEqual({ StatusCode: 127, Error: { Message: message } });
  await call(`DELETE /containers/${id}`);
  expect(await removed.json()).toEqual({ StatusCode: 127 });
});
