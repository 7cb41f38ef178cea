/**
 * `--publish` and `--expose`: `[[IP:]HOST[-HOST]:]PORT[-PORT][/PROTOCOL]`, and the long `published=…,target=…` form.
 *
 * Model: docker/go-connections nat, docker/cli convertToStandardNotation.
 */
import { parseUnsigned, readOr } from "../../../lib/go/index.ts";
import type { PortBinding, PortMap, StringSet } from "../create-body.ts";
import { parseIp } from "../go/address.ts";
import { ValueError } from "../problem.ts";
import { cut } from "./pairs.ts";

export interface PublishedPorts {
  /** Keys are `80/tcp`, in the order given. */
  readonly exposed: StringSet;
  readonly bindings: PortMap;
}

/** What the options `--publish` and `--expose` ask for together. */
export function parsePorts(publish: readonly string[], expose: readonly string[]): PublishedPorts {
  const bindings: Record<string, PortBinding[]> = {};
  for (const text of publish.map(standardNotation))
    for (const [port, binding] of parseMapping(text)) bindings[port] = [...(bindings[port] ?? []), binding];
  const exposed: Record<string, Record<string, never>> = {};
  for (const port of [...Object.keys(bindings), ...expose.flatMap(parseExpose)]) exposed[port] = {};
  return { exposed, bindings };
}

/** `published=8080,target=80,protocol=udp` as `8080:80/udp`; other texts as they are. */
function standardNotation(text: string): string {
  if (!text.includes("=")) return text;
  const fields = new Map([["protocol", "tcp"]]);
  for (const field of text.split(",")) {
    const [name, value] = cut(field, "=");
    if (value === undefined || name === "")
      throw new ValueError(`invalid publish opts format (should be name=value but got '${field}')`);
    fields.set(name, value);
  }
  return `${fields.get("published") ?? ""}:${fields.get("target") ?? ""}/${fields.get("protocol")}`;
}

function parseMapping(text: string): (readonly [port: string, binding: PortBinding])[] {
  const parts = text.split(":");
  const last = parts.pop() ?? "";
  const host = parts.pop() ?? "";
  const [protocol, container] = splitProtocol(last);
  const ip = address(parts.join(":"));
  if (container === "") throw new ValueError(`no port specified: ${text}<empty>`);
  const ports = range(container) ?? refuse(`invalid containerPort: ${container}`);
  const hosts = host === "" ? undefined : (range(host) ?? refuse(`invalid hostPort: ${host}`));
  const count = ports[1] - ports[0];
  if (hosts !== undefined && hosts[1] - hosts[0] !== count && count !== 0)
    refuse(`invalid ranges specified for container and host Ports: ${container} and ${host}`);
  if (!["tcp", "udp", "sctp"].includes(protocol.toLowerCase())) refuse(`invalid proto: ${protocol}`);
  return Array.from({ length: count + 1 }, (_, at) => [
    `${ports[0] + at}/${protocol.toLowerCase()}`,
    { HostIp: ip, HostPort: hosts === undefined ? "" : hostPort(hosts, at, count === 0) },
  ]);
}

/** A single container port may be published on any one of a range of host ports. */
function hostPort([start, end]: Range, at: number, single: boolean): string {
  return single && start !== end ? `${start}-${end}` : `${start + at}`;
}

function address(text: string): string {
  if (text === "") return "";
  if (text.startsWith("[")) {
    const inner = /^\[([^[\]]*)\]$/.exec(text)?.[1];
    if (inner === undefined) refuse(`invalid IP address ${text}: ${bracketProblem(text)}`);
    if (inner !== "" && parseIp(inner) === undefined) refuse(`invalid IP address: ${inner}`);
    return inner;
  }
  if (parseIp(text) === undefined) refuse(`invalid IP address: ${text}`);
  return text;
}

/** What net.SplitHostPort finds wrong with a bracketed host and an empty port. */
function bracketProblem(host: string): string {
  const close = host.indexOf("]");
  const why =
    close < 0
      ? "missing ']' in address"
      : close !== host.length - 1
        ? host[close + 1] === ":"
          ? "too many colons in address"
          : "missing port in address"
        : `unexpected '${host.indexOf("[", 1) > 0 ? "[" : "]"}' in address`;
  return `address ${host}:: ${why}`;
}

/** Every `PORT/PROTOCOL` of one `--expose`. */
function parseExpose(text: string): string[] {
  if (text.includes(":")) refuse(`invalid port format for --expose: ${text}`);
  const [protocol, port] = splitProtocol(text);
  const [start, end] = exposeRange(text, port);
  return Array.from({ length: end - start + 1 }, (_, at) => `${start + at}/${protocol}`);
}

function exposeRange(text: string, port: string): Range {
  return readOr(
    () => parseRange(port),
    ({ message }) => refuse(`invalid range format for --expose: ${text}, error: ${message}`),
  );
}

/** Protocol and port of `PORT/PROTOCOL`; the protocol is tcp unless said. */
function splitProtocol(text: string): readonly [protocol: string, port: string] {
  const [port = "", protocol] = text.split("/");
  if (port === "") return ["", ""];
  return [protocol || "tcp", port];
}

type Range = readonly [start: number, end: number];

function range(text: string): Range | undefined {
  return readOr(
    () => parseRange(text),
    () => undefined,
  );
}

function parseRange(text: string): Range {
  if (text === "") throw new ValueError("empty string specified for ports");
  const [first = "", second] = text.split("-");
  const start = parseUnsigned(first, { bits: 16 });
  const end = second === undefined ? start : parseUnsigned(second, { bits: 16 });
  if (end < start) throw new ValueError(`invalid range specified for port: ${text}`);
  return [start, end];
}

function refuse(message: string): never {
  throw new ValueError(message);
}
