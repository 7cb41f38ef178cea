/** Networks as the Engine API shows them. @see moby daemon/network.go */
import { type IpFamily, sortKeys } from "../../lib/index.ts";
import type { BoundService } from "../network/routing-mesh.ts";
import type { Network } from "../networks.ts";
import { isEmpty } from "./image.ts";
import { timeOf } from "./time.ts";

/** `GET /networks/{id}`. */
export function networkDocument(network: Network, services: readonly BoundService[] = []) {
  const peers = network.peers?.();
  const isManagers = isAnsweredByManager(network);
  return {
    Name: network.name,
    Id: network.id,
    Created: timeOf(network.createdUs),
    Scope: network.scope,
    Driver: network.driver,
    EnableIPv4: network.enableIPv4,
    EnableIPv6: network.enableIPv6,
    IPAM: { Driver: "default", Options: network.ipamOptions, Config: network.ipam },
    Internal: network.internal,
    Attachable: network.attachable,
    Ingress: network.ingress ?? false,
    ConfigFrom: { Network: network.configFrom },
    ConfigOnly: network.configOnly,
    Containers: isManagers ? null : containersOf(network),
    Options: sortKeys(network.options),
    Labels: isManagers && isEmpty(network.labels) ? null : network.labels,
    ...(peers === undefined ? {} : { Peers: peers }),
    ...(services.length > 0 && { Services: Object.fromEntries(services.map(boundService)) }),
  };
}

/** What `--verbose` tells of a service. @see moby libnetwork/agent.go: Services */
function boundService({ name, address, mark, ports, tasks }: BoundService) {
  return [
    name,
    {
      VIP: address === "" ? "<nil>" : address,
      Ports: ports.map(({ target, published }) => `Target: ${target}, Publish: ${published}`),
      LocalLBIndex: mark,
      Tasks: tasks.map((task) => ({
        Name: task.name,
        EndpointID: task.id,
        EndpointIP: task.address,
        Info: { "Host IP": task.host },
      })),
    },
  ];
}

/** Whether it is a network of a swarm that nothing here is on; on the ingress network each node is. @see moby daemon/cluster/networks.go */
function isAnsweredByManager({ bridge, guests, ingress = false, scope }: Network): boolean {
  return scope === "swarm" && !ingress && guests.size === 0 && (bridge?.endpoints.size ?? 0) === 0;
}

/** The endpoints of a network, by container id. */
function containersOf({ bridge, guests }: Network) {
  const placed = (family: IpFamily, address: string | undefined): string =>
    address === undefined ? "" : `${address}/${bridge?.pool(family)?.pool.subnet.length ?? 0}`;
  return Object.fromEntries([
    ...[...(bridge?.endpoints.values() ?? [])].map(({ containerId, id, names, mac, v4, v6 }) => [
      containerId,
      {
        Name: names[0] ?? "",
        EndpointID: id,
        MacAddress: mac,
        IPv4Address: placed(4, v4),
        IPv6Address: placed(6, v6),
      },
    ]),
    ...[...guests].map(([containerId, { endpointId, name }]) => [
      containerId,
      { Name: name, EndpointID: endpointId, MacAddress: "", IPv4Address: "", IPv6Address: "" },
    ]),
  ]);
}
