/**
 * Whether a container, or the machine, can reach a name, an address or a port, and what stands in the way: the name, the
 * networks, what was made of links, who listens where, what is published.
 *
 * It asks the same tables that packets are moved by, and sends none.
 */
import type { Kernel, NetNamespace } from "../../kernel/index.ts";
import { familyOf, type IpFamily, isAny, isLoopback } from "../../lib/index.ts";
import type { Container } from "../container/container.ts";
import type { Endpoint } from "../network/endpoint.ts";
import type { Away } from "../network/network.ts";
import type { PublishedPort } from "../network/port-bindings.ts";
import type { Surroundings } from "../swarm/surroundings.ts";
import type { Finding } from "./finding.ts";
import { listenersOf, portFinding } from "./listeners.ts";
import { lookUp, type NameParts, networksOf } from "./names.ts";

export interface ReachParts extends NameParts {
  readonly kernel: Kernel;
}

/** From which container to which name and port. Without `from` it is from the machine itself. */
export interface Journey {
  readonly from: Container | undefined;
  /** A name or an address. */
  readonly to: string;
  readonly port: number | undefined;
  readonly protocol: "tcp" | "udp";
}

interface Goal extends Journey {
  readonly address: string;
}

export function reachFindings(journey: Journey, parts: ReachParts): readonly Finding[] {
  const { from, to } = journey;
  if (from !== undefined && !from.isRunning) {
    return [{ kind: "route", text: `${from.name} is ${from.state}: nothing in it can connect` }];
  }
  const owner = from?.networkOf ?? from;
  const isHost = from?.hostConfig.NetworkMode === "host";
  const found = lookUp(to, isHost ? undefined : owner, parts);
  if (!("address" in found)) return [found];
  const goal = { ...journey, from: isHost ? undefined : owner, address: found.address };
  const named = found.finding === undefined ? [] : [found.finding];
  return [...named, ...wayFindings(goal, parts)];
}

function wayFindings(goal: Goal, parts: ReachParts): readonly Finding[] {
  const { from, address } = goal;
  const host = parts.kernel.init.ns.net;
  if (from === undefined) {
    const end = endOf(address, parts);
    if (end !== undefined) return atContainer(goal, end.container);
    return isLoopback(address) || host.madeStack?.isLocal(address) === true
      ? atMachine(goal, host, parts)
      : (toMachine(goal, parts) ?? [nobodyHas(goal)]);
  }
  if (isLoopback(address)) return atItself(goal, from, parts);
  const end = endOf(address, parts);
  if (end !== undefined) return toContainer(goal, from, end);
  const own = from.sandbox?.endpoints ?? [];
  const overlay = onOverlay(goal, own, parts);
  if (overlay !== undefined) return overlay;
  const family = familyOf(address);
  if (own.length === 0) return [noNetwork(from)];
  if (parts.networks.list().some(({ bridge }) => bridge?.pool(family)?.gateway === address))
    return atMachine(goal, host, parts);
  if (own.every(({ network }) => network.internal)) {
    return [
      {
        kind: "route",
        text: `${from.name} is on internal networks only (${networksOf(from).join(", ")}): nothing leads out of them`,
      },
    ];
  }
  return toMachine(goal, parts) ?? [nobodyHas(goal)];
}

/** On a network of several machines: somebody on another one, or a service as a whole. */
function onOverlay(
  goal: Goal,
  own: readonly Endpoint[],
  { networks, surroundings }: ReachParts,
): readonly Finding[] | undefined {
  const { address } = goal;
  const near = networks.list().filter(({ bridge }) => own.some(({ network }) => network === bridge));
  for (const { name, bridge, away } of near) {
    if (bridge?.virtualAddresses.has(address) === true) {
      const text = `${address} is the address of a service on ${name}: each connection is passed on to one of its tasks`;
      return [{ kind: "route", text, facts: { address, network: name } }];
    }
    const found = away?.(address);
    if (found !== undefined) return toAway(goal, { ...found, network: name }, surroundings);
  }
  return undefined;
}

