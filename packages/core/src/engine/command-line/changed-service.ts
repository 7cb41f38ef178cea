/**
 * A service with the changes that `docker service update` asks for.
 *
 * Secrets and configs are left as they are: their ids are the client's to ask for.
 * @see docker/cli cli/command/service/update.go
 */
import { compareBytes } from "../../lib/index.ts";
import { sortedUlimits } from "../docker/commands/create-body.ts";
import { restartPolicy, updateConfig, withoutZero } from "../docker/commands/service-body.ts";
import type { HealthConfig, MountBody, StringMap } from "../docker/create-body.ts";
import { failure } from "../docker/problem.ts";
import type { Edit, MapEdit, ServiceChanges } from "../docker/requests/service-changes.ts";
import { effectiveCapabilities, normalizeCapabilities } from "../docker/values/policies.ts";
import {
  type GenericResource,
  networksOf,
  type Placement,
  type PortConfig,
  type ServiceMode,
  type ServiceSpec,
  type TaskContainerSpec,
  type TaskSpec,
} from "../swarm/service-spec.ts";

/** @throws CliError for changes that the service cannot have */
export function changedService(spec: ServiceSpec, changes: ServiceChanges): ServiceSpec {
  const { networks } = changes;
  const { Networks: _old, UpdateConfig, RollbackConfig, ...others } = spec;
  const update = updateConfig(changes.update, UpdateConfig);
  const rollback = updateConfig(changes.rollback, RollbackConfig);
  const ports = changedPorts(spec.EndpointSpec?.Ports ?? [], changes.ports);
  const { Mode = "" } = spec.EndpointSpec ?? {};
  const hasNetworks = networks.add.length > 0 || networks.remove.length > 0;
  return {
    ...others,
    ...(_old && !hasNetworks && { Networks: _old }),
    Labels: changedMap(spec.Labels, changes.labels),
    TaskTemplate: changedTask(spec, changes),
    Mode: scaled(spec.Mode, changes),
    ...(update && { UpdateConfig: update }),
    ...(rollback && { RollbackConfig: rollback }),
    EndpointSpec: withoutZero({ Mode: changes.endpointMode ?? Mode, Ports: ports }),
  };
}

function changedTask(spec: ServiceSpec, changes: ServiceChanges): TaskSpec {
  const { TaskTemplate: task } = spec;
  const { ContainerSpec: container, Resources, RestartPolicy, Placement, Networks: _n, LogDriver, ...others } = task;
  const { Limits = {}, Reservations = {} } = Resources ?? {};
  const GenericResources = changedResources(Reservations.GenericResources ?? [], changes.genericResources);
  const restart = restartPolicy(changes.restart, RestartPolicy);
  const added = changes.networks.add.map(({ Target }) => Target);
  const gone = new Set([...changes.networks.remove, ...added]);
  const networks = [...networksOf(spec).filter(({ Target }) => !gone.has(Target)), ...changes.networks.add];
  const driver = changes.logDriver ?? LogDriver;
  return {
    ...(container && { ContainerSpec: changedContainer(container, changes) }),
    Resources: {
      Limits: withoutZero({ ...Limits, ...changes.limits }),
      Reservations: withoutZero({ ...Reservations, ...changes.reservations, GenericResources }),
    },
    ...(restart && { RestartPolicy: restart }),
    Placement: changedPlacement(Placement ?? {}, changes),
    ...(networks.length > 0 && { Networks: networks.sort(by(({ Target }) => Target)) }),
    ...(driver && { LogDriver: driver }),
    ...others,
    ForceUpdate: task.ForceUpdate + (changes.force ? 1 : 0),
  };
}

