/**
 * A swarm while there is one: its settings, tokens, node, secrets and configs, and the services with their tasks.
 *
 * Unlike Docker's it has no certificates of its own, for nobody else is there to trust them: the text that stands for the
 * root is chance in the shape of one.
 */
import { base64 } from "../../lib/index.ts";
import type { PrngState } from "../../sim/index.ts";
import type { Container } from "../container/container.ts";
import { derivedId, shortId } from "../names.ts";
import type { Network } from "../network/network.ts";
import type { SharedNetworks } from "../network/network-store.ts";
import { Allocator } from "./allocator.ts";
import type { ClusterSpec } from "./cluster-spec.ts";
import { type ClusterVolume, ClusterVolumeStore } from "./cluster-volumes.ts";
import { type Availability, type NodeRecord, NodeStore } from "./node.ts";
import type { Revisions, SwarmObject } from "./object-table.ts";
import { Orchestrator, type OrchestratorRecords } from "./orchestrator.ts";
import { type Payload, type PayloadKind, PayloadStore } from "./payloads.ts";
import type { Service } from "./service.ts";
import { isIngressPort, type PortConfig } from "./service-spec.ts";
import { ServiceStore } from "./services.ts";
import { type SwarmNetworkParts, type SwarmNetworkRecords, SwarmNetworks } from "./swarm-networks.ts";
import type { SwarmParts } from "./swarm-parts.ts";
import type { Task } from "./task.ts";
import { taskName } from "./task-container.ts";
import type { TaskReader } from "./tasks.ts";

export interface ClusterOptions {
  readonly parts: SwarmParts;
  readonly revisions: Revisions;
  readonly spec: ClusterSpec;
  readonly address: string;
  readonly availability: Availability;
  readonly subnetSize: number;
  readonly addressPool: readonly string[] | null;
  readonly dataPathPort: number;
}

/** A swarm as data, for a machine that begins as this one was. */
export interface ClusterRecord {
  readonly object: SwarmObject;
  readonly options: Pick<ClusterOptions, "address" | "availability" | "subnetSize" | "addressPool" | "dataPathPort">;
  readonly spec: ClusterSpec;
  readonly lastRevision: number;
  readonly chance: PrngState;
  readonly unlockKey: string;
  readonly trustRoot: string;
  readonly issuerKey: string;
  readonly tokenRoot: string;
  readonly tokens: readonly (readonly [TokenRole, string])[];
  readonly node: NodeRecord;
  readonly secrets: readonly Payload[];
  readonly configs: readonly Payload[];
  readonly volumes: readonly ClusterVolume[];
  readonly services: readonly Service[];
  readonly orchestrator: OrchestratorRecords;
  readonly networks: SwarmNetworkRecords;
}

export type TokenRole = "worker" | "manager";

/** @see swarmkit manager/state/store: DefaultClusterSpec */
const HISTORY_LIMIT = 5;
const TOKEN_ROOT_DIGITS = 50;
const TOKEN_SECRET_DIGITS = 25;
const UNLOCK_KEY_BYTES = 32;
const CERTIFICATE_BYTES = 366;
const KEY_BYTES = 91;
/** What stands for "O=swarm-ca" in a certificate. */
const ISSUER = "MBMxETAPBgNVBAMTCHN3YXJtLWNh";

export class Cluster {
  readonly object: SwarmObject;
  readonly revisions: Revisions;
  readonly options: ClusterOptions;
  readonly nodes: NodeStore;
  readonly secrets: PayloadStore;
  readonly configs: PayloadStore;
  readonly services: ServiceStore;
  readonly volumes: ClusterVolumeStore;
  readonly #orchestrator: Orchestrator;
  readonly #networks: SwarmNetworks;
  readonly #allocator: Allocator;
  /** Networks that the machine has shared with others before. */
  readonly #others: SharedNetworks | undefined;
  spec: ClusterSpec;
  unlockKey = "";
  trustRoot: string;
  issuerKey: string;
  readonly #tokens = new Map<TokenRole, string>();
  #tokenRoot: string;

