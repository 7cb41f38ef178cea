/** Swarm mode over the API: every answer as the published schema says, and refusals with Docker's status and words. */
import { expect, it } from "vitest";
import { apiMachine } from "./testing/api-machine.ts";
import { ENGINE_SCHEMAS } from "./testing/schemas.ts";

const INIT = { ListenAddr: "0.0.0.0:2377", AdvertiseAddr: "127.0.0.1" };

async function machine() {
  const made = await apiMachine("busybox");
  const refusal = async (line: string, body?: unknown): Promise<string> => {
    const reply = await made.call(line, body);
    return `${reply.status} ${((await reply.json()) as { message: string }).message}`;
  };
  return { ...made, refusal };
}

const SERVICE = {
  Name: "web",
  TaskTemplate: {
    ContainerSpec: { Image: "busybox", Args: ["sh", "-c", "echo here; sleep 1000"], Init: true },
    RestartPolicy: { Condition: "any", Delay: 1e9 },
    Resources: { Limits: { NanoCPUs: 5e8, MemoryBytes: 64 << 20 } },
    LogDriver: { Name: "json-file" },
  },
  Mode: { Replicated: { Replicas: 2 } },
  UpdateConfig: { Parallelism: 1, MaxFailureRatio: 0 },
  EndpointSpec: { Mode: "vip", Ports: [{ Protocol: "tcp", TargetPort: 80, PublishMode: "ingress" }] },
};

it("answers every operation of swarm mode as the published schema says", async () => {
  const { engine, call, check, bugs } = await machine();
  const ok = async (line: string, body?: unknown): Promise<Response> => {
    const reply = await call(line, body);
    expect(`${line} ${reply.status}`).toMatch(/ 2..$/);
    return reply;
  };
  const document = async (line: string, body?: unknown) =>
    (await (await ok(line, body)).json()) as { ID: string; Version: { Index: number }; Spec: object };
  const [node] = [(await (await ok("POST /swarm/init", INIT)).json()) as string];
  const swarm = await document("GET /swarm");
  await ok(`POST /swarm/update?version=${swarm.Version.Index}&rotateWorkerToken=1`, swarm.Spec);
  for (const path of ["/swarm/unlockkey", "/nodes", `/nodes/${node}`, "/info"]) await ok(`GET ${path}`);
  for (const kind of ["secrets", "configs"]) {
    await ok(`POST /${kind}/create`, { Name: "one", Labels: { a: "b" }, Data: "aHVzaA==" });
    const { Version, Spec } = await document(`GET /${kind}/one`);
    await ok(`POST /${kind}/one/update?version=${Version.Index}`, { ...Spec, Labels: {} });
    await ok(`GET /${kind}`);
    await ok(`DELETE /${kind}/one`);
  }
  const { ID } = await document("POST /services/create", SERVICE);
  await engine.pass("2s");
  const { Version, Spec } = await document("GET /services/web?insertDefaults=true");
  await ok(`POST /services/${ID}/update?version=${Version.Index}`, { ...Spec, Labels: { a: "b" } });
  await ok("GET /services?status=true");
  const [task] = (await (await ok("GET /tasks")).json()) as { ID: string }[];
  await ok(`GET /tasks/${task?.ID}`);
  for (const path of [`/services/${ID}/logs`, `/tasks/${task?.ID}/logs`]) {
    const text = await (await ok(`GET ${path}?stdout=1&details=1`)).text();
    expect(text).toContain(`com.docker.swarm.service.id=${ID},com.docker.swarm.task.id=`);
    expect(text).toMatch(/ here\n$/);
  }
  await ok("GET /networks");
  await ok("GET /containers/json");
  await ok("DELETE /services/web");
  await ok("POST /swarm/leave?force=1");
  await ok("GET /info");
  expect((await (await ok("GET /containers/json?all=1")).json()) as unknown[]).toEqual([]);
  expect(check.violations).toEqual([]);
  expect(bugs).toEqual([]);
  const described = ENGINE_SCHEMAS.operations.flatMap(({ method, path, produces, responses }) =>
    Object.entries(responses).flatMap(([status, schema]) =>
      /^\/(swarm|nodes|services|tasks|secrets|configs)/.test(path) &&
      schema !== null &&
      status.startsWith("2") &&
      (produces ?? ["json"]).some((type) => type.includes("json"))
        ? [`${method} ${path} ${status}`]
        : [],
    ),
  );
  expect(described.length).toBeGreaterThan(15);
  expect(described.filter((one) => !check.seen.has(one))).toEqual([]);
});

const CONTAINER = { Image: "busybox" };
const inTask = (more: object) => ({ Name: "x", TaskTemplate: { ContainerSpec: CONTAINER, ...more } });

