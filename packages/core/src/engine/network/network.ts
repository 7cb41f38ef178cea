/** A network as the service keeps it: what was asked for, and what moves its packets. */
import { StatusError } from "../../lib/index.ts";
import type { IpamConfig, NetworkCreateBody } from "../docker/requests/network.ts";
import type { BridgeNetwork } from "./bridge-network.ts";
import type { Endpoint } from "./endpoint.ts";
import { verifyAdvertising } from "./verify-advertising.ts";

/** A network of the engine. */
export interface Network {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  /** "local" or "swarm": which machines know it. */
  readonly scope: string;
  readonly createdUs: number;
  /** The version of the object, for networks of a swarm. */
  readonly version?: number;
  readonly enableIPv4: boolean;
  readonly enableIPv6: boolean;
  readonly internal: boolean;
  /** `--attachable` of an overlay network: containers that belong to no service may join. */
  readonly attachable: boolean;
  /** Whether it is the network of a swarm's published ports. */
  readonly ingress?: boolean;
  /** Only others' configuration: nobody can join. */
  readonly configOnly: boolean;
  /** The network whose configuration it has; "" for its own. */
  readonly configFrom: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
  readonly ipamOptions: Readonly<Record<string, string>> | null;
  /** What was asked for. */
  readonly configs: readonly IpamConfig[];
  /** What inspect shows; null for host and none. */
  readonly ipam: readonly IpamConfig[] | null;
  /** The machines that have containers on a network of several. */
  readonly peers?: () => readonly { readonly Name: string; readonly IP: string }[] | undefined;
  /** Looks up which endpoint on another machine has an address, on a network of several machines. */
  readonly away?: (address: string) => Away | undefined;
  /** What moves its packets; `undefined` for host, none and a mere configuration. */
  readonly bridge: BridgeNetwork | undefined;
  /** Members of a network without addresses (`host`, `none`), by container. */
  readonly guests: Map<string, Guest>;
}

/** An endpoint of an overlay network that is on another machine. */
export interface Away {
  /** The machine's name, and where it is reached. */
  readonly machine: string;
  readonly machineAddress: string;
  readonly endpoint: Endpoint;
}

export interface Guest {
  readonly endpointId: string;
  readonly name: string;
}

/** What `create` needs; the rest is as if it were not said. */
export type NetworkRequest = Pick<NetworkCreateBody, "Name"> & Partial<NetworkCreateBody>;

/** What can be seen of a request alone. @throws StatusError permission-denied; internal for what it would advertise */
export function verifyRequest(request: NetworkRequest): void {
  const { ConfigOnly = false, ConfigFrom, Internal = false, Attachable = false, Ingress = false } = request;
  const refuse = (problem: string): never => {
    throw new StatusError("permission-denied", problem);
  };
  if (ConfigOnly) {
    if (Ingress || Internal || Attachable || (request.Scope ?? "") !== "") {
      refuse(
        "configuration network can only contain network specific fields. Network operator fields like [ ingress | internal | attachable | scope ] are not supported.",
      );
    }
    if (ConfigFrom != null) refuse("a configuration network cannot depend on another configuration network");
  }
  if (ConfigFrom == null) {
    verifyAdvertising(request.Options ?? {});
    return;
  }
  const { IPAM, Labels = {}, Options = {} } = request;
  const hasOwn =
    request.EnableIPv4 === false ||
    request.EnableIPv6 === true ||
    Object.keys(Labels).length + Object.keys(IPAM?.Options ?? {}).length + (IPAM?.Config ?? []).length > 0 ||
    !["", "default", undefined].includes(IPAM?.Driver);
  if (hasOwn)
    refuse("user specified configurations are not supported if the network depends on a configuration network");
  if (Object.keys(Options).length > 0) {
    refuse("network driver options are not supported if the network depends on a configuration network");
  }
}
