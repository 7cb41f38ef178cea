/** Containers that requests make which the docker client would not send; the expected documents are Docker Engine 28.5.2's. */
import { expect, it } from "vitest";
import { apiMachine } from "../../testing/api-machine.ts";

interface Inspected {
  readonly Config: Readonly<Record<string, unknown>>;
  readonly HostConfig: Readonly<Record<string, unknown>>;
  readonly NetworkSettings: { readonly Ports: unknown; readonly Networks: unknown; readonly SandboxID: string };
  readonly HostsPath: string;
  readonly HostnamePath: string;
  readonly ResolvConfPath: string;
}

/** What inspect says of a container that has been started. */
async function started(body: Readonly<Record<string, unknown>>) {
  const machine = await apiMachine("busybox");
  const { call, engine } = machine;
  const made = await call("POST /containers/create?name=web", { Image: "busybox", Cmd: ["sleep", "9"], ...body });
  expect(made.status).toBe(201);
  await call("POST /containers/web/start");
  const shown = (await (await call("GET /containers/web/json")).json()) as Inspected;
  const run = async (command: string) => (await engine.docker(["exec", "web", "sh", "-c", command])).stdout;
  return { ...machine, shown, run };
}

const EVERYWHERE = [
  { HostIp: "0.0.0.0", HostPort: "8000" },
  { HostIp: "::", HostPort: "8000" },
];
const BINDING = [{ HostPort: "8000" }];

it.each([
  [{ "80/tcp": {} }, { "80/tcp": BINDING }, { "80/tcp": EVERYWHERE }],
  [{ "80": {} }, { "80": BINDING }, { "80/tcp": EVERYWHERE }],
  [{ "80/tcp": {}, "80": {} }, { "80/tcp": BINDING }, { "80/tcp": EVERYWHERE }],
  [undefined, { "80/tcp": BINDING }, {}],
  [{ "81/tcp": {} }, { "80/tcp": BINDING }, { "81/tcp": null }],
  [{ "80/tcp": {} }, { "80": BINDING }, { "80/tcp": null }],
  [{ "80": {} }, { "80/tcp": BINDING }, { "80/tcp": null }],
  [{ "80/tcp": {} }, { "80/tcp": null }, { "80/tcp": null }],
])(
  "of the exposed ports %j those with bindings under the same name are published: %j",
  async (exposed, PortBindings, ports) => {
    const { shown } = await started({ ...(exposed && { ExposedPorts: exposed }), HostConfig: { PortBindings } });
    expect(shown.NetworkSettings.Ports).toEqual(ports);
  },
);

it("-P publishes exposed ports only, too", async () => {
  const HostConfig = { PublishAllPorts: true, PortBindings: { "80/tcp": BINDING } };
  expect((await started({ HostConfig })).shown.NetworkSettings.Ports).toEqual({});
  const { shown } = await started({ HostConfig, ExposedPorts: { "80/tcp": {} } });
  expect(shown.NetworkSettings.Ports).toEqual({ "80/tcp": EVERYWHERE });
});

it("inspect tells null from an empty list of bindings, and leaves out what Go leaves out when empty", async () => {
  const { shown } = await started({
    Healthcheck: { Test: [], Retries: 0 },
    Shell: [],
    StopSignal: "",
    HostConfig: {
      PortBindings: { "80/tcp": null, "81/tcp": [] },
      Sysctls: {},
      Tmpfs: {},
      Mounts: [{ Type: "volume", Target: "/a", Source: "", ReadOnly: false, VolumeOptions: {} }],
    },
  });
  expect(shown.HostConfig["PortBindings"]).toEqual({ "80/tcp": null, "81/tcp": [] });
  expect(shown.HostConfig["Mounts"]).toEqual([{ Type: "volume", Target: "/a", VolumeOptions: {} }]);
  expect(Object.keys(shown.HostConfig)).not.toContain("Sysctls");
  expect(Object.keys(shown.HostConfig)).not.toContain("Tmpfs");
  expect(shown.Config["Healthcheck"]).toEqual({});
  for (const name of ["Shell", "StopSignal"]) expect(Object.keys(shown.Config)).not.toContain(name);
});

it.each(["bridge", "host", "none", "nosuch"])(
  "a container whose network is disabled has a loopback device only, in mode %s, and no files that follow from a network",
  async (NetworkMode) => {
    const HostConfig = { NetworkMode, PublishAllPorts: true };
    const { shown, run, call } = await started({ NetworkDisabled: true, ExposedPorts: { "80/tcp": {} }, HostConfig });
    expect(shown.Config["NetworkDisabled"]).toBe(true);
    expect(shown.NetworkSettings).toMatchObject({ Ports: {}, Networks: {}, SandboxID: "", SandboxKey: "" });
    expect([shown.HostsPath, shown.HostnamePath, shown.ResolvConfPath]).toEqual(["", "", ""]);
    expect(await run("cat /etc/hosts /etc/resolv.conf /etc/hostname; grep -c ' /etc/' /proc/mounts")).toBe("0\n");
    expect(await run("ip -o a | awk '{print $2, $4}'; ip r")).toBe("lo 127.0.0.1/8\nlo ::1/128\n");
    const { Id: id } = (await (await call("GET /containers/web/json")).json()) as { Id: string };
    await call("POST /networks/create", { Name: "lan" });
    const joined = await call("POST /networks/lan/connect", { Container: "web" });
    const missing = "could not find a network matching network mode nosuch: network nosuch not found";
    const message = NetworkMode === "nosuch" ? missing : `network sandbox for container ${id} not found`;
    expect([joined.status, await joined.json()]).toEqual([404, { message }]);
    expect((await (await call("GET /containers/web/json")).json()) as Inspected).toMatchObject({
      NetworkSettings: { Networks: {} },
    });
  },
);

it("before 1.44 a new container is on one network", async () => {
  const { api } = await apiMachine("busybox");
  const body = { Image: "busybox", NetworkingConfig: { EndpointsConfig: { none: {}, bridge: {} } } };
  const made = await api(
    new Request("http://docker/v1.43/containers/create", {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/json" },
    }),
  );
  expect([made.status, await made.json()]).toEqual([
    400,
    { message: "Container cannot be created with multiple network endpoints: none, bridge" },
  ]);
});
