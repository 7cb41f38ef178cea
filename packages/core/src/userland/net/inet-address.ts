/**
 * Addresses as people write them: "127.1", "10.0.0.1:80", "[::1]:80".
 *
 * @see inet_aton(3)
 */
import { canonicalIp, familyOf, ipNumber, netmask } from "../../lib/index.ts";

/** The canonical text of an address in numbers; `undefined` if it is a name. */
export function inetAddress(text: string): string | undefined {
  return text.includes(":") ? canonicalIp(text.replace(/%.*$/, "")) : inetAton(text);
}

/** The zone behind an address of IPv6: "eth0" of "fe80::1%eth0". @see RFC 4007 */
export const zoneOf = (text: string): string | undefined => /^[^%]*:[^%]*%(.+)$/.exec(text)?.[1];

/** IPv4 in one to four parts, each decimal, octal or hexadecimal; the last fills what is left. */
export function inetAton(text: string): string | undefined {
  if (!/^\d/.test(text)) return undefined;
  const parts = text.split(".").map(number);
  const last = parts.pop();
  if (last === undefined || parts.length > 3 || parts.some((part) => part === undefined || part > 255))
    return undefined;
  if (last >= 256 ** (4 - parts.length)) return undefined;
  const bytes = parts.map((part) => part ?? 0);
  for (let shift = 3 - parts.length; shift >= 0; shift--) bytes.push(Math.floor(last / 256 ** shift) % 256);
  return bytes.join(".");
}

/** The prefix that an IPv4 address had before there were prefixes. @see RFC 791 3.2 */
export function classLength(address: string): number {
  const first = Number(address.split(".")[0]);
  return first < 128 ? 8 : first < 192 ? 16 : 24;
}

/** How many bits of a mask are set. */
export function maskLength(mask: string): number {
  return (ipNumber(mask) >>> 0).toString(2).replaceAll("0", "").length;
}

/** The prefix that a mask stands for; `undefined` for what is no mask, or has holes. */
export function prefixOfMask(text: string): number | undefined {
  const mask = inetAton(text);
  const length = mask === undefined ? undefined : maskLength(mask);
  return length !== undefined && netmask(length) === mask ? length : undefined;
}

function number(text: string): number | undefined {
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) return Number.parseInt(text, 16);
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

export interface HostPort {
  readonly host: string;
  /** `undefined` if none was written. */
  readonly port: string | undefined;
}

/** "host:port", "[v6]:port", or either without a port. A bare IPv6 address has none. */
export function splitHostPort(text: string): HostPort {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  if (bracketed !== null) return { host: bracketed[1] ?? "", port: bracketed[2] };
  const colon = text.lastIndexOf(":");
  if (colon < 0 || text.indexOf(":") !== colon) return { host: text, port: undefined };
  return { host: text.slice(0, colon), port: text.slice(colon + 1) };
}

/** "1.2.3.4:80", "[::1]:80" */
export const dotted = (address: string, port: number): string =>
  familyOf(address) === 4 ? `${address}:${port}` : `[${address}]:${port}`;

export const domainOf = (address: string): "inet" | "inet6" => (familyOf(address) === 4 ? "inet" : "inet6");
