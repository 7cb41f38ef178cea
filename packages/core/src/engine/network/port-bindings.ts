/**
 * What a container wants to publish, as bindings: one for each address of the machine.
 *
 * @see moby libnetwork/drivers/bridge/port_mapping_linux.go
 */
import { canonicalIp, compareIp, familyOf, type IpFamily, isAny, StatusError } from "../../lib/index.ts";
import type { ContainerConfig, HostConfig, PortBinding } from "../docker/create-body.ts";
import { bindsEverywhere } from "./bridge-options.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Gateways } from "./gateways.ts";
import type { PortAllocator } from "./port-allocator.ts";

/** What most containers publish. */
export const NOTHING: Readonly<Record<string, readonly PortBinding[]>> = {};

/** A port of the machine that leads to one of a container. */
export interface PublishedPort {
  readonly protocol: string;
  readonly containerPort: number;
  readonly hostIp: string;
  /** 0 where packets are routed to the container itself. */
  readonly hostPort: number;
  /** The container's end, on this network. */
  readonly address: string;
  readonly endpoint: Endpoint;
}

/** Why nobody can listen there; `undefined` if somebody can. */
type CanBind = (hostIp: string, protocol: string, port: number) => string | undefined;

/** @see moby libnetwork/drivers/bridge/port_mapping_linux.go: maxAllocatePortAttempts */
export const MAX_ATTEMPTS = 10;

interface Wanted {
  readonly protocol: string;
  readonly containerPort: number;
  /** Canonical; "" for the network's binding address. */
  readonly hostIp: string;
  readonly first: number;
  readonly last: number;
}

/**
 * Published ports: of those that are exposed, the ones that have bindings under the same name and, with -P, all others.
 *
 * @see moby daemon/network.go: buildPortsRelatedCreateEndpointOptions
 */
export function wantedPorts(
  { PortBindings, PublishAllPorts }: Partial<HostConfig>,
  { ExposedPorts }: Partial<ContainerConfig>,
): Readonly<Record<string, readonly PortBinding[]>> {
  if (ExposedPorts === undefined || (PortBindings == null && PublishAllPorts !== true)) return NOTHING;
  const wanted: Record<string, readonly PortBinding[]> = {};
  for (const port of Object.keys(ExposedPorts)) {
    const named = PortBindings?.[port] ?? [];
    if (named.length > 0) wanted[port] = named;
    else if (PublishAllPorts === true) wanted[fullPort(port)] = [{ HostIp: "", HostPort: "" }];
  }
  return wanted;
}

/**
 * Takes ports for what is wanted, on the endpoints that lead outside.
 *
 * @throws StatusError if a port cannot be had; nothing is taken then
 */
export function bindPorts(
  allocator: PortAllocator,
  wanted: Readonly<Record<string, readonly PortBinding[]>>,
  gateways: Gateways,
  canBind: CanBind,
): readonly PublishedPort[] {
  const sorted = Object.entries(wanted)
    .flatMap(([key, bindings]) => bindings.map((binding) => read(key, binding)))
    .sort(compare);
  const bound: PublishedPort[] = [];
  try {
    let together: PublishedPort[] = [];
    for (const [at, one] of sorted.entries()) {
      together.push(...targets(one, gateways));
      const next = sorted[at + 1];
      if (next !== undefined && isSamePort(one, next)) continue;
      bound.push(...bind(allocator, one, together, canBind));
      together = [];
    }
    return bound;
  } catch (error) {
    releasePorts(allocator, bound);
    throw error;
  }
}

export function releasePorts(allocator: PortAllocator, ports: readonly PublishedPort[]): void {
  for (const { protocol, hostIp, hostPort } of ports) allocator.release(protocol, hostIp, hostPort);
}

function bind(
  allocator: PortAllocator,
  { protocol, first, last }: Wanted,
  together: readonly PublishedPort[],
  canBind: CanBind,
): readonly PublishedPort[] {
  if (together.length === 0) return [];
  const translated = together.filter(({ endpoint, hostIp }) => isTranslated(endpoint, familyOf(hostIp)));
  const addresses = translated.map(({ hostIp }) => hostIp);
  // A port that was named is tried once: it will not be free the next time either.
  const isNamed = first !== 0 && first === last;
  for (let attempt = 1; ; attempt++) {
    const hostPort = addresses.length === 0 ? 0 : allocator.take({ protocol, addresses, first, last });
    const bound = together.map((one) => (translated.includes(one) ? { ...one, hostPort } : one));
    const problem = problemOf(translated, hostPort, canBind) ?? listenProblem(protocol, addresses);
    if (problem === undefined) return bound;
    releasePorts(allocator, bound);
    if (isNamed || attempt === MAX_ATTEMPTS) throw new StatusError("internal", problem);
  }
}

function problemOf(ports: readonly PublishedPort[], hostPort: number, canBind: CanBind): string | undefined {
  for (const port of ports) {
    const problem = canBind(port.hostIp, port.protocol, hostPort);
    if (problem !== undefined) return bindFailure({ ...port, hostPort }, problem);
  }
  return undefined;
}

