/**
 * What the drivers macvlan and ipvlan ask of the machine's link that a network of theirs hangs on.
 *
 * Without one a dummy takes its place, and `eth0.10` stands for the tenth VLAN of eth0, which is made if need be. Both
 * are parts that a kernel can be built without.
 *
 * @see moby libnetwork/drivers/macvlan/macvlan_setup.go, macvlan_network.go and their twins of ipvlan
 */
import type { Kernel } from "../../kernel/index.ts";
import { atoi } from "../../lib/go/index.ts";
import { problemOf, StatusError } from "../../lib/index.ts";
import type { NetworkRequest } from "./network.ts";

export type LinkDriver = "macvlan" | "ipvlan";

const MODES: Readonly<Record<LinkDriver, readonly string[]>> = {
  macvlan: ["bridge", "private", "passthru", "vepa"],
  ipvlan: ["l2", "l3", "l3s"],
};
const LAST_VLAN = 4094;

/** @throws StatusError in the driver's words */
export function verifyParent(kernel: Kernel, driver: LinkDriver, { Options = {}, Internal }: NetworkRequest): void {
  const modes = MODES[driver];
  const mode = Options[`${driver}_mode`] ?? "";
  if (mode !== "" && !modes.includes(mode)) {
    throw invalid(
      `requested ${driver} mode '${mode}' is not valid, '${modes[0]}' mode is the ${driver} driver default`,
    );
  }
  const parent = Options["parent"] ?? "";
  if (parent === "lo") throw invalid(`loopback interface is not a valid ${driver} parent link`);
  if (parent === "" || Internal === true) {
    if (kernel.machine.missingParts.has("DUMMY")) throw unsupported("operation not supported");
    return;
  }
  const hasLink = (name: string): boolean => kernel.init.ns.net.stack(kernel.net).device(name) !== undefined;
  if (hasLink(parent)) return;
  verifyVlan(parent, hasLink);
  if (kernel.machine.missingParts.has("VLAN_8021Q")) {
    throw unsupported(`failed to create ${parent} vlan link: operation not supported`);
  }
}

function verifyVlan(parent: string, hasLink: (name: string) => boolean): void {
  const [link = "", vlan, ...more] = parent.split(".");
  if (vlan === undefined || more.length > 0) {
    throw invalid(`invalid subinterface vlan name ${parent}, example formatting is eth0.10`);
  }
  if (problemOf(() => atoi(vlan)) !== undefined) {
    throw invalid(`unable to parse a valid vlan id from: ${vlan} (ex. eth0.10 for vlan 10)`);
  }
  const id = Number(vlan);
  if (id < 1 || id > LAST_VLAN) throw invalid(`vlan id must be between 1-${LAST_VLAN}, received: ${id}`);
  if (!hasLink(link)) throw invalid(`-o parent interface was not found on the host: ${link}`);
}

const invalid = (message: string): StatusError => new StatusError("invalid-argument", message);
const unsupported = (message: string): StatusError => new StatusError("internal", message);
