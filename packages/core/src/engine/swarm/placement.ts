/**
 * Where a task may be: constraints, availability, resources. With one node there is one question: may it be here?
 *
 * @see swarmkit manager/constraint/constraint.go, manager/scheduler/filter.go, nodeinfo.go
 */
import { ownValue } from "../../lib/index.ts";
import type { SwarmNode } from "./node.ts";
import { rpcError } from "./rpc-error.ts";
import type { Service } from "./service.ts";
import { type Placement, portKey, type ResourceAmounts, type TaskSpec } from "./service-spec.ts";
import type { Task } from "./task.ts";

interface Constraint {
  readonly key: string;
  readonly isEqual: boolean;
  readonly value: string;
}

const KEY = /^[a-z_]+[a-z0-9\-_.]*$/i;
const VALUE = /^[a-z0-9:\-_\s.*()?+[\]\\^$|/]+$/i;

/** @throws StatusError internal (as with Docker) for what is no constraint */
export function parseConstraints(texts: readonly string[]): readonly Constraint[] {
  return texts.map((text) => {
    const operator = ["==", "!="].find((one) => text.includes(one));
    if (operator === undefined) throw rpcError("Unknown", "constraint expected one operator from ==, !=");
    const at = text.indexOf(operator);
    const key = text.slice(0, at).trim();
    const value = text.slice(at + 2).trim();
    if (!KEY.test(key)) throw rpcError("Unknown", `key '${key}' is invalid`);
    if (!VALUE.test(value)) throw rpcError("Unknown", `value '${value}' is invalid`);
    return { key, isEqual: operator === "==", value };
  });
}

/** Whether a node is what the constraints want. */
export function meetsConstraints({ Constraints = [] }: Placement, node: SwarmNode): boolean {
  return parseConstraints(Constraints).every(({ key, isEqual, value }) => {
    const actual = attributeOf(node, key);
    if (actual === undefined) return false;
    return (actual.toLowerCase() === value.toLowerCase()) === isEqual;
  });
}

/** `undefined` for something that nodes do not have. */
function attributeOf({ id, machine, spec, address }: SwarmNode, key: string): string | undefined {
  const name = key.toLowerCase();
  if (name.startsWith("node.labels.")) return ownValue(spec.Labels, key.slice("node.labels.".length)) ?? "";
  if (name.startsWith("engine.labels.")) return "";
  const attributes: Readonly<Record<string, string>> = {
    "node.id": id,
    "node.hostname": machine.hostname,
    "node.ip": address,
    "node.role": spec.Role,
    "node.platform.os": "linux",
    "node.platform.arch": machine.architecture,
  };
  return ownValue(attributes, name);
}

/** What others on the node have. */
export interface Occupancy {
  readonly reserved: Required<Pick<ResourceAmounts, "NanoCPUs" | "MemoryBytes">>;
  /** Tasks of the same service. */
  readonly replicas: number;
  /** "8080/tcp" of ports in host mode. */
  readonly hostPorts: ReadonlySet<string>;
}

/** What all tasks but one have. */
export function occupancyWithout(
  task: Task,
  all: readonly Task[],
  serviceOf: (id: string) => Service | undefined,
): Occupancy {
  const others = all.filter((one) => one !== task && one.nodeId !== "" && !one.hasEnded);
  const reserved = { NanoCPUs: 0, MemoryBytes: 0 };
  const ports = new Set<string>();
  for (const { spec, serviceId, isWanted } of others) {
    reserved.NanoCPUs += spec.Resources?.Reservations?.NanoCPUs ?? 0;
    reserved.MemoryBytes += spec.Resources?.Reservations?.MemoryBytes ?? 0;
    const service = isWanted ? serviceOf(serviceId) : undefined;
    if (service !== undefined) for (const port of hostPorts(service)) ports.add(port);
  }
  const replicas = others.filter((one) => one.serviceId === task.serviceId && one.isWanted).length;
  return { reserved, replicas, hostPorts: ports };
}

/** Ports that only one task of a node can have. */
export const hostPorts = ({ ports }: Service): readonly string[] =>
  ports.filter(({ PublishMode, PublishedPort = 0 }) => PublishMode === "host" && PublishedPort > 0).map(portKey);

/** Mounts of volumes that a plugin would bring to the node. */
const CLUSTER_MOUNTS: ReadonlySet<string> = new Set(["cluster", "csi"]);

/** What Go calls kinds of processors. */
const GO_NAMES: Readonly<Record<string, string>> = { x86_64: "amd64", aarch64: "arm64" };

/** Whether there is an image for machines like this. @see swarmkit manager/scheduler/filter.go: PlatformFilter */
function isSupported({ Platforms = [] }: Placement, architecture: string): boolean {
  const own = ownValue(GO_NAMES, architecture) ?? architecture;
  const fits = (wanted: string, have: string): boolean =>
    wanted === "" || (ownValue(GO_NAMES, wanted) ?? wanted) === have;
  return (
    Platforms.length === 0 ||
    Platforms.some(({ Architecture = "", OS = "" }) => fits(Architecture, own) && fits(OS, "linux"))
  );
}

/** Why a task cannot be on the node; `undefined` if it can. */
export function obstacle(
  spec: TaskSpec,
  wantedPorts: readonly string[],
  node: SwarmNode,
  { reserved, replicas, hostPorts }: Occupancy,
): string | undefined {
  const { NanoCPUs = 0, MemoryBytes = 0, GenericResources = [] } = spec.Resources?.Reservations ?? {};
  const { machine } = node;
  const reserves = NanoCPUs > 0 || MemoryBytes > 0 || GenericResources.length > 0;
  const lacks =
    reserved.NanoCPUs + NanoCPUs > machine.cpus * 1e9 ||
    reserved.MemoryBytes + MemoryBytes > machine.memoryBytes ||
    GenericResources.length > 0;
  const limit = spec.Placement?.MaxReplicas ?? 0;
  const why =
    node.spec.Availability !== "active"
      ? "1 node not available for new tasks"
      : reserves && lacks
        ? "insufficient resources on 1 node"
        : !meetsConstraints(spec.Placement ?? {}, node)
          ? "scheduling constraints not satisfied on 1 node"
          : !isSupported(spec.Placement ?? {}, machine.architecture)
            ? "unsupported platform on 1 node"
            : wantedPorts.some((port) => hostPorts.has(port))
              ? "host-mode port already in use on 1 node"
              : limit > 0 && replicas >= limit
                ? "max replicas per node limit exceed"
                : (spec.ContainerSpec?.Mounts ?? []).some(({ Type = "" }) => CLUSTER_MOUNTS.has(Type))
                  ? "cannot fulfill requested CSI volume mounts on 1 node"
                  : undefined;
  return why === undefined ? undefined : `no suitable node (${why})`;
}
