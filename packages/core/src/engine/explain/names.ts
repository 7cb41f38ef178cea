/** What a name means to a container, and why it means nothing. */
import { ipBytes } from "../../lib/index.ts";
import type { Container } from "../container/container.ts";
import type { NetworkService } from "../networks.ts";
import type { Surroundings } from "../swarm/surroundings.ts";
import type { Finding } from "./finding.ts";

export interface NameParts {
  readonly networks: NetworkService;
  readonly containers: () => readonly Container[];
  /** The machines around this one. */
  readonly surroundings: Surroundings;
}

/** The addresses that a name has for a container (for the machine: `undefined`), or why it has none. */
export function lookUp(
  name: string,
  from: Container | undefined,
  parts: NameParts,
): { readonly address: string; readonly finding: Finding | undefined } | Finding {
  if (ipBytes(name) !== undefined) return { address: name, finding: undefined };
  const found =
    name === "localhost"
      ? "127.0.0.1"
      : ((from && (inFiles(name, from, parts) ?? onNetworks(name, from))) ?? machineCalled(name, from, parts));
  if (found !== undefined) {
    const whose = name === "localhost" && from !== undefined ? `, which is ${from.name} itself` : "";
    return {
      address: found,
      finding: { kind: "name", text: `${name} is ${found}${whose}`, facts: { name, address: found } },
    };
  }
  return {
    kind: "name",
    text: `the name ${name} does not resolve`,
    facts: { name },
    because: [unknown(name, from, parts)],
  };
}

/** Lines of /etc/hosts. */
function inFiles(name: string, from: Container, { networks }: NameParts): string | undefined {
  for (const line of networks.hosts(from)) {
    const [address, ...names] = line.split(/\s+/);
    if (names.includes(name)) return address;
  }
  return undefined;
}

function onNetworks(name: string, from: Container): string | undefined {
  for (const { network, settings } of from.sandbox?.endpoints ?? []) {
    if (!network.hasNames) continue;
    const link = settings?.Links?.find((one) => one.split(":").at(-1) === name);
    const [address] = network.names.resolve(link?.split(":")[0] ?? name, 4) ?? [];
    if (address !== undefined) return address;
  }
  return undefined;
}

/** What the machines' name server knows, for those whose questions get there. */
function machineCalled(name: string, from: Container | undefined, { surroundings }: NameParts): string | undefined {
  const isInside = from !== undefined && isOnlyInside(from);
  return isInside ? undefined : surroundings.at(name)?.address;
}

/** Nothing leads out of its networks; that holds for one without any, too. */
const isOnlyInside = ({ sandbox }: Container): boolean =>
  (sandbox?.endpoints ?? []).every(({ network }) => network.internal);

function unknown(name: string, from: Container | undefined, { containers }: NameParts): Finding {
  const say = (text: string): Finding => ({ kind: "name", text, facts: { name } });
  if (from === undefined) return say("the machine does not know the names of containers: only containers do");
  const all = containers();
  const target = all.find((one) => one !== from && isCalled(one, name));
  const own = networksOf(from);
  if (target === undefined) return say(nobody(name, own, from, all));
  if (!target.isRunning)
    return say(`the container ${target.name} is ${target.state}: only what runs has a place on its networks`);
  const theirs = networksOf(target);
  const shared = own.filter((one) => theirs.includes(one));
  if (own.length === 0) return say(`${from.name} has no network (--network none)`);
  if (theirs.length === 0) return say(`${target.name} is on no network of containers`);
  if (shared.length === 0) {
    return say(
      `${from.name} is on ${own.join(", ")}, and ${target.name} is on ${theirs.join(", ")}: names are known within a network`,
    );
  }
  const words = `both are on ${shared.join(", ")}`;
  return say(
    `${words}, where containers have no names: the default bridge knows none, a network of docker network create does`,
  );
}

function nobody(name: string, own: readonly string[], from: Container, all: readonly Container[]): string {
  const similar = nearest(
    name,
    all.filter((one) => one !== from).map((one) => one.name),
  );
  const hint = similar === undefined ? "" : ` (there is ${similar})`;
  const where = own.length === 0 ? "" : ` on ${own.join(", ")}`;
  if (!name.includes(".")) return `nobody${where} is called ${name}, or has it as an alias${hint}`;
  const outside = isOnlyInside(from)
    ? "no other name server can be asked: its networks are internal"
    : "the other name servers have no answer";
  return `nobody${where} is called ${name}, and ${outside}${hint}`;
}

function isCalled(container: Container, name: string): boolean {
  if (container.name === name || container.hostname === name || container.id.startsWith(name)) return true;
  return Object.values(container.endpoints).some(({ Aliases }) => Aliases?.includes(name) === true);
}

/** Names of the networks that it has addresses on, or is to have when it runs. */
export function networksOf({ endpoints }: Container): readonly string[] {
  return Object.keys(endpoints).filter((name) => name !== "none" && name !== "host");
}

/** The one that is most like a name, if it is a slip of one or two letters. */
function nearest(name: string, others: readonly string[]): string | undefined {
  const [best] = others.map((other) => ({ other, far: distance(name, other) })).sort((a, b) => a.far - b.far);
  return best !== undefined && best.far <= 2 ? best.other : undefined;
}

/** How many letters have to be changed, added or left out. @see Levenshtein */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