it("refuses what Docker refuses, in its words", async () => {
  const { call, refusal } = await machine();
  const noManager = "503 This node is not a swarm manager.";
  for (const line of ["GET /services", "POST /nodes/x/update", "POST /secrets/create", "GET /tasks/x"]) {
    expect(await refusal(line)).toContain(noManager);
  }
  expect(await refusal("POST /swarm/join", {})).toBe('400 invalid ListenAddr "": invalid empty address');
  const join = { ListenAddr: "0.0.0.0:2377", RemoteAddrs: ["127.0.0.1:2377"], JoinToken: "x" };
  expect(await refusal("POST /swarm/join", join)).toBe("400 invalid join token");
  await call("POST /swarm/init", INIT);
  const wrong: readonly (readonly [object, string])[] = [
    [{}, "400 mismatched Runtime and *Spec fields"],
    [
      { Name: "x", TaskTemplate: { ContainerSpec: {} } },
      "400 rpc error: code = InvalidArgument desc = ContainerSpec: image reference must be provided",
    ],
    [
      { ...inTask({}), Name: "bad name" },
      "400 rpc error: code = InvalidArgument desc = name must be valid as a DNS name component",
    ],
    [
      inTask({ Placement: { Constraints: ["nonsense"] } }),
      "500 rpc error: code = Unknown desc = constraint expected one operator from ==, !=",
    ],
    [
      inTask({ Resources: { Limits: { NanoCPUs: 100_000 } } }),
      "400 rpc error: code = InvalidArgument desc = invalid cpu value 0.0001: Must be at least 0.001",
    ],
    [inTask({ RestartPolicy: { Condition: "sometimes" } }), '400 invalid RestartCondition: "sometimes"'],
    [{ ...inTask({}), Networks: [{ Target: "nope" }] }, "404 network nope not found"],
    [{ ...inTask({}), Mode: { Global: {}, Replicated: { Replicas: 1 } } }, "400 must specify only one service mode"],
    [
      { ...inTask({}), EndpointSpec: { Mode: "dnsrr", Ports: [{ TargetPort: 80, PublishedPort: 8080 }] } },
      "400 rpc error: code = InvalidArgument desc = EndpointSpec: port published with ingress mode can't be used with dnsrr mode",
    ],
    [
      inTask({ ContainerSpec: { ...CONTAINER, Secrets: [{ SecretID: "zzz", SecretName: "zzz" }] } }),
      "400 rpc error: code = InvalidArgument desc = secret not found: zzz",
    ],
  ];
  for (const [body, problem] of wrong) expect(await refusal("POST /services/create", body)).toBe(problem);
  await call("POST /services/create", SERVICE);
  expect(await refusal("POST /services/create", SERVICE)).toBe(
    "409 rpc error: code = AlreadyExists desc = name conflicts with an existing object: service web already exists",
  );
  expect(await refusal("POST /services/web/update", SERVICE)).toBe(
    `400 invalid service version '': strconv.ParseUint: parsing "": invalid syntax`,
  );
  expect(await refusal("POST /services/web/update?version=1", SERVICE)).toBe(
    "500 rpc error: code = Unknown desc = update out of sequence",
  );
  expect(await refusal("GET /services/nope")).toBe("404 service nope not found");
});

it("knows what each node has for a network of the swarm, and fills in what nobody has said of a service", async () => {
  const { call } = await machine();
  await call("POST /swarm/init", INIT);
  const json = async (line: string) => (await (await call(line)).json()) as Record<string, unknown>;
  expect(await json("GET /networks/host?scope=swarm")).toMatchObject({ Name: "host", Scope: "swarm" });
  expect((await call("GET /networks/none?scope=swarm")).status).toBe(404);
  await call("POST /networks/create", {
    Name: "over",
    Driver: "overlay",
    IPAM: { Config: [{ Subnet: "10.9.0.0/24" }] },
  });
  expect(await json("GET /networks/ingress")).toMatchObject({ Ingress: true, Labels: {}, Containers: {} });
  expect(JSON.stringify(await json("GET /networks/over"))).toContain('{"Subnet":"10.9.0.0/24","Gateway":"10.9.0.1"}');
  expect(await json("GET /networks/over")).toMatchObject({
    IPAM: { Config: [{ Subnet: "10.9.0.0/24", Gateway: "10.9.0.1" }] },
    Containers: null,
    Labels: null,
  });
  const TaskTemplate = { ContainerSpec: { Image: "busybox" }, Networks: [{ Target: "over" }] };
  const EndpointSpec = { Mode: "dnsrr" };
  await call("POST /services/create", {
    ...SERVICE,
    Name: "own",
    TaskTemplate,
    UpdateConfig: { Parallelism: 2 },
    EndpointSpec,
  });
  expect(await json("GET /services/own?insertDefaults=true")).toMatchObject({
    Spec: {
      UpdateConfig: { Parallelism: 2, FailureAction: "pause", Monitor: 5e9, Order: "stop-first" },
      TaskTemplate: { ContainerSpec: { DNSConfig: {} } },
    },
    Endpoint: { Spec: {} },
  });
});

