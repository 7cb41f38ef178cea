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
import { shortId } from "../names.ts";
import type { NetworkRequest } from "./network.ts";

export type LinkDriver = "macvlan" | "ipvlan";

const MODES: Readonly<Record<LinkDriver, readonly string[]>> = {
  macvlan: ["bridge", "private", "passthru", "vepa"],
  ipvlan: ["l2", "l3", "l3s"],
};
const PASSTHRU = "passthru";
const FLAGS: readonly string[] = ["bridge", "private", "vepa"];
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
  const flag = Options["ipvlan_flag"] ?? "";
  if (driver === "ipvlan" && flag !== "" && !FLAGS.includes(flag)) {
    throw invalid(`requested ipvlan flag '${flag}' is not valid, 'bridge' is the ipvlan driver default`);
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

/** A network that has a parent. */
interface ParentedNetwork {
  readonly id: string;
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
}

/**
 * Whether a link is taken: networks of ipvlan share none, those of macvlan do unless one of them passes all through.
 *
 * @throws StatusError @see moby libnetwork/drivers/ipvlan/ipvlan_network.go, macvlan/macvlan_network.go: createNetwork
 */
export function verifySharing(
  driver: LinkDriver,
  { Options = {}, Internal }: NetworkRequest,
  others: readonly ParentedNetwork[],
): void {
  const parent = Options["parent"] ?? "";
  if (parent === "" || Internal === true) return;
  for (const other of others) {
    if (other.driver !== driver || other.options["parent"] !== parent) continue;
    if (driver === "ipvlan")
      throw invalid(`network di-${shortId(other.id)} is already using parent interface ${parent}`);
    if (Options["macvlan_mode"] === PASSTHRU) {
      const problem = `macvlan network ${other.id} is already using parent interface ${parent}`;
      throw invalid(`cannot use mode passthru, ${problem}`);
    }
    if (other.options["macvlan_mode"] === PASSTHRU) {
      throw invalid(`macvlan network ${other.id} is already using parent interface ${parent} in mode passthru`);
    }
  }
}

function verifyVlan(parent: string, hasLink: (name: string) => boolean): void {
  const [link = "", vlan, ...more] = parent.split(".");
  if (vlan === undefined) {
    throw invalid(`invalid subinterface vlan name ${parent}, example formatting is eth0.10`);
  }
  if (more.length > 0) {
    const form = "name.vlan_id, ex. eth0.10 for vlan 10";
    throw invalid(`required interface name format is: ${form}, instead received ${parent}`);
  }
  if (problemOf(() => atoi(vlan)) !== undefined) {
    throw invalid(`unable to parse a valid vlan id from: ${vlan} (ex. eth0.10 for vlan 10)`);
  }
  if (!hasLink(link)) throw invalid(`-o parent interface was not found on the host: ${link}`);
  const id = Number(vlan);
  if (id < 1 || id > LAST_VLAN) throw invalid(`vlan id must be between 1-${LAST_VLAN}, received: ${id}`);
}

const invalid = (message: string): StatusError => new StatusError("invalid-argument", message);
const unsupported = (message: string): StatusError => new StatusError("internal", message);