function toAway(
  { address, port, protocol }: Goal,
  { machine, machineAddress, endpoint, network }: Away & { readonly network: string },
  { address: here, hears }: Surroundings,
): readonly Finding[] {
  const name = endpoint.owner ?? address;
  const facts = { to: name, network, machine };
  const place: Finding = { kind: "route", text: `${name} has ${address} on ${network}, on ${machine}`, facts };
  if (!hears(here, machineAddress) || !hears(machineAddress, here)) {
    const text = `this machine and ${machine} do not hear each other: it has no power, or the links between them are cut`;
    return [place, { kind: "route", text, facts }];
  }
  const reached: Finding = { kind: "reached", text: `${name} can be reached at ${address}`, facts: { address } };
  const listening = port && portFinding({ port, protocol, address, name }, listenersOf(endpoint.namespace, protocol));
  return [place, listening || reached];
}

/** Another machine of the cluster. */
function toMachine({ address }: Goal, { surroundings }: ReachParts): readonly Finding[] | undefined {
  const { address: here, at, hears } = surroundings;
  if (at(address) === undefined || address === here) return undefined;
  const text = hears(here, address)
    ? `${address} is another machine, which can be reached`
    : `${address} is another machine, and it is not heard: it has no power, or the links to it are cut`;
  return [{ kind: hears(here, address) ? "reached" : "route", text, facts: { address } }];
}

interface End {
  readonly container: Container;
  readonly endpoint: Endpoint;
}

function endOf(address: string, { containers }: ReachParts): End | undefined {
  for (const container of containers()) {
    const endpoint = container.sandbox?.endpoints.find(({ addresses }) => addresses.includes(address));
    if (endpoint !== undefined) return { container, endpoint };
  }
  return undefined;
}

const nobodyHas = ({ address }: Goal): Finding => ({
  kind: "route",
  text: `no container and no network of the machine has the address ${address}`,
  facts: { address },
});

const noNetwork = ({ name }: Container): Finding => ({
  kind: "route",
  text: `${name} has no network (--network none): nothing but its own loopback can be reached`,
});

function toContainer(goal: Goal, from: Container, { container, endpoint }: End): readonly Finding[] {
  const { network } = endpoint;
  const own = from.sandbox?.endpoints ?? [];
  if (own.length === 0) return [noNetwork(from)];
  const say = (text: string): readonly Finding[] => [
    { kind: "route", text, facts: { from: from.name, to: container.name, network: network.name } },
  ];
  if (container !== from && !own.some((one) => one.network === network)) {
    const mine = networksOf(from).join(", ");
    return say(
      `${container.name} has ${goal.address} on ${network.name}, and ${from.name} is on ${mine}: bridges let nothing through to each other`,
    );
  }
  if (network.links.isCut(network.name, [from.name, container.name])) {
    return say(`the link between ${from.name} and ${container.name} on ${network.name} is cut`);
  }
  if (container !== from && !network.options.icc) {
    return say(
      `${network.name} was made so that its containers do not hear each other (com.docker.network.bridge.enable_icc=false)`,
    );
  }
  return atContainer(goal, container);
}

function atContainer(goal: Goal, container: Container): readonly Finding[] {
  const { port, protocol, address } = goal;
  if (container.state === "paused") {
    return [{ kind: "port", text: `${container.name} is paused: nobody in it answers`, facts: { to: container.name } }];
  }
  if (port === undefined)
    return [{ kind: "reached", text: `${container.name} can be reached at ${address}`, facts: { address } }];
  const namespace = container.oci?.process.ns.net;
  const finding = portFinding({ port, protocol, address, name: container.name }, listenersOf(namespace, protocol));
  const published = container.sandbox?.ports.find((one) => one.hostPort === port && one.containerPort !== port);
  if (finding.kind === "reached" || published === undefined) return [finding];
  const text = `${port} is the machine's port for ${published.containerPort} of ${container.name}: other containers connect to ${published.containerPort}`;
  return [{ ...finding, because: [...(finding.because ?? []), { kind: "port", text }] }];
}

/** `localhost` inside of a container is the container. */
function atItself(goal: Goal, from: Container, { containers }: ReachParts): readonly Finding[] {
  const { port, protocol, address } = goal;
  if (port === undefined) return [{ kind: "reached", text: `${address} is ${from.name} itself`, facts: { address } }];
  const finding = portFinding(
    { port, protocol, address, name: from.name },
    listenersOf(from.oci?.process.ns.net, protocol),
  );
  if (finding.kind === "reached") return [finding];
  const others = containers().filter((one) => one !== from && listens(one, port, protocol));
  const hints = others.map(
    ({ name }): Finding => ({
      kind: "port",
      text: `${name} listens on ${port}: inside of a container, localhost is the container and not the machine`,
      facts: { listener: name, port },
    }),
  );
  return [{ ...finding, because: [...(finding.because ?? []), ...hints] }];
}

