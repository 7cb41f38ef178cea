/** Requests about a swarm: its node, services, secrets and configs. */
import type { ClusterSpec } from "../../swarm/cluster-spec.ts";
import type { ServiceSpec } from "../../swarm/service-spec.ts";
import type { StringMap } from "../create-body.ts";
import type { Filters } from "../values/filter.ts";
import type { PayloadWish, ServiceChanges } from "./service-changes.ts";

interface SwarmInitRequest {
  readonly command: "swarm init";
  readonly listenAddress: string;
  readonly advertiseAddress: string;
  /** 0 is the usual one. */
  readonly dataPathPort: number;
  readonly addressPools: readonly string[];
  readonly subnetSize: number;
  readonly availability: string;
  readonly autolock: boolean;
  readonly forceNewCluster: boolean;
  /** As the API wants it. */
  readonly spec: Partial<ClusterSpec>;
}

interface SwarmLeaveRequest {
  readonly command: "swarm leave";
  readonly force: boolean;
}

interface SwarmJoinRequest {
  readonly command: "swarm join";
  /** Where a manager is. */
  readonly address: string;
  readonly listenAddress: string;
  readonly advertiseAddress: string;
  readonly token: string;
  readonly availability: string;
}

interface SwarmUnlockRequest {
  readonly command: "swarm unlock";
}

interface UnlockKeyRequest {
  readonly command: "swarm unlock-key";
  readonly quiet: boolean;
  readonly rotate: boolean;
}

interface SwarmRootRequest {
  readonly command: "swarm ca";
  readonly rotate: boolean;
  readonly detach: boolean;
  readonly quiet: boolean;
  /** Nanoseconds; 0 for what it was. */
  readonly certExpiry: number;
}

interface JoinTokenRequest {
  readonly command: "swarm join-token";
  readonly role: "worker" | "manager";
  readonly quiet: boolean;
  readonly rotate: boolean;
}

interface NodeUpdateRequest {
  readonly command: "node update";
  readonly node: string;
  /** Empty where it stays as it is, as does the role. */
  readonly availability: string;
  readonly role: string;
  readonly addLabels: StringMap;
  readonly removeLabels: readonly string[];
}

interface NodeRoleRequest {
  readonly command: "node promote" | "node demote";
  readonly nodes: readonly string[];
  readonly role: "manager" | "worker";
}

interface NodeRmRequest {
  readonly command: "node rm";
  readonly nodes: readonly string[];
  readonly force: boolean;
}

/** A list of what a swarm has. */
export interface SwarmListRequest {
  readonly command: "node ls" | "service ls" | "secret ls" | "config ls";
  readonly filters: Filters;
  readonly format: string;
  readonly quiet: boolean;
}

export interface SwarmInspectRequest {
  readonly command: "node inspect" | "service inspect" | "secret inspect" | "config inspect";
  readonly names: readonly string[];
  readonly format: string;
  /** As a page for people to read. */
  readonly isPretty: boolean;
}

/** Whether and how the client waits for the tasks of a service. */
interface ServiceWait {
  /** Whether the command returns at once, instead of waiting until the service has converged. */
  readonly detach: boolean;
  readonly quiet: boolean;
}

interface ServiceCreateRequest extends ServiceWait {
  readonly command: "service create";
  /** Without its secrets and configs, whose ids the client asks for. */
  readonly spec: ServiceSpec;
  readonly secrets: readonly PayloadWish[];
  readonly configs: readonly PayloadWish[];
  /** A registry is asked for the image's digest. */
  readonly resolvesImage: boolean;
}

interface ServiceUpdateRequest extends ServiceWait {
  readonly command: "service update";
  readonly service: string;
  readonly changes: ServiceChanges;
  /** A registry is asked for the digest of an image that is new. */
  readonly resolvesImage: boolean;
}

interface ServiceRollbackRequest extends ServiceWait {
  readonly command: "service rollback";
  readonly service: string;
  /** Changes are asked for besides, which is refused once there is such a service. */
  readonly isCombined: boolean;
}

interface SwarmUpdateRequest {
  readonly command: "swarm update";
  /** As the API wants it: only what changes. */
  readonly spec: Partial<ClusterSpec>;
}

interface ServiceScaleRequest {
  readonly command: "service scale";
  readonly detach: boolean;
  readonly counts: readonly string[];
}

/** How tasks are listed. */
export interface TaskListRequest {
  readonly filters: Filters;
  readonly format: string;
  readonly quiet: boolean;
  readonly noTrunc: boolean;
  readonly noResolve: boolean;
}

interface ServicePsRequest extends TaskListRequest {
  readonly command: "service ps";
  readonly services: readonly string[];
}

interface NodePsRequest extends TaskListRequest {
  readonly command: "node ps";
  readonly nodes: readonly string[];
}

interface ServiceLogsRequest {
  readonly command: "service logs";
  /** A service or a task. */
  readonly service: string;
  readonly details: boolean;
  readonly follow: boolean;
  readonly noResolve: boolean;
  readonly noTaskIds: boolean;
  readonly noTrunc: boolean;
  readonly raw: boolean;
  /** A text as given. */
  readonly since: string;
  /** A number of lines; anything else is all of them. */
  readonly tail: string;
  readonly timestamps: boolean;
}

interface SwarmRmRequest {
  readonly command: "service rm" | "secret rm" | "config rm";
  readonly names: readonly string[];
}

interface PayloadCreateRequest {
  readonly command: "secret create" | "config create";
  readonly name: string;
  readonly labels: StringMap;
  /** "-" is standard input; empty where a driver knows the content. */
  readonly file: string;
  /** Empty without one. */
  readonly driver: string;
  readonly templateDriver: string;
}

export type SwarmRequest =
  | SwarmInitRequest
  | SwarmLeaveRequest
  | SwarmJoinRequest
  | SwarmUnlockRequest
  | UnlockKeyRequest
  | SwarmRootRequest
  | JoinTokenRequest
  | NodeUpdateRequest
  | NodeRmRequest
  | NodeRoleRequest
  | SwarmListRequest
  | SwarmInspectRequest
  | ServiceCreateRequest
  | ServiceScaleRequest
  | ServiceUpdateRequest
  | ServiceRollbackRequest
  | SwarmUpdateRequest
  | ServicePsRequest
  | NodePsRequest
  | ServiceLogsRequest
  | SwarmRmRequest
  | PayloadCreateRequest;
