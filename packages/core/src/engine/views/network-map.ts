/** The networks of a machine, who is on them, who listens where, what is published, and which links are disturbed. */
import type { LinkConditions } from "../../net/index.ts";
import type { Container } from "../container/container.ts";
import { listenersOf } from "../explain/listeners.ts";
import { durationWords } from "../explain/words.ts";
import type { LinkSelection } from "../network/link-service.ts";
import type { Network } from "../network/network.ts";
import type { ViewParts } from "./view-parts.ts";

/** A container on a network. */
export interface NetworkPlace {
  readonly container: string;
  readonly addresses: readonly string[];
  readonly mac: string;
  /** What else than its addresses it is called there; nothing where containers have no names. */
  readonly names: readonly string[];
}

/** A network, and who is on it. */
export interface NetworkNode {
  readonly name: string;
  readonly driver: string;
  readonly internal: boolean;
  readonly subnets: readonly { readonly subnet: string; readonly gateway: string | undefined }[];
  readonly places: readonly NetworkPlace[];
}

/** A port that somebody in a container listens on. */
export interface ListenerNode {
  readonly container: string;
  readonly protocol: "tcp" | "udp";
  readonly address: string;
  readonly port: number;
}

/** A port of the machine, and where it leads. */
export interface PublicationNode {
  readonly container: string;
  readonly protocol: string;
  readonly hostIp: string;
  readonly hostPort: number;
  readonly containerPort: number;
}

export interface NetworkMapData {
  readonly networks: readonly NetworkNode[];
  /** Containers that run without networks of their own: "host", "none", "container:web". */
  readonly others: readonly { readonly container: string; readonly mode: string }[];
  readonly listeners: readonly ListenerNode[];
  readonly published: readonly PublicationNode[];
  /** What was made of links, oldest first. */
  readonly links: readonly { readonly selection: LinkSelection; readonly conditions: LinkConditions }[];
}

/** The networks of a machine. Prints as text. */
export class NetworkMap implements NetworkMapData {
  readonly networks: readonly NetworkNode[];
  readonly others: NetworkMapData["others"];
  readonly listeners: readonly ListenerNode[];
  readonly published: readonly PublicationNode[];
  readonly links: NetworkMapData["links"];

  constructor({ networks, others, listeners, published, links }: NetworkMapData) {
    this.networks = networks;
    this.others = others;
    this.listeners = listeners;
    this.published = published;
    this.links = links;
  }

  /** Each network with those on it, then the others, then what is wrong with links. */
  toString(): string {
    const lines = [
      ...this.networks.flatMap(({ name, driver, internal, subnets, places }) => [
        [name, driver, ...(internal ? ["internal"] : []), ...subnets.map(subnetText)].join("  "),
        ...places.map((place, i) => `${i === places.length - 1 ? "└─" : "├─"} ${this.#placeText(place)}`),
      ]),
      ...this.others.map(({ container, mode }) => `${container}  (${mode})${this.#portsText(container)}`),
      ...this.links.map(({ selection, conditions }) => `${selectionText(selection)}: ${conditionsText(conditions)}`),
    ];
    return lines.map((line) => `${line}\n`).join("");
  }

  #placeText({ container, addresses, names }: NetworkPlace): string {
    const aliases = names.filter((name) => name !== container);
    const called = aliases.length === 0 ? "" : `  also ${aliases.join(", ")}`;
    return `${container}  ${addresses.join(", ")}${called}${this.#portsText(container)}`;
  }

  #portsText(container: string): string {
    const own = <T extends { readonly container: string }>(all: readonly T[]) =>
      all.filter((one) => one.container === container);
    const listens = own(this.listeners).map(({ address, port, protocol }) => `${withPort(address, port)}/${protocol}`);
    const published = own(this.published).map(
      ({ hostIp, hostPort, containerPort, protocol }) => `${withPort(hostIp, hostPort)} → ${containerPort}/${protocol}`,
    );
    return [
      ...(listens.length === 0 ? [] : [`  listens on ${listens.join(", ")}`]),
      ...(published.length === 0 ? [] : [`  published ${published.join(", ")}`]),
    ].join("");
  }
}

const withPort = (address: string, port: number): string =>
  address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;

function subnetText({ subnet, gateway }: NetworkNode["subnets"][number]): string {
  return gateway === undefined ? subnet : `${subnet} by ${gateway}`;
}

function selectionText({ container, network, between }: LinkSelection): string {
  const who = between === undefined ? (container ?? "everybody") : between.join(" – ");
  return network === undefined ? who : `${who} on ${network}`;
}

function conditionsText({ latencyUs, jitterUs, lossPerMillion, bitsPerSecond, isCut }: LinkConditions): string {
  return [
    ...(isCut === true ? ["cut"] : []),
    ...(latencyUs === undefined ? [] : [`latency ${durationWords(latencyUs)}`]),
    ...(jitterUs === undefined ? [] : [`jitter ${durationWords(jitterUs)}`]),
    ...(lossPerMillion === undefined ? [] : [`loss ${lossPerMillion / 10_000} %`]),
    ...(bitsPerSecond === undefined ? [] : [`${bitsPerSecond} bits a second`]),
  ].join(", ");
}

export function networkMap({ networks, containers }: ViewParts): NetworkMap {
  // In the order in which they were made.
  const running = containers.list().toReversed();
  return new NetworkMap({
    networks: networks.list().flatMap((network) => (network.configOnly ? [] : [nodeOf(network)])),
    others: running.flatMap((one) => ((one.sandbox?.endpoints ?? []).length > 0 ? [] : [modeOf(one)])),
    listeners: running.flatMap(listenersIn),
    published: running.flatMap(({ name, sandbox }) =>
      (sandbox?.ports ?? []).map(({ protocol, hostIp, hostPort, containerPort }) => ({
        container: name,
        protocol,
        hostIp,
        hostPort,
        containerPort,
      })),
    ),
    links: networks.links.changes,
  });
}

function nodeOf({ name, driver, internal, ipam, bridge }: Network): NetworkNode {
  const places = [...(bridge?.endpoints.values() ?? [])].filter(({ isHidden }) => !isHidden);
  return {
    name,
    driver,
    internal,
    subnets: (ipam ?? []).flatMap(({ Subnet, Gateway }) =>
      Subnet === undefined || Subnet === "" ? [] : [{ subnet: Subnet, gateway: Gateway === "" ? undefined : Gateway }],
    ),
    places: places.map(({ owner, addresses, mac, names, isAnnounced }) => ({
      container: owner ?? "",
      addresses,
      mac,
      names: isAnnounced ? names : [],
    })),
  };
}

function modeOf({ name, networkOf, hostConfig }: Container): NetworkMapData["others"][number] {
  const mode = networkOf === undefined ? (hostConfig.NetworkMode ?? "none") : `container:${networkOf.name}`;
  return { container: name, mode };
}

/** A namespace that belongs to somebody else is not looked into twice. */
function listenersIn({ name, networkOf, hostConfig, oci }: Container): readonly ListenerNode[] {
  if (networkOf !== undefined || hostConfig.NetworkMode === "host") return [];
  return (["tcp", "udp"] as const).flatMap((protocol) =>
    listenersOf(oci?.process.ns.net, protocol).map(({ address, port }) => ({
      container: name,
      protocol,
      address,
      port,
    })),
  );
}
