/** Bodies of requests about a swarm, its node, secrets and configs. @see moby api/types/swarm */
import { z } from "zod";
import { goType, integer, map, maybe, text } from "./fields.ts";

const number = z.number();

export const DRIVER = z.object({ Name: text.default(""), Options: maybe(map) });

const clusterSpec = {
  Name: maybe(text),
  Labels: maybe(map),
  Orchestration: maybe(z.object({ TaskHistoryRetentionLimit: maybe(integer) })),
  Raft: maybe(
    z.object({
      SnapshotInterval: maybe(integer),
      KeepOldSnapshots: maybe(integer),
      LogEntriesForSlowFollowers: maybe(integer),
      ElectionTick: integer.default(0),
      HeartbeatTick: integer.default(0),
    }),
  ),
  Dispatcher: maybe(z.object({ HeartbeatPeriod: maybe(number) })),
  CAConfig: maybe(z.object({ NodeCertExpiry: maybe(number), ForceRotate: maybe(integer) })),
  TaskDefaults: maybe(z.object({ LogDriver: maybe(DRIVER) })),
  EncryptionConfig: maybe(z.object({ AutoLockManagers: z.boolean().default(false) })),
};

export const CLUSTER_SPEC = goType(z.object(clusterSpec), "swarm.Spec");

export const SWARM_INIT = goType(
  z.object({
    ListenAddr: text.default(""),
    AdvertiseAddr: text.default(""),
    DataPathAddr: text.default(""),
    DataPathPort: integer.default(0),
    DefaultAddrPool: z.array(text).default([]),
    SubnetSize: integer.default(0),
    ForceNewCluster: z.boolean().default(false),
    Spec: CLUSTER_SPEC.default({}),
    AutoLockManagers: z.boolean().default(false),
    Availability: text.default(""),
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
    Availability: text.default(""),
  }),
  "swarm.JoinRequest",
);

export const NODE_SPEC = goType(
  z.object({
    Name: maybe(text),
    Labels: map.default({}),
    Role: text.default(""),
    Availability: text.default(""),
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
