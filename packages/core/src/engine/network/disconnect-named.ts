/**
 * `docker network disconnect`, by names.
 *
 * @see moby daemon/container_operations.go DisconnectFromNetwork, ForceEndpointDelete
 */
import { StatusError } from "../../lib/index.ts";
import type { Container } from "../container/container.ts";
import type { Engine } from "../engine.ts";

export interface Disconnection {
  readonly container: string;
  readonly network: string;
  /** Also removes what is left of a container that is not there. Unlike with Docker's, nothing ever is. */
  readonly force: boolean;
}

/** Takes a container off a network. @throws StatusError */
export function disconnectNamed(engine: Pick<Engine, "containers" | "networks">, wanted: Disconnection): void {
  const { force } = wanted;
  engine.networks.disconnect(findConnected(engine, wanted), wanted.network, { force });
}

function findConnected(
  { containers, networks }: Pick<Engine, "containers" | "networks">,
  { container, network, force }: Disconnection,
): Container {
  try {
    return containers.get(container);
  } catch (error) {
    if (!force) throw error;
    if (networks.get(network) === undefined) throw new StatusError("not-found", `network ${network} not found`);
    if (container === "") throw new StatusError("invalid-argument", "invalid name: name is empty");
    throw new StatusError("not-found", `endpoint ${container} not found`);
  }
}
