/**
 * IP addresses and prefixes. An address travels as its canonical text ("10.0.0.1", "fe80::1"): it can be compared,
 * hashed and printed as it is; where bits count, `ipBytes` gives them.
 *
 * @see RFC 4291, RFC 5952 for the canonical text of IPv6
 */

export type IpFamily = 4 | 6;

/** All addresses that share their first `length` bits with `address`. */
export interface IpPrefix {
  readonly address: string;
  readonly length: number;
}

export const familyOf = (address: string): IpFamily => (address.includes(":") ? 6 : 4);

/** Bits of an address of that family. */
export const bitsOf = (family: IpFamily): number => (family === 4 ? 32 : 128);

/** The unspecified address: "any" of bind(2). */
export const anyAddress = (family: IpFamily): string => (family === 4 ? "0.0.0.0" : "::");

export const isAny = (address: string): boolean => address === "0.0.0.0" || address === "::";

/** 4 or 16 bytes; `undefined` if the text is no address. Dotted quads must have four decimal parts without zeros before. */
export function ipBytes(text: string): Uint8Array | undefined {
  return text.includes(":") ? parse6(text) : parse4(text);
}

/** The canonical text of an address in any notation; `undefined` if it is none. */
export function canonicalIp(text: string): string | undefined {
  if (isQuad(text)) return text;
  const bytes = ipBytes(text);
  return bytes === undefined ? undefined : formatIp(bytes);
}

export function formatIp(bytes: Uint8Array): string {
  return bytes.length === 4 ? `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}` : format6(bytes);
}

/** "10.0.0.0/8" or an address alone, which is a prefix of full length. `undefined` if it is neither. */
export function parsePrefix(text: string): IpPrefix | undefined {
  const slash = text.indexOf("/");
  const address = canonicalIp(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const bits = bitsOf(familyOf(address));
  if (slash < 0) return { address, length: bits };
  const digits = text.slice(slash + 1);
  if (!/^(0|[1-9]\d{0,2})$/.test(digits) || Number(digits) > bits) return undefined;
  return { address, length: Number(digits) };
}

/** The prefix's first address: all bits after `length` are zero. */
export function networkOf({ address, length }: IpPrefix): string {
  return masked(address, length, 0);
}

/** The prefix's last address: all bits after `length` are one. */
export function lastOf({ address, length }: IpPrefix): string {
  return masked(address, length, 0xff);
}

export function inPrefix(prefix: IpPrefix, address: string): boolean {
  const family = familyOf(address);
  if (familyOf(prefix.address) !== family) return false;
  if (prefix.length === 0) return true;
  if (prefix.length === bitsOf(family)) return prefix.address === address;
  if (family === 4) {
    const bits = 32 - prefix.length;
    return ipNumber(address) >>> bits === ipNumber(prefix.address) >>> bits;
  }
  return masked(address, prefix.length, 0) === masked(prefix.address, prefix.length, 0);
}

/** The dotted mask of an IPv4 prefix: 8 → "255.0.0.0". */
export const netmask = (length: number): string => masked("255.255.255.255", length, 0);

/** The address `count` after this one, within its family. */
export function addToIp(address: string, count: number): string {
  const bytes = (ipBytes(address) ?? new Uint8Array(4)).slice();
  let carry = count;
  for (let i = bytes.length - 1; i >= 0 && carry !== 0; i--) {
    const sum = (bytes[i] ?? 0) + carry;
    bytes[i] = sum & 0xff;
    carry = Math.floor(sum / 256);
  }
  return formatIp(bytes);
}

/** Orders two addresses of one family by their numbers. */
export function compareIp(a: string, b: string): number {
  const other = ipBytes(b) ?? [];
  for (const [at, byte] of (ipBytes(a) ?? []).entries()) {
    const difference = byte - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const MAPPED = "::ffff:";

/** An IPv4 address as an IPv6 socket shows it. */
export const mappedIp = (address: string): string => (familyOf(address) === 4 ? MAPPED + address : address);

/** The IPv4 address in "::ffff:1.2.3.4"; any other address as it is. */
export const unmappedIp = (address: string): string =>
  address.startsWith(MAPPED) && address.includes(".") ? address.slice(MAPPED.length) : address;

export const isLoopback = (address: string): boolean => address === "::1" || address.startsWith("127.");

export function isMulticast(address: string): boolean {
  if (familyOf(address) === 6) return address.startsWith("ff");
  const first = Number(address.slice(0, address.indexOf(".")));
  return first >= 224 && first < 240;
}

function masked(address: string, length: number, fill: number): string {
  const bytes = (ipBytes(address) ?? new Uint8Array(4)).slice();
  for (let i = 0; i < bytes.length; i++) {
    const kept = Math.max(0, Math.min(8, length - 8 * i));
    const mask = (0xff << (8 - kept)) & 0xff;
    bytes[i] = ((bytes[i] ?? 0) & mask) | (fill & ~mask & 0xff);
  }
  return formatIp(bytes);
}

/** An IPv4 address as a number of 32 bits. Every packet is looked at this way, so it reads digits and nothing else. */
export function ipNumber(text: string): number {
  let all = 0;
  let part = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === DOT) {
      all = (all << 8) | part;
      part = 0;
    } else part = part * 10 + code - ZERO;
  }
  return ((all << 8) | part) >>> 0;
}

const DOT = 46;
const ZERO = 48;

function parse4(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(4);
  return isQuad(text, bytes) ? bytes : undefined;
}

/** Whether it is four decimal parts. `bytes` gets what they are. */
function isQuad(text: string, bytes?: Uint8Array): boolean {
  let at = 0;
  for (let part = 0; part < 4; part++, at++) {
    if (part > 0 && text.charCodeAt(at - 1) !== DOT) return false;
    const start = at;
    let value = 0;
    for (let digit = text.charCodeAt(at) - ZERO; digit >= 0 && digit <= 9; digit = text.charCodeAt(at) - ZERO) {
      value = value * 10 + digit;
      at++;
    }
    const digits = at - start;
    if (digits === 0 || digits > 3 || value > 255) return false;
    // In some notations that would be an octal number.
    if (digits > 1 && text.charCodeAt(start) === ZERO) return false;
    if (bytes !== undefined) bytes[part] = value;
  }
  return at === text.length + 1;
}

function parse6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = words(halves[0] ?? "");
  const tail = halves.length === 2 ? words(halves[1] ?? "") : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return Uint8Array.from(all.flatMap((word) => [word >>> 8, word & 0xff]));
}

/** The 16-bit groups of one half of an IPv6 text; its end may be a dotted quad. */
function words(text: string): readonly number[] | undefined {
  if (text === "") return [];
  const found: number[] = [];
  const parts = text.split(":");
  for (const [at, part] of parts.entries()) {
    if (at === parts.length - 1 && part.includes(".")) {
      const quad = parse4(part);
      if (quad === undefined) return undefined;
      found.push(((quad[0] ?? 0) << 8) | (quad[1] ?? 0), ((quad[2] ?? 0) << 8) | (quad[3] ?? 0));
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      found.push(Number.parseInt(part, 16));
    }
  }
  return found;
}

function format6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, at) => ((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return MAPPED + bytes.slice(12).join(".");
  }
  let start = -1;
  let length = 1;
  for (let at = 0; at < 8; at++) {
    let run = 0;
    while (at + run < 8 && groups[at + run] === 0) run++;
    if (run > length) {
      start = at;
      length = run;
    }
    if (run > 0) at += run;
  }
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  return start < 0 ? hex(groups) : `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}
