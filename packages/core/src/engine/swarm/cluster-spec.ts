/** The settings of a swarm as a whole, and what they are unless somebody says otherwise. @see moby api/types/swarm Spec */
import { durationText, quote } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { StringMap } from "../docker/create-body.ts";
import type { DriverSpec } from "./payloads.ts";
import { rpcError } from "./rpc-error.ts";

/** Times are nanoseconds. */
export interface ClusterSpec {
  readonly Name: string;
  readonly Labels: StringMap;
  readonly Orchestration: { readonly TaskHistoryRetentionLimit?: number };
  readonly Raft: {
    readonly SnapshotInterval?: number;
    readonly KeepOldSnapshots?: number;
    readonly LogEntriesForSlowFollowers?: number;
    readonly ElectionTick: number;
    readonly HeartbeatTick: number;
  };
  readonly Dispatcher: { readonly HeartbeatPeriod?: number };
  readonly CAConfig: { readonly NodeCertExpiry?: number; readonly ForceRotate?: number };
  readonly TaskDefaults: { readonly LogDriver?: DriverSpec };
  readonly EncryptionConfig: { readonly AutoLockManagers: boolean };
}

export const DEFAULT_CLUSTER_SPEC: ClusterSpec = {
  Name: "default",
  Labels: {},
  Orchestration: { TaskHistoryRetentionLimit: 5 },
  Raft: {
    SnapshotInterval: 10_000,
    KeepOldSnapshots: 0,
    LogEntriesForSlowFollowers: 500,
    ElectionTick: 10,
    HeartbeatTick: 1,
  },
  Dispatcher: { HeartbeatPeriod: 5e9 },
  CAConfig: { NodeCertExpiry: 7776e12 },
  TaskDefaults: {},
  EncryptionConfig: { AutoLockManagers: false },
};

const SHORTEST_EXPIRY = 3600e9;

/** The settings with a client's; what it leaves out stays. @throws StatusError invalid-argument */
export function mergedSpec(before: ClusterSpec, given: Partial<ClusterSpec>): ClusterSpec {
  const { Name = before.Name, Labels = before.Labels } = given;
  if (Name !== "" && Name !== "default") {
    throw new StatusError("invalid-argument", `expected swarm name to be "default", got ${quote(Name)}`);
  }
  const expiry = given.CAConfig?.NodeCertExpiry ?? 0;
  if (expiry !== 0 && expiry < SHORTEST_EXPIRY) {
    throw rpcError("InvalidArgument", `minimum certificate expiry time is: ${durationText(SHORTEST_EXPIRY)}`);
  }
  return {
    Name: "default",
    Labels,
    Orchestration: { ...before.Orchestration, ...given.Orchestration },
    Raft: { ...before.Raft, ...nonZero(given.Raft) },
    Dispatcher: { ...before.Dispatcher, ...nonZero(given.Dispatcher) },
    CAConfig: { ...before.CAConfig, ...nonZero(given.CAConfig) },
    TaskDefaults: given.TaskDefaults ?? before.TaskDefaults,
    EncryptionConfig: given.EncryptionConfig ?? before.EncryptionConfig,
  };
}

function nonZero<T extends object>(given: T | undefined): Partial<T> {
  return Object.fromEntries(Object.entries(given ?? {}).filter(([, value]) => value !== 0)) as Partial<T>;
}