function changedContainer(before: TaskContainerSpec, changes: ServiceChanges): TaskContainerSpec {
  const { Image, Init, DNSConfig, StopGracePeriod, Healthcheck, ...rest } = { ...before, ...changes.container };
  const grace = StopGracePeriod === undefined ? {} : { StopGracePeriod };
  const health = changedHealth(Healthcheck, changes.health);
  const { servers, search, options } = changes.dns;
  const dns = withoutZero({
    Nameservers: changedList(DNSConfig?.Nameservers ?? [], servers),
    Search: changedList(DNSConfig?.Search ?? [], search),
    Options: changedList(DNSConfig?.Options ?? [], options),
  });
  const limits = sortedUlimits([...(before.Ulimits ?? []), ...changes.ulimits.add]);
  return {
    Image: changes.image ?? Image,
    ...(Init !== undefined && { Init }),
    ...grace,
    ...withoutZero({
      ...rest,
      Labels: changedMap(before.Labels ?? {}, changes.containerLabels),
      Env: changedEnv(before.Env ?? [], changes.env),
      Groups: changedList(before.Groups ?? [], changes.groups),
      Mounts: changedMounts(before.Mounts ?? [], changes.mounts),
      Healthcheck: health,
      Hosts: changedHosts(before.Hosts ?? [], changes.hosts),
      Sysctls: changedMap(before.Sysctls ?? {}, changes.sysctls),
      Ulimits: limits.filter(({ Name }) => !changes.ulimits.remove.includes(Name)),
      ...changedCapabilities(before, changes.capabilities),
    }),
    ...((DNSConfig !== undefined || Object.keys(dns).length > 0) && { DNSConfig: dns }),
  };
}

const isEmpty = ({ add, remove }: Edit<unknown, unknown>): boolean => add.length === 0 && remove.length === 0;

const by =
  <T>(key: (one: T) => string) =>
  (a: T, b: T): number =>
    compareBytes(key(a), key(b));

/** Each once, in order; as it was if nothing changes. */
function changedList(before: readonly string[], edit: Edit<string>): readonly string[] {
  if (isEmpty(edit)) return before;
  return [...new Set([...before, ...edit.add])].filter((one) => !edit.remove.includes(one)).sort();
}

function changedMap(before: StringMap, { add, remove }: MapEdit): StringMap {
  return Object.fromEntries(Object.entries({ ...before, ...add }).filter(([name]) => !remove.includes(name)));
}

const nameOfVariable = (text: string): string => text.split("=", 1)[0] ?? "";

/** What goes goes first; what has another value keeps its place. */
function changedEnv(before: readonly string[], { add, remove }: Edit<string>): readonly string[] {
  const kept = before.filter((one) => !remove.includes(nameOfVariable(one)));
  return [...new Map([...kept, ...add].map((one) => [nameOfVariable(one), one])).values()];
}

function changedHosts(before: readonly string[], { add, remove }: Edit<string>): readonly string[] {
  const isGone = (line: string): boolean =>
    remove.some((text) => {
      const [host = "", ...address] = text.split(":");
      const [ip, name] = line.split(" ");
      return name === host && (address.length === 0 || address.join(":") === ip);
    });
  return [...before.filter((line) => !isGone(line)), ...add];
}

function changedMounts(before: readonly MountBody[], edit: Edit<MountBody>): readonly MountBody[] {
  if (isEmpty(edit)) return before;
  const added = new Set<string>();
  for (const { Target = "" } of edit.add) {
    if (added.has(Target)) throw failure("duplicate mount target");
    added.add(Target);
  }
  const kept = before.filter(({ Target = "" }) => !added.has(Target));
  return [...edit.add, ...kept]
    .filter(({ Target = "" }) => !edit.remove.includes(Target))
    .sort(by(({ Source = "", Target = "" }) => `${Source}\0${Target}`));
}

const portText = ({ PublishedPort = 0, TargetPort = 0, Protocol = "tcp", PublishMode = "ingress" }: PortConfig) =>
  `${PublishedPort}:${TargetPort}/${Protocol}/${PublishMode}`;

