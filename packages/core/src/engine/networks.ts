/**
 * Networks as the engine's records: names, subnets, addresses. First form: no packet moves yet.
 *
 * @see moby libnetwork, daemon/network.go
 */
import { StatusError } from "../lib/index.ts";
import type { Prng } from "../sim/index.ts";
import type { IpamConfig, NetworkCreateBody } from "./docker/requests/network.ts";
import type { EventLog } from "./events.ts";
import { newId } from "./names.ts";

export interface Network {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly internal: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
  readonly ipam: readonly IpamConfig[];
  readonly createdUs: number;
}

const BUILT_IN: readonly (readonly [name: string, driver: string, ipam: readonly IpamConfig[]])[] = [
  ["bridge", "bridge", [{ Subnet: "172.17.0.0/16", Gateway: "172.17.0.1" }]],
  ["host", "host", []],
  ["none", "null", []],
];

export class NetworkService {
  readonly #events: EventLog;
  readonly #prng: Prng;
  readonly #nowUs: () => number;
  readonly #networks = new Map<string, Network>();
  /** Second octet pair of the next automatic subnet: 172.18.0.0/16, then 172.19… */
  #nextSubnet = 18;

  constructor(events: EventLog, prng: Prng, nowUs: () => number) {
    this.#events = events;
    this.#prng = prng;
    this.#nowUs = nowUs;
    for (const [name, driver, ipam] of BUILT_IN) this.#add({ name, driver, ipam });
  }

  /** @throws StatusError conflict for a taken name, invalid-argument for an empty or reserved one */
  create(body: Pick<NetworkCreateBody, "Name"> & Partial<NetworkCreateBody>): Network {
    const { Name: name } = body;
    if (name.trim() === "") throw new StatusError("invalid-argument", "invalid name: name is empty");
    if (this.get(name) !== undefined) throw new StatusError("conflict", `network with name ${name} already exists`);
    const driver = body.Driver === undefined || body.Driver === "" ? "bridge" : body.Driver;
    if (driver !== "bridge") {
      throw new StatusError("not-found", `could not find plugin ${driver} in v1 plugin registry: plugin not found`);
    }
    const network = this.#add({
      name,
      driver,
      ipam: body.IPAM === undefined || body.IPAM.Config.length === 0 ? [this.#automaticSubnet()] : body.IPAM.Config,
      internal: body.Internal ?? false,
      labels: body.Labels ?? {},
      options: body.Options ?? {},
    });
    this.#events.record("network", "create", network.id, { name, type: driver });
    return network;
  }

  /** By name, id or the beginning of an id. */
  get(reference: string): Network | undefined {
    const all = [...this.#networks.values()];
    return (
      all.find(({ name }) => name === reference) ??
      this.#networks.get(reference) ??
      all.find(({ id }) => reference !== "" && id.startsWith(reference))
    );
  }

  list(): readonly Network[] {
    return [...this.#networks.values()];
  }

  /** @throws StatusError not-found, permission-denied for a built-in network */
  remove(reference: string): Network {
    const network = this.get(reference);
    if (network === undefined) throw new StatusError("not-found", `network ${reference} not found`);
    if (BUILT_IN.some(([name]) => name === network.name)) {
      throw new StatusError("permission-denied", `${network.name} is a pre-defined network and cannot be removed`);
    }
    this.#networks.delete(network.id);
    this.#events.record("network", "destroy", network.id, { name: network.name, type: network.driver });
    return network;
  }

  #add(given: Pick<Network, "name" | "driver" | "ipam"> & Partial<Network>): Network {
    const network: Network = {
      id: newId(this.#prng),
      internal: false,
      labels: {},
      options: {},
      createdUs: this.#nowUs(),
      ...given,
    };
    this.#networks.set(network.id, network);
    return network;
  }

  #automaticSubnet(): IpamConfig {
    const octet = this.#nextSubnet++;
    return { Subnet: `172.${octet}.0.0/16`, Gateway: `172.${octet}.0.1` };
  }
}
