/** Floor 10: the engine. */

export { ComposeError } from "../compose/index.ts";
export {
  type GitCommit,
  type GitFile,
  GitNetwork,
  GitRepository,
  type GitTag,
  type RepositorySpec,
} from "../git/index.ts";
export { durationText } from "../lib/go/index.ts";
export { type FirstMoment, firstMoment, inputText, type Journal, type ReplayOptions, replay } from "../sim/index.ts";
export type { PathArchive, PathStat } from "./archives.ts";
export { cacheFilter, cachePruneFilters } from "./build/build-cache.ts";
export { buildProvenance } from "./build/build-provenance.ts";
export {
  archiveContext,
  type ContextOptions,
  keepsGitDir,
  type RemoteContext,
  remoteContext,
} from "./build/remote-context.ts";
export {
  ClassicBuildError,
  type ClassicBuildOptions,
  extraHosts,
  openClassicBuild,
  runNetwork,
} from "./classic-build/index.ts";
export {
  type BuildOptions,
  type CommitSettings,
  type ContainerDocument,
  ContainerHandle,
  type ContainerLine,
  type ContainerOptions,
  DockerError,
  EngineClient,
  type EngineDoor,
  type EventMessage,
  type EventOptions,
  type ExecOptions,
  type FileChange,
  type Inventory,
  type ListFilters,
  type LogOptions,
  leaksBetween,
  leakText,
  type OptionInput,
  type StatsLine,
  type UpdateOptions,
} from "./client/index.ts";
export {
  type CommandOptions,
  type CommandResult,
  type InputUse,
  inputUse,
  type TerminalInput,
  type TerminalOptions,
} from "./command-line/index.ts";
export { Compose, type ComposeUpOptions } from "./compose/compose.ts";
export { ComposedProject } from "./compose/composed-project.ts";
export type { ComposeContainer } from "./compose/list.ts";
export type { ComposeLogLine } from "./compose/logs.ts";
export { type CommitOptions, committedConfig } from "./container/commit.ts";
export { Container, type ContainerState } from "./container/container.ts";
export { rootBytes, sizesOf, writtenBytes } from "./container/container-size.ts";
export type { CreateOptions } from "./container/create-options.ts";
export { createWarnings } from "./container/create-warnings.ts";
export { CREATE_FAILED } from "./container/start-failure.ts";
export { type ContainerStats, measureStats } from "./container/stats.ts";
export { processesOf, topTable } from "./container/top.ts";
export { ContainerService } from "./containers.ts";
export { parsePlatform } from "./docker/platform.ts";
export {
  familiarName,
  familiarText,
  type ImageReference,
  isNameOnly,
  parseReference,
  referenceText,
  repositoryName,
  withDefaultTag,
} from "./docker/reference.ts";
export { humanSize } from "./docker/values/human.ts";
export { isUserDefined } from "./docker/values/network.ts";
export { splitWords } from "./docker/words.ts";
export { containerDocument, containerSummary } from "./documents/container.ts";
export { historyDocument } from "./documents/history.ts";
export { imageDocument } from "./documents/image.ts";
export { infoDocument } from "./documents/info.ts";
export { networkDocument } from "./documents/network.ts";
export { sharedSizes } from "./documents/shared-sizes.ts";
export { diskUsage, versionDocument } from "./documents/system.ts";
export { logTimeOf, secondsOfTime, timeOf } from "./documents/time.ts";
export { API_VERSION, BUILDKIT_VERSION, ENGINE_VERSION, MIN_API_VERSION } from "./documents/versions.ts";
export { volumeDocument } from "./documents/volume.ts";
export { createEngine, Engine, type EngineOptions } from "./engine.ts";
export type { EngineEvent, EventType } from "./events.ts";
export type { ExecSession } from "./exec.ts";
export type { Cause, Demand, HitLimit, Request, Sender, Throttling, Who } from "./explain/cause.ts";
export { CAUSES_LIMIT, type CauseLog } from "./explain/cause-log.ts";
export type { Subject, Way } from "./explain/explain.ts";
export { Explanation, type Facts, type Finding, type FindingKind } from "./explain/finding.ts";
export { HISTORY_LIMIT } from "./explain/history.ts";
export type { Lane, LaneState, Mark, Span } from "./explain/lane.ts";
export { Timeline, type TimelineOptions } from "./explain/timeline.ts";
export { applyChanges } from "./image/apply-changes.ts";
export type { ImageDefinition } from "./image/define-image.ts";
export { type Removed, removeImage } from "./image/image-removal.ts";
export type { TransferEvent, TransferOptions } from "./image/image-transfers.ts";
export { importedArchive } from "./image/import-source.ts";
export { loadedLines } from "./image/loaded-lines.ts";
export { domainOf, registryHost } from "./image/registry-hosts.ts";
export { logDetails } from "./log/log-details.ts";
export { checkReadable } from "./log/log-driver.ts";
export type { LogEntry, Stream } from "./log/log-entry.ts";
export { type LogLine, LogLines, tailOf } from "./log/log-lines.ts";
export { type LogPeriod, LogReader } from "./log/log-reader.ts";
export { Daemon, type DaemonOptions, type DaemonState, NO_DAEMON, type RestartOptions } from "./machine/daemon.ts";
export { ConnectionLost, DaemonLife } from "./machine/daemon-life.ts";
export { MachineSnapshot, type SnapshotOptions } from "./machine/machine-snapshot.ts";
export type { ProfileName } from "./machine/profiles.ts";
export type { ProgramRegistry, UnknownPrograms } from "./machine/programs.ts";
export { diff, type SnapshotChange, SnapshotDiff } from "./machine/snapshot-diff.ts";
export { AddressSpace, SHARED_POOLS } from "./network/address-space.ts";
export type { BridgeNetwork } from "./network/bridge-network.ts";
export type { Capture, CapturedFrame } from "./network/capture.ts";
export { type DialListener, MachineConnection } from "./network/dial.ts";
export { MachineDatagrams } from "./network/dial-datagrams.ts";
export { disconnectNamed } from "./network/disconnect-named.ts";
export type { Endpoint } from "./network/endpoint.ts";
export { ENDPOINT_SYSCTLS, interfaceSysctls } from "./network/interface-sysctl.ts";
export { IpamAllocator } from "./network/ipam.ts";
export { type Held, type LinkChange, type LinkSelection, LinkService } from "./network/link-service.ts";
export type { Network, NetworkRequest } from "./network/network.ts";
export type { SharedNetworks } from "./network/network-store.ts";
export type { OutsidePorts, RefusedPort } from "./network/outside-ports.ts";
export { overlayFamilies, overlayNetwork, overlayOptions, swarmDigits } from "./network/overlay.ts";
export type { PublishedPort } from "./network/port-bindings.ts";
export { EMPTY_SETTINGS, modeOf } from "./network/settings.ts";
export { type OverlayMember, SpannedNetwork } from "./network/spanned-network.ts";
export { pruneNetworks, pruneStopped, pruneUnusedImages, pruneVolumes } from "./prune.ts";
export { CONTAINER_FILTERS, imageNames, selectContainers } from "./select/containers.ts";
export { acceptsEvent, eventDocument } from "./select/events.ts";
export { Filters } from "./select/filters.ts";
export { IMAGE_FILTERS, imageSummary, matches, selectImages } from "./select/images.ts";
export { isUnused, NETWORK_FILTERS, selectNetworks } from "./select/networks.ts";
export { SEARCH_FILTERS, searchImages } from "./select/search.ts";
export { selectVolumes, VOLUME_FILTERS, volumeBytes } from "./select/volumes.ts";
export { signalOf } from "./signal-names.ts";
export { rlimits } from "./spec.ts";
export type { StateDirectory } from "./state/index.ts";
export { Console } from "./streams/console.ts";
export { DEFAULT_DETACH_KEYS, DetachFilter, parseDetachKeys } from "./streams/detach-keys.ts";
export { StdinFeed } from "./streams/stdin-feed.ts";
export type { ClusterSpec } from "./swarm/cluster-spec.ts";
export type { ClusterVolumeSpec } from "./swarm/cluster-volumes.ts";
export { nodeDocument, payloadDocument, swarmDocument } from "./swarm/documents.ts";
export { managersCall } from "./swarm/managers-call.ts";
export { NODE_FILTERS } from "./swarm/node.ts";
export { PAYLOAD_FILTERS, type PayloadStore } from "./swarm/payloads.ts";
export { selectTasks, TASK_FILTERS } from "./swarm/select-tasks.ts";
export { serviceDocument, taskDocument } from "./swarm/service-documents.ts";
export { SERVICE_FILTERS } from "./swarm/services.ts";
export type { Surroundings } from "./swarm/surroundings.ts";
export type { Swarm } from "./swarm/swarm.ts";
export { NO_MANAGER } from "./swarm/swarm-problems.ts";
export type { Task } from "./swarm/task.ts";
export { linesAsked, readTaskLogs, type TaskLine } from "./swarm/task-logs.ts";
export { clusterVolumeDocument } from "./swarm/volume-documents.ts";
export type { CgroupNode, CgroupTree } from "./views/cgroup-tree.ts";
export type { MountTable } from "./views/mount-table.ts";
export type { NamespaceGraph, NamespaceNode } from "./views/namespace-graph.ts";
export type { ListenerNode, NetworkMap, NetworkNode, NetworkPlace, PublicationNode } from "./views/network-map.ts";
export type { Views } from "./views/views.ts";
export { findVolume, removeVolume } from "./volume/named-volume.ts";
export type { Volume } from "./volumes.ts";
