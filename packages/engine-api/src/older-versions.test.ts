/** What requests of older versions of the API mean, as Docker Engine 28.5.2 answers them. */
import { expect, it } from "vitest";
import { apiMachine } from "./testing/api-machine.ts";

async function versions() {
  const machine = await apiMachine("busybox");
  const ask = async (line: string, body?: object) => {
    const [method = "", path = ""] = line.split(" ");
    const headers = { "Content-Type": "application/json" };
    const sent = body === undefined ? {} : { body: JSON.stringify(body), headers };
    const reply = await machine.api(new Request(`http://docker${path}`, { method, ...sent }));
    const text = await reply.text();
    return { status: reply.status, document: text === "" ? undefined : JSON.parse(text) };
  };
  const create = (version: string, name: string, HostConfig: object, rest: object = {}) =>
    ask(`POST /v${version}/containers/create?name=${name}`, { Image: "busybox", Cmd: ["top"], HostConfig, ...rest });
  const inspect = async (name: string) => (await ask(`GET /v1.51/containers/${name}/json`)).document;
  return { ...machine, ask, create, inspect };
}

it("before 1.40 others may join a container's IPC namespace, and its pids are not limited anew", async () => {
  const { ask, create, inspect } = await versions();
  await create("1.39", "old", { PidsLimit: 32 });
  await create("1.40", "new", { PidsLimit: 32 });
  expect((await inspect("old")).HostConfig.IpcMode).toBe("shareable");
  expect((await inspect("new")).HostConfig.IpcMode).toBe("private");
  await ask("POST /v1.39/containers/old/update", { PidsLimit: 16 });
  await ask("POST /v1.40/containers/new/update", { PidsLimit: 16 });
  expect((await inspect("old")).HostConfig.PidsLimit).toBe(32);
  expect((await inspect("new")).HostConfig.PidsLimit).toBe(16);
});

it.each([0, -1, -2])("an update to %d processes is one to no limit", async (PidsLimit) => {
  const { ask, create, engine, inspect } = await versions();
  await create("1.51", "cc", { PidsLimit: 32 });
  await ask("POST /v1.51/containers/cc/start");
  await ask("POST /v1.51/containers/cc/update", { PidsLimit });
  expect((await inspect("cc")).HostConfig.PidsLimit).toBe(0);
  expect((await engine.docker("exec cc cat /sys/fs/cgroup/pids.max")).stdout).toBe("max\n");
});

it("annotations are taken from 1.43 on and listed from 1.46 on", async () => {
  const { ask, create } = await versions();
  await create("1.42", "without", { Annotations: { a: "b" } });
  await create("1.43", "with", { Annotations: { a: "b" } });
  const listed = async (version: string) =>
    Object.fromEntries(
      (await ask(`GET /v${version}/containers/json?all=1`)).document.map(
        (one: { Names: string[]; HostConfig: object }) => [one.Names[0], one.HostConfig],
      ),
    );
  const NetworkMode = "bridge";
  expect(await listed("1.46")).toEqual({
    "/without": { NetworkMode },
    "/with": { NetworkMode, Annotations: { a: "b" } },
  });
  expect(await listed("1.45")).toEqual({ "/without": { NetworkMode }, "/with": { NetworkMode } });
});

it("mounts say what a version does not know of them", async () => {
  const { create } = await versions();
  const volume = { Type: "volume", Source: "vol", Target: "/v" };
  const subpath = [{ ...volume, VolumeOptions: { Subpath: "a" } }];
  const bind = { Type: "bind", Source: "/tmp", Target: "/t" };
  const image = [{ Type: "image", Source: "busybox", Target: "/i" }];
  const forced = [{ ...bind, ReadOnly: true, BindOptions: { ReadOnlyForceRecursive: true } }];
  const unmatched = [{ ...bind, VolumeOptions: { NoCopy: true } }];
  const told = async (version: string, Mounts: object[]) => {
    const { status, document } = await create(version, `c${Math.random()}`.replace(".", ""), { Mounts });
    return status === 201 ? status : `${status} ${document.message}`;
  };
  expect(await told("1.44", subpath)).toBe("400 VolumeOptions.Subpath needs API v1.45 or newer");
  expect(await told("1.45", subpath)).toBe(201);
  expect(await told("1.43", forced)).toBe("400 BindOptions.ReadOnlyForceRecursive needs API v1.44 or newer");
  expect(await told("1.47", image)).toBe('400 Mount type "Image" needs API v1.48 or newer');
  expect(await told("1.48", image)).toBe(201);
  expect(await told("1.41", unmatched)).toBe(201);
  expect(await told("1.42", unmatched)).toBe('400 VolumeOptions must not be specified on mount type "bind"');
});

