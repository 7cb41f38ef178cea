/**
 * A swarm while there is one: its settings, tokens, nodes, secrets and configs, and the services with their tasks. It is
 * one object for all its machines: what Raft replicates is the same everywhere, and whoever may not see or change it is
 * refused at the door.
 */
import type { PrngState } from "../../sim/index.ts";
import type { Container } from "../container/container.ts";
import type { EventLog } from "../events.ts";
import type { Network } from "../network/network.ts";
import { ServiceRegistry } from "../network/service-registry.ts";
import { Allocator } from "./allocator.ts";
import { ClusterKeys, type ClusterKeysRecord } from "./cluster-keys.ts";
import type { ClusterSpec } from "./cluster-spec.ts";
import { type ClusterVolume, ClusterVolumeStore } from "./cluster-volumes.ts";
import { type Access, Consensus } from "./consensus.ts";
import { Liveness } from "./liveness.ts";
import { Member } from "./member.ts";
import { type NewNode, NodeStore, type SwarmNode } from "./node.ts";
import type { Revisions, SwarmObject } from "./object-table.ts";
import { Orchestrator, type OrchestratorRecords } from "./orchestrator.ts";
import { type Payload, type PayloadKind, PayloadStore } from "./payloads.ts";
import type { Service } from "./service.ts";
import { isIngressPort, type PortConfig } from "./service-spec.ts";
import { ServiceStore } from "./services.ts";
import { type SwarmNetworkRecords, SwarmNetworks } from "./swarm-networks.ts";
import type { SwarmParts } from "./swarm-parts.ts";
import { noLeader } from "./swarm-problems.ts";
import type { Task } from "./task.ts";
import { taskName } from "./task-container.ts";
import type { TaskReader } from "./tasks.ts";

export interface ClusterOptions {
  /** Those of the machine that it begins on, or goes on on. */
  readonly parts: SwarmParts;
  readonly revisions: Revisions;
  readonly spec: ClusterSpec;
  readonly subnetSize: number;
  readonly addressPool: readonly string[] | null;
  readonly dataPathPort: number;
}

/** A swarm as data, for a machine that begins as this one was. */
export interface ClusterRecord {
  readonly object: SwarmObject;
  readonly options: Pick<ClusterOptions, "subnetSize" | "addressPool" | "dataPathPort">;
  readonly spec: ClusterSpec;
  readonly lastRevision: number;
  readonly chance: PrngState;
  readonly keys: ClusterKeysRecord;
  readonly nodes: readonly SwarmNode[];
  readonly secrets: readonly Payload[];
  readonly configs: readonly Payload[];
  readonly volumes: readonly ClusterVolume[];
  readonly services: readonly Service[];
  readonly orchestrator: OrchestratorRecords;
  readonly networks: SwarmNetworkRecords;
}

/** @see swarmkit manager/state/store: DefaultClusterSpec */
const HISTORY_LIMIT = 5;

export class Cluster {
  readonly object: SwarmObject;
  readonly revisions: Revisions;
  readonly options: ClusterOptions;
  readonly nodes: NodeStore;
  readonly secrets: PayloadStore;
  readonly configs: PayloadStore;
  readonly services: ServiceStore;
  readonly volumes: ClusterVolumeStore;
  readonly keys: ClusterKeys;
  readonly consensus: Consensus;
  readonly #liveness: Liveness;
  readonly #orchestrator: Orchestrator;
  readonly #networks: SwarmNetworks;
  readonly #allocator: Allocator;
  readonly #registry = new ServiceRegistry();
  /** The machines that are here, by the ids of their nodes. */
  readonly #members = new Map<string, Member>();
  /** It was there before, and its containers are not back yet. */
  #isAsleep = false;
  spec: ClusterSpec;

