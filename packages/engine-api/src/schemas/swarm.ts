/** Bodies of requests about a swarm, its node, secrets and configs. @see moby api/types/swarm */
import { z } from "zod";
import { duration, goType, int, integer, map, maybe, text, uint32, uint64 } from "./fields.ts";

export const DRIVER = goType(z.object({ Name: text.default(""), Options: maybe(map) }), "swarm.Driver");

const raft = z.object({
  SnapshotInterval: maybe(uint64),
  KeepOldSnapshots: maybe(uint64),
  LogEntriesForSlowFollowers: maybe(uint64),
  ElectionTick: int.default(0),
  HeartbeatTick: int.default(0),
});
const externalCa = z.object({
  Protocol: maybe(goType(text, "swarm.ExternalCAProtocol")),
  URL: maybe(text),
  Options: maybe(map),
  CACert: maybe(text),
});
/** Other authorities are read and not asked: the cluster has its own. */
const authorities = z.object({
  NodeCertExpiry: maybe(duration),
  ExternalCAs: maybe(z.array(goType(externalCa, "swarm.ExternalCA", { isPointer: true }))),
  SigningCACert: maybe(text),
  SigningCAKey: maybe(text),
  ForceRotate: maybe(uint64),
});
const ownAuthority = goType(authorities, "swarm.CAConfig").transform(
  ({ ExternalCAs: _others, SigningCACert: _certificate, SigningCAKey: _key, ...own }) => own,
);
const orchestration = z.object({ TaskHistoryRetentionLimit: maybe(integer) });

const clusterSpec = {
  Name: maybe(text),
  Labels: maybe(map),
  Orchestration: maybe(goType(orchestration, "swarm.OrchestrationConfig")),
  Raft: maybe(goType(raft, "swarm.RaftConfig")),
  Dispatcher: maybe(goType(z.object({ HeartbeatPeriod: maybe(duration) }), "swarm.DispatcherConfig")),
  CAConfig: maybe(ownAuthority),
  TaskDefaults: maybe(goType(z.object({ LogDriver: maybe(DRIVER) }), "swarm.TaskDefaults")),
  EncryptionConfig: maybe(goType(z.object({ AutoLockManagers: z.boolean().default(false) }), "swarm.EncryptionConfig")),
};

export const CLUSTER_SPEC = goType(z.object(clusterSpec), "swarm.Spec");

export const SWARM_INIT = goType(
  z.object({
    ListenAddr: text.default(""),
    AdvertiseAddr: text.default(""),
    DataPathAddr: text.default(""),
    DataPathPort: uint32.default(0),
    DefaultAddrPool: z.array(text).default([]),
    SubnetSize: uint32.default(0),
    ForceNewCluster: z.boolean().default(false),
    Spec: CLUSTER_SPEC.default({}),
    AutoLockManagers: z.boolean().default(false),
    Availability: goType(text, "swarm.NodeAvailability").default(""),
  }),
  "swarm.InitRequest",
);

export const SWARM_JOIN = goType(
  z.object({
    ListenAddr: text.default(""),
    AdvertiseAddr: text.default(""),
    DataPathAddr: text.default(""),
    RemoteAddrs: z.array(text).default([]),
    JoinToken: text.default(""),
    Availability: goType(text, "swarm.NodeAvailability").default(""),
  }),
  "swarm.JoinRequest",
);

export const NODE_SPEC = goType(
  z.object({
    Name: maybe(text),
    Labels: map.default({}),
    Role: goType(text, "swarm.NodeRole").default(""),
    Availability: goType(text, "swarm.NodeAvailability").default(""),
  }),
  "swarm.NodeSpec",
);

/** A secret or a config; `Data` is base64. */
const payloadSpec = z.object({
  Name: text.default(""),
  Labels: map.default({}),
  Data: maybe(goType(text, "[]uint8")),
  Driver: maybe(DRIVER),
  Templating: maybe(DRIVER),
});

export const SECRET_SPEC = goType(payloadSpec, "swarm.SecretSpec");
export const CONFIG_SPEC = goType(payloadSpec, "swarm.ConfigSpec");
