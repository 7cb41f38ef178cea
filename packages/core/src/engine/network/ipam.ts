/**
 * The address management of one network: what was asked for, checked, and the pools that came of it.
 *
 * @see moby api/types/network/ipam.go: ValidateIPAM, libnetwork/network.go: ipamAllocateVersion
 */
import {
  canonicalIp,
  familyOf,
  type IpFamily,
  type IpPrefix,
  inPrefix,
  networkOf,
  parsePrefix,
  StatusError,
} from "../../lib/index.ts";
import type { IpamConfig } from "../docker/requests/network.ts";
import { AddressPool } from "./address-pool.ts";
import { type AddressSpace, overlap, textOf } from "./address-space.ts";
import { joinedProblems } from "./joined-problems.ts";

/** The addresses of a network in one family. */
export interface NetworkPool {
  readonly pool: AddressPool;
  /** The address that the network's own device has, and that leads out; `undefined` on one without. */
  readonly gateway: string | undefined;
  /** Where containers send what is for others, if that is somebody else. */
  readonly otherGateway: string | undefined;
  readonly range: IpPrefix | undefined;
  /** What was asked for; `undefined` for a subnet that nobody chose. */
  readonly given: IpamConfig | undefined;
}

/** A pool as data: who has addresses of it is left out. */
export interface PoolRecord extends Omit<NetworkPool, "pool"> {
  readonly subnet: IpPrefix;
}

export interface IpamRecord {
  readonly v4: PoolRecord | undefined;
  readonly v6: PoolRecord | undefined;
}

export function ipamRecord({ v4, v6 }: Ipam): IpamRecord {
  const record = ({ pool, ...rest }: NetworkPool): PoolRecord => ({ ...rest, subnet: pool.subnet });
  return { v4: v4 && record(v4), v6: v6 && record(v6) };
}

export interface Ipam {
  readonly v4: NetworkPool | undefined;
  readonly v6: NetworkPool | undefined;
}

/** An auxiliary address of this name is the containers' gateway. @see moby drivers/bridge: DefaultGatewayV4AuxKey */
const GATEWAY_KEYS: Readonly<Record<IpFamily, string>> = { 4: "DefaultGatewayIPv4", 6: "DefaultGatewayIPv6" };

/** @throws StatusError invalid-argument with everything that is wrong */
export function verifyIpam(configs: readonly IpamConfig[], enableIPv6: boolean): void {
  const problems = configs.flatMap((config) => problemsOf(config, enableIPv6));
  if (problems.length > 0) {
    throw new StatusError("invalid-argument", `invalid network config:\n${joinedProblems(problems)}`);
  }
}

function problemsOf(config: IpamConfig, enableIPv6: boolean): readonly string[] {
  const { Subnet: text = "", IPRange = "", Gateway = "", AuxiliaryAddresses = {} } = config;
  const subnet = text.includes("/") ? parsePrefix(text) : undefined;
  if (subnet === undefined) return [`invalid subnet ${text}: invalid CIDR block notation`];
  if (familyOf(subnet.address) === 6 && !enableIPv6) return [];
  const problems: string[] = [];
  const masked = textOf({ ...subnet, address: networkOf(subnet) });
  if (masked !== textOf(subnet)) problems.push(`invalid subnet ${textOf(subnet)}: it should be ${masked}`);
  if (IPRange !== "") problems.push(...rangeProblems(IPRange, subnet));
  const gateway = addressProblem(Gateway, subnet);
  if (gateway !== undefined) problems.push(`invalid gateway ${Gateway}: ${gateway}`);
  for (const [name, address] of Object.entries(AuxiliaryAddresses)) {
    const problem = addressProblem(address, subnet);
    if (problem !== undefined) problems.push(`invalid auxiliary address ${name}: ${problem}`);
  }
  return problems;
}

function rangeProblems(text: string, subnet: IpPrefix): readonly string[] {
  const range = text.includes("/") ? parsePrefix(text) : undefined;
  if (range === undefined) return [`invalid ip-range ${text}: invalid CIDR block notation`];
  const family = familyOf(subnet.address);
  if (familyOf(range.address) !== family) return [`invalid ip-range ${text}: parent subnet is an IPv${family} block`];
  const masked = textOf({ ...range, address: networkOf(range) });
  return [
    ...(range.length < subnet.length
      ? [`invalid ip-range ${text}: CIDR block is bigger than its parent subnet ${textOf(subnet)}`]
      : []),
    ...(masked === textOf(range) ? [] : [`invalid ip-range ${textOf(range)}: it should be ${masked}`]),
    ...(overlap(subnet, range)
      ? []
      : [`invalid ip-range ${text}: parent subnet ${textOf(subnet)} doesn't contain ip-range`]),
  ];
}

function addressProblem(text: string, subnet: IpPrefix): string | undefined {
  if (text === "") return undefined;
  const address = canonicalIp(text);
  if (address === undefined) return "invalid address";
  const family = familyOf(subnet.address);
  if (familyOf(address) !== family) return `parent subnet is an IPv${family} block`;
  return inPrefix(subnet, address) ? undefined : `parent subnet ${textOf(subnet)} doesn't contain this address`;
}

