/**
 * What has happened to containers, further back than Docker's 256 events go: what a timeline is drawn from. What happens
 * all the time and changes nothing (health checks, commands that are executed) is left out.
 */
import { Ring } from "../../lib/index.ts";
import type { EngineEvent, EventLog } from "../events.ts";

/** How many events a machine keeps for its timeline. */
export const HISTORY_LIMIT = 4096;

const CHANGES: ReadonlySet<string> = new Set([
  ...["create", "start", "pause", "unpause", "die", "restart", "destroy", "rename"],
  ...["stop", "kill", "oom", "update"],
]);

export class History {
  readonly #events = new Ring<EngineEvent>(HISTORY_LIMIT);

  constructor(events: EventLog) {
    events.on("event", (event) => {
      if (concerns(event)) this.#events.push(event);
    });
  }

  /** Oldest first. */
  get events(): Iterable<EngineEvent> {
    return this.#events;
  }

  get forgotten(): number {
    return this.#events.forgotten;
  }
}

function concerns({ type, action }: EngineEvent): boolean {
  if (type === "network") return action === "connect" || action === "disconnect";
  if (type !== "container" || action.startsWith("exec_")) return false;
  return CHANGES.has(action) || action.startsWith("health_status");
}
