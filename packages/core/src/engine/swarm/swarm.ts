import { quote } from "../../lib/go/index.ts";
import { canonicalIp, isAny, StatusError } from "../../lib/index.ts";
import { parseCidr } from "../docker/go/address.ts";
import { ValueError } from "../docker/problem.ts";
import { Cluster, type ClusterRecord } from "./cluster.ts";
import type { TokenRole } from "./cluster-keys.ts";
import { type ClusterSpec, DEFAULT_CLUSTER_SPEC, mergedSpec } from "./cluster-spec.ts";
import { TICK_US } from "./consensus.ts";
import { digestOf, type JoinToken, parseJoinToken } from "./join-token.ts";
import type { Member } from "./member.ts";
import type { Availability, SwarmNode } from "./node.ts";
import { checkVersion, Revisions } from "./object-table.ts";
import { NOBODY, type Surroundings } from "./surroundings.ts";
import type { SwarmParts } from "./swarm-parts.ts";
import {
  ALREADY,
  badToken,
  JOIN_TIMEOUT,
  leavingProblem,
  lostLeadership,
  NO_MANAGER,
  NO_SWARM,
  noLeader,
  refusedConnection,
  tooLate,
  WORKER,
  wrongRoot,
} from "./swarm-problems.ts";

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
  /** Where others reach the machine; "" for the address that it has. */
  readonly AdvertiseAddr?: string;
  readonly RemoteAddrs: readonly string[];
  readonly JoinToken: string;
  /** "" is active. */
  readonly Availability?: string;
}

/** A machine's part in a swarm, as data; a manager knows all of the swarm besides. */
export interface SwarmRecord {
  readonly nodeId: string;
  readonly cluster: ClusterRecord;
}

/** What an update renews besides the settings. */
export interface Rotations {
  readonly tokens: readonly TokenRole[];
  readonly unlockKey: boolean;
}

const BAD_ADDRESS = "advertise address must be a non-zero IP address or network interface (with optional port number)";
const BAD_LISTENER = "listen address must be an IP address or network interface (with optional port number)";
const DEFAULT_PORT = 2377;
const DATA_PATH_PORT = 4789;
const SUBNET_SIZE = 24;
/** Bits. With fewer than eight addresses a subnet has none left for tasks. */
const LARGEST_SUBNET_SIZE = 29;
const FIRST_DATA_PATH_PORT = 1024;
const LAST_DATA_PATH_PORT = 49_151;
/** How long a machine tries to join before it says that it cannot, and how long its client waits. @see moby daemon/cluster/cluster.go: swarmConnectTimeout */
const REFUSED_US = 10_000_000;
const CONNECT_US = 20_000_000;
/** How long a manager waits for somebody to lead, and how long nobody may have led for it to wait at all. @see swarmkit raft.go: lostQuorumTimeout */
const REQUEST_US = 20_000_000;
const LOST_QUORUM_US = 10_000_000;

/** A join that goes on after its client has been told that it takes too long. */
interface PendingJoin {
  readonly request: JoinRequest;
  readonly address: string;
}

/** Swarm mode of a machine: `engine.swarm`. */
export class Swarm {
  readonly #parts: Omit<SwarmParts, "hears">;
  /** The machines around it. */
  surroundings: Surroundings = NOBODY;
  #cluster: Cluster | undefined;
  #member: Member | undefined;
  #pending: PendingJoin | undefined;

  constructor(parts: Omit<SwarmParts, "hears">) {
    this.#parts = parts;
  }

  /** The swarm that the machine is in, whatever it may do there. */
  get joined(): Cluster | undefined {
    return this.#cluster;
  }

  /** The same if the machine is a manager of it. */
  get current(): Cluster | undefined {
    return this.#member?.node.votes === true ? this.#cluster : undefined;
  }

