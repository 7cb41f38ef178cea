/**
 * Services: what is wanted to run. What does run is the orchestrator's.
 *
 * @see swarmkit manager/controlapi/service.go
 */
import { quote } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { EventLog } from "../events.ts";
import { newName } from "../names.ts";
import type { Network } from "../networks.ts";
import type { Filters } from "../select/filters.ts";
import type { Allocator } from "./allocator.ts";
import { checkVersion, ObjectTable, type Revisions } from "./object-table.ts";
import type { PayloadKind, PayloadStore } from "./payloads.ts";
import { rpcError } from "./rpc-error.ts";
import type { Service, UpdateStatus } from "./service.ts";
import {
  type EndpointSpec,
  type NetworkTarget,
  networksOf,
  type PortConfig,
  portKey,
  type ServiceMode,
  type ServiceSpec,
  type UpdateConfig,
} from "./service-spec.ts";
import { verifyService } from "./verify-service.ts";

export type ModeName = "replicated" | "global" | "replicated-job" | "global-job";

/** What lists of services can be filtered by. */
export const SERVICE_FILTERS = ["id", "label", "mode", "name", "runtime"];
const FIRST_PORT = 30_000;
const LAST_PORT = 32_767;

export function modeName({ Global, ReplicatedJob, GlobalJob }: ServiceMode): ModeName {
  if (Global !== undefined) return "global";
  if (ReplicatedJob !== undefined) return "replicated-job";
  return GlobalJob === undefined ? "replicated" : "global-job";
}

export const isJob = (mode: ServiceMode): boolean => modeName(mode).endsWith("job");

export interface ServiceParts {
  readonly revisions: Revisions;
  readonly events: Pick<EventLog, "record">;
  readonly secrets: PayloadStore;
  readonly configs: PayloadStore;
  readonly findNetwork: (reference: string) => Network | undefined;
  readonly allocator: Allocator;
  /** Called after a change; `removed` if it is gone. */
  readonly changed: (service: Service, removed: boolean) => void;
}

export class ServiceStore {
  readonly #parts: ServiceParts;
  readonly #table = new ObjectTable<Service>("service", ({ spec }) => spec.Name);

  constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  get records(): readonly Service[] {
    return this.#table.records;
  }

  /** Nothing is made to run by it. */
  restore(records: readonly Service[]): void {
    for (const record of records) this.#table.add({ ...record });
  }

  /** @throws StatusError for whatever is wrong, in the manager's words */
  create(given: ServiceSpec): Service {
    const { revisions } = this.#parts;
    const taken = new Set(this.#table.list().map(({ spec: { Name } }) => Name));
    const named = given.Name === "" ? { ...given, Name: newName(revisions.prng, taken) } : given;
    const spec = this.#resolved(normal(named));
    verifyService(spec);
    this.#checkNetworks(spec);
    this.#checkPayloads(spec);
    const ports = this.#portsOf(spec, undefined);
    if (taken.has(spec.Name)) {
      const problem = `name conflicts with an existing object: service ${spec.Name} already exists`;
      throw rpcError("AlreadyExists", problem);
    }
    const more = { previous: undefined, update: undefined, iteration: 0, startedUs: revisions.nowUs };
    const service: Service = {
      ...revisions.created(),
      spec,
      ports,
      endpoint: undefined,
      virtualAddresses: [],
      ...more,
    };
    this.#parts.allocator.serve(service);
    this.#table.add(service);
    this.#parts.events.record("service", "create", service.id, { name: spec.Name });
    // Addresses and ports are written to it after it is there.
    if (service.endpoint !== undefined) {
      this.#parts.events.record("service", "update", service.id, { name: spec.Name });
    }
    this.#parts.changed(service, false);
    return service;
  }

  /** @throws StatusError not-found, internal for an old version, and as `create` */
  update(reference: string, seen: number, given: ServiceSpec): void {
    const service = this.#table.get(reference);
    const spec = this.#resolved(normal(given));
    verifyService(spec);
    this.#checkNetworks(spec);
    checkVersion(service, seen);
    if (spec.Name !== service.spec.Name) throw rpcError("Unimplemented", "renaming services is not supported");
    if (modeName(spec.Mode) !== modeName(service.spec.Mode)) {
      throw rpcError("Unimplemented", "service mode change is not allowed");
    }
    this.#checkPayloads(spec);
    this.#become(service, spec, undefined);
  }

  /** Back to the settings before the last update. @throws StatusError as `update`, invalid-argument without one */
  rollBack(reference: string, seen: number): void {
    const service = this.#table.get(reference);
    checkVersion(service, seen);
    if (service.previous === undefined) {
      throw rpcError("FailedPrecondition", `service ${service.id} does not have a previous spec`);
    }
    this.#revert(service, "manually requested rollback", this.#parts.revisions.nowUs);
  }

  /** The same after an update that failed, which cannot be taken up again, and began when that did. */
  revert(service: Service, message: string): void {
    this.#revert(service, message, service.update?.startedUs ?? this.#parts.revisions.nowUs);
    service.previous = undefined;
  }

  #revert(service: Service, message: string, startedUs: number): void {
    if (service.previous === undefined) return;
    const status: UpdateStatus = { state: "rollback_started", startedUs, completedUs: undefined, message };
    this.#become(service, service.previous, status);
  }

