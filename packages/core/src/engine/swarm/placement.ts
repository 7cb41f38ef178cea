/**
 * Where a task may be: constraints, availability, resources.
 *
 * @see swarmkit manager/constraint/constraint.go, manager/scheduler/filter.go, pipeline.go, nodeinfo.go
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

const KEY = /^[a-z_][a-z0-9\-_.]+$/i;
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
  if (name.startsWith("engine.labels.")) return ownValue(machine.labels, key.slice("engine.labels.".length)) ?? "";
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

/** What all tasks of a node but one have. */
export function occupancyWithout(
  task: Task,
  ofNode: readonly Task[],
  serviceOf: (id: string) => Service | undefined,
): Occupancy {
  const others = ofNode.filter((one) => one !== task && !one.hasEnded);
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

/** Reasons why a node cannot have a task, in the order in which they are looked for. */
export type Obstacle = keyof typeof EXPLANATIONS;

const nodes = (count: number): string => `${count} ${count === 1 ? "node" : "nodes"}`;

const EXPLANATIONS = {
  unavailable: (count: number) => `${nodes(count)} not available for new tasks`,
  resources: (count: number) => `insufficient resources on ${nodes(count)}`,
  constraints: (count: number) => `scheduling constraints not satisfied on ${nodes(count)}`,
  platform: (count: number) => `unsupported platform on ${nodes(count)}`,
  hostPort: (count: number) => `host-mode port already in use on ${nodes(count)}`,
  replicas: () => "max replicas per node limit exceed",
  volumes: (count: number) => `cannot fulfill requested CSI volume mounts on ${nodes(count)}`,
} as const;

/** Why a task cannot be on the node; `undefined` if it can. */
export function obstacle(
  spec: TaskSpec,
  wantedPorts: readonly string[],
  node: SwarmNode,
  { reserved, replicas, hostPorts }: Occupancy,
): Obstacle | undefined {
  const { NanoCPUs = 0, MemoryBytes = 0, GenericResources = [] } = spec.Resources?.Reservations ?? {};
  const { machine } = node;
  const reserves = NanoCPUs > 0 || MemoryBytes > 0 || GenericResources.length > 0;
  const lacks =
    reserved.NanoCPUs + NanoCPUs > machine.cpus * 1e9 ||
    reserved.MemoryBytes + MemoryBytes > machine.memoryBytes ||
    GenericResources.length > 0;
  const limit = spec.Placement?.MaxReplicas ?? 0;
  if (node.state !== "ready" || node.spec.Availability !== "active") return "unavailable";
  if (reserves && lacks) return "resources";
  if (!meetsConstraints(spec.Placement ?? {}, node)) return "constraints";
  if (!isSupported(spec.Placement ?? {}, machine.architecture)) return "platform";
  if (wantedPorts.some((port) => hostPorts.has(port))) return "hostPort";
  if (limit > 0 && replicas >= limit) return "replicas";
  return (spec.ContainerSpec?.Mounts ?? []).some(({ Type = "" }) => CLUSTER_MOUNTS.has(Type)) ? "volumes" : undefined;
}

/** Why no node can have a task: what is in the way most often comes first. */
export function explanation(obstacles: readonly Obstacle[]): string {
  const kinds = Object.keys(EXPLANATIONS) as Obstacle[];
  const counted = kinds.map((kind) => ({ kind, count: obstacles.filter((one) => one === kind).length }));
  const told = counted.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
  const why = told.map(({ kind, count }) => EXPLANATIONS[kind](count)).join("; ");
  return why === "" ? "no suitable node" : `no suitable node (${why})`;
}
