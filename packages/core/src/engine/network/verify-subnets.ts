/**
 * Subnets that no bridge can have, although they can be had.
 *
 * @see moby libnetwork/drivers/bridge/bridge_linux.go: CreateNetwork, validateIPv6Subnet
 */
import { type IpPrefix, isMulticast, StatusError } from "../../lib/index.ts";
import { overlap, textOf } from "./address-space.ts";
import type { Ipam, NetworkPool } from "./ipam.ts";

const LINK_LOCAL: IpPrefix = { address: "fe80::", length: 64 };

/** @throws StatusError invalid-argument */
export function verifySubnets({ v4, v6 }: Ipam): void {
  for (const [family, one] of [["ipv4", v4] as const, ["ipv6", v6] as const]) {
    if (one !== undefined && isEverything(one.pool.subnet)) throw refused(`${family} pool is empty`);
  }
  if (v6 === undefined) return;
  const shown = bridgePrefix(v6);
  if (isMulticast(shown.address)) throw refused(`multicast subnet '${textOf(shown)}' is not allowed`);
  const { subnet } = v6.pool;
  if (textOf(subnet) !== textOf(LINK_LOCAL) && overlap(LINK_LOCAL, subnet)) {
    throw refused(`'${textOf(shown)}' clashes with the Link-Local prefix '${textOf(LINK_LOCAL)}'`);
  }
}

const isEverything = ({ address, length }: IpPrefix): boolean =>
  length === 0 && (address === "0.0.0.0" || address === "::");

/** The address that the bridge is to have, with the length of its subnet. */
function bridgePrefix({ pool: { subnet }, gateway }: NetworkPool): IpPrefix {
  return { address: gateway ?? subnet.address, length: subnet.length };
}

const refused = (message: string): StatusError => new StatusError("invalid-argument", message);