/** All get the same port: an address cannot be listened on twice, nor beside all of its family. Datagrams can be. */
function listenProblem(protocol: string, addresses: readonly string[]): string | undefined {
  const meet = (a: string, b: string): boolean => familyOf(a) === familyOf(b) && (a === b || isAny(a) || isAny(b));
  const isTwice = addresses.some((one, at) => addresses.slice(at + 1).some((other) => meet(one, other)));
  return protocol === "tcp" && isTwice ? "failed to listen on TCP socket: address already in use" : undefined;
}

/** What the daemon says of a port that it could not bind. */
export function bindFailure(port: PublishedPort, problem: string): string {
  const { protocol, hostIp, hostPort, address, containerPort } = port;
  const place = `${shown(hostIp)}:${hostPort}:${shown(address)}:${containerPort}/${protocol}`;
  return `failed to bind host port for ${place}: ${problem}`;
}

const shown = (address: string): string => (familyOf(address) === 6 ? `[${address}]` : address);

const isTranslated = ({ network }: Endpoint, family: IpFamily): boolean =>
  network.options.gatewayModes[family] !== "routed";

/** Where a binding leads, for each family that it is for. */
function targets({ protocol, containerPort, hostIp }: Wanted, { v4, v6 }: Gateways): readonly PublishedPort[] {
  const found: PublishedPort[] = [];
  const add = (endpoint: Endpoint, family: IpFamily, address: string | undefined): void => {
    if (address === undefined) return;
    const bindings = addressOf(endpoint, family, hostIp);
    if (bindings !== undefined) {
      found.push({ protocol, containerPort, hostIp: bindings, hostPort: 0, address, endpoint });
    }
  };
  if (v4 !== undefined) add(v4, 4, v4.v4);
  if (v6 !== undefined) add(v6, 6, v6.v6);
  // A proxy takes IPv6 to a container that has none.
  else if (v4 !== undefined) add(v4, 6, v4.v4);
  return found;
}

/** The address of the machine that a binding of that family has there; `undefined` if it has none. */
function addressOf({ network }: Endpoint, family: IpFamily, hostIp: string): string | undefined {
  const any = family === 4 ? "0.0.0.0" : "::";
  const { options } = network;
  if (hostIp !== "") {
    if (familyOf(hostIp) !== family) return undefined;
    return options.gatewayModes[family] === "routed" ? any : hostIp;
  }
  if (bindsEverywhere(options)) return any;
  return familyOf(options.bindingIp) === family ? options.bindingIp : undefined;
}

function read(key: string, { HostIp, HostPort }: PortBinding): Wanted {
  const [containerPort = "0", protocol = "tcp"] = key.split("/");
  const [first = 0, last = first] = HostPort === "" ? [0] : HostPort.split("-").map(Number);
  return { protocol, containerPort: Number(containerPort), hostIp: canonicalIp(HostIp) ?? "", first, last };
}

const PROTOCOLS = ["tcp", "udp", "sctp"];

/** Bindings that name a port come first, for no other will do. Those that differ in the address only are neighbours. */
function compare(a: Wanted, b: Wanted): number {
  const isRange = ({ first, last }: Wanted): number => (first === 0 || first !== last ? 1 : 0);
  return (
    isRange(a) - isRange(b) ||
    a.containerPort - b.containerPort ||
    PROTOCOLS.indexOf(a.protocol) - PROTOCOLS.indexOf(b.protocol) ||
    a.first - b.first ||
    a.last - b.last ||
    compareAddresses(a.hostIp, b.hostIp)
  );
}

function compareAddresses(a: string, b: string): number {
  if (a === b) return 0;
  if (a === "" || b === "") return a === "" ? -1 : 1;
  return familyOf(a) - familyOf(b) || compareIp(a, b);
}

const isSamePort = (a: Wanted, b: Wanted): boolean =>
  a.containerPort === b.containerPort && a.protocol === b.protocol && a.first === b.first && a.last === b.last;

/** Clients may leave out the protocol; of a range nothing is left. */
function fullPort(key: string): string {
  const [port = "", protocol = "tcp"] = key.split("/");
  return `${/^\d+$/.test(port) ? port : 0}/${protocol}`;
}

/** How inspect and `docker port` show them. */
export function portMap(
  ports: readonly PublishedPort[],
  exposed: readonly string[],
): Record<string, PortBinding[] | null> {
  const map: Record<string, PortBinding[] | null> = {};
  for (const key of exposed) map[fullPort(key)] = null;
  for (const { protocol, containerPort, hostIp, hostPort } of ports) {
    const key = `${containerPort}/${protocol}`;
    map[key] = [...(map[key] ?? []), { HostIp: hostIp, HostPort: hostPort === 0 ? "" : String(hostPort) }];
  }
  return map;
}