const listens = (container: Container, port: number, protocol: "tcp" | "udp"): boolean =>
  listenersOf(container.oci?.process.ns.net, protocol).some((one) => one.port === port);

/** A port of the machine: published, or a process of the machine listens there. */
function atMachine(goal: Goal, host: NetNamespace, parts: ReachParts): readonly Finding[] {
  const { port, protocol, address } = goal;
  if (port === undefined) return [{ kind: "reached", text: `${address} is the machine`, facts: { address } }];
  const all = parts.containers().flatMap((container) => publications(container, protocol));
  const here = all.filter(({ published }) => published.hostPort === port);
  const fitting = here.find(({ published }) => fits(published.hostIp, address));
  if (fitting !== undefined) return throughPort(goal, fitting.container, fitting.published);
  if (here.length > 0) {
    const places = [...new Set(here.map(({ published }) => published.hostIp))];
    const text = `port ${port} is published on ${places.join(", ")} only, and not on ${address}`;
    return [{ kind: "port", text, facts: { port, places } }];
  }
  const local = listenersOf(host, protocol).filter((one) => one.port === port);
  if (local.length > 0) return [portFinding({ port, protocol, address, name: "the machine" }, local)];
  return [
    {
      kind: "port",
      text: `no port ${port} of the machine is published`,
      facts: { port },
      because: elsewhere(port, protocol, all, parts),
    },
  ];
}

interface Published {
  readonly container: Container;
  readonly published: PublishedPort;
}

function publications(container: Container, protocol: string): readonly Published[] {
  const ports = container.sandbox?.ports ?? [];
  return ports.filter((one) => one.protocol === protocol).map((published) => ({ container, published }));
}

function fits(hostIp: string, address: string): boolean {
  const family: IpFamily = familyOf(address);
  return isAny(hostIp) ? familyOf(hostIp) === family : hostIp === address;
}

function throughPort(goal: Goal, container: Container, { containerPort, address }: PublishedPort): readonly Finding[] {
  const { port } = goal;
  const published: Finding = {
    kind: "port",
    text: `port ${port} of the machine is published to ${containerPort} of ${container.name}`,
    facts: { port: port ?? 0, to: container.name, containerPort },
  };
  return [published, ...atContainer({ ...goal, address, port: containerPort }, container)];
}

/** Whether a container has a port of the machine while it runs. */
function wants({ hostConfig }: Container, port: number, protocol: string): boolean {
  return Object.entries(hostConfig.PortBindings ?? {}).some(
    ([inside, bindings]) =>
      inside.endsWith(`/${protocol}`) && bindings?.some(({ HostPort }) => HostPort === String(port)) === true,
  );
}

const restingFinding = ({ name, state }: Container, port: number): Finding => ({
  kind: "port",
  text: `${name} publishes ${port} while it runs, and is ${state}`,
  facts: { to: name, port, state },
});

/** Containers that have the port inside, publish it as another one, or would if they ran. */
function elsewhere(
  port: number,
  protocol: "tcp" | "udp",
  all: readonly Published[],
  { containers }: ReachParts,
): readonly Finding[] {
  const resting = containers().filter((one) => !one.isRunning && wants(one, port, protocol));
  if (resting.length > 0) return resting.map((one) => restingFinding(one, port));
  const known = all.filter(({ published }) => published.containerPort === port);
  const asOther = known.map(
    ({ container, published }): Finding => ({
      kind: "port",
      text: `${port} of ${container.name} is published as ${published.hostPort} of the machine`,
      facts: { to: container.name, hostPort: published.hostPort },
    }),
  );
  if (asOther.length > 0) return [asOther[0] as Finding];
  return containers()
    .filter(
      (one) =>
        one.isRunning &&
        (listens(one, port, protocol) || one.config.ExposedPorts?.[`${port}/${protocol}`] !== undefined),
    )
    .map((one): Finding => {
      const has = listens(one, port, protocol) ? "listens on" : "says that it listens on";
      const text = `${one.name} ${has} ${port} and does not publish it: EXPOSE opens nothing, --publish ${port}:${port} does`;
      return { kind: "port", text, facts: { to: one.name, port } };
    });
}
