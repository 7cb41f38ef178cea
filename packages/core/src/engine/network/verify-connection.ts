/**
 * Which networks go together.
 *
 * @see moby daemon/container_operations.go: updateNetworkSettings, disconnectFromNetwork, runconfig/errors.go
 */
import { StatusError } from "../../lib/index.ts";
import type { Container } from "../container/container.ts";
import type { Network } from "./network.ts";
import { modeOf } from "./settings.ts";

/** A network, or what somebody calls one that there is not. */
type NamedNetwork = Pick<Network, "name" | "driver"> & Partial<Pick<Network, "id">>;

const isPrivate = ({ driver }: Network): boolean => driver !== "host";

/** @throws StatusError if a container that is on the networks `others` cannot join `network` */
export function verifyConnection(container: Container, network: Network, others: readonly Network[]): void {
  const mode = modeOf(container.hostConfig.NetworkMode);
  if (mode.startsWith("container:") && container.isRunning) throw shared();
  if (network.configOnly) {
    throw new StatusError("permission-denied", "cannot create endpoint on configuration-only network");
  }
  if (network.scope === "swarm" && !network.attachable && !container.isTask) {
    const problem = `rpc error: code = PermissionDenied desc = network ${network.name} not manually attachable`;
    throw new StatusError("permission-denied", `Could not attach to network ${network.name}: ${problem}`);
  }
  if (mode !== "host" && network.driver === "host") {
    const problem = "cannot connect container to host network - container must be created in host network mode";
    throw new StatusError("invalid-argument", problem);
  }
  for (const other of others) {
    if (other.id === network.id) return;
    if (!isPrivate(other) || !isPrivate(network)) throw shared();
    if (other.driver === "null" || network.driver === "null") {
      const problem =
        "container cannot be connected to multiple networks with one of the networks in private (none) mode";
      throw new StatusError("invalid-argument", problem);
    }
  }
}

/** @throws StatusError if the container is not on the network, or cannot leave it */
export function verifyDisconnection(container: Container, network: NamedNetwork): void {
  const { isRunning, endpoints, hostConfig } = container;
  if (isRunning && network.driver === "host" && modeOf(hostConfig.NetworkMode) === "host") {
    const problem = "cannot disconnect container from host network - container was created in host network mode";
    throw new StatusError("invalid-argument", problem);
  }
  if (!Object.hasOwn(endpoints, network.name)) throw notConnected(container, network);
}

/** @see moby daemon/container_operations.go: DisconnectFromNetwork says it in other words than disconnectFromNetwork */
export function notConnected({ id, isRunning }: Container, network: NamedNetwork): StatusError {
  const name = isRunning && network.id !== undefined ? `network ${network.name}` : `the network ${network.name}`;
  return new StatusError("internal", `container ${id} is not connected to ${name}`);
}

/** Who attaches containers to networks of a swarm says it in other words. @see moby daemon/container_operations.go: findAndAttachNetwork */
export function alreadyThere({ name, isTask }: Container, network: Network): StatusError {
  if (network.scope === "swarm" && !isTask) {
    return new StatusError("conflict", `${name} is already attached to network ${network.name}`);
  }
  return new StatusError("permission-denied", `endpoint with name ${name} already exists in network ${network.name}`);
}

function shared(): StatusError {
  const problem =
    "container sharing network namespace with another container or host cannot be connected to any other network";
  return new StatusError("invalid-argument", problem);
}