  /** The same for whoever needs one. @throws StatusError unavailable if the machine manages none, internal (as with Docker) while nobody leads */
  get cluster(): Cluster {
    const { current, node } = this;
    if (current === undefined || node === undefined) {
      throw new StatusError("unavailable", this.#member === undefined ? NO_MANAGER : WORKER);
    }
    if (current.accessOf(node) === "none") throw noLeader();
    return current;
  }

  /** The machine as a node. */
  get node(): SwarmNode | undefined {
    return this.#member?.node;
  }

  /** Where a manager is that the machine tries to join. */
  get joining(): string | undefined {
    return this.#pending?.address;
  }

  /**
   * Waits as a manager does that has just lost sight of who leads: until somebody leads again, for a while. Of something
   * that is to be written a leader whom most do not hear says that it failed. `undefined` if there is nothing to wait for.
   * It rejects with StatusError internal (as with Docker).
   */
  leader({ writes }: { readonly writes: boolean }): Promise<void> | undefined {
    const { current, node } = this;
    if (current === undefined || node === undefined) return undefined;
    const access = current.accessOf(node);
    if (access === "full" || (access === "stale" && !writes)) return undefined;
    if (access === "none" && current.consensus.leaderlessUs(node) > LOST_QUORUM_US) return Promise.reject(noLeader());
    return this.#led(current, node, access === "stale");
  }

  async #led(cluster: Cluster, node: SwarmNode, hasLed: boolean): Promise<void> {
    const { world } = this.#parts;
    const untilUs = world.clock.nowUs + REQUEST_US;
    while (this.#cluster === cluster && world.clock.nowUs < untilUs) {
      await world.sleep(TICK_US, { what: "somebody to lead the swarm" });
      const access = cluster.accessOf(node);
      if (access === "full") return;
      if (hasLed && access === "none") throw lostLeadership();
    }
    throw tooLate();
  }

  /**
   * Begins a swarm, or goes on as the only manager of that which it is in. Returns the node's id.
   *
   * @throws StatusError unavailable if the machine is in one, invalid-argument for an address that is none
   */
  init(request: InitRequest): string {
    if (this.#isBusy && !request.ForceNewCluster) throw new StatusError("unavailable", ALREADY);
    if (this.#isBusy && this.current === undefined) throw new StatusError("unavailable", WORKER);
    this.#checkListenAddress(request.ListenAddr);
    const address = this.#advertised(request.AdvertiseAddr);
    const availability = availabilityOf(request.Availability);
    checkRanges(request);
    if (this.#member !== undefined) {
      this.#cluster?.goAlone(this.#member.node);
      return this.#member.node.id;
    }
    const asked = mergedSpec(DEFAULT_CLUSTER_SPEC, request.Spec);
    const locks = request.AutoLockManagers || asked.EncryptionConfig.AutoLockManagers;
    const { kernel, prng } = this.#parts;
    this.#cluster = new Cluster({
      parts: this.#own,
      revisions: new Revisions(prng, () => kernel.nowUs),
      spec: { ...asked, EncryptionConfig: { AutoLockManagers: locks } },
      subnetSize: request.SubnetSize === 0 ? SUBNET_SIZE : request.SubnetSize,
      addressPool: request.DefaultAddrPool.length === 0 ? null : request.DefaultAddrPool,
      dataPathPort: request.DataPathPort === 0 ? DATA_PATH_PORT : request.DataPathPort,
    });
    this.#member = this.#cluster.admit(this.#own, { address, role: "manager", availability });
    return this.#member.node.id;
  }

