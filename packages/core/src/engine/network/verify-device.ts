/**
 * What only the kernel finds out when the bridge of a network is made, in the order in which it is asked.
 *
 * @see moby libnetwork/drivers/bridge: interface_linux.go, setup_device_linux.go, setup_ipv6_linux.go; net/core/dev.c:
 * dev_valid_name
 */
import { StatusError } from "../../lib/index.ts";
import type { Device } from "../../net/index.ts";
import type { BridgeOptions } from "./bridge-options.ts";
import type { Ipam } from "./ipam.ts";

/** @see include/uapi/linux/if.h: IFNAMSIZ - 1 */
const MAX_DEVICE_NAME = 15;
/** @see include/linux/if_ether.h: ETH_MIN_MTU */
const MIN_MTU = 68;
const MAX_MTU = 65_535;
/** @see include/uapi/linux/ipv6.h: IPV6_MIN_MTU */
const MIN_MTU_6 = 1280;

export interface PlannedBridge {
  readonly name: string;
  readonly options: BridgeOptions;
  readonly internal: boolean;
  readonly ipam: Ipam;
  /** A device that the machine has already. */
  readonly known: (name: string) => Device | undefined;
}

/** @throws StatusError internal, but for a gateway where there can be none */
export function verifyDevice({ name, options, internal, ipam, known }: PlannedBridge): void {
  // Names that are made of an id are nobody else's.
  const existing = options.bridgeName === "" ? undefined : known(name);
  if (existing !== undefined && existing.kind !== "bridge") throw refused(`existing interface ${name} is not a bridge`);
  const problem = deviceNameProblem(name);
  if (problem !== undefined) throw refused(problem);
  const { mtu } = options;
  if (mtu !== 0 && (mtu < MIN_MTU || mtu > MAX_MTU)) throw refused("invalid argument");
  if (ipam.v6 !== undefined && mtu !== 0 && mtu < MIN_MTU_6) {
    const file = `/proc/sys/net/ipv6/conf/${name}/disable_ipv6`;
    throw refused(`Cannot read IPv6 setup for bridge ${name}: open ${file}: no such file or directory`);
  }
  if (internal && ipam.v4?.otherGateway !== undefined) {
    throw new StatusError("invalid-argument", "no gateway can be set on an internal bridge network");
  }
}

/** Why a device cannot be called that, in the words of Go's syscall package. */
export function deviceNameProblem(name: string): string | undefined {
  if (name.length > MAX_DEVICE_NAME) return "numerical result out of range";
  return name === "" || name === "." || name === ".." || /[/:\s]/.test(name) ? "invalid argument" : undefined;
}

const refused = (message: string): StatusError => new StatusError("internal", message);