/** Takes the pools of a network. */
export class IpamAllocator {
  readonly #space: AddressSpace;
  readonly #order: { readonly inTurn?: boolean };

  /** `inTurn`: an address that is free again is the last to be given out. */
  constructor(space: AddressSpace, order: { readonly inTurn?: boolean } = {}) {
    this.#space = space;
    this.#order = order;
  }

  /**
   * One pool for each family that is wanted. `withoutGateway` says which family needs no gateway.
   *
   * @throws StatusError permission-denied for an overlap, or several subnets of a family; internal for a gateway that
   * cannot be had. Nothing is taken then.
   */
  allocate(configs: readonly IpamConfig[], families: readonly IpFamily[], withoutGateway: ReadonlySet<IpFamily>): Ipam {
    const taken: NetworkPool[] = [];
    try {
      for (const family of families) {
        const own = configs.filter(({ Subnet = "" }) => familyOf(Subnet) === family);
        for (const given of own.length === 0 ? [undefined] : own) {
          taken.push(this.#take(family, given, withoutGateway.has(family)));
        }
      }
      const of = (family: IpFamily): readonly NetworkPool[] => taken.filter(({ pool }) => pool.family === family);
      if (of(4).length > 1 || of(6).length > 1) {
        throw new StatusError("permission-denied", "bridge driver doesn't support multiple subnets");
      }
      return { v4: of(4)[0], v6: of(6)[0] };
    } catch (error) {
      for (const pool of taken) this.#release(pool);
      throw error;
    }
  }

  /** Takes the pools that a network has had. */
  restore({ v4, v6 }: IpamRecord): Ipam {
    return { v4: v4 && this.#retake(v4), v6: v6 && this.#retake(v6) };
  }

  #retake(record: PoolRecord): NetworkPool {
    const { subnet, range, gateway, given } = record;
    this.#space.take(subnet, range);
    const pool = new AddressPool(subnet, range, this.#order);
    if (gateway !== undefined) pool.takeThat(gateway);
    for (const [name, text] of Object.entries(given?.AuxiliaryAddresses ?? {})) takeAuxiliary(pool, name, text);
    return { ...record, pool };
  }

  release({ v4, v6 }: Ipam): void {
    for (const pool of [v4, v6]) if (pool !== undefined) this.#release(pool);
  }

  #take(family: IpFamily, given: IpamConfig | undefined, withoutGateway: boolean): NetworkPool {
    const { Subnet = "", IPRange = "", Gateway = "", AuxiliaryAddresses = {} } = given ?? {};
    const asked = parsePrefix(Subnet);
    const range = IPRange === "" ? undefined : parsePrefix(IPRange);
    if (asked !== undefined) this.#space.take(asked, range);
    const subnet = asked ?? this.#space.next(family);
    const pool = new AddressPool(subnet, range, this.#order);
    try {
      const gateway = Gateway !== "" || !withoutGateway ? takeGateway(pool, Gateway) : undefined;
      for (const [name, text] of Object.entries(AuxiliaryAddresses)) takeAuxiliary(pool, name, text);
      const other = AuxiliaryAddresses[GATEWAY_KEYS[family]];
      return { pool, gateway, otherGateway: other === undefined ? undefined : canonicalIp(other), range, given };
    } catch (error) {
      this.#space.release(subnet, range);
      throw error;
    }
  }

  #release({ pool, range }: NetworkPool): void {
    this.#space.release(pool.subnet, range);
  }
}

function takeGateway(pool: AddressPool, wanted: string): string {
  const refused = (why: string): StatusError =>
    new StatusError("internal", `failed to allocate gateway (${wanted}): ${why}`);
  if (wanted !== "") return attempt(() => pool.takeThat(canonicalIp(wanted) ?? wanted), refused);
  const address = pool.take();
  if (address === undefined) throw refused("no available addresses on this pool");
  return address;
}

function takeAuxiliary(pool: AddressPool, name: string, text: string): void {
  attempt(
    () => pool.takeThat(canonicalIp(text) ?? text),
    (why) => new StatusError("internal", `failed to allocate secondary ip address (${name}:${text}): ${why}`),
  );
}

function attempt<T>(work: () => T, refused: (why: string) => StatusError): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw refused(error.message);
  }
}

/** What `network inspect` shows: what was asked for, and what was chosen where nobody asked. */
export function ipamDocument(ipam: Ipam, configs: readonly IpamConfig[]): readonly IpamConfig[] {
  const chosen = [ipam.v4, ipam.v6].flatMap((one) => {
    if (one === undefined || one.given !== undefined) return [];
    const { pool, gateway = "" } = one;
    return [{ Subnet: textOf(pool.subnet), ...(gateway === "" ? {} : { Gateway: gateway }) }];
  });
  const family = ({ Subnet = "" }: IpamConfig): IpFamily => familyOf(Subnet);
  const given = [...configs].sort((a, b) => family(a) - family(b)).map(withoutEmpty);
  return [...given, ...chosen];
}

/** What was asked for by an empty text or list is not shown. */
const withoutEmpty = (config: IpamConfig): IpamConfig =>
  Object.fromEntries(Object.entries(config).filter(([, value]) => Object.keys(value ?? {}).length > 0));
