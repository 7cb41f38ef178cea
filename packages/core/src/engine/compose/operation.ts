/** What a compose command works with: the engine, and who hears of what it does. */
import type { Container } from "../container/container.ts";
import type { Engine } from "../engine.ts";
import { CONFIG_HASH, isOneOff, labelOf, PROJECT, serviceOf } from "./labels.ts";

/** One thing that was done: `{ id: "Container app-web-1", status: "Created" }`. */
export interface Progress {
  readonly id: string;
  /** What goes on, where the status tells of its course: `Pulling`. */
  readonly text?: string;
  readonly status: string;
}

export interface Operation {
  readonly engine: Engine;
  /** An id that nobody had before. */
  newId(): string;
  progress(progress: Progress): void;
  warn(message: string): void;
}

export type OneOffs = "include" | "exclude" | "only";

/** A project's containers, newest first. */
export function containersOf(
  { engine }: Pick<Operation, "engine">,
  project: string,
  options: { readonly oneOffs?: OneOffs; readonly all?: boolean; readonly services?: readonly string[] } = {},
): readonly Container[] {
  const { oneOffs = "exclude", all = true, services = [] } = options;
  return engine.containers.list({ all }).filter((container) => {
    if (labelOf(container, PROJECT) !== project || labelOf(container, CONFIG_HASH) === undefined) return false;
    if (oneOffs !== "include" && isOneOff(container) !== (oneOffs === "only")) return false;
    return services.length === 0 || services.includes(serviceOf(container));
  });
}

/** As compose writes it where no terminal is. */
export function progressLine({ id, text = "", status }: Progress): string {
  return ` ${id} ${text} ${status}\n`;
}

export function tell(operation: Operation, container: Container | string, status: string): void {
  const name = typeof container === "string" ? container : container.name;
  operation.progress({ id: `Container ${name}`, status });
}
