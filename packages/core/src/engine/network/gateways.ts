/**
 * Which of its networks a container's packets leave by.
 *
 * @see moby libnetwork/sandbox.go: Less, default_gateway.go: selectGatewayEndpoint
 */
import type { Endpoint } from "./endpoint.ts";

export interface Gateways {
  readonly v4: Endpoint | undefined;
  readonly v6: Endpoint | undefined;
}

export const NO_GATEWAYS: Gateways = { v4: undefined, v6: undefined };

/**
 * The order in which a container's endpoints count: by priority, those that lead outside first, those that do so in both
 * families before those in one, then by name.
 */
export function isBefore(a: Endpoint, b: Endpoint): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority;
  if (a.network.internal !== b.network.internal) return b.network.internal;
  const [ways, otherWays] = [waysOut(a), waysOut(b)];
  if (ways !== otherWays) return ways > otherWays;
  return a.network.name < b.network.name;
}

/**
 * Which of the endpoints, in their order, are gateways: the first that leads out in both families, else the first of
 * each.
 */
export function gatewaysOf(endpoints: readonly Endpoint[]): Gateways {
  const [first] = endpoints;
  if (first === undefined) return NO_GATEWAYS;
  const dual = endpoints.length === 1 ? undefined : endpoints.find((endpoint) => waysOut(endpoint) === 2);
  if (dual !== undefined) return { v4: dual, v6: dual };
  return {
    v4: endpoints.find((endpoint) => endpoint.gateway(4) !== undefined),
    v6: endpoints.find((endpoint) => endpoint.gateway(6) !== undefined),
  };
}

const waysOut = (endpoint: Endpoint): number =>
  (endpoint.gateway(4) === undefined ? 0 : 1) + (endpoint.gateway(6) === undefined ? 0 : 1);