/** A port goes whatever it is published as. */
function changedPorts(before: readonly PortConfig[], edit: Edit<PortConfig, PortConfig>): readonly PortConfig[] {
  if (isEmpty(edit)) return before;
  const bare = (port: PortConfig): string => portText({ ...port, PublishedPort: 0 });
  const gone = new Set(edit.remove.map(bare));
  const known = new Set(before.map(portText));
  return [
    ...before.filter((port) => !gone.has(bare(port))),
    ...edit.add.filter((port) => !known.has(portText(port))),
  ].sort(by(portText));
}

function changedPlacement(before: Placement, { constraints, preferences, maxReplicas }: ServiceChanges): Placement {
  const kept = (before.Constraints ?? []).filter((one) => !constraints.remove.includes(one));
  const gone = new Set(preferences.remove.map((one) => JSON.stringify(preference(one))));
  return withoutZero({
    ...before,
    Constraints: isEmpty(constraints) ? before.Constraints : [...kept, ...constraints.add].sort(),
    Preferences: [
      ...(before.Preferences ?? []).filter((one) => !gone.has(JSON.stringify(one))),
      ...preferences.add.map(preference),
    ],
    MaxReplicas: maxReplicas ?? before.MaxReplicas,
  });
}

const preference = (SpreadDescriptor: string) => ({ Spread: { SpreadDescriptor } });

/** @throws CliError for a kind that is to go and is not there */
function changedResources(
  before: readonly GenericResource[],
  { add, remove }: Edit<GenericResource>,
): readonly GenericResource[] {
  const kindOf = (resource: GenericResource): string => resource.DiscreteResourceSpec?.Kind ?? "";
  for (const kind of remove) {
    if (before.some((one) => kindOf(one) === kind)) continue;
    throw failure(`could not find generic-resource \`${kind}\` to remove it`);
  }
  const amounts = new Map<string, GenericResource>();
  for (const one of before) if (!remove.includes(kindOf(one))) amounts.set(kindOf(one), one);
  for (const one of add) amounts.set(kindOf(one), one);
  return [...amounts.values()];
}

function changedHealth(before: HealthConfig | undefined, given: HealthConfig): HealthConfig | undefined {
  if (Object.keys(given).length === 0) return before;
  if (given.Test?.[0] === "NONE") return given;
  const { Test, ...rest } = before ?? {};
  return withoutZero({ ...(Test?.[0] === "NONE" ? {} : { Test }), ...rest, ...given });
}

/** As a name among others: nothing of before stays. */
const RESET = "CAP_RESET";

/**
 * What was dropped and is to be had is no longer dropped, and no more; and the other way round. Adding comes first.
 *
 * @see docker/cli cli/command/service/update.go: updateCapabilities
 */
function changedCapabilities(before: TaskContainerSpec, { add, drop }: ServiceChanges["capabilities"]) {
  if (add.length === 0 && drop.length === 0) return {};
  const [toAdd, toDrop] = [new Set(normalizeCapabilities(add)), new Set(normalizeCapabilities(drop))];
  const added = new Set(toAdd.delete(RESET) ? [] : before.CapabilityAdd);
  const dropped = new Set(toDrop.delete(RESET) ? [] : before.CapabilityDrop);
  for (const name of toDrop) {
    if (toAdd.has(name) || added.delete(name)) continue;
    dropped.add(name);
  }
  for (const name of toAdd) if (!dropped.delete(name)) added.add(name);
  const effective = effectiveCapabilities([...added], [...dropped]);
  return { CapabilityAdd: effective.added, CapabilityDrop: effective.dropped };
}

/** With another number of tasks. @throws CliError where that is not for the service to say */
function scaled(mode: ServiceMode, { replicas }: ServiceChanges): ServiceMode {
  if (replicas === undefined) return mode;
  if (mode.Replicated === undefined) throw failure("replicas can only be used with replicated mode");
  return { Replicated: { Replicas: replicas } };
}
