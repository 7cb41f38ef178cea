/** A swarm, its node, secrets and configs as the Engine API shows them. @see moby daemon/cluster/convert */
import { base64 } from "../../lib/index.ts";
import { ENGINE_VERSION } from "../documents/versions.ts";
import type { Cluster } from "./cluster.ts";
import type { SwarmNode } from "./node.ts";
import { objectFields } from "./object-table.ts";
import type { Payload, PayloadKind } from "./payloads.ts";
import { managerAddress, type Swarm } from "./swarm.ts";
import { noLeader } from "./swarm-problems.ts";

/** What `GET /info` says of the swarm. */
function clusterInfo(cluster: Cluster) {
  const { object, spec, options } = cluster;
  return {
    ...objectFields(object),
    Spec: spec,
    TLSInfo: tlsInfo(cluster),
    RootRotationInProgress: false,
    DefaultAddrPool: options.addressPool,
    SubnetSize: options.subnetSize,
    DataPathPort: options.dataPathPort,
  };
}

/** `GET /swarm`. */
export function swarmDocument(cluster: Cluster) {
  return {
    ...clusterInfo(cluster),
    JoinTokens: { Worker: cluster.keys.token("worker"), Manager: cluster.keys.token("manager") },
  };
}

/** The part of `GET /info` about swarm mode. @see moby daemon/cluster/swarm.go: Info */
export function swarmInfo(swarm: Swarm) {
  const { joined: cluster, node, joining } = swarm;
  const common = { NodeID: "", NodeAddr: "", LocalNodeState: "inactive", ControlAvailable: false, Error: "" };
  if (joining !== undefined) {
    const RemoteManagers = [{ NodeID: "", Addr: joining }];
    return { ...common, NodeAddr: swarm.surroundings.address, LocalNodeState: "pending", RemoteManagers };
  }
  if (cluster === undefined || node === undefined) return { ...common, RemoteManagers: null };
  const managers = cluster.nodes.managers();
  const remotes = managers.map(({ id, address }) => ({ NodeID: id, Addr: managerAddress(address) }));
  const self = { ...common, NodeID: node.id, NodeAddr: node.address, LocalNodeState: "active" };
  if (!node.votes) return { ...self, RemoteManagers: remotes };
  const manager = { ...self, ControlAvailable: true, RemoteManagers: remotes };
  if (cluster.accessOf(node) === "none") return { ...manager, Error: noLeader().message, Cluster: NO_CLUSTER };
  return {
    ...{ ...manager, Nodes: cluster.nodes.all().length, Managers: managers.length, Cluster: clusterInfo(cluster) },
    ...(managers.length === 2 && { Warnings: [TWO_MANAGERS] }),
  };
}

const TWO_MANAGERS = `WARNING: Running Swarm in a two-manager configuration. This configuration provides
         no fault tolerance, and poses a high risk to lose control over the cluster.
         Refer to https://docs.docker.com/engine/swarm/admin_guide/ to configure the
         Swarm for fault-tolerance.`;

/** What a manager knows of a swarm that nobody leads. */
const NO_CLUSTER = {
  ID: "",
  Version: {},
  CreatedAt: "0001-01-01T00:00:00Z",
  UpdatedAt: "0001-01-01T00:00:00Z",
  Spec: { Labels: null, Orchestration: {}, Raft: { ElectionTick: 0, HeartbeatTick: 0 }, Dispatcher: {}, CAConfig: {} },
  TLSInfo: {},
  RootRotationInProgress: false,
  DefaultAddrPool: null,
  SubnetSize: 0,
  DataPathPort: 0,
};

/** `GET /nodes/{id}`. */
export function nodeDocument(cluster: Cluster, node: SwarmNode) {
  const { machine, spec, state, message, address } = node;
  return {
    ...objectFields(node),
    Spec: spec,
    Description: {
      Hostname: machine.hostname,
      Platform: { Architecture: machine.architecture, OS: "linux" },
      Resources: { NanoCPUs: machine.cpus * 1e9, MemoryBytes: machine.memoryBytes },
      Engine: {
        EngineVersion: ENGINE_VERSION,
        ...(Object.keys(machine.labels).length > 0 && { Labels: machine.labels }),
        Plugins: PLUGINS,
      },
      TLSInfo: tlsInfo(cluster),
    },
    Status: { State: state, ...(message !== "" && { Message: message }), Addr: address },
    ...(node.votes && { ManagerStatus: managerStatus(cluster, node) }),
  };
}

export function managerStatus({ consensus }: Cluster, node: SwarmNode) {
  return {
    ...(consensus.leader === node && { Leader: true }),
    Reachability: consensus.reaches(node) ? "reachable" : "unreachable",
    Addr: managerAddress(node.address),
  };
}

/** `GET /secrets/{id}`, `GET /configs/{id}`: of a secret everything but what it says. */
export function payloadDocument(kind: PayloadKind, payload: Payload) {
  const data = kind === "config" ? { Data: base64(payload.data) } : {};
  const { Name, Labels, ...rest } = payload.spec;
  return { ...objectFields(payload), Spec: { Name, Labels, ...data, ...rest } };
}

function tlsInfo({ keys: { trustRoot, issuer, issuerKey } }: Cluster) {
  return { TrustRoot: trustRoot, CertIssuerSubject: issuer, CertIssuerPublicKey: issuerKey };
}

const PLUGINS = [
  ...["awslogs", "fluentd", "gelf", "journald", "json-file", "local", "splunk", "syslog"].map((Name) => ({
    Type: "Log",
    Name,
  })),
  ...["bridge", "host", "ipvlan", "macvlan", "null", "overlay"].map((Name) => ({ Type: "Network", Name })),
  { Type: "Volume", Name: "local" },
];