  /** `known` is what the swarm was before. */
  constructor(options: ClusterOptions, known?: ClusterRecord) {
    const { parts, revisions, spec } = options;
    const { clock } = parts.world;
    this.options = options;
    this.revisions = revisions;
    this.spec = spec;
    this.object = known === undefined ? revisions.created() : { ...known.object };
    const events = { record: (...event: Parameters<EventLog["record"]>) => this.#tell(...event) };
    this.#allocator = new Allocator({
      findNetwork: (id) => this.network(id),
      ingress: () => this.#networks.all().find((one) => one.ingress),
    });
    this.nodes = new NodeStore(
      {
        ...{ revisions, events },
        changed: (node) => this.#nodeChanged(node),
        roleChanged: (node) => this.#roleChanged(node),
        removed: (node) => this.#nodeRemoved(node),
        canDoWithout: (node) => this.consensus.canDoWithout(node),
      },
      known?.nodes,
    );
    const users = (kind: PayloadKind, id: string): readonly string[] => this.services.usersOf(kind, id);
    this.secrets = new PayloadStore("secret", { revisions, events, users });
    this.configs = new PayloadStore("config", { revisions, events, users });
    this.volumes = new ClusterVolumeStore(revisions, this.secrets);
    this.services = new ServiceStore({
      revisions,
      events,
      secrets: this.secrets,
      configs: this.configs,
      findNetwork: (reference) => this.#leading?.parts.networks.get(reference),
      allocator: this.#allocator,
      changed: (service, removed) => this.#orchestrator.changed(service, removed),
    });
    this.consensus = new Consensus({
      ...{ clock, prng: revisions.prng },
      managers: () => this.nodes.managers(),
      isUp: (node) => this.#members.get(node.id)?.isUp === true,
      hears: (a, b) => this.#hears(a, b),
      elected: () => this.#elected(),
      resumed: () => this.#resumed(),
    });
    this.#liveness = new Liveness({
      clock,
      nodes: () => this.nodes,
      periodUs: () => (this.spec.Dispatcher.HeartbeatPeriod ?? 0) / 1000,
      isHeard: (node) => this.#isHeard(node),
      isWorking: () => this.consensus.isWorking,
      connected: (node) => this.#connected(node),
      givenUp: (node) => this.#orchestrator.giveUp(node),
    });
    this.#orchestrator = new Orchestrator({
      ...{ clock, revisions, nodes: this.nodes, services: this.services, allocator: this.#allocator },
      agentOn: (id) => (this.#liveness.isConnected(id) ? this.#members.get(id)?.agent : undefined),
      isDown: () => !this.consensus.isWorking,
      historyLimit: () => this.spec.Orchestration.TaskHistoryRetentionLimit ?? HISTORY_LIMIT,
    });
    this.#networks = new SwarmNetworks(
      {
        revisions,
        serviceOn: (id) => this.services.userOfNetwork(id)?.id,
        serviceWithPorts: () => this.services.all().find(({ ports }) => ports.some(isIngressPort))?.id,
        isLeaving: (id) => this.tasks.all().some((task) => task.containerId === id && !task.isWanted),
        checkLeader: () => this.#checkLeader(),
        events,
      },
      known?.networks,
    );
    this.keys = new ClusterKeys(revisions, known?.keys);
    if (known === undefined) this.#lock();
    else this.#restore(known);
  }

  #restore({ secrets, configs, volumes, services, orchestrator }: ClusterRecord): void {
    this.secrets.restore(secrets);
    this.configs.restore(configs);
    this.volumes.restore(volumes);
    this.services.restore(services);
    this.#orchestrator.restore(orchestrator);
  }

  /** Everything that it is, but its containers. */
  get record(): ClusterRecord {
    const { object, options, revisions, spec } = this;
    const { subnetSize, addressPool, dataPathPort } = options;
    return {
      object: { ...object },
      options: { subnetSize, addressPool, dataPathPort },
      spec,
      lastRevision: revisions.last,
      chance: revisions.prng.state,
      keys: this.keys.record,
      nodes: this.nodes.records,
      secrets: this.secrets.records,
      configs: this.configs.records,
      volumes: this.volumes.records,
      services: this.services.records,
      orchestrator: this.#orchestrator.records,
      networks: this.#networks.records,
    };
  }

  // ── the machines ──

  /** A machine becomes a node. */
  admit(parts: SwarmParts, joining: Omit<NewNode, "machine">): Member {
    const { hostname, architecture, cpus, memoryBytes } = parts.kernel.machine;
    const machine = { hostname, architecture, cpus, memoryBytes, labels: parts.labels };
    const node = this.nodes.add({ ...joining, machine });
    const member = this.#enlist(parts, node);
    this.look();
    return member;
  }

  /** A machine is a node that there was before. Its tasks go on with `revive`. */
  readmit(parts: SwarmParts, node: SwarmNode): Member {
    const member = this.#enlist(parts, node);
    const own = this.tasks.all().filter(({ nodeId }) => nodeId === node.id);
    for (const task of own) member.agent.adopt(task);
    this.#allocator.restore(this.services.all(), this.tasks.all());
    this.#isAsleep = true;
    this.consensus.look();
    return member;
  }

  #enlist(parts: SwarmParts, node: SwarmNode): Member {
    const member: Member = new Member({
      ...{ parts, node, swarmId: this.object.id, networks: this.#networks, registry: this.#registry, payloads: this },
      serviceOf: (task) => this.services.byId(task.serviceId),
      report: (task, state, message, error) => this.#orchestrator.reported(task, state, message, error),
      isConnected: () => this.#liveness.isConnected(node.id),
      access: () => (node.votes ? (this.accessOf(node) === "none" ? "leaderless" : "manager") : "worker"),
    });
    this.#members.set(node.id, member);
    return member;
  }

  /** A machine is a node no longer. The others find out when they do not hear it any more. */
  async dismiss(member: Member): Promise<void> {
    this.#members.delete(member.node.id);
    await member.close();
    this.look();
    if (this.#members.size > 0) return;
    this.consensus.close();
    this.#liveness.close();
    this.#orchestrator.close();
  }

  /** The machines that are here. */
  get members(): Iterable<Member> {
    return this.#members.values();
  }

  /** Who hears whom may have changed. */
  look(): void {
    this.consensus.look();
    this.#liveness.look();
  }

  accessOf(node: SwarmNode): Access {
    return this.consensus.accessOf(node);
  }

  /**
   * A manager goes on without the others, as `swarm init --force-new-cluster` wants it. Unlike Docker's, who were managers
   * are workers then, also if they are heard of later.
   */
  goAlone(node: SwarmNode): void {
    for (const other of this.nodes.managers()) {
      if (other === node) continue;
      other.votes = false;
      other.spec = { ...other.spec, Role: "worker" };
      this.revisions.changed(other);
    }
    this.look();
  }

  /** How many managers hear each other, as one of them knows as long as somebody leads. */
  heardManagers(node: SwarmNode): { readonly reachable: number; readonly unreachable: number } | undefined {
    if (this.accessOf(node) === "none") return undefined;
    const managers = this.nodes.managers();
    const reachable = managers.filter((one) => this.consensus.reaches(one)).length;
    return { reachable, unreachable: managers.length - reachable };
  }

  /** What happened in the swarm is told by its managers. */
  #tell(...event: Parameters<EventLog["record"]>): void {
    const told = [...this.#members.values()].filter(({ node }) => node.votes);
    // The first node of all tells of itself before it is one.
    if (told.length === 0) this.options.parts.events.record(...event);
    for (const { parts } of told) parts.events.record(...event);
  }

  #hears(a: SwarmNode, b: SwarmNode): boolean {
    const [one, other] = [this.#members.get(a.id), this.#members.get(b.id)];
    return one?.isUp === true && other?.isUp === true && one.parts.hears(a.address, b.address);
  }

  /** It hears the leader, or a manager who does. */
  #isHeard(node: SwarmNode): boolean {
    const { consensus } = this;
    if (!consensus.isWorking || this.#members.get(node.id)?.isUp !== true) return false;
    const managers = this.nodes.managers().filter((one) => consensus.reaches(one));
    return managers.some((one) => one === node || this.#hears(one, node));
  }

  #elected(): void {
    if (this.#isAsleep) return;
    this.#liveness.led();
    this.#orchestrator.resume();
  }

  #resumed(): void {
    this.#liveness.resumed();
    this.#orchestrator.resume();
  }

  #roleChanged(node: SwarmNode): void {
    node.votes = node.spec.Role === "manager" && this.#liveness.isConnected(node.id);
    this.look();
  }

  /** The machine that leads. */
  get #leading(): Member | undefined {
    return this.#members.get(this.consensus.leader?.id ?? "");
  }

  #connected(node: SwarmNode): void {
    if (node.votes !== (node.spec.Role === "manager")) this.#roleChanged(node);
    this.#registry.find(node.address);
    this.#members.get(node.id)?.connected();
    this.#orchestrator.connected(node);
  }

  #nodeChanged(node: SwarmNode): void {
    if (node.state === "down") this.#registry.lose(node.address);
    this.#orchestrator.nodeChanged(node);
  }

  /** The machine itself hears nothing of it. */
  #nodeRemoved(node: SwarmNode): void {
    this.#liveness.remove(node);
    this.#orchestrator.nodeRemoved(node);
  }

  /** @throws StatusError internal (as with Docker) while nobody leads */
  #checkLeader(): void {
    if (!this.consensus.isWorking) throw noLeader();
  }

  /** The containers of before are there: its services go on. */
  revive(): void {
    this.#isAsleep = false;
    for (const member of this.#members.values()) member.resume();
    if (this.consensus.isWorking) this.#elected();
    this.look();
    this.#orchestrator.revive();
  }

  get tasks(): TaskReader {
    return this.#orchestrator.tasks;
  }

  /** The container that a task has, if it has one. */
  containerOf({ containerId, nodeId }: Task): Container | undefined {
    return containerId === undefined ? undefined : this.#members.get(nodeId)?.parts.containers.peek(containerId);
  }

  /** Ports of the node that lead to a task alone, once for each family of addresses. @see moby daemon/cluster/executor/container/controller.go: portStatus */
  hostPortsOf(task: Task): readonly PortConfig[] {
    const ports = task.state === "running" ? (this.containerOf(task)?.sandbox?.ports ?? []) : [];
    return ports.map(({ protocol: Protocol, containerPort: TargetPort, hostPort: PublishedPort }) => {
      return { Protocol, TargetPort, PublishedPort, PublishMode: "host" };
    });
  }

  network(id: string): Network | undefined {
    return this.#networks.find(id) ?? this.#leading?.parts.networks.get(id);
  }

  /** "web.1.ID"; of a task whose service is gone, its id. */
  nameOfTask(task: Task): string {
    const service = this.services.byId(task.serviceId);
    return service === undefined ? task.id : taskName({ task, service, node: { id: task.nodeId } });
  }

  /** The host name of the node that a task is on; its id, if there is no such node any more. */
  nodeNameOf({ nodeId }: Task): string {
    return this.nodes.byId(nodeId)?.machine.hostname ?? nodeId;
  }

  /** Other settings. With a new root of certificates come tokens that tell of it. */
  configure(spec: ClusterSpec): void {
    const isNewRoot = (spec.CAConfig.ForceRotate ?? 0) !== (this.spec.CAConfig.ForceRotate ?? 0);
    this.spec = spec;
    if (isNewRoot) this.keys.renewRoot();
    this.#lock();
    this.revisions.changed(this.object);
  }

  #lock(): void {
    this.keys.lock(this.spec.EncryptionConfig.AutoLockManagers);
  }
}
