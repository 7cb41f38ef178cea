/** What a container's record says of one of its networks, before, while and after it runs. */
import type { EndpointSettings } from "../docker/create-body.ts";
import type { Endpoint } from "./endpoint.ts";

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
  const { id, pool, hasNames, gateway } = endpoint.network;
  return {
    ...settings,
    MacAddress: endpoint.mac,
    NetworkID: id,
    EndpointID: endpoint.id,
    Gateway: gateway ?? "",
    IPAddress: endpoint.address,
    IPPrefixLen: pool.subnet.length,
    DNSNames: hasNames ? endpoint.names : null,
  };
}

/** An ended container keeps what it was called, not what it had. */
export function stoppedSettings(settings: EndpointSettings): EndpointSettings {
  const { IPAMConfig, Links, Aliases, DriverOpts, GwPriority, NetworkID, DNSNames } = settings;
  return { ...EMPTY_SETTINGS, IPAMConfig, Links, Aliases, DriverOpts, GwPriority, NetworkID, DNSNames };
}
