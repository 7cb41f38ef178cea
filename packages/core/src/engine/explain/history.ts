/**
 * What has happened to containers, further back than Docker's 256 events go: what a timeline is drawn from. What happens
 * all the time and changes nothing (health checks, commands that are executed) is left out.
 */
import { RingSlots } from "../../lib/index.ts";
import type { EngineEvent, EventLog, EventType } from "../events.ts";

/** How many events a machine keeps for its timeline. */
export const HISTORY_LIMIT = 4096;

const CHANGES: ReadonlySet<string> = new Set([
  ...["create", "start", "pause", "unpause", "die", "restart", "destroy", "rename"],
  ...["stop", "kill", "oom", "update"],
]);

export class History {
  readonly #slots = new RingSlots(HISTORY_LIMIT);
  readonly #types: EventType[] = [];
  readonly #actions: string[] = [];
  readonly #ids: string[] = [];
  readonly #attributes: EngineEvent["attributes"][] = [];
  readonly #timesUs: number[] = [];

  constructor(events: EventLog) {
    events.on("event", (event) => {
      if (concerns(event)) this.#add(event);
    });
  }

  /** Oldest first. */
  *events(): IterableIterator<EngineEvent> {
    for (const slot of this.#slots) {
      yield {
        type: this.#types[slot] as EventType,
        action: this.#actions[slot] as string,
        id: this.#ids[slot] as string,
        attributes: this.#attributes[slot] as EngineEvent["attributes"],
        timeUs: this.#timesUs[slot] as number,
      };
    }
  }

  get forgotten(): number {
    return this.#slots.forgotten;
  }

  #add({ type, action, id, attributes, timeUs }: EngineEvent): void {
    const slot = this.#slots.slot(this.#slots.take());
    this.#types[slot] = type;
    this.#actions[slot] = action;
    this.#ids[slot] = id;
    this.#attributes[slot] = attributes;
    this.#timesUs[slot] = timeUs;
  }
}

function concerns({ type, action }: EngineEvent): boolean {
  if (type === "network") return action === "connect" || action === "disconnect";
  if (type !== "container" || action.startsWith("exec_")) return false;
  return CHANGES.has(action) || action.startsWith("health_status");
}
