/** What else is asked of Docker Hub: searches, and plugins. The words are those of Docker Engine 28.5.2. */
import { createEngine, type Engine } from "@bottleship/core/engine";
import { afterEach, expect, it } from "vitest";
import { EngineApi } from "./api.ts";
import { createFetch } from "./fetch.ts";
import { ResponseCheck } from "./testing/response-check.ts";

const check = new ResponseCheck();
afterEach(() => expect(check.violations).toEqual([]));

function client(engine: Engine = createEngine({ seed: 7 })) {
  const api = createFetch(new EngineApi(engine, { onReply: check.note }));
  return async (method: string, path: string, body?: unknown): Promise<readonly [number, unknown]> => {
    const init =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
    const reply = await api(new Request(`http://docker/v1.51${path}`, { method, ...init }));
    const text = await reply.text();
    const lines = text.trim().split("\r\n");
    return [reply.status, lines.length > 1 ? lines.map((line): unknown => JSON.parse(line)) : JSON.parse(text)];
  };
}

const filters = (value: object): string => `filters=${encodeURIComponent(JSON.stringify(value))}`;

it("finds repositories of the world's Docker Hub: the catalogue's, and what has been pushed", async () => {
  const engine = createEngine({ seed: 7 });
  const call = client(engine);
  const names = async (query: string): Promise<readonly string[]> => {
    const [, found] = await call("GET", `/images/search?${query}`);
    return (found as readonly { name: string }[]).map(({ name }) => name);
  };
  const [, [busybox]] = (await call("GET", "/images/search?term=busybox")) as [number, [object]];
  expect(busybox).toEqual({
    star_count: 0,
    is_official: true,
    name: "busybox",
    is_automated: false,
    description: "BusyBox: a shell and the common Unix tools in one executable",
  });
  expect(await names("term=library/nginx")).toEqual(["nginx"]);
  expect(await names("term=a&limit=2")).toHaveLength(2);
  expect(await names(`term=ryuk&${filters({ "is-official": ["true"] })}`)).toEqual([]);
  expect(await names(`term=ryuk&${filters({ "is-official": { false: true } })}`)).toEqual(["testcontainers/ryuk"]);
  expect(await names(`term=busybox&${filters({ stars: ["3"] })}`)).toEqual([]);
  expect(await names(`term=busybox&${filters({ "is-automated": ["true"] })}`)).toEqual([]);
});

it("refuses searches that are none, and registries that nobody can search", async () => {
  const call = client();
  const refused = async (query: string) => {
    const [status, { message }] = (await call("GET", `/images/search?${query}`)) as [number, { message: string }];
    return `${status} ${message}`;
  };
  expect(await refused("term=foo&limit=1000")).toBe("400 limit 1000 is outside the range of [1, 100]");
  expect(await refused("term=foo&limit=x")).toBe(
    '400 invalid limit specified: strconv.Atoi: parsing "x": invalid syntax',
  );
  expect(await refused(`term=x&${filters({ nope: ["x"] })}`)).toBe("400 invalid filter 'nope'");
  expect(await refused(`term=x&${filters({ stars: ["x"] })}`)).toBe(
    `400 invalid filter 'stars=x': strconv.Atoi: parsing "x": invalid syntax`,
  );
  expect(await refused(`term=x&${filters({ "is-official": ["x"] })}`)).toBe("400 invalid filter 'is-official=[x]'");
  expect(await refused("term=http://x")).toBe(
    "400 invalid repository name: repository name (http://x) should not have a scheme",
  );
  expect(await refused("term=localhost:5000/foo")).toBe(
    '400 invalid registry endpoint "http://localhost:5000/v1/". HTTPS attempt: Get "https://localhost:5000/v1/_ping": dial tcp [::1]:5000: connect: connection refused. HTTP attempt: Get "http://localhost:5000/v1/_ping": dial tcp [::1]:5000: connect: connection refused',
  );
});

it("asks Docker Hub in vain on a machine without a network", async () => {
  const call = client(createEngine({ seed: 7, profile: "recorded" }));
  expect(await call("GET", "/images/search?term=a/b c")).toEqual([
    500,
    {
      message:
        'Get "https://index.docker.io/v1/search?q=a%2Fb+c&n=25": dial tcp: lookup index.docker.io on 10.255.255.53:53: dial udp 10.255.255.53:53: connect: network is unreachable',
    },
  ]);
});

it.each([
  ["\u0000", 400, 'unable to parse server address: parse "https://\\x00": net/url: invalid control character in URL'],
  ["https://x y", 400, 'unable to parse server address: parse "https://x y": invalid character " " in host name'],
  ["[::1", 400, `unable to parse server address: parse "https://[::1": missing ']' in host`],
  ["reg.example:99999", 503, 'Get "https://reg.example:99999/v2/": dial tcp: address 99999: invalid port'],
])("logs in nowhere if the server is %j", async (serveraddress, status, message) => {
  const call = client();
  const body = { username: "u", password: "p", serveraddress };
  // Unlike Docker's, what cannot be reached is no failure of the server.
  expect(await call("POST", "/auth", body)).toEqual([status, { message }]);
});

it("has no plugins", async () => {
  const call = client();
  const missing = (name: string) => [404, { message: `plugin "${name}" not found` }];
  expect(await call("GET", "/plugins")).toEqual([200, []]);
  expect(await call("GET", `/plugins?${filters({ enabled: ["x"] })}`)).toEqual([
    400,
    { message: "invalid filter 'enabled=[x]'" },
  ]);
  expect(await call("GET", "/plugins/a/b:c/json")).toEqual(missing("a/b:c"));
  expect(await call("POST", "/plugins/FOO/enable?timeout=0")).toEqual(missing("FOO"));
  for (const action of ["disable", "push", "set"])
    expect(await call("POST", `/plugins/x/${action}`)).toEqual(missing("x"));
  expect(await call("POST", "/plugins/x/upgrade?remote=foo/x", [])).toEqual(missing("x:latest"));
  expect(await call("DELETE", "/plugins/x")).toEqual(missing("x"));
});

it("installs no plugin: a repository that is there is an image", async () => {
  const call = client();
  expect(await call("GET", "/plugins/privileges?remote=foo/x")).toEqual([200, []]);
  expect(await call("GET", "/plugins/privileges?remote=FOO")).toEqual([
    400,
    { message: "invalid reference format: repository name (library/FOO) must be lowercase" },
  ]);
  expect(await call("GET", "/plugins/privileges?remote=busybox")).toEqual([
    400,
    { message: "did not find plugin config for specified reference docker.io/library/busybox:latest" },
  ]);
  const [status, told] = await call("POST", "/plugins/pull?remote=busybox", []);
  expect(status).toBe(200);
  expect((told as readonly object[]).at(-1)).toMatchObject({
    error: "fetched plugin image but plugin config is missing",
  });
  const [refused, { message }] = (await call("POST", "/plugins/pull?remote=foo/x", [])) as [
    number,
    { message: string },
  ];
  expect([refused, message]).toEqual([404, expect.stringMatching(/^error resolving plugin reference: /)]);
});
