/** What bodies are refused, and in which words: those of Docker Engine 28.5.2. */
import { expect, it } from "vitest";
import { z } from "zod";
import { apiMachine } from "../testing/api-machine.ts";
import { readJson, readSecrets } from "./body.ts";
import { TextBody } from "./exchange.ts";

const CREATE = "/containers/create";

async function refusals(bodies: readonly (readonly [path: string, body: string])[], headers = JSON_TYPE) {
  const { api } = await apiMachine();
  const replies = bodies.map(([path, body]) =>
    api(new Request(`http://docker${path}`, { method: "POST", body, headers })),
  );
  return Promise.all(
    replies.map(async (reply) => {
      const { status, ...rest } = await reply.then(async (one) => ({ status: one.status, ...(await one.json()) }));
      return status === 400 ? (rest as { message: string }).message : `${status}: ${JSON.stringify(rest)}`;
    }),
  );
}

const JSON_TYPE: HeadersInit = { "Content-Type": "application/json" };

it.each([
  ["{", "unexpected EOF"],
  ['{"a":nul', "unexpected EOF"],
  ["{]", "invalid character ']' looking for beginning of object key string"],
  ["{'a':1}", "invalid character '\\'' looking for beginning of object key string"],
  ['{"a"}', "invalid character '}' after object key"],
  ['{"a":}', "invalid character '}' looking for beginning of value"],
  ['{"a":1 "b":2}', "invalid character '\"' after object key:value pair"],
  ['{"a":[1 2]}', "invalid character '2' after array element"],
  ['{"a":tru}', "invalid character '}' in literal true (expecting 'e')"],
  ['{"a":-}', "invalid character '}' in numeric literal"],
])("says as Go's decoder does what is wrong with %s", async (body, problem) => {
  expect(await refusals([[CREATE, body]])).toEqual([`invalid JSON: ${problem}`]);
});

it.each([
  [CREATE, [], "array into Go value of type container.CreateRequest"],
  [CREATE, { HostConfig: 1 }, "number into Go struct field .HostConfig of type container.HostConfig"],
  [
    CREATE,
    { HostConfig: { Memory: 2 ** 70 } },
    `number ${2 ** 70} into Go struct field .HostConfig.Memory of type int64`,
  ],
  [CREATE, { HostConfig: { Memory: 1.5 } }, "number 1.5 into Go struct field .HostConfig.Memory of type int64"],
  [
    CREATE,
    { HostConfig: { BlkioWeight: 70000 } },
    "number 70000 into Go struct field .HostConfig.BlkioWeight of type uint16",
  ],
  [
    CREATE,
    { HostConfig: { PortBindings: { "80/tcp": [{ HostPort: 1 }] } } },
    "number into Go struct field .HostConfig.PortBindings.80~1tcp.0.HostPort of type string",
  ],
  [CREATE, { HostConfig: { Mounts: {} } }, "object into Go struct field .HostConfig.Mounts of type []mount.Mount"],
  [
    CREATE,
    { Healthcheck: { Interval: "30s" } },
    "string into Go struct field .Healthcheck.Interval of type time.Duration",
  ],
  [CREATE, { Env: [1] }, "number into .Env.0 of type string"],
  [CREATE, { ExposedPorts: { 80: 1 } }, "number into .ExposedPorts.80 of type struct {}"],
  [CREATE, { ExposedPorts: { "80/tcp": 1 } }, "number into Go struct field .ExposedPorts.80~1tcp of type struct {}"],
  [CREATE, { Labels: { 80: 1 } }, "number into .Labels.80 of type string"],
  [CREATE, { hostconfig: { memory: "x" } }, "string into Go struct field .hostconfig.memory of type int64"],
  [CREATE, { Healthcheck: [] }, "array into Go struct field .Healthcheck of type v1.HealthcheckConfig"],
  [CREATE, { Shell: {} }, "object into Go value of type string"],
  [
    CREATE,
    { HostConfig: { KernelMemoryTCP: "1" } },
    "string into Go struct field .HostConfig.KernelMemoryTCP of type int64",
  ],
  [CREATE, { HostConfig: { Ulimits: {} } }, "object into Go struct field .HostConfig.Ulimits of type []*units.Ulimit"],
  [CREATE, { HostConfig: { Ulimits: [1] } }, "number into .HostConfig.Ulimits.0 of type units.Ulimit"],
  [CREATE, { HostConfig: { ConsoleSize: 1 } }, "number into Go struct field .HostConfig.ConsoleSize of type [2]uint"],
  [CREATE, { HostConfig: { Devices: [1] } }, "number into .HostConfig.Devices.0 of type container.DeviceMapping"],
  [
    CREATE,
    { HostConfig: { Mounts: [{ BindOptions: { Propagation: 1 } }] } },
    "number into Go struct field .HostConfig.Mounts.0.BindOptions.Propagation of type mount.Propagation",
  ],
  [
    CREATE,
    { NetworkingConfig: { EndpointsConfig: [] } },
    "array into Go struct field .NetworkingConfig.EndpointsConfig of type map[string]*network.EndpointSettings",
  ],
  [CREATE, { Volumes: ["a"] }, "array into Go struct field .Volumes of type map[string]struct {}"],
  [CREATE, { Cmd: [1] }, "array into Go value of type string"],
  ["/containers/x/update", { CpuShares: "x" }, "string into Go struct field UpdateConfig.CpuShares of type int64"],
  ["/containers/x/exec", { Env: [1] }, "number into ExecOptions.Env.0 of type string"],
  ["/networks/create", { IPAM: 1 }, "number into Go struct field CreateRequest.IPAM of type network.IPAM"],
  ["/networks/bridge/connect", { Container: 1 }, "number into Go struct field ConnectOptions.Container of type string"],
  [
    "/volumes/create",
    { DriverOpts: { a: 1 } },
    "number into Go struct field CreateOptions.DriverOpts.a of type string",
  ],
  [
    "/services/create",
    { TaskTemplate: { ContainerSpec: { Secrets: 1 } } },
    "number into Go struct field ServiceSpec.TaskTemplate.ContainerSpec.Secrets of type []*swarm.SecretReference",
  ],
  [
    "/services/create",
    { TaskTemplate: { PluginSpec: { Name: 1 } } },
    "number into Go struct field ServiceSpec.TaskTemplate.PluginSpec.Name of type string",
  ],
  [
    "/services/create",
    { UpdateConfig: { Delay: 1.5 } },
    "number 1.5 into Go struct field ServiceSpec.UpdateConfig.Delay of type time.Duration",
  ],
  ["/secrets/create", { Data: 1 }, "number into Go struct field SecretSpec.Data of type []uint8"],
])("says where in the body of %s a value has the wrong type: %j", async (path, body, problem) => {
  expect(await refusals([[path, JSON.stringify(body)]])).toEqual([`invalid JSON: json: cannot unmarshal ${problem}`]);
});

