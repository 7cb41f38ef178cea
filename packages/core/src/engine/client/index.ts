/** The outward API that an engine in this process shares with one behind a socket. */
export {
  type BuildOptions,
  type ContainerLine,
  type ContainerOptions,
  EngineClient,
  type EventOptions,
  type ListFilters,
} from "./client.ts";
export {
  type CommitSettings,
  type ContainerDocument,
  ContainerHandle,
  type ExecOptions,
  type FileChange,
  type LogOptions,
  type StatsLine,
  type UpdateOptions,
} from "./container.ts";
export { DockerError, type EngineDoor } from "./door.ts";
export type { EventMessage } from "./events.ts";
export { type Inventory, leaksBetween, leakText, takeInventory } from "./leaks.ts";
export type { OptionInput } from "./options.ts";
