import { quote } from "../../lib/go/index.ts";
import { canonicalIp, isAny, StatusError } from "../../lib/index.ts";
import { Cluster, type ClusterRecord, type TokenRole } from "./cluster.ts";
import { type ClusterSpec, DEFAULT_CLUSTER_SPEC, mergedSpec } from "./cluster-spec.ts";
import type { Availability } from "./node.ts";
import { checkVersion, Revisions } from "./object-table.ts";
import type { SwarmParts } from "./swarm-parts.ts";

/** What `init` is asked for: the API's body. */
export interface InitRequest {
  readonly ListenAddr: string;
  readonly AdvertiseAddr: string;
  readonly DataPathPort: number;
  readonly DefaultAddrPool: readonly string[];
  readonly SubnetSize: number;
  readonly ForceNewCluster: boolean;
  readonly Spec: Partial<ClusterSpec>;
  readonly AutoLockManagers: boolean;
  readonly Availability: string;
}

export interface JoinRequest {
  readonly ListenAddr: string;
  readonly RemoteAddrs: readonly string[];
  readonly JoinToken: string;
}

/** What an update renews besides the settings. */
export interface Rotations {
  readonly tokens: readonly TokenRole[];
  readonly unlockKey: boolean;
}

/** What Docker says of everything that only a manager can do. */
export const NO_MANAGER =
  'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.';
const ALREADY =
  'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.';
const BAD_ADDRESS = "advertise address must be a non-zero IP address or network interface (with optional port number)";
const LAST_MANAGER =
  "You are attempting to leave the swarm on a node that is participating as a manager. Removing the last manager erases all current state of the swarm. Use `--force` to ignore this message.";
const DEFAULT_PORT = 2377;
const DATA_PATH_PORT = 4789;
const SUBNET_SIZE = 24;
/** Bits. With fewer than eight addresses a subnet has none left for tasks. */
const LARGEST_SUBNET_SIZE = 29;
const FIRST_DATA_PATH_PORT = 1024;
const LAST_DATA_PATH_PORT = 49_151;
const TOKEN = /^SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}$/;

export class Swarm {
  readonly #parts: SwarmParts;
  #cluster: Cluster | undefined;

  constructor(parts: SwarmParts) {
    this.#parts = parts;
  }

  /** The swarm that the machine is in. */
  get current(): Cluster | undefined {
    return this.#cluster;
  }

