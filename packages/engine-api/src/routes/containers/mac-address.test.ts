/** Whose the MAC address of a whole container is, as Docker Engine 28.5.2 has it. */
import { expect, it } from "vitest";
import { apiMachine } from "../../testing/api-machine.ts";

const MAC = "02:42:ac:11:00:05";
const OTHER = "02:42:ac:11:00:06";
const WARNING =
  "The container-wide MacAddress field is now deprecated. It should be specified in EndpointsConfig instead.";
const MISMATCH =
  "the container-wide MAC address must match the endpoint-specific MAC address for the main network, or be left empty";
const NOT_MAIN =
  "unable to migrate container-wide MAC address to a specific network: HostConfig.NetworkMode must match the identity of a network in NetworkSettings.Networks";

type Endpoints = Readonly<Record<string, { readonly MacAddress?: string }>>;

/** Addresses of the networks before the start, or why there is no container; and the warnings. */
async function made(version: string, body: object) {
  const { engine, api } = await apiMachine("busybox");
  await engine.docker(["network", "create", "lan"]);
  const headers = { "Content-Type": "application/json" };
  const request = { method: "POST", body: JSON.stringify({ Image: "busybox", ...body }), headers };
  const reply = await api(new Request(`http://docker/v${version}/containers/create?name=web`, request));
  const { message, Warnings: warnings } = (await reply.json()) as { message?: string; Warnings?: string[] };
  if (message !== undefined) return { status: reply.status, message };
  const shown = (await (await api(new Request("http://docker/v1.51/containers/web/json"))).json()) as {
    Config: { MacAddress?: string };
    NetworkSettings: { Networks: Endpoints };
  };
  const networks = Object.entries(shown.NetworkSettings.Networks).map(([name, one]) => [name, one.MacAddress]);
  return { own: shown.Config.MacAddress, networks: Object.fromEntries(networks), warnings };
}

const on = (EndpointsConfig: Endpoints) => ({ NetworkingConfig: { EndpointsConfig } });
const mode = (NetworkMode: string) => ({ HostConfig: { NetworkMode } });
const whole = { MacAddress: MAC };

it.each([
  ["of the default bridge", whole, { bridge: MAC }],
  ["of the network that the mode names", { ...whole, ...mode("lan") }, { lan: MAC }],
  [
    "of one endpoint of several",
    { ...whole, ...mode("lan"), ...on({ lan: {}, bridge: {} }) },
    { lan: MAC, bridge: "" },
  ],
  ["of an endpoint that has the same", { ...whole, ...on({ bridge: whole }) }, { bridge: MAC }],
  ["of the default network by its other name", { ...whole, ...on({ default: {} }) }, { bridge: MAC }],
])("is that %s", async (_what, body, networks) => {
  expect(await made("1.51", body)).toEqual({ own: MAC, networks, warnings: [WARNING] });
});

it.each(["host", "none"])("is nobody's in mode %s", async (name) => {
  expect(await made("1.51", { ...whole, ...mode(name) })).toEqual({
    own: undefined,
    networks: { [name]: "" },
    warnings: [WARNING],
  });
});

it.each([
  ["an endpoint with another address", { ...on({ bridge: { MacAddress: OTHER } }) }, MISMATCH],
  ["endpoints on other networks only", { ...on({ lan: {} }) }, NOT_MAIN],
  ["endpoints on other networks than the mode's", { ...mode("lan"), ...on({ bridge: {} }) }, NOT_MAIN],
])("is refused with %s", async (_what, body, message) => {
  expect(await made("1.51", { ...whole, ...body })).toEqual({ status: 400, message });
});

it("is that of the only endpoint before 1.44, where endpoints have none of their own", async () => {
  expect(await made("1.43", whole)).toEqual({ own: MAC, networks: { bridge: MAC }, warnings: [] });
  const endpoint = on({ bridge: { MacAddress: OTHER } });
  expect(await made("1.43", { ...whole, ...endpoint })).toMatchObject({ networks: { bridge: MAC } });
  expect(await made("1.43", endpoint)).toEqual({ own: undefined, networks: { bridge: "" }, warnings: [] });
  expect(await made("1.43", { ...whole, ...mode("host") })).toEqual({
    status: 400,
    message: "conflicting options: mac-address and the network mode",
  });
});

it("is told as it was asked for", async () => {
  const { engine, call } = await apiMachine("busybox");
  const body = { Image: "busybox", Cmd: ["sleep", "9"], MacAddress: "02-42-AC-11-00-05" };
  await call("POST /containers/create?name=web", body);
  await call("POST /containers/web/start");
  const { stdout } = await engine.docker([
    "inspect",
    "-f",
    "{{.Config.MacAddress}} {{.NetworkSettings.MacAddress}}",
    "web",
  ]);
  expect(stdout).toBe("02-42-AC-11-00-05 02:42:ac:11:00:05\n");
});
