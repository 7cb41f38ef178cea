/**
 * Names and addresses: `--dns`, `--dns-search`, `--add-host`, `--link`, `--attach`.
 *
 * Model: docker/cli opts.ValidateIPAddress, ValidateDNSSearch, ValidateExtraHost, ParseLink.
 */

import { quote } from "../../../lib/go/index.ts";
import { ipText, isLoopback, parseIp } from "../go/address.ts";
import { ValueError } from "../problem.ts";
import { cut } from "./pairs.ts";

/** The address in its shortest form. */
export function ipAddress(text: string): string {
  const ip = parseIp(text.trim());
  if (ip === undefined) throw new ValueError(`IP address is not correctly formatted: ${text}`);
  return ipText(ip);
}

const LABEL = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
/** Docker's pattern, which by a slip of its author also accepts a colon before each part. */
const DOMAIN = new RegExp(`^(:?${`:?${LABEL}`}(?::?\\.:?${LABEL})*)\\.?\\s*$`);

/** A domain to search in; `.` alone stands for none. */
export function searchDomain(text: string): string {
  const domain = text.replace(/^ +| +$/g, "");
  if (domain === ".") return domain;
  const name = /[a-zA-Z]/.test(domain) ? DOMAIN.exec(domain)?.[1] : undefined;
  if (name === undefined || name.length >= 255) throw new ValueError(`${domain} is not a valid domain`);
  return name;
}

/** `HOST:ADDRESS` or `HOST=ADDRESS`, the address perhaps in brackets, or `host-gateway`; gives `HOST:ADDRESS`. */
export function extraHost(text: string): string {
  const [host, value] = text.includes("=") ? cut(text, "=") : cut(text, ":");
  if (value === undefined || host === "" || host.includes(":"))
    throw new ValueError(`bad format for add-host: ${quote(text)}`);
  if (value === "host-gateway") return `${host}:${value}`;
  const address = value.length > 2 && value.startsWith("[") && value.endsWith("]") ? value.slice(1, -1) : value;
  if (parseIp(address.trim()) === undefined) throw new ValueError(`invalid IP address in add-host: ${quote(address)}`);
  return `${host}:${address}`;
}

/** `CONTAINER[:ALIAS]`. */
export function link(text: string): string {
  if (text === "") throw new ValueError("empty string specified for links");
  if (text.split(":").length > 2) throw new ValueError(`bad format for links: ${text}`);
  return text;
}

/** `stdin`, `stdout` or `stderr` in any case. */
export function stream(text: string): string {
  const name = text.toLowerCase();
  if (!["stdin", "stdout", "stderr"].includes(name)) throw new ValueError("valid streams are STDIN, STDOUT and STDERR");
  return name;
}

/** What the client warns about servers that a container cannot reach; undefined if there is nothing to warn about. */
export function localDnsWarning(servers: readonly string[]): string | undefined {
  const local = servers.find((server) => {
    const ip = parseIp(server);
    return ip !== undefined && isLoopback(ip);
  });
  return local === undefined ? undefined : `Localhost DNS (${local}) may fail in containers.`;
}
