/** Addresses as Go's package net reads and prints them: IP, CIDR prefix, hardware address. */
import { ValueError } from "../problem.ts";

/** The bytes of an address: 4 or 16. A v4 address mapped into v6 is kept as 4, as Go prints it. */
export type Ip = readonly number[];

/** net.ParseIP; undefined if the text is no address. Zones are not accepted. */
export function parseIp(text: string): Ip | undefined {
  return text.includes(":") ? parseV6(text) : parseV4(text);
}

function parseV4(text: string): Ip | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  const bytes = parts.map((part) => (/^(?:0|[1-9][0-9]{0,2})$/.test(part) ? Number(part) : 256));
  return bytes.every((byte) => byte < 256) ? bytes : undefined;
}

function parseV6(text: string): Ip | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, at) => groups(half, at === halves.length - 1));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const missing = 16 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 2) return undefined;
  const bytes = [...head, ...new Array<number>(missing).fill(0), ...(tail ?? [])];
  return isMapped(bytes) ? bytes.slice(12) : bytes;
}

/** Colon separated groups as bytes; the last one of an address may be dotted. */
function groups(text: string, last: boolean): number[] | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  const bytes: number[] = [];
  for (const [at, part] of parts.entries()) {
    const dotted = last && at === parts.length - 1 && part.includes(".") ? parseV4(part) : undefined;
    if (dotted !== undefined) bytes.push(...dotted);
    else if (/^[0-9a-fA-F]{1,4}$/.test(part))
      bytes.push(Number.parseInt(part, 16) >> 8, Number.parseInt(part, 16) & 255);
    else return undefined;
  }
  return bytes;
}

const isMapped = (bytes: Ip): boolean =>
  bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;

/** IP.String: dotted, or the shortest hexadecimal form with the longest run of zero groups left out. */
export function ipText(ip: Ip): string {
  if (ip.length === 4) return ip.join(".");
  const words = Array.from({ length: 8 }, (_, at) => ((ip[2 * at] ?? 0) << 8) | (ip[2 * at + 1] ?? 0));
  let [start, length] = [-1, 1];
  for (let at = 0; at < 8; at++) {
    let end = at;
    while (end < 8 && words[end] === 0) end++;
    if (end - at > length) [start, length] = [at, end - at];
  }
  const text = (part: readonly number[]): string => part.map((word) => word.toString(16)).join(":");
  return start < 0 ? text(words) : `${text(words.slice(0, start))}::${text(words.slice(start + length))}`;
}

/** True for 127.0.0.0/8 and ::1. */
export function isLoopback(ip: Ip): boolean {
  return ip.length === 4 ? ip[0] === 127 : ip.every((byte, at) => byte === (at === 15 ? 1 : 0));
}

/** An address with the length of its network's prefix. */
export interface Prefix {
  readonly ip: Ip;
  readonly bits: number;
}

/** net.ParseCIDR. @throws ValueError `invalid CIDR address: TEXT` */
export function parseCidr(text: string): Prefix {
  const [address = "", bits, ...more] = text.split("/");
  const ip = parseIp(address);
  const width = address.includes(":") ? 128 : 32;
  if (ip === undefined || bits === undefined || more.length > 0 || !/^[0-9]+$/.test(bits) || Number(bits) > width)
    throw new ValueError(`invalid CIDR address: ${text}`);
  return { ip, bits: ip.length === 4 && width === 128 ? Math.max(0, Number(bits) - 96) : Number(bits) };
}

/** True if `ip` is in the network of `prefix`. */
export function contains(prefix: Prefix, ip: Ip | undefined): boolean {
  if (ip === undefined || ip.length !== prefix.ip.length) return false;
  for (let bit = 0; bit < prefix.bits; bit++) {
    const mask = 128 >> (bit & 7);
    if (((ip[bit >> 3] ?? 0) & mask) !== ((prefix.ip[bit >> 3] ?? 0) & mask)) return false;
  }
  return true;
}

/** net.ParseMAC: 6, 8 or 20 bytes, pairs with `:` or `-`, or fours with `.`. */
export function isHardwareAddress(text: string): boolean {
  const pairs = /^[0-9a-fA-F]{2}(?:(?::[0-9a-fA-F]{2})+|(?:-[0-9a-fA-F]{2})+)$/;
  if (pairs.test(text)) return [17, 23, 59].includes(text.length);
  return /^[0-9a-fA-F]{4}(?:\.[0-9a-fA-F]{4})+$/.test(text) && [14, 19, 49].includes(text.length);
}

/** net.JoinHostPort. */
export function joinHostPort(host: string, port: string): string {
  return host.includes(":") || host.includes("%") ? `[${host}]:${port}` : `${host}:${port}`;
}
