/**
 * The network side of one running container: its endpoints, its name server, its published ports.
 *
 * A sandbox is made before the container's program starts, and costs little until the network is used.
 *
 * @see moby libnetwork/sandbox.go, resolver.go
 */
import type { NetNamespace } from "../../kernel/index.ts";
import type { DnsQuestion } from "../../lib/index.ts";
import { type DnsAnswer, DnsServer, type NetStack } from "../../net/index.ts";
import type { EndpointSettings } from "../docker/create-body.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Publication, PublishedPort } from "./published-ports.ts";
import { connectedSettings, EMPTY_SETTINGS } from "./settings.ts";

/** Where the embedded name server listens in every container on a user-defined network. */
export const EMBEDDED_DNS = "127.0.0.11";
const TTL_SECONDS = 600;
const SERVER_FAILURE = 2;

export class Sandbox {
  readonly id: string;
  /** In the order of their devices. */
  readonly endpoints: Endpoint[];
  readonly ports: readonly PublishedPort[];
  #publications: readonly Publication[] | undefined;
  #namespace: NetNamespace | undefined;
  #dns: DnsServer | undefined;
  #devices = 0;

  constructor(id: string, endpoints: readonly Endpoint[], ports: readonly PublishedPort[]) {
    this.id = id;
    this.endpoints = [...endpoints];
    this.ports = ports;
  }

  /** The settings of the container's networks, with what it has there. Nobody keeps them: few are ever looked at. */
  connected(settings: Readonly<Record<string, EndpointSettings>>): Readonly<Record<string, EndpointSettings>> {
    const connected = { ...settings };
    for (const endpoint of this.endpoints) {
      const { name } = endpoint.network;
      connected[name] = connectedSettings(settings[name] ?? EMPTY_SETTINGS, endpoint);
    }
    return connected;
  }

  /** Some of its networks knows names. */
  get hasNames(): boolean {
    return this.endpoints.some(({ network }) => network.hasNames);
  }

  /** The container's namespace is there, and its program has not started yet. */
  attach(namespace: NetNamespace, publish?: (port: PublishedPort) => Publication): void {
    this.#namespace = namespace;
    for (const endpoint of this.endpoints) endpoint.belongsTo(namespace);
    namespace.furnish((stack) => this.#build(stack));
    if (publish !== undefined && this.ports.length > 0) this.#publications = this.ports.map(publish);
  }

  /** One more network, while it runs. */
  connect(endpoint: Endpoint): void {
    this.endpoints.push(endpoint);
    const namespace = this.#namespace;
    if (namespace === undefined) return;
    endpoint.belongsTo(namespace);
    if (namespace.madeStack !== undefined) {
      this.#plug(endpoint);
      this.#serveNames(namespace.madeStack);
    }
  }

  /** One network less. Another takes over as gateway. */
  disconnect(endpoint: Endpoint): void {
    const at = this.endpoints.indexOf(endpoint);
    if (at >= 0) this.endpoints.splice(at, 1);
    endpoint.unplug();
    const next = this.endpoints.find(({ network }) => !network.internal);
    if (endpoint.isGateway) next?.addDefaultRoute();
  }

  close(): void {
    for (const publication of this.#publications ?? []) publication.end();
    this.#dns?.close();
    for (const endpoint of this.endpoints) endpoint.unplug();
    this.#namespace = undefined;
  }

  #build(stack: NetStack): void {
    stack.setUp(stack.loopback, true);
    for (const endpoint of this.endpoints) this.#plug(endpoint);
    this.#serveNames(stack);
  }

  #plug(endpoint: Endpoint): void {
    endpoint.plug(`eth${this.#devices++}`);
  }

  #serveNames(stack: NetStack): void {
    if (this.#dns === undefined && this.hasNames) {
      this.#dns = new DnsServer(stack, EMBEDDED_DNS, (question) => this.#answer(question));
    }
  }

  /** What the networks of the container know. Unlike Docker, nobody outside is asked: there is no outside. */
  #answer({ name, type }: DnsQuestion): DnsAnswer {
    const networks = this.endpoints.flatMap(({ network }) => (network.hasNames ? [network] : []));
    if (type === "PTR") {
      const address = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\.in-addr\.arpa$/.exec(name)?.slice(1).reverse().join(".") ?? "";
      const value = networks.map((network) => network.nameOf(address)).find((found) => found !== undefined);
      if (value === undefined) return { code: SERVER_FAILURE, records: [] };
      return { code: 0, records: [{ name, type, ttlSeconds: TTL_SECONDS, value }] };
    }
    if (type !== "A" && type !== "AAAA" && type !== "MX") return { code: SERVER_FAILURE, records: [] };
    const plain = name.replace(/\.$/, "");
    for (const network of networks) {
      const addresses = network.resolve(plain);
      if (addresses.length === 0) continue;
      const records = addresses.map((value) => ({ name, type: "A" as const, ttlSeconds: TTL_SECONDS, value }));
      return { code: 0, records: type === "A" ? records : [] };
    }
    return { code: SERVER_FAILURE, records: [] };
  }
}
