/** What older versions of the API ask of networks, as Docker Engine 28.5.2 has it. */
import { expect, it } from "vitest";
import { apiMachine } from "../testing/api-machine.ts";

const headers = { "Content-Type": "application/json" };
const post = (version: string, path: string, body: object): Request =>
  new Request(`http://docker/v${version}${path}`, { method: "POST", body: JSON.stringify(body), headers });

it("before 1.48 every network has IPv4", async () => {
  const { engine, api } = await apiMachine();
  for (const version of ["1.47", "1.48"]) {
    await api(post(version, "/networks/create", { Name: version, EnableIPv4: false, EnableIPv6: true }));
  }
  expect([engine.networks.get("1.47")?.enableIPv4, engine.networks.get("1.48")?.enableIPv4]).toEqual([true, false]);
});

it("lists networks also with a slash behind", async () => {
  const { call } = await apiMachine();
  expect(await (await call("GET /networks/")).json()).toHaveLength(3);
});

const OPTION = "com.docker.network.endpoint.sysctls";

it("before 1.48 sysctls of the first device become those of its endpoint", async () => {
  const { engine, api } = await apiMachine("busybox");
  const Sysctls = { "net.ipv4.conf.eth0.forwarding": "1", "net.ipv4.ip_forward": "1" };
  const body = { Image: "busybox", HostConfig: { Sysctls } };
  const reply = await api(post("1.47", "/containers/create?name=web", body));
  const moved = "net.ipv4.conf.IFNAME.forwarding=1";
  expect(await reply.json()).toMatchObject({
    Warnings: [`Migrated sysctl "net.ipv4.conf.eth0.forwarding" to DriverOpts{"${OPTION}":"${moved}"}.`],
  });
  const { endpoints, hostConfig } = engine.containers.get("web");
  expect(endpoints["bridge"]?.DriverOpts).toEqual({ [OPTION]: moved });
  expect(hostConfig.Sysctls).toEqual({ "net.ipv4.ip_forward": "1" });
  expect((await api(post("1.48", "/containers/create", body))).status).toBe(500);
});

it("before 1.48 sysctls of other devices are refused, too", async () => {
  const { api } = await apiMachine("busybox");
  const HostConfig = { Sysctls: { "net.ipv4.conf.eth1.forwarding": "1" } };
  const reply = await api(post("1.47", "/containers/create", { Image: "busybox", HostConfig }));
  expect([reply.status, await reply.json()]).toEqual([
    500,
    {
      message: `unable to determine network endpoint for sysctl net.ipv4.conf.eth1.forwarding, use driver option '${OPTION}' to set per-interface sysctls`,
    },
  ]);
});

it("before 1.48 it must be told which endpoint such sysctls are for", async () => {
  const { api } = await apiMachine("busybox");
  const HostConfig = { Sysctls: { "net.ipv4.conf.eth0.forwarding": "1" } };
  const NetworkingConfig = { EndpointsConfig: { other: {} } };
  const reply = await api(post("1.47", "/containers/create", { Image: "busybox", HostConfig, NetworkingConfig }));
  expect(await reply.json()).toEqual({
    message:
      "unable to find a network for sysctl net.ipv4.conf.eth0.forwarding: HostConfig.NetworkMode must match the identity of a network in NetworkSettings.Networks",
  });
});

it("shows nothing of what is asked for as empty", async () => {
  const { call } = await apiMachine();
  const Config = [{ Subnet: "10.7.0.0/24", IPRange: "", Gateway: "10.7.0.1", AuxiliaryAddresses: {} }];
  await call("POST /networks/create", { Name: "net", IPAM: { Config } });
  const shown = await (await call("GET /networks/net")).json();
  expect(shown).toMatchObject({ IPAM: { Config: [{ Subnet: "10.7.0.0/24", Gateway: "10.7.0.1" }] } });
  expect(JSON.stringify(shown)).not.toContain("IPRange");
});
