/** Floor 10: the engine. */
export { Container, type ContainerState } from "./container.ts";
export { ContainerService, type CreateOptions } from "./containers.ts";
export { createEngine, Engine, type EngineOptions } from "./engine.ts";
export type { EngineEvent, EventType } from "./events.ts";
export type { ExecSession } from "./exec.ts";
export type { LogEntry, Stream } from "./logs.ts";
export type { Network } from "./networks.ts";
export type { ProfileName } from "./profiles.ts";
export type { Volume } from "./volumes.ts";