it("keeps volumes of the swarm, which clients change by their id and version", async () => {
  const { api, call, check, bugs, refusal } = await machine();
  await call("POST /swarm/init", INIT);
  const AccessMode = { MountVolume: { FsType: "ext4", MountFlags: ["a"] } };
  const made = await call("POST /volumes/create", { Name: "data", ClusterVolumeSpec: { AccessMode } });
  expect(made.status).toBe(201);
  const { ClusterVolume, ...rest } = (await made.json()) as Readonly<Record<string, unknown>> & {
    readonly ClusterVolume: {
      readonly ID: string;
      readonly Version: { readonly Index: number };
      readonly Spec: object;
    };
  };
  expect(rest).toMatchObject({ Name: "data", Driver: "", Scope: "global", Labels: null, Options: null });
  expect(ClusterVolume.Spec).toEqual({
    AccessMode: { Scope: "single", Sharing: "none", ...AccessMode },
    Availability: "active",
  });
  const line = (id: string, version: string): string => `PUT /volumes/${id}?version=${version}`;
  const body = { Spec: { Availability: "pause" } };
  const { ID: id, Version } = ClusterVolume;
  expect(await refusal(line(id, ""), body)).toBe(
    `400 invalid swarm object version '': strconv.ParseUint: parsing "": invalid syntax`,
  );
  expect(await refusal(line("data", "1"), body)).toBe("404 rpc error: code = NotFound desc = volume data not found");
  expect(await refusal(line(id, "99"), body)).toBe("500 rpc error: code = Unknown desc = update out of sequence");
  expect((await call(line(id, `${Version.Index}`), body)).status).toBe(200);
  expect(await (await call("GET /volumes/data")).json()).toMatchObject({
    ClusterVolume: { Spec: { Availability: "pause" } },
  });
  expect(await refusal("POST /volumes/create", { Name: "x", ClusterVolumeSpec: {} })).toBe(
    "400 rpc error: code = InvalidArgument desc = AccessMode must not be nil",
  );
  const listed = async (version: string): Promise<number> => {
    const reply = await api(new Request(`http://docker/v${version}/volumes`));
    return ((await reply.json()) as { readonly Volumes: readonly unknown[] }).Volumes.length;
  };
  expect([await listed("1.51"), await listed("1.41")]).toEqual([1, 0]);
  expect(await refusal("GET /volumes/none")).toBe("404 volume none not found");
  expect((await call("DELETE /volumes/data?force=1")).status).toBe(204);
  expect(check.violations).toEqual([]);
  expect(bugs).toEqual([]);
});

it("keeps a service's privileges as the cluster does, and gives them to its tasks", async () => {
  const { engine, call, check, refusal } = await machine();
  await call("POST /swarm/init", INIT);
  const service = (Name: string, privileges: object) => ({
    Name,
    TaskTemplate: { ContainerSpec: { Image: "busybox", Args: ["sleep", "1000"], Privileges: privileges } },
  });
  const SELinuxContext = { Disable: true, User: null, Role: null, Type: null, Level: null };
  const given = { SELinuxContext, Seccomp: { Mode: "odd" }, NoNewPrivileges: true };
  expect((await call("POST /services/create", service("web", given))).status).toBe(201);
  const { Spec } = await (await call("GET /services/web")).json();
  expect(Spec.TaskTemplate.ContainerSpec.Privileges).toEqual({
    CredentialSpec: null,
    SELinuxContext: { Disable: true, User: "", Role: "", Type: "", Level: "" },
    Seccomp: { Mode: "default" },
    NoNewPrivileges: true,
  });
  await engine.pass("2s");
  const [{ Id }] = await (await call("GET /containers/json")).json();
  const { HostConfig } = await (await call(`GET /containers/${Id}/json`)).json();
  expect(HostConfig.SecurityOpt).toEqual(["label=disable", "no-new-privileges=true"]);
  expect(await refusal("POST /services/create", service("other", { CredentialSpec: {} }))).toBe(
    '400 invalid CredentialSpec: must either provide "file", "registry", or "config" for credential spec',
  );
  expect(check.violations).toEqual([]);
});
