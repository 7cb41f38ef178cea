/** Functions of ranges of addresses. @see go-cty-funcs cidr; apparentlymart/go-cidr cidr/cidr.go */
import { bitsOf, familyOf, formatIp, type IpPrefix, ipBytes, parsePrefix } from "../../lib/index.ts";
import { Unsuitable, wholeOf } from "../value.ts";
import { asOperand, BadOperand, type HclFunction, many, of } from "./function.ts";

/** A range as numbers. */
interface Range {
  readonly first: bigint;
  readonly length: number;
  readonly bits: number;
}

/** @throws Unsuitable */
function rangeOf(text: string): Range {
  const prefix: IpPrefix | undefined = parsePrefix(text);
  const bytes = prefix && ipBytes(prefix.address);
  if (prefix === undefined || bytes === undefined) {
    throw new Unsuitable(`invalid CIDR expression: invalid CIDR address: ${text}`);
  }
  const { length } = prefix;
  const bits = bitsOf(familyOf(prefix.address));
  const own = bytes.slice(-bits / 8).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return { first: (own >> BigInt(bits - length)) << BigInt(bits - length), length, bits };
}

function addressText(value: bigint, bits: number): string {
  const bytes = Array.from({ length: bits / 8 }, (_, at) => Number((value >> BigInt(bits - 8 * (at + 1))) & 0xffn));
  return formatIp(new Uint8Array(bytes));
}

const rangeText = ({ first, length, bits }: Range): string => `${addressText(first, bits)}/${length}`;

/** One of the addresses by its number; negative ones count from the end. */
function host(prefix: string, hostnum: number): string {
  const number = BigInt(wholeOf(hostnum));
  const { first, length, bits } = rangeOf(prefix);
  const count = 1n << BigInt(bits - length);
  const at = number < 0n ? count + number : number;
  if (at >= 0n && at < count) return addressText(first + at, bits);
  const shown = number < 0n ? -number - count : number;
  throw new Unsuitable(`prefix of ${length} does not accommodate a host numbered ${number < 0n ? -shown : shown}`);
}

function mask(prefix: string): string {
  const { length, bits } = rangeOf(prefix);
  return addressText(((1n << BigInt(length)) - 1n) << BigInt(bits - length), bits);
}

/** How far a range may be extended in one call. */
const MOST_BITS = 32;

function subnet(prefix: string, newbits: number, netnum: number): string {
  const [more, number] = [wholeOf(newbits), BigInt(wholeOf(netnum))];
  const { first, length, bits } = rangeOf(prefix);
  if (more > MOST_BITS) throw new Unsuitable(`may not extend prefix by more than ${MOST_BITS} bits`);
  if (length + more > bits) {
    throw new Unsuitable(`insufficient address space to extend prefix of ${length} by ${more}`);
  }
  if (more >= 0 && number >= 1n << BigInt(more)) {
    throw new Unsuitable(`prefix extension of ${more} does not accommodate a subnet numbered ${number}`);
  }
  return rangeText({ first: first + (number << BigInt(bits - length - more)), length: length + more, bits });
}

/** Ranges of given sizes within one, each after the other. */
function subnets(prefix: string, newbits: readonly number[]): readonly string[] {
  const whole = asOperand(0, () => rangeOf(prefix));
  const { bits } = whole;
  let next = whole.first;
  let last = rangeText(whole);
  return newbits.map((given, at) => {
    const more = asOperand(at + 1, () => wholeOf(given));
    const length = whole.length + more;
    if (more < 1) throw new BadOperand(at + 1, "must extend prefix by at least one bit");
    if (more > MOST_BITS) throw new BadOperand(at + 1, `may not extend prefix by more than ${MOST_BITS} bits`);
    if (length > bits) {
      const family = bits === 32 ? "IPv4" : "IPv6";
      const why = `would extend prefix to ${length} bits, which is too long for an ${family} address`;
      throw new BadOperand(at + 1, why);
    }
    const size = 1n << BigInt(bits - length);
    const first = ((next + size - 1n) / size) * size;
    if (first + size > whole.first + (1n << BigInt(bits - whole.length))) {
      const why = `not enough remaining address space for a subnet with a prefix of ${length} bits after ${last}`;
      throw new BadOperand(at + 1, why);
    }
    next = first + size;
    last = rangeText({ first, length, bits });
    return last;
  });
}

export const ADDRESSES: readonly (readonly [name: string, function_: HclFunction])[] = [
  ["cidrhost", of(["prefix: string", "hostnum: number"], host)],
  ["cidrnetmask", of(["prefix: string"], mask)],
  ["cidrsubnet", of(["prefix: string", "newbits: number", "netnum: number"], subnet)],
  ["cidrsubnets", many(["prefix: string"], "newbits: number", ([prefix], newbits) => subnets(prefix, newbits))],
];
