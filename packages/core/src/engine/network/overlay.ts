/**
 * What overlay networks have in common, whoever keeps them: the machines of a cluster together, or a swarm of one.
 *
 * @see moby libnetwork/drivers/overlay, daemon/cluster/networks.go
 */
import { familyOf, type IpFamily, StatusError } from "../../lib/index.ts";
import type { Prng } from "../../sim/index.ts";
import type { IpamConfig } from "../docker/requests/network.ts";
import { BridgeNetwork, type BridgeNetworkInit } from "./bridge-network.ts";
import { type BridgeOptions, bridgeOptions } from "./bridge-options.ts";
import { type Ipam, ipamDocument } from "./ipam.ts";
import type { Network, NetworkRequest } from "./network.ts";
import { familiesOf } from "./network-store.ts";

/** What the machines' network carries, without what the tunnel takes. */
const OVERLAY_MTU = "1450";
const VNI_OPTION = "com.docker.network.driver.overlay.vxlanid_list";
const MTU_OPTION = "com.docker.network.driver.mtu";
const ID_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";
const ID_LENGTH = 25;

/** The number of a network, as its options tell it. */
export const vniOf = (options: Readonly<Record<string, string>>): number => Number(options[VNI_OPTION] ?? "0");

/** `count` digits of chance, as the ids of a swarm have them. */
export function swarmDigits(prng: Prng, count = ID_LENGTH): string {
  return Array.from({ length: count }, () => ID_DIGITS[prng.below(ID_DIGITS.length)]).join("");
}

/** The address families of an overlay network. @throws StatusError invalid-argument for one without IPv4 */
export function overlayFamilies(request: NetworkRequest): readonly IpFamily[] {
  const families = familiesOf(request);
  if (families.includes(4)) return families;
  throw new StatusError("invalid-argument", "IPv4 cannot be disabled in a Swarm scoped network");
}

/** A network without its bridge: what one machine's view of it and another's have in common. */
export function overlayNetwork(
  request: NetworkRequest,
  made: { readonly id: string; readonly vni: number; readonly ipam: Ipam; readonly createdUs: number },
): Omit<Network, "bridge" | "guests"> {
  const configs = request.IPAM?.Config ?? [];
  return {
    id: made.id,
    name: request.Name,
    driver: "overlay",
    scope: "swarm",
    createdUs: made.createdUs,
    enableIPv4: true,
    enableIPv6: familiesOf(request).includes(6),
    internal: request.Internal ?? false,
    attachable: request.Attachable ?? false,
    configOnly: false,
    configFrom: "",
    labels: request.Labels ?? {},
    options: { ...request.Options, [VNI_OPTION]: String(made.vni) },
    // A swarm's manager does not keep them.
    ipamOptions: null,
    configs,
    // A swarm's manager chooses gateways as it does addresses, and tells of them.
    ipam: ipamDocument(made.ipam, configs).map((config) => withGateway(config, made.ipam)),
  };
}

function withGateway(config: IpamConfig, { v4, v6 }: Ipam): IpamConfig {
  const gateway = (familyOf(config.Subnet ?? "") === 4 ? v4 : v6)?.gateway ?? "";
  if (gateway === "" || config.Gateway !== undefined) return config;
  const { AuxiliaryAddresses, ...rest } = config;
  return { ...rest, Gateway: gateway, ...(AuxiliaryAddresses && { AuxiliaryAddresses }) };
}

/** The options of an overlay network as those of the bridge that stands for it on a machine. */
export function overlayOptions({ Internal = false, Options = {} }: NetworkRequest): BridgeOptions {
  return bridgeOptions({ [MTU_OPTION]: Options[MTU_OPTION] ?? OVERLAY_MTU }, Internal);
}

/** The bridge of one machine, on which are those of its containers that are on the network. */
export function overlayBridge(
  init: Omit<BridgeNetworkInit, "bridgeName" | "hasNames" | "hasHost"> & Required<Pick<BridgeNetworkInit, "elsewhere">>,
): BridgeNetwork {
  return new BridgeNetwork({ ...init, bridgeName: "br0", hasNames: true, hasHost: false });
}
