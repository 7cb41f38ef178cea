/** How `--subnet`, `--ip-range`, `--gateway` and `--aux-address` belong together. Model: docker/cli network/create.go. */
import { reworded } from "../../../lib/go/index.ts";
import type { StringMap } from "../create-body.ts";
import { contains, parseCidr, parseIp } from "../go/address.ts";
import { ValueError } from "../problem.ts";
import type { IpamConfig } from "../requests/network.ts";

export interface IpamArguments {
  readonly subnets: readonly string[];
  readonly ranges: readonly string[];
  readonly gateways: readonly string[];
  readonly auxiliary: StringMap;
}

type Draft = { -readonly [K in keyof IpamConfig]: IpamConfig[K] } & { Subnet: string };

/** One entry a subnet, in the order given (Docker's is random); every range, gateway and address must fit in one. */
export function ipamConfig({ subnets, ranges, gateways, auxiliary }: IpamArguments): IpamConfig[] {
  if (subnets.length < ranges.length || subnets.length < gateways.length)
    throw new ValueError("every ip-range or gateway must have a corresponding subnet");
  const drafts: Draft[] = [];
  for (const subnet of subnets) {
    if (drafts.some((draft) => isWithin(subnet, draft.Subnet) || isWithin(draft.Subnet, subnet)))
      throw new ValueError("multiple overlapping subnet configuration is not supported");
    drafts.push({ Subnet: subnet });
  }
  for (const range of ranges) {
    if (drafts.length > 0) parseCidr(range);
    const draft = find(drafts, range, `range ${range}`);
    if (draft.IPRange !== undefined)
      throw new ValueError(
        `cannot configure multiple ranges (${range}, ${draft.IPRange}) on the same subnet (${draft.Subnet})`,
      );
    draft.IPRange = range;
  }
  for (const gateway of gateways) {
    const draft = find(drafts, gateway, `gateway ${gateway}`);
    if (draft.Gateway !== undefined)
      throw new ValueError(
        `cannot configure multiple gateways (${gateway}, ${draft.Gateway}) for the same subnet (${draft.Subnet})`,
      );
    draft.Gateway = gateway;
  }
  for (const [name, address] of Object.entries(auxiliary)) {
    const draft = find(drafts, address, `aux-address ${address}`);
    draft.AuxiliaryAddresses = { ...draft.AuxiliaryAddresses, [name]: address };
  }
  return drafts;
}

function find(drafts: readonly Draft[], address: string, what: string): Draft {
  const draft = drafts.find(({ Subnet }) => isWithin(Subnet, address));
  if (draft === undefined) throw new ValueError(`no matching subnet for ${what}`);
  return draft;
}

/** True if an address, or the address of a prefix, is in a subnet. */
function isWithin(subnet: string, text: string): boolean {
  const network = subnetPrefix(subnet);
  return contains(network, text.includes("/") ? parseCidr(text).ip : parseIp(text));
}

function subnetPrefix(subnet: string): ReturnType<typeof parseCidr> {
  return reworded(
    () => parseCidr(subnet),
    ({ message }) => new ValueError(`invalid subnet: ${message}`),
  );
}
