/**
 * Clusters: several machines with an engine each, in one world, on one fabric.
 *
 * They share clock, chance, registries and overlay networks; everything else is each machine's own: images, volumes,
 * local networks.
 */
import {
  createEngine,
  type Engine,
  type EngineOptions,
  type Held,
  type LinkService,
  type Surroundings,
} from "../engine/index.ts";
import { GitNetwork } from "../git/index.ts";
import { INSPECT, ownValue, StatusError } from "../lib/index.ts";
import { HttpNetwork } from "../registry/index.ts";
import { type Journal, Recorder, replayOptions, World, type WorldOptions } from "../sim/index.ts";
import { FABRIC_DNS, Fabric, machineAddress } from "./fabric.ts";
import { ClusterMachine } from "./machine.ts";
import { OverlayDirectory } from "./overlay.ts";

/** What a cluster is made of. */
export interface ClusterOptions extends WorldOptions {
  /** How many, called `node-1`, `node-2`…, or their names. */
  readonly machines: number | readonly string[];
  /** What all engines have in common. */
  readonly engine?: Omit<
    EngineOptions,
    keyof WorldOptions | "world" | "journal" | "labels" | "registries" | "web" | "git" | "nameservers"
  >;
  /** What each machine's daemon says of itself, by the machine's name. */
  readonly labels?: Readonly<Record<string, EngineOptions["labels"]>>;
  /** Microseconds that a machine takes to boot. Default 20 s. */
  readonly bootUs?: number;
  /** Whether what is done with the cluster is recorded: `cluster.journal`, `replay`, `firstMoment`. */
  readonly journal?: boolean;
}

const BOOT_US = 20_000_000;
const MAX_MACHINES = 65_000;

/** Machines in one world, on one fabric. Made by `createCluster`. */
export class Cluster {
  readonly world: World;
  readonly machines: readonly ClusterMachine[];
  /** Registries that all machines reach. */
  readonly registries: HttpNetwork;
  /** Web servers that all machines reach. */
  readonly web = new HttpNetwork();
  /** The git repositories of the world. */
  readonly git = new GitNetwork();
  readonly #fabric: Fabric;

  /** @throws StatusError invalid-argument for no machines, two of one name, or labels of none of them */
  constructor(options: ClusterOptions) {
    const { machines, engine, labels = {}, bootUs = BOOT_US, ...world } = options;
    const names = namesOf(machines);
    if (!(bootUs >= 0)) throw invalid(`bootUs is a number from 0 on, not ${bootUs}`);
    const labelled = Object.keys(labels).find((name) => !names.includes(name));
    if (labelled !== undefined) throw invalid(`no machine is called ${labelled}, so it has no labels`);
    this.world = new World(world);
    this.world.subject = this;
    this.#fabric = new Fabric(this.world);
    const overlays = new OverlayDirectory(this.world.prng.fork("overlay"));
    let registries: HttpNetwork | undefined;
    this.machines = names.map((name, index) => {
      const made: Engine = createEngine({
        ...engine,
        world: this.world,
        web: this.web,
        git: this.git,
        ...(registries === undefined ? {} : { registries }),
        nameservers: [FABRIC_DNS],
        labels: ownValue(labels, name) ?? {},
        machine: { ...engine?.machine, hostname: name },
      });
      registries ??= made.registries;
      const cable = this.#fabric.plug(made.kernel, name, machineAddress(index + 1));
      const { kernel, networks, swarm } = made;
      const { address } = cable;
      const peer = { Name: name, IP: address };
      const { links, tunnels } = networks;
      networks.share(overlays.join({ peer, address, kernel, links, tunnels }));
      swarm.surroundings = { address, at: (host) => this.#swarmAt(host), hears: (...ends) => this.#hears(...ends) };
      return new ClusterMachine({ name, engine: made, cable, bootUs });
    });
    this.registries = (this.machines[0] as ClusterMachine).engine.registries;
    this.#fabric.onChange(() => {
      for (const { engine } of this.machines) engine.swarm.look();
    });
  }

  #swarmAt(host: string): ReturnType<Surroundings["at"]> {
    const found = this.machines.find(({ name, address }) => name === host || address === host);
    return found && { address: found.address, swarm: found.engine.swarm };
  }

  /** Both have power, and nothing that was made of the links is in the way. */
  #hears(from: string, to: string): boolean {
    const ends = [from, to].map((address) => this.machines.find((one) => one.address === address));
    const [one, other] = ends;
    if (one?.state !== "up" || other?.state !== "up") return false;
    return one === other || !this.links.isCut("fabric", [one.name, other.name]);
  }

  /** By its name. @throws StatusError not-found */
  machine(name: string): ClusterMachine {
    const machine = this.machines.find((one) => one.name === name);
    if (machine === undefined) throw new StatusError("not-found", `No such machine: ${name}`);
    return machine;
  }

  /** What was done with the cluster, if that is recorded. @throws StatusError failed-precondition if it is not */
  get journal(): Journal<Cluster> {
    const { recorder } = this.world;
    if (!(recorder?.target instanceof Cluster)) {
      throw new StatusError("failed-precondition", "nothing is recorded: createCluster({ journal: true })");
    }
    return recorder.journal as Journal<Cluster>;
  }

  /** What `console.log` prints. */
  [INSPECT](): string {
    return `Cluster of ${this.machines.map(({ name, state }) => `${name} (${state})`).join(", ")}`;
  }

  /** The cables: `{ container: "node-1" }` means a machine's, `{ between: ["node-1", "node-2"] }` the way between two. */
  get links(): LinkService {
    return this.#fabric.links;
  }

  /**
   * Cuts the machines `apart` off from all others, until what is returned is disposed of. They still hear each other.
   *
   * @throws StatusError not-found for a machine that there is not
   */
  partition(...apart: readonly string[]): Held {
    const cut = apart.map((name) => this.machine(name).name);
    const others = this.machines.map(({ name }) => name).filter((name) => !cut.includes(name));
    return this.links.partition(cut, others);
  }
}

const invalid = (problem: string): StatusError => new StatusError("invalid-argument", problem);

/** What can be a name on the fabric. @see RFC 1123, 2.1 */
const HOSTNAME = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/i;

function namesOf(machines: number | readonly string[]): readonly string[] {
  const isCount = typeof machines === "number" && Number.isInteger(machines);
  if (!isCount && !Array.isArray(machines)) {
    throw invalid(`the machines of a cluster are a whole number or names, not ${JSON.stringify(machines)}`);
  }
  const names = isCount
    ? Array.from({ length: machines }, (_, at) => `node-${at + 1}`)
    : (machines as readonly string[]);
  if (names.length === 0) throw invalid("a cluster has at least one machine");
  if (names.length > MAX_MACHINES) throw invalid(`a cluster has at most ${MAX_MACHINES} machines`);
  if (new Set(names).size < names.length) throw invalid("two machines have the same name");
  const nameless = names.find((name) => !HOSTNAME.test(name));
  if (nameless !== undefined) throw invalid(`${JSON.stringify(nameless)} is no name of a machine`);
  return names;
}

/** Several machines that can reach each other, with an engine each. */
export function createCluster({ journal = false, ...options }: ClusterOptions): Cluster {
  const cluster = new Cluster(options);
  if (!journal) return cluster;
  const begin = replayOptions(cluster.world, options);
  return new Recorder(cluster, cluster.world, () => new Cluster(begin)).subject;
}
