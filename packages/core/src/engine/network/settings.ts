/** What a container's record says of one of its networks, before, while and after it runs. */
import type { EndpointSettings } from "../docker/create-body.ts";
import type { Endpoint } from "./endpoint.ts";

/** Settings of an endpoint for which nothing was asked, and that is not connected. */
export const EMPTY_SETTINGS: EndpointSettings = {
  IPAMConfig: null,
  Links: null,
  Aliases: null,
  MacAddress: "",
  DriverOpts: null,
  GwPriority: 0,
  NetworkID: "",
  EndpointID: "",
  Gateway: "",
  IPAddress: "",
  IPPrefixLen: 0,
  IPv6Gateway: "",
  GlobalIPv6Address: "",
  GlobalIPv6PrefixLen: 0,
  DNSNames: null,
};

/** The network that a mode names: no mode is the default bridge. */
export function modeOf(mode: string | undefined): string {
  return mode === undefined || mode === "" || mode === "default" ? "bridge" : mode;
}

/** With what the container has there while it runs. */
export function connectedSettings(settings: EndpointSettings, endpoint: Endpoint): EndpointSettings {
  const { network, v4, v6 } = endpoint;
  return {
    ...settings,
    MacAddress: endpoint.mac,
    NetworkID: network.id,
    EndpointID: endpoint.id,
    Gateway: endpoint.gateway(4) ?? "",
    IPAddress: v4 ?? "",
    IPPrefixLen: v4 === undefined ? 0 : (network.pool(4)?.pool.subnet.length ?? 0),
    IPv6Gateway: endpoint.gateway(6) ?? "",
    GlobalIPv6Address: v6 ?? "",
    GlobalIPv6PrefixLen: v6 === undefined ? 0 : (network.pool(6)?.pool.subnet.length ?? 0),
    DNSNames: network.hasNames ? endpoint.names : null,
  };
}

/** An ended container keeps what it was called, not what it had. */
export function stoppedSettings(settings: EndpointSettings): EndpointSettings {
  const { IPAMConfig, Links, Aliases, DriverOpts, GwPriority, NetworkID, DNSNames } = settings;
  return { ...EMPTY_SETTINGS, IPAMConfig, Links, Aliases, DriverOpts, GwPriority, NetworkID, DNSNames };
}
