/** `docker network …`. Model: docker/cli cli/command/network. */
import { atLeast, command, exactly, NONE } from "../command.ts";
import { bool, filter, integer, list, map, strings, text } from "../flags/flag.ts";
import { ValueError } from "../problem.ts";
import { link } from "../values/hosts.ts";
import { ipamConfig } from "../values/ipam.ts";
import { endpointSettings } from "../values/network.ts";
import { cut, label, toMap } from "../values/pairs.ts";
import { checkInspectTemplate, FORMAT_HELP, objectName, TEMPLATE_HELP } from "./shared.ts";

export const createNetwork = command({
  usage: "[OPTIONS] NETWORK",
  summary: "Create a network",
  arity: exactly(1),
  flags: {
    attachable: bool("Enable manual container attachment"),
    "aux-address": map("Auxiliary IPv4 or IPv6 addresses used by Network driver"),
    "config-from": text("The network from which to copy the configuration"),
    "config-only": bool("Create a configuration only network"),
    driver: text("Driver to manage the Network", { short: "d", initial: "bridge" }),
    gateway: strings("IPv4 or IPv6 Gateway for the master subnet"),
    ingress: bool("Create swarm routing-mesh network"),
    internal: bool("Restrict external access to the network"),
    "ip-range": strings("Allocate container ip from a sub-range"),
    "ipam-driver": text("IP Address Management Driver", { initial: "default" }),
    "ipam-opt": map("Set IPAM driver specific options"),
    ipv4: bool("Enable or disable IPv4 address assignment", { initial: true }),
    ipv6: bool("Enable or disable IPv6 address assignment"),
    label: list("Set metadata on a network", { entry: label }),
    opt: map("Set driver specific options", { short: "o" }),
    scope: text("Control the network's scope"),
    subnet: strings("Subnet in CIDR format that represents a network segment"),
  },
  read: ({ flags, operands: [name = ""], changed }) => ({
    command: "network create",
    body: {
      Driver: flags.driver,
      Scope: flags.scope,
      ...(changed.has("ipv4") ? { EnableIPv4: flags.ipv4 } : {}),
      ...(changed.has("ipv6") ? { EnableIPv6: flags.ipv6 } : {}),
      IPAM: {
        Driver: flags["ipam-driver"],
        Options: flags["ipam-opt"],
        Config: ipamConfig({
          subnets: flags.subnet,
          ranges: flags["ip-range"],
          gateways: flags.gateway,
          auxiliary: flags["aux-address"],
        }),
      },
      Internal: flags.internal,
      Attachable: flags.attachable,
      Ingress: flags.ingress,
      ConfigOnly: flags["config-only"],
      ConfigFrom: flags["config-from"] === "" ? null : { Network: flags["config-from"] },
      Options: flags.opt,
      Labels: toMap(flags.label),
      Name: name,
    },
  }),
});

export const removeNetwork = command({
  usage: "NETWORK [NETWORK...]",
  summary: "Remove one or more networks",
  aliases: "docker network rm, docker network remove",
  arity: atLeast(1),
  flags: { force: bool("Do not error if the network does not exist", { short: "f" }) },
  read: ({ flags, operands }) => ({ command: "network rm", networks: operands, force: flags.force }),
});

export const listNetworks = command({
  usage: "[OPTIONS]",
  summary: "List networks",
  aliases: "docker network ls, docker network list",
  arity: NONE,
  flags: {
    filter: filter('Provide filter values (e.g. "driver=bridge")', { short: "f" }),
    format: text(FORMAT_HELP),
    "no-trunc": bool("Do not truncate the output"),
    quiet: bool("Only display network IDs", { short: "q" }),
  },
  read: ({ flags }) => ({
    command: "network ls",
    filters: flags.filter,
    format: flags.format,
    noTrunc: flags["no-trunc"],
    quiet: flags.quiet,
  }),
});

export const inspectNetwork = command({
  usage: "[OPTIONS] NETWORK [NETWORK...]",
  summary: "Display detailed information on one or more networks",
  arity: atLeast(1),
  flags: {
    format: text(TEMPLATE_HELP, { short: "f" }),
    verbose: bool("Verbose output for diagnostics", { short: "v" }),
  },
  read: ({ flags, operands }) => {
    checkInspectTemplate(flags.format);
    return { command: "network inspect", names: operands, format: flags.format, verbose: flags.verbose };
  },
});

export const connect = command({
  usage: "[OPTIONS] NETWORK CONTAINER",
  summary: "Connect a container to a network",
  arity: exactly(2),
  flags: {
    alias: strings("Add network-scoped alias for the container"),
    "driver-opt": strings("driver options for the network"),
    "gw-priority": integer("Highest gw-priority provides the default gateway. Accepts positive and negative values."),
    ip: text('IPv4 address (e.g., "172.30.100.104")'),
    ip6: text('IPv6 address (e.g., "2001:db8::33")'),
    link: list("Add link to another container", { entry: link }),
    "link-local-ip": strings("Add a link-local address for the container"),
  },
  read: ({ flags, operands: [network = "", container = ""] }) => {
    const driverOpts = Object.fromEntries(flags["driver-opt"].map(driverOption));
    return {
      command: "network connect",
      network: objectName("network", network),
      container: objectName("container", container),
      endpoint: endpointSettings({
        IPAMConfig: {
          ...(flags.ip === "" ? {} : { IPv4Address: flags.ip }),
          ...(flags.ip6 === "" ? {} : { IPv6Address: flags.ip6 }),
          ...(flags["link-local-ip"].length === 0 ? {} : { LinkLocalIPs: flags["link-local-ip"] }),
        },
        Links: flags.link.length === 0 ? null : flags.link,
        Aliases: flags.alias,
        MacAddress: "",
        DriverOpts: driverOpts,
        GwPriority: flags["gw-priority"],
      }),
    };
  },
});

function driverOption(text: string): readonly [name: string, value: string] {
  const [name, value] = cut(text, "=");
  if (value === undefined || name.trim() === "")
    throw new ValueError("invalid key/value pair format in driver options");
  return [name.trim(), value.trim()];
}

export const disconnect = command({
  usage: "[OPTIONS] NETWORK CONTAINER",
  summary: "Disconnect a container from a network",
  arity: exactly(2),
  flags: { force: bool("Force the container to disconnect from a network", { short: "f" }) },
  read: ({ flags, operands: [network = "", container = ""] }) => ({
    command: "network disconnect",
    network: objectName("network", network),
    container: objectName("container", container),
    force: flags.force,
  }),
});

export const pruneNetworks = command({
  usage: "[OPTIONS]",
  summary: "Remove all unused networks",
  arity: NONE,
  flags: {
    filter: filter('Provide filter values (e.g. "until=<timestamp>")'),
    force: bool("Do not prompt for confirmation", { short: "f" }),
  },
  read: ({ flags }) => ({
    command: "network prune",
    filters: flags.filter,
    confirm: flags.force
      ? undefined
      : "WARNING! This will remove all custom networks not used by at least one container.\nAre you sure you want to continue?",
  }),
});
