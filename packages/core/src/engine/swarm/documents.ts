/** A swarm, its node, secrets and configs as the Engine API shows them. @see moby daemon/cluster/convert */
import { base64 } from "../../lib/index.ts";
import { ENGINE_VERSION } from "../documents/versions.ts";
import type { Cluster } from "./cluster.ts";
import type { SwarmNode } from "./node.ts";
import { objectFields } from "./object-table.ts";
import type { Payload, PayloadKind } from "./payloads.ts";
import { managerAddress } from "./swarm.ts";

/** What `GET /info` says of the swarm. */
export function clusterInfo(cluster: Cluster) {
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
    JoinTokens: { Worker: cluster.token("worker"), Manager: cluster.token("manager") },
  };
}

/** The part of `GET /info` about swarm mode. */
export function swarmInfo(cluster: Cluster | undefined) {
  if (cluster === undefined) {
    return {
      NodeID: "",
      NodeAddr: "",
      LocalNodeState: "inactive",
      ControlAvailable: false,
      Error: "",
      RemoteManagers: null,
    };
  }
  const { id, address } = cluster.nodes.self;
  return {
    NodeID: id,
    NodeAddr: address,
    LocalNodeState: "active",
    ControlAvailable: true,
    Error: "",
    RemoteManagers: [{ NodeID: id, Addr: managerAddress(address) }],
    Nodes: 1,
    Managers: 1,
    Cluster: clusterInfo(cluster),
  };
}

/** `GET /nodes/{id}`. */
export function nodeDocument(cluster: Cluster, node: SwarmNode) {
  const { machine, spec, address } = node;
  return {
    ...objectFields(node),
    Spec: spec,
    Description: {
      Hostname: machine.hostname,
      Platform: { Architecture: machine.architecture, OS: "linux" },
      Resources: { NanoCPUs: machine.cpus * 1e9, MemoryBytes: machine.memoryBytes },
      Engine: { EngineVersion: ENGINE_VERSION, Plugins: PLUGINS },
      TLSInfo: tlsInfo(cluster),
    },
    Status: { State: "ready", Addr: address },
    ManagerStatus: { Leader: true, Reachability: "reachable", Addr: managerAddress(address) },
  };
}

/** `GET /secrets/{id}`, `GET /configs/{id}`: of a secret everything but what it says. */
export function payloadDocument(kind: PayloadKind, payload: Payload) {
  const data = kind === "config" ? { Data: base64(payload.data) } : {};
  const { Name, Labels, ...rest } = payload.spec;
  return { ...objectFields(payload), Spec: { Name, Labels, ...data, ...rest } };
}

function tlsInfo({ trustRoot, issuer, issuerKey }: Cluster) {
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
