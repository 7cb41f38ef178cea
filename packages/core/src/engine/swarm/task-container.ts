/**
 * A task's container: what is asked of the engine for it.
 *
 * @see moby daemon/cluster/executor/container/container.go
 */
import type { CreateOptions } from "../container/create-options.ts";
import type { EndpointSettings, HostConfig, PortMap, StringSet } from "../docker/create-body.ts";
import { isUserDefined } from "../docker/values/network.ts";
import { EMPTY_SETTINGS } from "../network/settings.ts";
import type { Attachment } from "./allocator.ts";
import { expandedContainer, type TaskValues } from "./expand.ts";
import type { SwarmNode } from "./node.ts";
import { securityOptionsOf } from "./privileges.ts";
import type { Service } from "./service.ts";
import type { NetworkTarget, PortConfig, TaskContainerSpec } from "./service-spec.ts";
import type { Task } from "./task.ts";
import { verifyTaskMounts } from "./verify-task-mounts.ts";

/** Everything that a task's container depends on. */
export interface TaskPlace {
  readonly task: Task;
  readonly service: Service;
  readonly node: SwarmNode;
  readonly networks: readonly NetworkTarget[];
  /** The name of a network by its id. */
  readonly nameOf: (network: string) => string;
  /** Ports of the machine that lead to it alone. */
  readonly ports: readonly PortConfig[];
}

/** "web.1.ID", or "web.NODE.ID" where every node has one. */
export function taskName({
  task,
  service,
  node,
}: Pick<TaskPlace, "task" | "service"> & { readonly node: Pick<SwarmNode, "id"> }): string {
  return `${service.spec.Name}.${task.slot === 0 ? node.id : task.slot}.${task.id}`;
}

/** @throws StatusError invalid-argument for a mount that the worker refuses */
export function taskContainer(place: TaskPlace): CreateOptions {
  const { task, service, node } = place;
  const spec = expandedSpec(place);
  verifyTaskMounts(spec.Mounts ?? []);
  return {
    Image: spec.Image,
    ...(spec.Command && { Entrypoint: spec.Command }),
    ...(spec.Args && { Cmd: spec.Args }),
    Env: spec.Env ?? [],
    Hostname: spec.Hostname ?? "",
    User: spec.User ?? "",
    WorkingDir: spec.Dir ?? "",
    Tty: spec.TTY ?? false,
    OpenStdin: spec.OpenStdin ?? false,
    ...(place.ports.length > 0 && { ExposedPorts: exposedPorts(place.ports) }),
    ...(spec.StopSignal && { StopSignal: spec.StopSignal }),
    ...(spec.Healthcheck && { Healthcheck: spec.Healthcheck }),
    Labels: {
      ...spec.Labels,
      "com.docker.swarm.node.id": node.id,
      "com.docker.swarm.service.id": service.id,
      "com.docker.swarm.service.name": service.spec.Name,
      "com.docker.swarm.task": "",
      "com.docker.swarm.task.id": task.id,
      "com.docker.swarm.task.name": taskName(place),
    },
    HostConfig: hostConfig(place, spec),
    ...endpoints(place),
  };
}