  /**
   * Becomes a node of a swarm whose manager is at an address, as what the token is for.
   *
   * @throws StatusError unavailable, invalid-argument, internal
   */
  async join(request: JoinRequest): Promise<"worker" | "manager"> {
    if (this.#isBusy) throw new StatusError("unavailable", ALREADY);
    this.#checkListenAddress(request.ListenAddr);
    const [remote] = request.RemoteAddrs;
    if (remote === undefined) throw new StatusError("invalid-argument", "at least 1 RemoteAddr is required to join");
    const token = parseJoinToken(request.JoinToken);
    if (token === undefined) throw new StatusError("invalid-argument", "invalid join token");
    const availability = availabilityOf(request.Availability ?? "");
    const address = remote.includes(":") ? remote : `${remote}:${DEFAULT_PORT}`;
    this.#pending = { request: { ...request, Availability: availability }, address };
    const { world } = this.#parts;
    const attempt = this.#attempt(token);
    if (attempt === "unheard") {
      await world.sleep(CONNECT_US, { what: `${address} to answer` });
      if (this.#member === undefined) throw new StatusError("unavailable", JOIN_TIMEOUT);
      return this.#member.node.spec.Role;
    }
    if (typeof attempt === "string") return attempt;
    await world.sleep(REFUSED_US, { what: `${address} to accept` });
    this.#pending = undefined;
    throw attempt;
  }

  /** What the machine has become, what is wrong, or that nobody is heard. */
  #attempt(token: JoinToken): "worker" | "manager" | "unheard" | StatusError {
    const { address = "", request } = this.#pending ?? {};
    const [host = "", port = ""] = splitAddress(address);
    const other = this.surroundings.at(host);
    const isOwn = other?.swarm === this || host === "127.0.0.1" || host === "localhost";
    if (!isOwn && (other === undefined || !this.surroundings.hears(this.#ownAddress, other.address))) return "unheard";
    const cluster = isOwn || other === undefined ? undefined : other.swarm.#listening;
    if (cluster === undefined || Number(port) !== DEFAULT_PORT) return refusedConnection(address);
    if (token.root !== parseJoinToken(cluster.keys.token("worker"))?.root) {
      return new StatusError("internal", wrongRoot(digestOf(token)));
    }
    const role = (["worker", "manager"] as const).find((one) => cluster.keys.token(one) === request?.JoinToken);
    if (role === undefined) return badToken();
    // A swarm that nobody leads takes nobody.
    if (!cluster.consensus.isWorking) return "unheard";
    const given = request?.AdvertiseAddr ?? "";
    this.#pending = undefined;
    this.#cluster = cluster;
    this.#member = cluster.admit(this.#own, {
      address: given === "" ? this.#ownAddress : this.#advertised(given),
      role,
      availability: availabilityOf(request?.Availability ?? ""),
    });
    return role;
  }

  /** The swarm that the machine takes others in for. */
  get #listening(): Cluster | undefined {
    return this.#parts.isDown() ? undefined : this.current;
  }

  /** Who hears whom has changed, or a daemon has come or gone. */
  look(): void {
    const token = this.#pending && parseJoinToken(this.#pending.request.JoinToken);
    if (token !== undefined && !this.#parts.isDown()) this.#attempt(token);
    this.#cluster?.look();
  }

  get #isBusy(): boolean {
    return this.#member !== undefined || this.#pending !== undefined;
  }

  get #own(): SwarmParts {
    return { ...this.#parts, hears: (from, to) => this.surroundings.hears(from, to) };
  }

  /** The machine's part in a swarm as data. */
  get record(): SwarmRecord | undefined {
    return this.#cluster === undefined || this.#member === undefined
      ? undefined
      : { nodeId: this.#member.node.id, cluster: this.#cluster.record };
  }

  /** Differs if anything can have happened in it. */
  get moment(): string {
    return this.#cluster === undefined ? "" : `${this.#cluster.object.id} ${this.#cluster.revisions.last}`;
  }

  /** Is in the swarm that another machine was in. `revive` lets it go on. */
  restore({ nodeId, cluster }: SwarmRecord, { keepsChance }: { readonly keepsChance: boolean }): void {
    const { kernel, prng } = this.#parts;
    if (keepsChance) prng.state = cluster.chance;
    const revisions = new Revisions(prng, () => kernel.nowUs, cluster.lastRevision);
    const parts = this.#own;
    this.#cluster = new Cluster({ ...cluster.options, parts, revisions, spec: cluster.spec }, cluster);
    this.#member = this.#cluster.readmit(parts, this.#cluster.nodes.get(nodeId));
  }

  /** The containers of before are there again, as far as they will be. */
  revive(): void {
    this.#cluster?.revive();
  }

  /** The daemon has been started. */
  resume(): void {
    this.#member?.resume();
    this.look();
  }

  /** There is no daemon any more. */
  suspend(): void {
    this.#cluster?.look();
  }

  /**
   * Leaves the swarm, of which nothing stays on the machine: neither services nor their containers. It ends with its last
   * manager.
   *
   * @throws StatusError unavailable if the machine is in none, and of a manager without `force`
   */
  async leave({ force }: { readonly force: boolean }): Promise<void> {
    const [cluster, member] = [this.#cluster, this.#member];
    if (!this.#isBusy) throw new StatusError("unavailable", NO_SWARM);
    this.#pending = undefined;
    if (cluster === undefined || member === undefined) return;
    if (member.node.votes && !force) {
      throw new StatusError("unavailable", leavingProblem(cluster.heardManagers(member.node)));
    }
    this.#cluster = undefined;
    this.#member = undefined;
    await cluster.dismiss(member);
  }

  /** Other settings, other tokens. @throws StatusError unavailable, invalid-argument, internal for an old version */
  update(seen: number, given: Partial<ClusterSpec>, { tokens, unlockKey }: Rotations): void {
    const { cluster } = this;
    const spec = mergedSpec(cluster.spec, given);
    checkVersion(cluster.object, seen);
    cluster.configure(spec);
    for (const role of tokens) cluster.keys.rotateToken(role);
    if (unlockKey) cluster.keys.lock(spec.EncryptionConfig.AutoLockManagers, { renews: true });
  }

  /** A node that runs is not locked. @throws StatusError conflict, unavailable */
  unlock(): never {
    if (this.current === undefined) throw new StatusError("unavailable", this.#member ? WORKER : NO_MANAGER);
    throw new StatusError("conflict", "swarm is not locked");
  }

  /** Where others reach the machine, unless it says otherwise. */
  get #ownAddress(): string {
    const { address } = this.surroundings;
    return address === "" ? this.#advertised("") : address;
  }

  /** @throws StatusError invalid-argument */
  #advertised(given: string): string {
    // Unlike Docker's, a machine that is on no network may be in a swarm of its own.
    if (given === "") return this.#addressesOf("eth0")[0] ?? "127.0.0.1";
    const address = this.#addressOf(given);
    if (address === undefined || isAny(address)) throw new StatusError("invalid-argument", BAD_ADDRESS);
    return address;
  }

  /** @throws StatusError invalid-argument */
  #checkListenAddress(given: string): void {
    if (given === "")
      throw new StatusError("invalid-argument", `invalid ListenAddr ${quote(given)}: invalid empty address`);
    const isAnywhere = given.startsWith(":");
    if (!isAnywhere && this.#addressOf(given) === undefined) throw new StatusError("invalid-argument", BAD_LISTENER);
  }

  /** An address, or that of a device, with or without a port. @see moby daemon/cluster/listen_addr.go resolveInputIPAddr */
  #addressOf(given: string): string | undefined {
    const host = given.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
    return this.#addressesOf(host)[0] ?? canonicalIp(given) ?? canonicalIp(host);
  }

  #addressesOf(device: string): readonly string[] {
    const stack = this.#parts.kernel.init.ns.net.stack(this.#parts.kernel.net);
    return (stack.device(device)?.addresses ?? []).map(({ address }) => address);
  }
}

/** "10.0.0.1:2377" as host and port. */
function splitAddress(text: string): readonly [host: string, port: string] {
  const at = text.lastIndexOf(":");
  return [text.slice(0, at), text.slice(at + 1)];
}

/** "127.0.0.1:2377" */
export const managerAddress = (address: string): string => `${address}:${DEFAULT_PORT}`;

/**
 * Unlike Docker, which looks at the size of subnets only if there are pools to take them from, and answers 500.
 *
 * @see moby daemon/cluster/listen_addr.go: validateDefaultAddrPool
 */
function checkRanges({ SubnetSize: asked, DefaultAddrPool, DataPathPort }: InitRequest): void {
  const size = asked === 0 ? SUBNET_SIZE : asked;
  if (size < 0 || size > LARGEST_SUBNET_SIZE) {
    throw new StatusError("invalid-argument", `subnet size is out of range: ${size}`);
  }
  for (const given of DefaultAddrPool) {
    const pool = given.trim();
    if (size < prefixBits(pool)) {
      const problem = `invalid CIDR: ${quote(pool)}. Subnet size is too small for pool: ${size}`;
      throw new StatusError("invalid-argument", problem);
    }
  }
  if (DataPathPort !== 0 && (DataPathPort < FIRST_DATA_PATH_PORT || DataPathPort > LAST_DATA_PATH_PORT)) {
    const range = `(${FIRST_DATA_PATH_PORT}-${LAST_DATA_PATH_PORT})`;
    throw new StatusError("invalid-argument", `Datapath port number is not in valid range ${range} : ${DataPathPort}`);
  }
}

function prefixBits(pool: string): number {
  try {
    return parseCidr(pool).bits;
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new StatusError("invalid-argument", `invalid base pool ${pool}: ${error.message}`);
  }
}

function availabilityOf(given: string): Availability {
  if (given === "" || given === "active") return "active";
  if (given === "pause" || given === "drain") return given;
  throw new StatusError("invalid-argument", `invalid Availability: ${quote(given)}`);
}