  #become(service: Service, spec: ServiceSpec, update: UpdateStatus | undefined): void {
    const { revisions, events, changed } = this.#parts;
    const { spec: before, update: status } = service;
    service.ports = this.#portsOf(spec, service);
    service.previous = before;
    service.spec = spec;
    service.update = update;
    this.#parts.allocator.serve(service);
    if (isJob(spec.Mode)) {
      service.iteration++;
      service.startedUs = revisions.nowUs;
    }
    revisions.changed(service);
    events.record("service", "update", service.id, {
      name: spec.Name,
      ...change("image", before.TaskTemplate.ContainerSpec?.Image, spec.TaskTemplate.ContainerSpec?.Image),
      ...change("replicas", text(before.Mode.Replicated?.Replicas), text(spec.Mode.Replicated?.Replicas)),
      ...(update === undefined ? {} : change("updatestate", status?.state, update.state)),
    });
    changed(service, false);
  }

  /** How an update goes. */
  report(service: Service, update: UpdateStatus): void {
    const { revisions, events } = this.#parts;
    const before = service.update?.state;
    service.update = update;
    revisions.changed(service);
    const attributes = { name: service.spec.Name, ...change("updatestate", before, update.state) };
    events.record("service", "update", service.id, attributes);
  }

  /** @throws StatusError not-found */
  remove(reference: string): void {
    const service = this.#table.get(reference);
    this.#table.delete(service);
    this.#parts.allocator.forget(service);
    this.#parts.events.record("service", "remove", service.id, { name: service.spec.Name });
    this.#parts.changed(service, true);
  }

  /** @throws StatusError not-found */
  get(reference: string): Service {
    return this.#table.get(reference);
  }

  byId(id: string): Service | undefined {
    return this.#table.byId(id);
  }

  all(): readonly Service[] {
    return this.#table.list();
  }

  list(filters: Filters): readonly Service[] {
    return this.all().filter(
      ({ id, spec }) =>
        filters.allows("id", (value) => id.startsWith(value)) &&
        filters.allows("name", (value) => spec.Name.startsWith(value)) &&
        filters.allows("mode", (value) => value === modeName(spec.Mode)) &&
        filters.allows("runtime", (value) => value === (spec.TaskTemplate.Runtime ?? "container")) &&
        filters.allowsLabels(spec.Labels),
    );
  }

  /** Names of the services that refer to a secret or config. */
  usersOf(kind: PayloadKind, id: string): readonly string[] {
    return this.all()
      .filter(({ spec }) => {
        const { Secrets = [], Configs = [] } = spec.TaskTemplate.ContainerSpec ?? {};
        return kind === "secret"
          ? Secrets.some(({ SecretID }) => SecretID === id)
          : Configs.some(({ ConfigID }) => ConfigID === id);
      })
      .map(({ spec }) => spec.Name);
  }

  /** A service that is on a network. */
  userOfNetwork(id: string): Service | undefined {
    return this.all().find(({ spec }) => networksOf(spec).some(({ Target }) => Target === id));
  }

  /** With the ids of its networks. @throws StatusError not-found */
  #resolved(spec: ServiceSpec): ServiceSpec {
    const idOf = (target: NetworkTarget): NetworkTarget => {
      const network = this.#parts.findNetwork(target.Target);
      const isOfSwarm = network?.scope === "swarm" || network?.name === "host" || network?.name === "bridge";
      if (network === undefined || !isOfSwarm) {
        throw new StatusError("not-found", `network ${target.Target} not found`);
      }
      return { ...target, Target: network.id };
    };
    const { TaskTemplate: task } = spec;
    return {
      ...spec,
      TaskTemplate: { ...task, ...(task.Networks && { Networks: task.Networks.map(idOf) }) },
      ...(spec.Networks && { Networks: spec.Networks.map(idOf) }),
    };
  }

  /** Tasks come to the network of published ports by their ports alone. */
  #checkNetworks(spec: ServiceSpec): void {
    const networks = networksOf(spec).map(({ Target }) => this.#parts.findNetwork(Target));
    const ingress = networks.find((network) => network?.ingress === true);
    if (ingress === undefined) return;
    const problem = `Service cannot be explicitly attached to the ingress network ${quote(ingress.name)}`;
    throw rpcError("InvalidArgument", problem);
  }

  #checkPayloads({ TaskTemplate }: ServiceSpec): void {
    const { Secrets = [], Configs = [] } = TaskTemplate.ContainerSpec ?? {};
    const { secrets, configs } = this.#parts;
    this.#checkFound(
      "secret",
      Secrets.filter(({ SecretID }) => secrets.byId(SecretID) === undefined).map(nameOfSecret),
    );
    this.#checkFound(
      "config",
      Configs.filter(({ ConfigID }) => configs.byId(ConfigID) === undefined).map(nameOfConfig),
    );
  }

  #checkFound(kind: PayloadKind, missing: readonly string[]): void {
    if (missing.length === 0) return;
    const what = missing.length === 1 ? kind : `${kind}s`;
    throw rpcError("InvalidArgument", `${what} not found: ${missing.join(", ")}`);
  }

  /** @throws StatusError invalid-argument for a port that another service has */
  #portsOf({ EndpointSpec }: ServiceSpec, own: Service | undefined): readonly PortConfig[] {
    const others = this.all().filter((service) => service !== own);
    const taken = new Map(others.flatMap((service) => service.ports.map((port) => [portKey(port), { service, port }])));
    const used = new Set(taken.keys());
    return (EndpointSpec?.Ports ?? []).map((port) => {
      const { PublishedPort = 0, Protocol = "tcp", PublishMode = "ingress" } = port;
      if (PublishMode === "host") return port;
      if (PublishedPort === 0) {
        let number = own?.ports.find((one) => one.TargetPort === port.TargetPort)?.PublishedPort ?? FIRST_PORT;
        while (used.has(`${number}/${Protocol}`) && number < LAST_PORT) number++;
        used.add(`${number}/${Protocol}`);
        return { ...port, PublishedPort: number };
      }
      const other = taken.get(portKey(port))?.service;
      if (other !== undefined) {
        const who = `service '${other.spec.Name}' (${other.id}) as an ingress port`;
        throw rpcError("InvalidArgument", `port '${PublishedPort}' is already in use by ${who}`);
      }
      return port;
    });
  }
}

