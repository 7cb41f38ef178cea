/**
 * Ports of EXPOSE: `80`, `8000-8010/udp`, and the forms of `docker run -p`, which only earn a warning.
 *
 * Model: BuildKit's dockerfile2llb/convert_expose.go, with its messages.
 */

import { quote, readInteger } from "../../lib/go/index.ts";
import { BuildError } from "../dockerfile/error.ts";

/** What lint has to say of one port. */
export interface PortRemarks {
  /** The protocol is not in lower case. */
  onProtocolCase(port: string): void;
  /** There is an address or a port of the host. */
  onHostPart(port: string): void;
}

const MAX_PORT = 65535;

/**
 * The single ports that a specification stands for, as `80/tcp`.
 *
 * @throws BuildError `invalid containerPort: http` and its siblings.
 */
export function parsePorts(specification: string, remarks: PortRemarks): readonly string[] {
  const parts = specification.split(":");
  const address = parts.slice(0, -2).join(":");
  const hostPorts = parts.at(-2) ?? "";
  const [ports, protocol] = splitProtocol(parts.at(-1) ?? "", specification);
  if (protocol !== protocol.toLowerCase()) remarks.onProtocolCase(specification);
  if (address !== "" || hostPorts !== "") remarks.onHostPart(specification);
  checkAddress(address);
  const [first, last] = range(ports) ?? fail(`invalid containerPort: ${ports}`);
  if (hostPorts !== "") {
    const [hostFirst, hostLast] = range(hostPorts) ?? fail(`invalid hostPort: ${hostPorts}`);
    if (last - first !== hostLast - hostFirst && last !== first)
      fail(`invalid ranges specified for container and host Ports: ${ports} and ${hostPorts}`);
  }
  return Array.from({ length: last - first + 1 }, (_, i) => `${first + i}/${protocol.toLowerCase()}`);
}

function splitProtocol(text: string, specification: string): readonly [ports: string, protocol: string] {
  const slash = text.indexOf("/");
  const ports = slash < 0 ? text : text.slice(0, slash);
  const protocol = slash < 0 ? "" : text.slice(slash + 1);
  if (ports === "") fail(`invalid port: ${quote(specification)}: no port specified`);
  if (!["", "tcp", "udp", "sctp"].includes(protocol.toLowerCase()))
    fail(`invalid port: ${quote(specification)}: invalid proto: ${protocol}`);
  return [ports, protocol || "tcp"];
}

function range(text: string): readonly [first: number, last: number] | undefined {
  const dash = text.indexOf("-");
  const start = dash < 0 ? text : text.slice(0, dash);
  const end = dash < 0 ? start : text.slice(dash + 1);
  const first = readInteger(start);
  const last = readInteger(end);
  if (typeof first === "string" || typeof last === "string") return undefined;
  return first >= 0 && first <= last && last <= MAX_PORT ? [first, last] : undefined;
}

function checkAddress(given: string): void {
  const address = given.startsWith("[") ? withoutBrackets(given) : given;
  if (address !== "" && !isIpv4(address) && !isIpv6(address)) fail(`invalid IP address: ${address}`);
}

/** Goes through Go's net.SplitHostPort, with an empty port put behind. */
function withoutBrackets(given: string): string {
  const refuse = (why: string): never => fail(`invalid IP address ${given}: address ${given}:: ${why} in address`);
  const end = given.indexOf("]");
  if (end < 0) refuse("missing ']'");
  const next = given[end + 1];
  if (next !== undefined) refuse(next === ":" ? "too many colons" : "missing port");
  if (given.indexOf("[", 1) > 0) refuse("unexpected '['");
  return given.slice(1, end);
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255);
}

/** Eight groups of hexadecimal digits, one run of which `::` may replace; the last two may be an IPv4 address. */
function isIpv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const last = groups.at(-1) ?? "";
  const embedded = last.includes(".");
  if (embedded && !isIpv4(last)) return false;
  const plain = embedded ? groups.slice(0, -1) : groups;
  const count = plain.length + (embedded ? 2 : 0);
  return plain.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)) && (halves.length === 2 ? count <= 7 : count === 8);
}

function fail(message: string): never {
  throw new BuildError(message);
}
