/** Floor 10: the engine. */

export { applyChanges } from "./apply-changes.ts";
export type { PathArchive, PathStat } from "./archives.ts";
export { type CommitOptions, runConfigOf } from "./commit.ts";
export { Container, type ContainerState } from "./container.ts";
export { ContainerService, type CreateOptions } from "./containers.ts";
export type { ImageDefinition } from "./define-image.ts";
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
export { parseTimestamp } from "./docker/values/timestamp.ts";
export { containerDocument, containerSummary } from "./documents/container.ts";
export { historyDocument } from "./documents/history.ts";
export { imageDocument, networkDocument, volumeDocument } from "./documents/others.ts";
export { logTimeOf, secondsOfTime, timeOf } from "./documents/time.ts";
export { createEngine, Engine, type EngineOptions } from "./engine.ts";
export type { EngineEvent, EventType } from "./events.ts";
export type { ExecSession } from "./exec.ts";
export { pruneImages, type Removed, removeImage } from "./image-removal.ts";
export type { TransferEvent, TransferOptions } from "./image-transfers.ts";
export { type LogLine, LogLines } from "./log-lines.ts";
export type { LogEntry, Stream } from "./logs.ts";
export type { Network } from "./networks.ts";
export type { ProfileName } from "./profiles.ts";
export type { ProgramRegistry, UnknownPrograms } from "./programs.ts";
export type { Volume } from "./volumes.ts";