const OPTION = "com.docker.network.endpoint.sysctls";

it("parameters of eth0 become those of the endpoint before 1.48, and are refused from then on", async () => {
  const { create, inspect } = await versions();
  const Sysctls = { "net.ipv4.conf.eth0.forwarding": "1", "net.ipv4.ip_default_ttl": "7" };
  const { document } = await create("1.47", "cc", { Sysctls });
  expect(document.Warnings).toEqual([
    `Migrated sysctl "net.ipv4.conf.eth0.forwarding" to DriverOpts{"${OPTION}":"net.ipv4.conf.IFNAME.forwarding=1"}.`,
  ]);
  const { HostConfig, NetworkSettings } = await inspect("cc");
  expect(HostConfig.Sysctls).toEqual({ "net.ipv4.ip_default_ttl": "7" });
  expect(NetworkSettings.Networks.bridge.DriverOpts).toEqual({ [OPTION]: "net.ipv4.conf.IFNAME.forwarding=1" });
  expect(await create("1.47", "dd", { Sysctls: { "net.ipv4.conf.eth1.forwarding": "1" } })).toEqual({
    status: 500,
    document: {
      message: `unable to determine network endpoint for sysctl net.ipv4.conf.eth1.forwarding, use driver option '${OPTION}' to set per-interface sysctls`,
    },
  });
  expect(await create("1.48", "dd", { Sysctls })).toEqual({
    status: 500,
    document: {
      message: `interface specific sysctl setting "net.ipv4.conf.eth0.forwarding" must be supplied using driver option '${OPTION}'`,
    },
  });
  expect((await create("1.48", "dd", { Sysctls, NetworkMode: "host" })).status).toBe(201);
});

it("a driver for the whole container is said to be ignored where a mount names a volume", async () => {
  const { create } = await versions();
  const mount = { Type: "volume", Target: "/x" };
  const told = async (name: string, Mounts: object[]) =>
    (await create("1.51", name, { VolumeDriver: "local", Mounts })).document.Warnings;
  expect(await told("cc", [mount])).toEqual([
    "WARNING: the container-wide volume-driver configuration is ignored for volumes specified via 'mount'. Use '--mount type=volume,volume-driver=...' instead",
  ]);
  expect(await told("dd", [{ ...mount, VolumeOptions: { DriverConfig: { Name: "local" } } }])).toEqual([]);
});

it("info tells what a version knew", async () => {
  const { ask } = await versions();
  const fields = async (version: string) => Object.keys((await ask(`GET /v${version}/info`)).document);
  expect(await fields("1.49")).toEqual(expect.arrayContaining(["BridgeNfIptables", "BridgeNfIp6tables", "Containerd"]));
  expect(await fields("1.50")).not.toContain("BridgeNfIptables");
  expect(await fields("1.45")).not.toContain("Containerd");
  const registries = async (version: string) => (await ask(`GET /v${version}/info`)).document.RegistryConfig;
  expect(await registries("1.46")).toHaveProperty("AllowNondistributableArtifactsCIDRs", null);
  expect(await registries("1.47")).not.toHaveProperty("AllowNondistributableArtifactsCIDRs");
});

it("networks are listed with a slash behind the path too, with their containers before 1.28 only", async () => {
  const { ask, create } = await versions();
  await create("1.51", "cc", {});
  await ask("POST /v1.51/containers/cc/start");
  const users = async (line: string) =>
    (await ask(line)).document
      .filter(({ Name }: { Name: string }) => Name === "bridge")
      .map(({ Containers }: { Containers: object }) => Object.keys(Containers).length);
  expect(await users("GET /v1.51/networks")).toEqual([0]);
  expect(await users("GET /v1.51/networks/")).toEqual([0]);
  expect(await users("GET /v1.27/networks/")).toEqual([1]);
});

it("HEAD /_ping has no body at all", async () => {
  const { api } = await versions();
  const reply = await api(new Request("http://docker/_ping", { method: "HEAD" }));
  expect([reply.status, await reply.text(), reply.headers.get("Builder-Version")]).toEqual([200, "", "2"]);
});
