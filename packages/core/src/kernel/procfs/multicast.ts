/**
 * Which groups devices listen to: /proc/net/igmp6 and dev_mcast.
 *
 * @see net/ipv6/mcast.c, net/core/net-procfs.c
 */
import { familyOf, ipBytes } from "../../lib/index.ts";
import { type Device, MINIMUM_MTU_6, type NetStack } from "../../net/index.ts";
import { hex, plain6 } from "./net-text.ts";

/** Groups that everybody is in. */
const ALL_NODES = "ff02::1";
const INTERFACE_NODES = "ff01::1";

const carries6 = ({ mtu }: Device): boolean => mtu >= MINIMUM_MTU_6;

/** The groups that addresses of a device are asked for by: the solicited nodes. @see RFC 4291 2.7.1 */
function groups6({ addresses, kind }: Device): readonly string[] {
  const own = addresses.filter(({ address }) => kind !== "loopback" && familyOf(address) === 6);
  return own.map(({ address }) => {
    const [high = 0, middle = 0, low = 0] = (ipBytes(address) ?? new Uint8Array(16)).subarray(13);
    return `ff02::1:ff${high.toString(16).padStart(2, "0")}:${((middle << 8) | low).toString(16)}`;
  });
}

/** @see net/ipv6/mcast.c: igmp6_mc_seq_show */
export function multicastMembers6(stack: NetStack): string {
  const line = ({ index, name }: Device, group: string, flags: number): string =>
    `${String(index).padEnd(4)} ${name.padEnd(15)} ${plain6(group)} ${"1".padStart(5)} ${hex(flags, 8)} 0\n`;
  return stack.devices
    .filter((device) => device.up && carries6(device))
    .map((device) =>
      [
        ...groups6(device).map((group) => line(device, group, 0x4)),
        line(device, ALL_NODES, 0xc),
        line(device, INTERFACE_NODES, 0x8),
      ].join(""),
    )
    .join("");
}

/** Hardware addresses that a device listens to, the latest first. @see net/core/net-procfs.c: dev_mc_seq_show */
export function multicastDevices(stack: NetStack): string {
  return stack.devices
    .filter(({ up, kind }) => up && kind !== "loopback")
    .flatMap((device) => {
      const six = carries6(device)
        ? [...groups6(device), ALL_NODES].map((group) => `3333${plain6(group).slice(-8)}`)
        : [];
      return [...six, "01005e000001"].map(
        (mac) => `${String(device.index).padEnd(4)} ${device.name.padEnd(15)} 1     0     ${mac}\n`,
      );
    })
    .join("");
}
