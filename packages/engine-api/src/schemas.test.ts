/** Every operation of the published API that says what it answers, made to answer well, and held against its schema. */
import { expect, it } from "vitest";
import { apiMachine } from "./testing/api-machine.ts";
import { ENGINE_SCHEMAS } from "./testing/schemas.ts";

/** Answers that this engine has not, since what they are about is not simulated; swarm mode has a test of its own. */
const NOT_SIMULATED =
  /^\w+ \/(swarm|nodes|services|tasks|secrets|configs|plugins\/|session|images\/search|auth|distribution)/;

async function machine() {
  const { call: send, ...made } = await apiMachine("busybox", "alpine");
  const call = async (line: string, body?: unknown): Promise<Response> => {
    const reply = await send(line, body);
    expect(`${line} ${reply.status}`).toMatch(/ (2..|304)$/);
    return reply;
  };
  return { ...made, call };
}

/** An answer that is streamed: its first document counts. */
async function firstOf(reply: Response): Promise<string> {
  const reader = reply.body?.getReader();
  const piece = await reader?.read();
  await reader?.cancel();
  return new TextDecoder().decode(piece?.value).split("\n")[0] ?? "";
}

const RICH = {
  Image: "busybox",
  Cmd: ["sleep", "1000"],
  Env: ["A=1"],
  Labels: { tier: "front" },
  ExposedPorts: { "80/tcp": {} },
  Volumes: { "/anonymous": {} },
  Healthcheck: { Test: ["CMD", "true"], Interval: 1e9 },
  StopSignal: "SIGUSR1",
  StopTimeout: 1,
  HostConfig: {
    Binds: ["named:/data:ro", "/tmp:/host"],
    Mounts: [{ Type: "tmpfs", Target: "/t", TmpfsOptions: { SizeBytes: 65536 } }],
    PortBindings: { "80/tcp": [{ HostIp: "", HostPort: "8080" }] },
    Memory: 64 << 20,
    NanoCpus: 5e8,
    PidsLimit: 50,
    RestartPolicy: { Name: "on-failure", MaximumRetryCount: 2 },
    CapAdd: ["NET_ADMIN"],
    CapDrop: ["ALL"],
    Devices: [{ PathOnHost: "/dev/null", PathInContainer: "/dev/n", CgroupPermissions: "rwm" }],
    Ulimits: [{ Name: "nofile", Soft: 100, Hard: 200 }],
    Sysctls: { "net.ipv4.ip_forward": "1" },
    ExtraHosts: ["a:1.2.3.4"],
    Dns: ["8.8.8.8"],
    LogConfig: { Type: "json-file", Config: { "max-size": "1m" } },
  },
  NetworkingConfig: { EndpointsConfig: { own: { Aliases: ["x"], IPAMConfig: { IPv4Address: "10.9.0.9" } } } },
};

const OWN_NETWORK = {
  Name: "own",
  Driver: "bridge",
  Labels: { a: "b" },
  IPAM: { Config: [{ Subnet: "10.9.0.0/24", Gateway: "10.9.0.1" }] },
};

it("answers every operation that it has as the published schema says", async () => {
  const { call, check, bugs, engine } = await machine();
  await call("GET /_ping");
  await call("GET /containers/json");
  await call("POST /networks/create", OWN_NETWORK);
  await call("POST /volumes/create", { Name: "named", Labels: { a: "b" }, DriverOpts: {} });
  const { Id: id } = (await (await call("POST /containers/create?name=rich", RICH)).json()) as { Id: string };
  await call(`GET /containers/${id}/json`);
  await call("POST /containers/rich/start");
  await call("POST /containers/rich/start");
  await call("POST /networks/create", { Name: "other" });
  await call("POST /networks/other/connect", { Container: "rich" });
  for (const path of ["containers/rich/json?size=1", "containers/json?size=1", "networks", "networks/own", "volumes"]) {
    await call(`GET /${path}`);
  }
  for (const path of ["volumes/named", "info", "version", "system/df", "images/json?all=1&shared-size=1"]) {
    await call(`GET /${path}`);
  }
  await call("GET /images/busybox/json");
  await call("GET /images/busybox/history");
  await call("GET /containers/rich/top?ps_args=-o%20pid,args");
  await call("GET /plugins");
  await call("POST /containers/rich/update", { Memory: 32 << 20, MemorySwap: 64 << 20 });
  const made = (await (
    await call("POST /containers/rich/exec", { Cmd: ["touch", "/new"], AttachStdout: true })
  ).json()) as {
    Id: string;
  };
  await call(`GET /exec/${made.Id}/json`);
  await (await call(`POST /exec/${made.Id}/start`, { Detach: false, Tty: false })).text();
  await call(`GET /exec/${made.Id}/json`);
  await call("GET /containers/rich/changes");
  check.check(
    { method: "GET", path: "/containers/rich/stats" },
    200,
    await firstOf(await call("GET /containers/rich/stats")),
  );
  await call("GET /containers/rich/stats?stream=0");
  await call("POST /commit?container=rich&repo=made&comment=c&author=me");
  await call("GET /images/made/json");
  await call("GET /images/made/history");
  check.check(
    { method: "GET", path: "/events" },
    200,
    await (await call(`GET /events?since=0&until=${Math.floor(engine.kernel.nowUs / 1e6)}`)).text(),
  );
  await call("POST /containers/rich/kill?signal=KILL");
  const waited = await call("POST /containers/rich/wait");
  check.check({ method: "POST", path: "/containers/rich/wait" }, 200, await waited.text());
  await call("GET /containers/rich/json");
  await call("DELETE /containers/rich?v=1");
  await call("DELETE /images/made");
  await call("POST /containers/prune");
  await call("POST /networks/prune");
  await call("POST /volumes/prune?filters=%7B%22all%22%3A%7B%22true%22%3Atrue%7D%7D");
  await call("POST /images/prune?filters=%7B%22dangling%22%3A%7B%22false%22%3Atrue%7D%7D");
  await call("POST /build/prune");
  await engine.images.pull("busybox");
  expect(check.violations).toEqual([]);
  expect(bugs).toEqual([]);
  const described = ENGINE_SCHEMAS.operations.flatMap(({ method, path, produces, responses }) =>
    Object.entries(responses).flatMap(([status, schema]) =>
      schema !== null && status.startsWith("2") && (produces ?? ["json"]).some((type) => type.includes("json"))
        ? [`${method} ${path} ${status}`]
        : [],
    ),
  );
  expect(described.filter((one) => !check.seen.has(one) && !NOT_SIMULATED.test(one))).toEqual([]);
});