const nameOfSecret = ({ SecretName }: { readonly SecretName: string }): string => SecretName;
const nameOfConfig = ({ ConfigName }: { readonly ConfigName: string }): string => ConfigName;
const text = (number: number | undefined): string | undefined => (number === undefined ? undefined : String(number));

function change(what: string, before: string | undefined, after: string | undefined): Readonly<Record<string, string>> {
  if (before === after) return {};
  return {
    ...(after === undefined ? {} : { [`${what}.new`]: after }),
    ...(before === undefined ? {} : { [`${what}.old`]: before }),
  };
}

/** As the manager keeps it: with what it puts in itself. */
function normal(spec: ServiceSpec): ServiceSpec {
  const { EndpointSpec, Mode, RollbackConfig, TaskTemplate: task, UpdateConfig } = spec;
  return {
    ...spec,
    ...(EndpointSpec && { EndpointSpec: normalEndpoint(EndpointSpec) }),
    ...(UpdateConfig && { UpdateConfig: normalUpdate(UpdateConfig) }),
    ...(RollbackConfig && { RollbackConfig: normalUpdate(RollbackConfig) }),
    Mode: normalMode(Mode),
    TaskTemplate: {
      ...task,
      ...(task.ContainerSpec && { ContainerSpec: { Isolation: "default", ...task.ContainerSpec } }),
      Runtime: task.Runtime === undefined || task.Runtime === "" ? "container" : task.Runtime,
    },
  };
}

/** @see moby daemon/cluster/convert/service.go ServiceSpecToGRPC */
function normalMode(mode: ServiceMode): ServiceMode {
  const name = modeName(mode);
  if (name === "replicated") return { Replicated: { Replicas: mode.Replicated?.Replicas ?? 1 } };
  if (name !== "replicated-job") return mode;
  const { MaxConcurrent = 1 } = mode.ReplicatedJob ?? {};
  const { TotalCompletions = MaxConcurrent } = mode.ReplicatedJob ?? {};
  return { ReplicatedJob: { MaxConcurrent, TotalCompletions } };
}

const PROTOCOLS: ReadonlySet<string> = new Set(["tcp", "udp", "sctp"]);

/** Of protocols and modes the manager knows numbers only: the first of each stands for what it does not know. */
function normalEndpoint({ Mode, Ports, ...rest }: EndpointSpec): EndpointSpec {
  return {
    ...rest,
    Mode: Mode || "vip",
    ...(Ports && {
      Ports: Ports.map(({ Name, Protocol = "", TargetPort, PublishedPort, PublishMode }) => ({
        ...(Name !== undefined && { Name }),
        Protocol: PROTOCOLS.has(Protocol) ? Protocol : "tcp",
        ...(TargetPort !== undefined && { TargetPort }),
        ...(PublishedPort !== undefined && { PublishedPort }),
        PublishMode: PublishMode === "host" ? "host" : "ingress",
      })),
    }),
  };
}

function normalUpdate(given: UpdateConfig): UpdateConfig {
  return { ...given, FailureAction: given.FailureAction || "pause", Order: given.Order || "stop-first" };
}