  /** The same for whoever needs one. @throws StatusError unavailable if the machine is in none */
  get cluster(): Cluster {
    if (this.#cluster === undefined) throw new StatusError("unavailable", NO_MANAGER);
    return this.#cluster;
  }

  /**
   * Begins a swarm. Returns the node's id.
   *
   * @throws StatusError unavailable if the machine is in one, invalid-argument for an address that is none
   */
  init(request: InitRequest): string {
    if (this.#cluster !== undefined && !request.ForceNewCluster) throw new StatusError("unavailable", ALREADY);
    checkListenAddress(request.ListenAddr);
    const address = this.#advertised(request.AdvertiseAddr);
    const { kernel, prng } = this.#parts;
    const availability = availabilityOf(request.Availability);
    checkRanges(request);
    if (this.#cluster !== undefined) return this.#cluster.nodes.self.id;
    const asked = mergedSpec(DEFAULT_CLUSTER_SPEC, request.Spec);
    const locks = request.AutoLockManagers || asked.EncryptionConfig.AutoLockManagers;
    this.#cluster = new Cluster({
      parts: this.#parts,
      revisions: new Revisions(prng, () => kernel.nowUs),
      spec: { ...asked, EncryptionConfig: { AutoLockManagers: locks } },
      address,
      availability,
      subnetSize: request.SubnetSize === 0 ? SUBNET_SIZE : request.SubnetSize,
      addressPool: request.DefaultAddrPool.length === 0 ? null : request.DefaultAddrPool,
      dataPathPort: request.DataPathPort === 0 ? DATA_PATH_PORT : request.DataPathPort,
    });
    return this.#cluster.nodes.self.id;
  }

  /**
   * A swarm of other machines cannot be joined.
   *
   * @throws StatusError unavailable, invalid-argument, not-implemented
   */
  join(request: JoinRequest): never {
    if (this.#cluster !== undefined) throw new StatusError("unavailable", ALREADY);
    checkListenAddress(request.ListenAddr);
    if (request.RemoteAddrs.length === 0) {
      throw new StatusError("invalid-argument", "at least 1 RemoteAddr is required to join");
    }
    if (!TOKEN.test(request.JoinToken)) throw new StatusError("invalid-argument", "invalid join token");
    throw new StatusError("not-implemented", "a simulated swarm has one node: no other can join it");
  }

  /** The swarm as data. */
  get record(): ClusterRecord | undefined {
    return this.#cluster?.record;
  }

  /** Differs if anything can have happened in it. */
  get moment(): string {
    return this.#cluster === undefined ? "" : `${this.#cluster.object.id} ${this.#cluster.revisions.last}`;
  }

  /** Is in the swarm that another machine was in. `revive` lets it go on. */
  restore(record: ClusterRecord, { keepsChance }: { readonly keepsChance: boolean }): void {
    const { kernel, prng } = this.#parts;
    if (keepsChance) prng.state = record.chance;
    const revisions = new Revisions(prng, () => kernel.nowUs, record.lastRevision);
    this.#cluster = new Cluster({ ...record.options, parts: this.#parts, revisions, spec: record.spec }, record);
  }

  /** The containers of before are there again, as far as they will be. */
  revive(): void {
    this.#cluster?.revive();
  }

  /** The daemon has been started. */
  resume(): void {
    this.#cluster?.resume();
  }

  /**
   * Leaves the swarm, of which nothing stays: neither services nor their containers.
   *
   * @throws StatusError unavailable if the machine is in none, and without `force`, since it is the last manager
   */
  async leave({ force }: { readonly force: boolean }): Promise<void> {
    const cluster = this.#cluster;
    if (cluster === undefined) throw new StatusError("unavailable", "This node is not part of a swarm");
    if (!force) throw new StatusError("unavailable", LAST_MANAGER);
    this.#cluster = undefined;
    await cluster.close();
  }

  /** Other settings, other tokens. @throws StatusError unavailable, invalid-argument, internal for an old version */
  update(seen: number, given: Partial<ClusterSpec>, { tokens, unlockKey }: Rotations): void {
    const { cluster } = this;
    const spec = mergedSpec(cluster.spec, given);
    checkVersion(cluster.object, seen);
    cluster.configure(spec);
    for (const role of tokens) cluster.rotateToken(role);
    if (unlockKey) cluster.rotateUnlockKey();
  }

  /** A node that runs is not locked. @throws StatusError conflict, unavailable */
  unlock(): never {
    if (this.#cluster === undefined) throw new StatusError("unavailable", NO_MANAGER);
    throw new StatusError("conflict", "swarm is not locked");
  }

  /** @throws StatusError invalid-argument */
  #advertised(given: string): string {
    const stack = this.#parts.kernel.init.ns.net.stack(this.#parts.kernel.net);
    const addressesOf = (name: string): readonly string[] =>
      (stack.device(name)?.addresses ?? []).map(({ address }) => address);
    // Unlike Docker's, a machine that is on no network may be in a swarm of its own.
    if (given === "") return addressesOf("eth0")[0] ?? "127.0.0.1";
    const host = given.replace(/:\d+$/, "");
    const [ofDevice] = addressesOf(host);
    const address = ofDevice ?? canonicalIp(given) ?? canonicalIp(host);
    if (address === undefined || isAny(address)) throw new StatusError("invalid-argument", BAD_ADDRESS);
    return address;
  }
}

/** "127.0.0.1:2377" */
export const managerAddress = (address: string): string => `${address}:${DEFAULT_PORT}`;

function checkListenAddress(given: string): void {
  if (given === "")
    throw new StatusError("invalid-argument", `invalid ListenAddr ${quote(given)}: invalid empty address`);
}

/** Unlike Docker, which looks at the size of subnets only if there are pools to take them from. */
function checkRanges({ SubnetSize, DataPathPort }: InitRequest): void {
  if (SubnetSize < 0 || SubnetSize > LARGEST_SUBNET_SIZE) {
    throw new StatusError("invalid-argument", `subnet size is out of range: ${SubnetSize}`);
  }
  if (DataPathPort !== 0 && (DataPathPort < FIRST_DATA_PATH_PORT || DataPathPort > LAST_DATA_PATH_PORT)) {
    const range = `(${FIRST_DATA_PATH_PORT}-${LAST_DATA_PATH_PORT})`;
    throw new StatusError("invalid-argument", `Datapath port number is not in valid range ${range} : ${DataPathPort}`);
  }
}

function availabilityOf(given: string): Availability {
  if (given === "" || given === "active") return "active";
  if (given === "pause" || given === "drain") return given;
  throw new StatusError("invalid-argument", `invalid Availability: ${quote(given)}`);
}
