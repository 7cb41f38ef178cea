/**
 * Names of hosts: /etc/hosts, /etc/resolv.conf and questions to name servers over UDP.
 *
 * @see getaddrinfo(3), hosts(5), resolv.conf(5)
 */
import { close, connect, Errno, POLLIN, poll, type Routine, recvfrom, sendto, socket } from "../../abi/index.ts";
import {
  type DnsMessage,
  type DnsType,
  decodeDns,
  encodeDns,
  familyOf,
  type IpFamily,
  parsePrefix,
  remembering,
} from "../../lib/index.ts";
import { attempt, readText } from "../io.ts";
import { inetAddress } from "./inet-address.ts";

export const DNS_PORT = 53;
/** Name servers that are read of resolv.conf. @see resolv.h: MAXNS */
const MAX_SERVERS = 3;
const NOBODY: readonly string[] = [];

export interface ResolverConfig {
  readonly servers: readonly string[];
  readonly search: readonly string[];
  readonly ndots: number;
  readonly timeoutSeconds: number;
  readonly attempts: number;
}

/** What /etc/resolv.conf says; the name server of this host if it says nothing. */
export function* resolverConfig(): Routine<ResolverConfig> {
  const text = yield* attempt(readText("/etc/resolv.conf"));
  return configOf(text instanceof Errno ? "" : text);
}

/** Files that are asked for again and again say the same. */
const configOf = remembering((text: string): ResolverConfig => {
  const lines = settingsOf(text);
  const servers = lines.flatMap(([key, value]) => (key === "nameserver" && value !== undefined ? [value] : []));
  const search = lines.findLast(([key]) => key === "search" || key === "domain")?.slice(1) ?? [];
  const options = lines.flatMap(([key, ...words]) => (key === "options" ? words : []));
  const number = (name: string, usual: number): number => {
    const option = options.find((one) => one.startsWith(`${name}:`));
    return option === undefined ? usual : Number.parseInt(option.slice(name.length + 1), 10) || 0;
  };
  return {
    servers: servers.length === 0 ? ["127.0.0.1"] : servers.slice(0, MAX_SERVERS),
    search,
    ndots: number("ndots", 1),
    timeoutSeconds: number("timeout", 5),
    attempts: number("attempts", 2),
  };
});

/** The words of each line; comments, which are most of Docker's file, are passed over. */
function settingsOf(text: string): readonly (readonly string[])[] {
  return text.split("\n").flatMap((line) => (line === "" || line.startsWith("#") ? [] : [line.trim().split(/\s+/)]));
}

/**
 * The addresses of a name, best first; none if it has none. `family` restricts them.
 *
 * Lines of /etc/hosts keep their order. Of a name server's addresses those come first that there is a way to, and IPv6
 * before IPv4.
 *
 * @see RFC 6724
 */
export function* resolve(name: string, family?: IpFamily): Routine<readonly string[]> {
  const number = inetAddress(name);
  if (number !== undefined) return ofFamily([number], family);
  const inFile = yield* inHostsFile(name);
  const listed = ofFamily(family === 4 && inFile.length > 0 ? inFile.map(asFour) : inFile, family);
  if (listed.length > 0) return listed;
  if (!/^[\w.-]+$/.test(name)) return NOBODY;
  return yield* sorted(ofFamily(yield* askServers(name, family), family));
}

function ofFamily(addresses: readonly string[], family: IpFamily | undefined): readonly string[] {
  if (family === undefined || addresses.every((address) => familyOf(address) === family)) return addresses;
  return addresses.filter((address) => familyOf(address) === family);
}

/** Who asks for IPv4 is given 127.0.0.1 for a line with ::1, as glibc does. */
const asFour = (address: string): string => (address === "::1" ? "127.0.0.1" : address);

/** The name of an address; `undefined` if nobody knows one. */
export function* nameOf(address: string): Routine<string | undefined> {
  const text = yield* attempt(readText("/etc/hosts"));
  for (const [first, name] of text instanceof Errno ? [] : hostsLines(text)) {
    if (first === address && name !== undefined) return name;
  }
  const answer = yield* query(yield* resolverConfig(), reverseName(address), "PTR");
  return answer?.answers.find(({ type }) => type === "PTR")?.value;
}

/** "4.3.2.1.in-addr.arpa" */
export function reverseName(address: string): string {
  if (familyOf(address) === 4) return `${address.split(".").reverse().join(".")}.in-addr.arpa`;
  const groups = expand6(address);
  return `${[...groups].reverse().join(".")}.ip6.arpa`;
}

/** A message that asks one question, and for recursion. */
export function encodeQuestion(id: number, name: string, type: DnsType): Uint8Array {
  return encodeDns({
    id,
    isResponse: false,
    isAuthoritative: false,
    recursionDesired: true,
    recursionAvailable: false,
    code: 0,
    questions: [{ name, type }],
    answers: [],
  });
}

