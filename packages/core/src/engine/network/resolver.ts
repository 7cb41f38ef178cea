/**
 * What the name server inside of a container knows: names of its networks, and whom to ask about others.
 *
 * @see moby libnetwork/resolver.go, libnetwork/sandbox.go: ResolveName
 */
import type { Kernel, NetNamespace } from "../../kernel/index.ts";
import { canonicalIp, type DnsQuestion, familyOf, type IpFamily, ipBytes } from "../../lib/index.ts";
import type { DnsAnswer, DnsUpstream } from "../../net/index.ts";
import type { Endpoint } from "./endpoint.ts";

/** Where the embedded name server listens in every container on a user-defined network. */
export const EMBEDDED_DNS = "127.0.0.11";
const TTL_SECONDS = 600;
/** @see moby libnetwork/resolver.go: maxExtDNS */
const MAX_UPSTREAMS = 3;

export interface ResolverParts {
  readonly kernel: Kernel;
  /** The container's own. */
  readonly namespace: NetNamespace;
  /** In their order. */
  readonly endpoints: () => readonly Endpoint[];
  /** Whether packets of the container get out at all. */
  readonly leadsOutside: () => boolean;
  /** `--dns`: asked from inside of the container. */
  readonly servers: readonly string[];
  /** Name servers of the machine, which are asked from its network namespace. */
  readonly machineServers: readonly string[];
  /** `--dns-option ndots:…` was given. */
  readonly hasNdots: boolean;
  /** A name was asked for that nobody knows. */
  readonly missed: (name: string) => void;
}

export class EmbeddedResolver {
  readonly #parts: ResolverParts;

  constructor(parts: ResolverParts) {
    this.#parts = parts;
  }

  /** What the networks of the container know; `undefined` if others are to be asked. */
  answer({ name, type }: DnsQuestion): DnsAnswer | undefined {
    switch (type) {
      case "A":
      case "AAAA": {
        const found = this.#lookUp(name, type === "A" ? 4 : 6);
        if (found !== undefined) {
          const records = this.#shuffled(found).map((value) => ({ name, type, ttlSeconds: TTL_SECONDS, value }));
          return { code: 0, records };
        }
        // With `ndots` set, a name without a dot is to be tried with a search domain, and is not forwarded.
        return this.#parts.hasNdots && !name.includes(".") ? { code: 0, records: [] } : undefined;
      }
      case "MX":
        // Mail goes to the name itself.
        return (this.#lookUp(name, 4) ?? []).length + (this.#lookUp(name, 6) ?? []).length > 0
          ? { code: 0, records: [] }
          : undefined;
      case "PTR":
        return this.#nameOf(name);
      default:
        return undefined;
    }
  }

  missed({ name, type }: DnsQuestion): void {
    // A lookup asks for both families: it is noted once.
    if (type === "A") this.#parts.missed(name.replace(/\.$/, ""));
  }

  /** Whom to ask, in order. */
  upstreams(): readonly DnsUpstream[] {
    const { kernel, namespace, servers, machineServers } = this.#parts;
    if (servers.length > 0) {
      const stack = namespace.stack(kernel.net);
      const others = servers.filter((address) => address !== EMBEDDED_DNS);
      return others.slice(0, MAX_UPSTREAMS).map((address) => ({ stack, address }));
    }
    if (!this.#parts.leadsOutside()) return [];
    const stack = kernel.init.ns.net.stack(kernel.net);
    return machineServers.slice(0, MAX_UPSTREAMS).map((address) => ({ stack, address }));
  }

  /** A name may have that of its network behind it. `undefined` if nobody has it. */
  #lookUp(text: string, family: IpFamily): readonly string[] | undefined {
    const name = text.endsWith(".") ? text.slice(0, -1) : text;
    const found = this.#among(name, undefined, family);
    if (found !== undefined) return found;
    for (let dot = name.lastIndexOf("."); dot > 0; dot = name.lastIndexOf(".", dot - 1)) {
      const inside = this.#among(name.slice(0, dot), name.slice(dot + 1), family);
      if (inside !== undefined) return inside;
    }
    return undefined;
  }

  /** First what the container itself calls others (links), then what they are called. */
  #among(name: string, network: string | undefined, family: IpFamily): readonly string[] | undefined {
    const isMeant = ({ network: { hasNames, name: called } }: Endpoint): boolean =>
      hasNames && (network === undefined || called === network);
    const endpoints = this.#parts.endpoints();
    for (const endpoint of endpoints) {
      if (!isMeant(endpoint)) continue;
      const target = linkTarget(endpoint, name);
      const found = target === undefined ? undefined : endpoint.network.names.resolve(target, family);
      if (found !== undefined) return found;
    }
    for (const endpoint of endpoints) {
      if (!isMeant(endpoint) || linkTarget(endpoint, name) !== undefined) continue;
      const found = endpoint.network.names.resolve(name, family);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #nameOf(reverse: string): DnsAnswer | undefined {
    const address = addressOfReverse(reverse);
    if (address === undefined) return undefined;
    for (const { network } of this.#parts.endpoints()) {
      const value = network.names.nameOf(address);
      if (value === undefined) continue;
      return { code: 0, records: [{ name: reverse, type: "PTR", ttlSeconds: TTL_SECONDS, value }] };
    }
    return undefined;
  }

  #shuffled(addresses: readonly string[]): readonly string[] {
    return addresses.length < 2 ? addresses : this.#parts.kernel.net.random.shuffle([...addresses]);
  }
}

/** Whom a link of the container means by a name: `NAME:ALIAS`. */
function linkTarget({ settings }: Endpoint, alias: string): string | undefined {
  if (settings?.Links === undefined) return undefined;
  for (const link of settings.Links ?? []) {
    const [name = "", called = name] = link.split(":");
    if (called === alias) return name.replace(/^\//, "");
  }
  return undefined;
}

/** The address in `4.3.2.1.in-addr.arpa`, or in its longer form for IPv6. */
function addressOfReverse(name: string): string | undefined {
  const lower = name.toLowerCase().replace(/\.$/, "");
  const four = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\.in-addr\.arpa$/.exec(lower)?.slice(1).reverse().join(".");
  if (four !== undefined) return ipBytes(four) === undefined ? undefined : four;
  const nibbles = /^((?:[0-9a-f]\.){32})ip6\.arpa$/.exec(lower)?.[1]?.split(".").slice(0, 32).reverse().join("");
  const six = nibbles?.replace(/(.{4})(?=.)/g, "$1:");
  return six === undefined ? undefined : canonicalSix(six);
}

function canonicalSix(text: string): string | undefined {
  const address = canonicalIp(text);
  return address !== undefined && familyOf(address) === 6 ? address : undefined;
}