  /** `known` is what the swarm was before. */
  constructor(options: ClusterOptions, known?: ClusterRecord) {
    const { parts, revisions, spec } = options;
    this.options = options;
    this.revisions = revisions;
    this.spec = spec;
    this.object = known === undefined ? revisions.created() : { ...known.object };
    const { events, kernel, networks } = parts;
    const findNetwork = (reference: string) => networks.get(reference);
    const ingress = () => networks.list().find((one) => one.ingress);
    const allocator = new Allocator({ findNetwork, ingress });
    const changed = (): void => this.#orchestrator.nodeChanged();
    this.nodes = new NodeStore({ revisions, events, changed }, kernel.machine, options, known?.node);
    const users = (kind: PayloadKind, id: string): readonly string[] => this.services.usersOf(kind, id);
    this.secrets = new PayloadStore("secret", { revisions, events, users });
    this.configs = new PayloadStore("config", { revisions, events, users });
    this.volumes = new ClusterVolumeStore(revisions, this.secrets);
    this.services = new ServiceStore({
      revisions,
      events,
      secrets: this.secrets,
      configs: this.configs,
      findNetwork,
      allocator,
      changed: (service, removed) => this.#orchestrator.changed(service, removed),
    });
    this.#orchestrator = new Orchestrator({
      ...parts,
      revisions,
      nodes: this.nodes,
      services: this.services,
      payloads: this,
      allocator,
      historyLimit: () => this.spec.Orchestration.TaskHistoryRetentionLimit ?? HISTORY_LIMIT,
    });
    this.#allocator = allocator;
    networks.ensureGatewayBridge();
    const mesh = networks.openMesh(options.address);
    this.#others = networks.shared;
    const shared: SwarmNetworkParts = {
      ...{ kernel, links: networks.links, revisions, others: this.#others },
      serviceOn: (id) => this.services.userOfNetwork(id)?.id,
      serviceWithPorts: () => this.services.all().find(({ ports }) => ports.some(isIngressPort))?.id,
      isLeaving: (id) => this.tasks.all().some((task) => task.containerId === id && !task.isWanted),
      peer: { Name: shortId(derivedId(this.object.id, "peer")), IP: options.address },
      ingressMade: (network) => networks.openIngress(network),
      ingressGone: (bridge) => mesh.closeIngress(bridge),
    };
    this.#networks = new SwarmNetworks(shared, known?.networks);
    networks.share(this.#networks);
    this.trustRoot = known?.trustRoot ?? pem(revisions.prng.bytes(CERTIFICATE_BYTES));
    this.issuerKey = known?.issuerKey ?? base64(revisions.prng.bytes(KEY_BYTES));
    this.#tokenRoot = known?.tokenRoot ?? revisions.digits(TOKEN_ROOT_DIGITS);
    if (known === undefined) {
      this.rotateToken("worker");
      this.rotateToken("manager");
      this.#lock();
    } else this.#restore(known);
  }

  #restore({ tokens, unlockKey, secrets, configs, volumes, services, orchestrator }: ClusterRecord): void {
    for (const [role, token] of tokens) this.#tokens.set(role, token);
    this.unlockKey = unlockKey;
    this.secrets.restore(secrets);
    this.configs.restore(configs);
    this.volumes.restore(volumes);
    this.services.restore(services);
    this.#orchestrator.restore(orchestrator);
  }

  /** Everything that it is, but its containers. */
  get record(): ClusterRecord {
    const { object, options, revisions, spec, unlockKey, trustRoot, issuerKey } = this;
    const { address, availability, subnetSize, addressPool, dataPathPort } = options;
    return {
      object: { ...object },
      options: { address, availability, subnetSize, addressPool, dataPathPort },
      spec,
      lastRevision: revisions.last,
      chance: revisions.prng.state,
      ...{ unlockKey, trustRoot, issuerKey },
      tokenRoot: this.#tokenRoot,
      tokens: [...this.#tokens],
      node: this.nodes.record,
      secrets: this.secrets.records,
      configs: this.configs.records,
      volumes: this.volumes.records,
      services: this.services.records,
      orchestrator: this.#orchestrator.records,
      networks: this.#networks.records,
    };
  }

  /** The containers of before are there: its services go on. */
  revive(): void {
    this.#orchestrator.revive();
  }

  get issuer(): string {
    return ISSUER;
  }

  /** The daemon has been started: tasks that have ended without it are noticed. */
  resume(): void {
    this.#orchestrator.resume();
  }

  /** Ends everything that the swarm runs; its networks go, too. */
  async close(): Promise<void> {
    await this.#orchestrator.close();
    const { networks } = this.options.parts;
    for (const task of this.tasks.all()) this.#allocator.detach(task);
    for (const service of this.services.all()) this.#allocator.forget(service);
    networks.closeMesh();
    networks.share(this.#others);
  }

  get tasks(): TaskReader {
    return this.#orchestrator.tasks;
  }

  /** The container that a task has, if it has one. */
  containerOf({ containerId }: Task): Container | undefined {
    return containerId === undefined ? undefined : this.options.parts.containers.peek(containerId);
  }

  /** Ports of the node that lead to a task alone, once for each family of addresses. @see moby daemon/cluster/executor/container/controller.go: portStatus */
  hostPortsOf(task: Task): readonly PortConfig[] {
    const ports = task.state === "running" ? (this.containerOf(task)?.sandbox?.ports ?? []) : [];
    return ports.map(({ protocol: Protocol, containerPort: TargetPort, hostPort: PublishedPort }) => {
      return { Protocol, TargetPort, PublishedPort, PublishMode: "host" };
    });
  }

  network(id: string): Network | undefined {
    return this.options.parts.networks.get(id);
  }

  /** "web.1.ID"; of a task whose service is gone, its id. */
  nameOfTask(task: Task): string {
    const service = this.services.byId(task.serviceId);
    return service === undefined ? task.id : taskName({ task, service, node: this.nodes.self });
  }

  token(role: TokenRole): string {
    return this.#tokens.get(role) ?? "";
  }

  rotateToken(role: TokenRole): void {
    this.#tokens.set(role, `SWMTKN-1-${this.#tokenRoot}-${this.revisions.digits(TOKEN_SECRET_DIGITS)}`);
  }

  /** Other settings. With a new root of certificates come tokens that tell of it. */
  configure(spec: ClusterSpec): void {
    const isNewRoot = (spec.CAConfig.ForceRotate ?? 0) !== (this.spec.CAConfig.ForceRotate ?? 0);
    this.spec = spec;
    if (isNewRoot) {
      const { revisions } = this;
      this.trustRoot = pem(revisions.prng.bytes(CERTIFICATE_BYTES));
      this.issuerKey = base64(revisions.prng.bytes(KEY_BYTES));
      this.#tokenRoot = revisions.digits(TOKEN_ROOT_DIGITS);
      this.rotateToken("worker");
      this.rotateToken("manager");
    }
    this.#lock();
    this.revisions.changed(this.object);
  }

  rotateUnlockKey(): void {
    this.unlockKey = "";
    this.#lock();
  }

  #lock(): void {
    if (!this.spec.EncryptionConfig.AutoLockManagers) {
      this.unlockKey = "";
      return;
    }
    if (this.unlockKey !== "") return;
    this.unlockKey = `SWMKEY-1-${base64(this.revisions.prng.bytes(UNLOCK_KEY_BYTES)).replace(/=+$/, "")}`;
  }
}

function pem(bytes: Uint8Array): string {
  const lines = base64(bytes).match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}