/** One question to one server. `undefined` if there is no answer in time, an `Errno` if it cannot be asked. */
function* ask(server: string, name: string, type: DnsType, timeoutUs: number): Routine<DnsMessage | Errno | undefined> {
  const family = familyOf(server) === 4 ? "inet" : "inet6";
  const fd = yield* socket(family, "dgram");
  try {
    const to = { family, address: server, port: DNS_PORT } as const;
    const failure = yield* connect(fd, to).attempt();
    if (failure instanceof Errno) return failure;
    const id = 1 + ((name.length * 257 + type.length * 31) % 65_534);
    const message = encodeQuestion(id, name, type);
    const unsent = yield* sendto(fd, message).attempt();
    if (unsent instanceof Errno) return unsent;
    const ready = yield* poll([{ fd, events: POLLIN }], timeoutUs);
    if (ready.length === 0) return undefined;
    const received = yield* recvfrom(fd, 4096).attempt();
    return received instanceof Errno ? received : decodeDns(received.data);
  } finally {
    yield* close(fd);
  }
}

/** A question to each server in turn, until one knows. */
function* query(config: ResolverConfig, name: string, type: DnsType): Routine<DnsMessage | undefined> {
  let last: DnsMessage | undefined;
  for (let tries = 0; tries < config.attempts; tries++) {
    for (const server of config.servers) {
      const answer = yield* ask(server, name, type, config.timeoutSeconds * 1_000_000);
      if (answer instanceof Errno) continue;
      if (answer?.code === 0 || answer?.code === 3) return answer;
      last = answer ?? last;
    }
    if (last !== undefined) return last;
  }
  return last;
}

function* askServers(name: string, family: IpFamily | undefined): Routine<readonly string[]> {
  const config = yield* resolverConfig();
  for (const candidate of candidatesFor(name, config)) {
    const found: string[] = [];
    for (const type of family === undefined ? BOTH : family === 4 ? FOUR : SIX) {
      const answer = yield* query(config, candidate.endsWith(".") ? candidate.slice(0, -1) : candidate, type);
      if (answer === undefined) break;
      for (const record of answer.answers) if (record.type === type) found.push(record.value);
    }
    if (found.length > 0) return found;
  }
  return NOBODY;
}

const FOUR: readonly DnsType[] = ["A"];
const SIX: readonly DnsType[] = ["AAAA"];
const BOTH: readonly DnsType[] = [...FOUR, ...SIX];

/** The names that are tried in turn. */
function candidatesFor(name: string, { search, ndots }: ResolverConfig): readonly string[] {
  if (name.endsWith(".") || search.length === 0) return [name];
  const dots = name.split(".").length - 1;
  const searched = search.filter((domain) => domain !== ".").map((domain) => `${name}.${domain}`);
  return dots >= ndots ? [name, ...searched] : [...searched, name];
}

function* inHostsFile(name: string): Routine<readonly string[]> {
  const wanted = name.toLowerCase();
  const text = yield* attempt(readText("/etc/hosts"));
  return text instanceof Errno ? NOBODY : (addressesIn(text).get(wanted) ?? NOBODY);
}

/** The addresses of each name that a file of hosts has, in the order of its lines. */
const addressesIn = remembering((text: string): ReadonlyMap<string, readonly string[]> => {
  const all = new Map<string, readonly string[]>();
  for (const [first = "", ...names] of hostsLines(text)) {
    const { address } = parsePrefix(first) ?? {};
    if (address === undefined) continue;
    for (const name of new Set(names.map((one) => one.toLowerCase()))) {
      all.set(name, [...(all.get(name) ?? []), address]);
    }
  }
  return all;
});

function hostsLines(text: string): readonly (readonly string[])[] {
  return text.split("\n").map((line) => line.replace(/#.*/, "").trim().split(/\s+/));
}

function* sorted(addresses: readonly string[]): Routine<readonly string[]> {
  const six = addresses.filter((address) => familyOf(address) === 6);
  if (six.length === 0 || six.length === addresses.length) return addresses;
  const four = addresses.filter((address) => familyOf(address) === 4);
  return (yield* isReachable(six[0] ?? "")) ? [...six, ...four] : [...four, ...six];
}

/** Is there a route? The kernel says so when a datagram socket is connected, without sending anything. */
function* isReachable(address: string): Routine<boolean> {
  const fd = yield* socket("inet6", "dgram");
  const failure = yield* connect(fd, { family: "inet6", address, port: DNS_PORT }).attempt();
  yield* close(fd);
  return !(failure instanceof Errno);
}

/** The 32 hexadecimal digits of an IPv6 address. */
function expand6(address: string): string {
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const middle = tail === undefined ? [] : new Array<string>(8 - left.length - right.length).fill("0");
  return [...left, ...middle, ...right].map((group) => group.padStart(4, "0")).join("");
}
