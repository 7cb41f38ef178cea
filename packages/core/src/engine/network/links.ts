/**
 * Legacy links: on the default bridge a container that was created with `--link` finds others by an alias, and knows their
 * ports and variables.
 *
 * @see moby daemon/links.go, daemon/links/links.go, daemon/container_operations_unix.go: setupLinkedContainers
 */
import { compareBytes, StatusError } from "../../lib/index.ts";
import type { Container, ContainerRecord } from "../container/container.ts";
import type { ContainerIndex } from "../container/container-index.ts";
import { isUserDefined } from "../docker/values/network.ts";

const BRIDGE = "bridge";

/** `NAME` or `NAME:ALIAS`. @throws StatusError invalid-argument */
function parseLink(text: string): { readonly name: string; readonly alias: string } {
  const [name = "", given = "", ...more] = text.split(":");
  if (more.length > 0) throw new StatusError("invalid-argument", `bad format for links: ${text}`);
  const last = given.slice(given.lastIndexOf("/") + 1);
  return { name: name.replace(/^\//, ""), alias: last === "" ? name.replace(/^\//, "") : last };
}

/**
 * Finds whom a new container's links mean.
 *
 * @throws StatusError invalid-argument for a container that is not there, or that has no network of its own
 */
function resolveLinks(links: readonly string[], find: (name: string) => Container): ReadonlyMap<string, Container> {
  const found = new Map<string, Container>();
  for (const link of links) {
    const { name, alias } = parseLink(link);
    // A link called nothing would be called what the container is: nothing comes of it.
    const isNameless = link.endsWith(":");
    let child = findLinked(name, find);
    for (;;) {
      const mode = child.hostConfig.NetworkMode ?? "";
      if (mode === "host") {
        const problem = "host type networking can't be used with links. This would result in undefined behavior";
        throw new StatusError("invalid-argument", `conflicting options: ${problem}`);
      }
      if (!mode.startsWith("container:")) break;
      child = findLinked(mode.slice("container:".length), find);
    }
    if (!isNameless) found.set(alias, child);
  }
  return found;
}

function findLinked(name: string, find: (name: string) => Container): Container {
  try {
    return find(name);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw new StatusError("invalid-argument", `could not get container for ${name}: ${error.message}`);
  }
}

/** What a container is called in lists: by its own name, and by those that link to it. */
export function linkedNames({ id, name, linkedBy }: Container): readonly string[] {
  if (linkedBy.size === 0) return [`/${name}`];
  const aliases = [...linkedBy].flatMap((parent) =>
    [...parent.links].flatMap(([alias, child]) => (child.id === id ? [`/${parent.name}/${alias}`] : [])),
  );
  return [`/${name}`, ...aliases].sort(compareBytes);
}

/** HostConfig.Links as inspect shows it. */
export function linksDocument({ name, links }: Container): readonly string[] | null {
  if (links.size === 0) return null;
  return [...links].map(([alias, child]) => `/${child.name}:/${name}/${alias}`);
}

/**
 * What the program of a container is told of those that it is linked to. Nothing off the default bridge.
 *
 * @throws StatusError internal if one of them does not run
 */
export function linkEnvironment(container: Container): readonly string[] {
  if (container.links.size === 0 || !Object.hasOwn(container.endpoints, BRIDGE)) return [];
  return [...container.links].flatMap(([alias, child]) => {
    const linked = `/${container.name}/${alias}`;
    if (!child.isRunning) {
      throw new StatusError("internal", `Cannot link to a non running container: /${child.name} AS ${linked}`);
    }
    const address = bridgeAddress(child);
    if (address === undefined) {
      throw new StatusError("internal", `container ${child.id} not attached to default bridge network`);
    }
    return variables(alias, linked, address, child);
  });
}

/** Lines of /etc/hosts for those that a container is linked to. @throws StatusError internal */
export function linkHosts(container: Container): readonly string[] {
  if (container.links.size === 0 || !Object.hasOwn(container.endpoints, BRIDGE)) return [];
  return [...container.links].flatMap(([alias, child]) => {
    if (!Object.hasOwn(child.endpoints, BRIDGE)) {
      const problem = `Cannot link to /${child.name}, as it does not belong to the default network`;
      throw new StatusError("internal", problem);
    }
    const address = bridgeAddress(child);
    if (address === undefined) return [];
    return [`${address}\t${[alias, child.hostname, ...(alias === child.name ? [] : [child.name])].join(" ")}`];
  });
}

function bridgeAddress({ endpoints }: Container): string | undefined {
  const address = endpoints[BRIDGE]?.IPAddress ?? "";
  return address === "" ? undefined : address;
}

interface Port {
  readonly port: number;
  readonly protocol: string;
}

function variables(alias: string, linked: string, address: string, child: Container): readonly string[] {
  const name = alias.toUpperCase().replaceAll("-", "_");
  const url = ({ port, protocol }: Port): string => `${protocol}://${address}:${port}`;
  const prefixOf = ({ port, protocol }: Port): string => `${name}_PORT_${port}_${protocol.toUpperCase()}`;
  const ports = portsOf(child);
  const [first] = ports;
  const lines = first === undefined ? [] : [`${name}_PORT=${url(first)}`];
  for (const one of ports) {
    const prefix = prefixOf(one);
    lines.push(`${prefix}=${url(one)}`, `${prefix}_ADDR=${address}`);
    lines.push(`${prefix}_PORT=${one.port}`, `${prefix}_PROTO=${one.protocol}`);
  }
  for (const [start, end] of ranges(ports)) {
    const prefix = prefixOf(start);
    lines.push(`${prefix}_START=${url(start)}`, `${prefix}_PORT_START=${start.port}`);
    lines.push(`${prefix}_END=${url(end)}`, `${prefix}_PORT_END=${end.port}`);
  }
  lines.push(`${name}_NAME=${linked}`);
  for (const variable of child.config.Env ?? []) {
    const isOwn = /^(HOME|PATH)=/.test(variable) || !variable.includes("=");
    if (!isOwn) lines.push(`${name}_ENV_${variable}`);
  }
  return lines;
}

/** Those of TCP first. */
function portsOf({ config }: Container): readonly Port[] {
  const ports = Object.keys(config.ExposedPorts ?? {}).map((key) => {
    const [port = "0", protocol = "tcp"] = key.split("/");
    return { port: Number(port), protocol };
  });
  const rank = ({ protocol }: Port): string => (protocol === "tcp" ? "" : protocol);
  return ports.sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : a.port - b.port));
}