it("takes every whole number that 64 bits hold, also those that JavaScript does not count one by one", async () => {
  const most = '{"Image":"busybox","HostConfig":{"Memory":9007199254740993,"MemorySwap":-1}}';
  const least = '{"Image":"busybox","HostConfig":{"Memory":-9223372036854775808}}';
  expect(
    await refusals([
      [CREATE, least],
      [CREATE, most],
    ]),
  ).toEqual(["Minimum memory limit allowed is 6MB", '404: {"message":"No such image: busybox:latest"}']);
});

it("takes nothing for an empty document, but where a container is made", async () => {
  expect(
    await refusals([
      ["/networks/create", ""],
      ["/networks/create", "null"],
      ["/networks/bridge/connect", ""],
      [CREATE, ""],
      [CREATE, "null"],
      [CREATE, '{"HostConfig":{}}'],
    ]),
  ).toEqual([
    "invalid name: name is empty",
    "invalid name: name is empty",
    'invalid name or ID supplied: ""',
    "invalid JSON: got EOF while reading request body",
    "config cannot be empty in order to create a container",
    "config cannot be empty in order to create a container",
  ]);
});

it("reads the first value, and refuses a second one and other types", async () => {
  expect(
    await refusals([
      [CREATE, '{"a":1}}'],
      [CREATE, "{} {}"],
    ]),
  ).toEqual(["config cannot be empty in order to create a container", "unexpected content after JSON"]);
  expect(await refusals([[CREATE, "{}"]], { "Content-Type": "text/plain" })).toEqual([
    "unsupported Content-Type header (text/plain): must be 'application/json'",
  ]);
});

it("says that a body is too deep, and takes what it does not know up to there", async () => {
  expect(await refusals([[CREATE, "[".repeat(100_000)]])).toEqual(["invalid JSON: exceeded max depth"]);
  expect(await refusals([[CREATE, "[".repeat(9000)]])).toEqual(["invalid JSON: unexpected EOF"]);
  const deep = `${"[".repeat(9000)}null${"]".repeat(9000)}`;
  expect(await refusals([[CREATE, `{"Image":"nosuch","x":${deep}}`]])).toEqual([
    '404: {"message":"No such image: nosuch:latest"}',
  ]);
});

const LABELS = z.object({ Labels: z.record(z.string(), z.string()) });

async function read(text: string, how: typeof readJson = readJson): Promise<z.infer<typeof LABELS>> {
  const { signal } = new AbortController();
  const headers = new Headers(JSON_TYPE);
  const request = { method: "POST", path: "/", query: new URLSearchParams(), headers, signal };
  return how({ ...request, body: new TextBody(text) }, LABELS);
}

it("reads a text once, and lets nobody change what it said", async () => {
  const text = '{"Labels":{"a":"1"}}';
  const first = await read(text);
  expect(first).toEqual({ Labels: { a: "1" } });
  expect(await read(text)).toBe(first);
  expect(() => Object.assign(first.Labels, { a: "2" })).toThrow(TypeError);
  expect(await read('{"Labels":{"a":"2"}}')).toEqual({ Labels: { a: "2" } });
});

it("remembers no secrets", async () => {
  const text = '{"Labels":{"a":"secret"}}';
  const first = await read(text, readSecrets);
  expect(await read(text, readSecrets)).toEqual(first);
  expect(await read(text, readSecrets)).not.toBe(first);
  expect(() => Object.assign(first.Labels, { a: "2" })).not.toThrow();
  await expect(read("[]", readSecrets)).rejects.toThrow("invalid JSON: json: cannot unmarshal array");
  await expect(read(" ", readSecrets)).rejects.toThrow("invalid JSON: got EOF");
});

it("refuses a text as often as it is sent", async () => {
  const refusal = "invalid JSON: json: cannot unmarshal number into Go struct field .Labels of type map[string]string";
  for (let i = 0; i < 2; i++) await expect(read('{"Labels":1}')).rejects.toThrow(refusal);
});

it("remembers neither long texts nor very many", async () => {
  const long = JSON.stringify({ Labels: { a: "x".repeat(5000) } });
  expect(await read(long)).not.toBe(await read(long));
  const text = '{"Labels":{"a":"many"}}';
  const first = await read(text);
  for (let i = 0; i < 100; i++) await read(JSON.stringify({ Labels: { a: `${i}` } }));
  expect(await read(text)).toEqual(first);
  expect(await read(text)).not.toBe(first);
});

it("takes no more of a text than of pieces", async () => {
  await expect(read(`"${"é".repeat(2 ** 23)}"`)).rejects.toThrow("http: request body too large");
});