function hostConfig({ task, networks, nameOf, ports }: TaskPlace, spec: TaskContainerSpec): Partial<HostConfig> {
  const { Resources, LogDriver } = task.spec;
  const { NanoCPUs, MemoryBytes, Pids } = Resources?.Limits ?? {};
  const reserved = Resources?.Reservations?.MemoryBytes;
  // Networks of the node itself are modes; those of the swarm are joined.
  const [own] = networks.map(({ Target }) => nameOf(Target)).filter((name) => !isUserDefined(name));
  return {
    NetworkMode: own ?? "bridge",
    Isolation: "default",
    ...(ports.length > 0 && { PortBindings: bindings(ports) }),
    ...(spec.Init === undefined ? {} : { Init: spec.Init }),
    ...(spec.ReadOnly && { ReadonlyRootfs: true }),
    ...(spec.CapabilityAdd && { CapAdd: spec.CapabilityAdd }),
    ...(spec.CapabilityDrop && { CapDrop: spec.CapabilityDrop }),
    ...(spec.Sysctls && { Sysctls: spec.Sysctls }),
    ...(spec.Ulimits && { Ulimits: spec.Ulimits }),
    ...(spec.Groups && { GroupAdd: spec.Groups }),
    ...(spec.OomScoreAdj && { OomScoreAdj: spec.OomScoreAdj }),
    ...(spec.DNSConfig?.Nameservers && { Dns: spec.DNSConfig.Nameservers }),
    ...(spec.DNSConfig?.Search && { DnsSearch: spec.DNSConfig.Search }),
    ...(spec.DNSConfig?.Options && { DnsOptions: spec.DNSConfig.Options }),
    ...(spec.Hosts && { ExtraHosts: spec.Hosts.map(extraHost) }),
    ...(spec.Privileges && { SecurityOpt: securityOptionsOf(spec.Privileges) }),
    ...(spec.Mounts && { Mounts: spec.Mounts }),
    ...(NanoCPUs && { NanoCpus: NanoCPUs }),
    ...(MemoryBytes && { Memory: MemoryBytes }),
    ...(Pids && { PidsLimit: Pids }),
    ...(reserved && { MemoryReservation: reserved }),
    ...(LogDriver && { LogConfig: { Type: LogDriver.Name, Config: LogDriver.Options ?? {} } }),
  };
}

/** "1.2.3.4 host other" of /etc/hosts as `--add-host` has it. */
function extraHost(line: string): string {
  const [address = "", ...names] = line.trim().split(/\s+/);
  return names.length === 0 ? line : `${names[0]}:${address}`;
}

const portKey = ({ TargetPort = 0, Protocol = "tcp" }: PortConfig): string => `${TargetPort}/${Protocol}`;

const exposedPorts = (ports: readonly PortConfig[]): StringSet =>
  Object.fromEntries(ports.map((port) => [portKey(port), {}]));

function bindings(ports: readonly PortConfig[]): PortMap {
  const all: Record<string, { readonly HostIp: string; readonly HostPort: string }[]> = {};
  for (const port of ports) {
    const { PublishedPort = 0 } = port;
    const key = portKey(port);
    all[key] = [...(all[key] ?? []), { HostIp: "", HostPort: PublishedPort === 0 ? "" : String(PublishedPort) }];
  }
  return all;
}

/** The networks of the swarm, with the addresses that the task has there. */
function endpoints({ task, networks, nameOf }: TaskPlace): Pick<CreateOptions, "NetworkingConfig"> {
  const { attachments = [] } = task;
  if (attachments.length === 0) return {};
  const settings = ({ network, address }: Attachment): EndpointSettings => {
    const { DriverOpts = null } = networks.find(({ Target }) => Target === network) ?? {};
    // By its id: a worker does not know it by its name yet.
    return { ...EMPTY_SETTINGS, NetworkID: network, DriverOpts, IPAMConfig: { IPv4Address: address } };
  };
  return {
    NetworkingConfig: {
      EndpointsConfig: Object.fromEntries(attachments.map((one) => [nameOf(one.network), settings(one)])),
    },
  };
}

export const expandedSpec = (place: TaskPlace): TaskContainerSpec =>
  expandedContainer(place.task.spec.ContainerSpec ?? { Image: "" }, taskValues(place));

/** What the placeholders of a task stand for. */
export function taskValues({ task, service, node }: Pick<TaskPlace, "task" | "service" | "node">): TaskValues {
  const { hostname, architecture } = node.machine;
  return {
    Service: { ID: service.id, Name: service.spec.Name, Labels: service.spec.Labels },
    Node: { ID: node.id, Hostname: hostname, Platform: { Architecture: architecture, OS: "linux" } },
    Task: {
      ID: task.id,
      Name: taskName({ task, service, node }),
      Slot: task.slot === 0 ? node.id : String(task.slot),
    },
  };
}
