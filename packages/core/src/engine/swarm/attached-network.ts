/** A network of the swarm as documents of its tasks show it. @see moby daemon/cluster/convert/network.go: networkFromGRPC */
import { timeOf } from "../documents/time.ts";
import type { Network } from "../network/network.ts";

export function attachedNetwork({ id, name, createdUs, internal, attachable, ingress = false, ...rest }: Network) {
  const { labels, options, ipam, configs, enableIPv6, version = 0 } = rest;
  return {
    ID: id,
    Version: { Index: version },
    CreatedAt: timeOf(createdUs),
    UpdatedAt: timeOf(createdUs),
    Spec: {
      Name: name,
      Labels: labels,
      // Nobody has asked for the network that every swarm has.
      DriverConfiguration: ingress ? {} : { Name: "overlay" },
      ...(enableIPv6 && { IPv6Enabled: true }),
      ...(internal && { Internal: true }),
      ...(attachable && { Attachable: true }),
      ...(ingress && { Ingress: true }),
      IPAMOptions: {
        Driver: ingress ? {} : { Name: "default" },
        ...(!ingress && configs.length > 0 && { Configs: configs }),
      },
      Scope: "swarm",
    },
    DriverState: { Name: "overlay", Options: options },
    IPAMOptions: { Driver: { Name: "default" }, Configs: ipam ?? [] },
  };
}
