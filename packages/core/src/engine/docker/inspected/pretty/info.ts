/** `docker info` as a page. Model: docker/cli cli/command/system/info.go. */
import type { infoDocument } from "../../../documents/info.ts";
import type { swarmInfo } from "../../../swarm/documents.ts";
import { binarySize, humanDuration } from "../../values/human.ts";

type Info = ReturnType<typeof infoDocument>;
type Index = { readonly Name: string; readonly Secure: boolean };
type SwarmInfo = ReturnType<typeof swarmInfo>;

/** The client's part. */
export function prettyClientInfo(client: { readonly version: string; readonly context: string }): string {
  return [
    "Client:",
    ` Version:    ${client.version}`,
    ` Context:    ${client.context}`,
    " Debug Mode: false",
    "",
    "Server:",
    "",
  ].join("\n");
}

/** The server's part. */
export function prettyServerInfo(info: Info): string {
  const { Plugins, RegistryConfig } = info;
  const indexes: readonly Index[] = Object.values(RegistryConfig.IndexConfigs);
  const insecure = indexes.filter(({ Secure }) => !Secure);
  return [
    ` Containers: ${info.Containers}`,
    `  Running: ${info.ContainersRunning}`,
    `  Paused: ${info.ContainersPaused}`,
    `  Stopped: ${info.ContainersStopped}`,
    ` Images: ${info.Images}`,
    ` Server Version: ${info.ServerVersion}`,
    ` Storage Driver: ${info.Driver}`,
    ...info.DriverStatus.map((pair) => `  ${pair.join(": ")}`),
    ` Logging Driver: ${info.LoggingDriver}`,
    ` Cgroup Driver: ${info.CgroupDriver}`,
    ` Cgroup Version: ${info.CgroupVersion}`,
    " Plugins:",
    `  Volume: ${Plugins.Volume.join(" ")}`,
    `  Network: ${Plugins.Network.join(" ")}`,
    `  Log: ${Plugins.Log.join(" ")}`,
    ...section(" CDI spec directories:", info.CDISpecDirs),
    ` Swarm: ${info.Swarm.LocalNodeState}`,
    ...swarmLines(info.Swarm),
    ` Runtimes: ${Object.keys(info.Runtimes).join(" ")}`,
    ` Default Runtime: ${info.DefaultRuntime}`,
    ` Init Binary: ${info.InitBinary}`,
    ` containerd version: ${info.ContainerdCommit.ID}`,
    ` runc version: ${info.RuncCommit.ID}`,
    ` init version: ${info.InitCommit.ID}`,
    " Security Options:",
    ...info.SecurityOptions.flatMap(securityLines),
    ` Kernel Version: ${info.KernelVersion}`,
    ` Operating System: ${info.OperatingSystem}`,
    ` OSType: ${info.OSType}`,
    ` Architecture: ${info.Architecture}`,
    ` CPUs: ${info.NCPU}`,
    ` Total Memory: ${binarySize(info.MemTotal)}`,
    ` Name: ${info.Name}`,
    ` ID: ${info.ID}`,
    ` Docker Root Dir: ${info.DockerRootDir}`,
    ` Debug Mode: ${info.Debug}`,
    ...section(" Labels:", info.Labels),
    ` Experimental: ${info.ExperimentalBuild}`,
    ...section(" Insecure Registries:", [...insecure.map(({ Name }) => Name), ...RegistryConfig.InsecureRegistryCIDRs]),
    ...section(" Registry Mirrors:", RegistryConfig.Mirrors ?? []),
    ` Live Restore Enabled: ${info.LiveRestoreEnabled}`,
    "",
    "",
  ].join("\n");
}

const section = (title: string, entries: readonly string[]): readonly string[] =>
  entries.length === 0 ? [] : [title, ...entries.map((entry) => `  ${entry}`)];

/** `name=seccomp,profile=builtin` */
function securityLines(option: string): readonly string[] {
  const [name = "", ...settings] = option.split(",").map((pair) => pair.split("=") as [string, string]);
  const titled = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
  return [`  ${name[1]}`, ...settings.map(([key, value]) => `   ${titled(key)}: ${value}`)];
}

/** @see docker/cli cli/command/system/info.go: printSwarmInfo */
function swarmLines(swarm: SwarmInfo): readonly string[] {
  if (swarm.LocalNodeState === "inactive") return [];
  const { NodeID, NodeAddr, ControlAvailable, Error, RemoteManagers } = swarm;
  const addresses = (RemoteManagers ?? []).map(({ Addr }) => Addr).sort();
  return [
    `  NodeID: ${NodeID}`,
    ...(Error === "" ? [] : [`  Error: ${Error}`]),
    `  Is Manager: ${ControlAvailable}`,
    ...clusterLines(swarm),
    `  Node Address: ${NodeAddr}`,
    ...(addresses.length === 0 ? [] : ["  Manager Addresses:", ...addresses.map((address) => `   ${address}`)]),
  ];
}

/** What a manager knows, as long as somebody leads. */
function clusterLines(swarm: SwarmInfo): readonly string[] {
  if (!("Nodes" in swarm)) return [];
  const { Cluster, Managers, Nodes } = swarm;
  const { Spec } = Cluster;
  const seconds = (nanoseconds: number): string => humanDuration(nanoseconds / 1e9);
  return [
    `  ClusterID: ${Cluster.ID}`,
    `  Managers: ${Managers}`,
    `  Nodes: ${Nodes}`,
    `  Data Path Port: ${Cluster.DataPathPort}`,
    "  Orchestration:",
    `   Task History Retention Limit: ${Spec.Orchestration.TaskHistoryRetentionLimit ?? 0}`,
    "  Raft:",
    `   Snapshot Interval: ${Spec.Raft.SnapshotInterval ?? 0}`,
    `   Number of Old Snapshots to Retain: ${Spec.Raft.KeepOldSnapshots ?? 0}`,
    `   Heartbeat Tick: ${Spec.Raft.HeartbeatTick}`,
    `   Election Tick: ${Spec.Raft.ElectionTick}`,
    "  Dispatcher:",
    `   Heartbeat Period: ${seconds(Spec.Dispatcher.HeartbeatPeriod ?? 0)}`,
    "  CA Configuration:",
    `   Expiry Duration: ${seconds(Spec.CAConfig.NodeCertExpiry ?? 0)}`,
    `   Force Rotate: ${Spec.CAConfig.ForceRotate ?? 0}`,
    `  Autolock Managers: ${Spec.EncryptionConfig.AutoLockManagers}`,
    `  Root Rotation In Progress: ${Cluster.RootRotationInProgress}`,
  ];
}