/** Runs of ports of one protocol that follow each other. */
function ranges(ports: readonly Port[]): readonly (readonly [Port, Port])[] {
  const found: [Port, Port][] = [];
  for (const one of ports) {
    const last = found.at(-1);
    if (last !== undefined && last[1].protocol === one.protocol && last[1].port + 1 === one.port) last[1] = one;
    else found.push([one, one]);
  }
  return found.filter(([start, end]) => start !== end);
}

/** Has a new container know whom it links to, which means something on the default bridge only. @throws StatusError invalid-argument */
export function link(container: Container, find: (name: string) => Container): void {
  const { Links, NetworkMode = "" } = container.hostConfig;
  if (Links == null || Links.length === 0 || isUserDefined(NetworkMode === "" ? "default" : NetworkMode)) return;
  container.links = resolveLinks(Links, find);
  linkBack(container);
}

/** Restores the links of containers from their records. */
export function restoreLinks(index: ContainerIndex, records: readonly ContainerRecord[]): void {
  for (const { id, links } of records) {
    if (links.length === 0) continue;
    const parent = index.get(id);
    const children = links.flatMap(([alias, child]) => {
      const found = index.byId(child);
      return found === undefined ? [] : [[alias, found] as const];
    });
    parent.links = new Map(children);
    linkBack(parent);
  }
}

/** Takes `PARENT/ALIAS` away. @throws StatusError not-found; conflict for what is no link */
export function removeLink(index: ContainerIndex, reference: string) {
  const name = reference.replace(/^\//, "");
  const slash = name.lastIndexOf("/");
  if (slash < 0) {
    index.get(reference);
    throw new StatusError("conflict", "Conflict, cannot remove the default link name of the container");
  }
  const [parent, alias] = [index.byName(name.slice(0, slash)), name.slice(slash + 1)];
  const links = new Map(parent?.links);
  const child = links.get(alias);
  if (parent === undefined || child === undefined) {
    throw new StatusError("not-found", `No such container: ${reference}`);
  }
  links.delete(alias);
  parent.links = links;
  if (![...links.values()].includes(child)) child.linkedBy = without(child.linkedBy, parent);
  return { parent, alias };
}

/** A container goes: those that it has linked to do not know it any more. */
export function forgetLinks(container: Container): void {
  for (const child of container.links.values()) child.linkedBy = without(child.linkedBy, container);
}

function linkBack(parent: Container): void {
  for (const child of parent.links.values()) child.linkedBy = new Set([...child.linkedBy, parent]);
}

function without(all: ReadonlySet<Container>, one: Container): ReadonlySet<Container> {
  return new Set([...all].filter((other) => other !== one));
}
