/** What a task is to its service on the networks of its container. @see moby daemon/cluster/executor/container/container.go: serviceConfig */
import type { IngressPort } from "../network/load-balancer.ts";
import type { ServiceRole } from "../network/service-registry.ts";
import type { Service } from "./service.ts";
import { isIngressPort, networksOf, type PortConfig } from "./service-spec.ts";
import type { Task } from "./task.ts";

export function roleOf({ id, spec, ports, virtualAddresses }: Service, task: Task): ServiceRole {
  const networks = networksOf({ ...spec, TaskTemplate: task.spec });
  return {
    id,
    name: spec.Name,
    aliases: new Map(networks.map(({ Target, Aliases = [] }) => [Target, Aliases])),
    virtualAddresses: new Map(virtualAddresses.map(({ network, address }) => [network, address])),
    ports: ports.filter(isIngressPort).flatMap(ingressPort),
  };
}

/** Of a protocol that there is: the machine knows no SCTP. */
function ingressPort({
  Protocol: protocol = "tcp",
  TargetPort: target = 0,
  PublishedPort = 0,
}: PortConfig): IngressPort[] {
  return protocol === "tcp" || protocol === "udp" ? [{ protocol, target, published: PublishedPort }] : [];
}
