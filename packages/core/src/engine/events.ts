/**
 * Events: what happened to containers, images, networks and volumes, as Docker tells it. The last 256 are kept.
 *
 * @see docker events, moby daemon/events
 */
import { Emitter, Ring } from "../lib/index.ts";

/** The last ones are those of a swarm. */
export type EventType =
  | ("container" | "image" | "network" | "volume" | "daemon" | "builder")
  | ("node" | "service" | "secret" | "config");

/** One event, as `docker events` tells it. */
export interface EngineEvent {
  readonly type: EventType;
  /** "create", "start", "die", "exec_create: sh"… */
  readonly action: string;
  readonly id: string;
  /** `image`, `name`, labels, `exitCode`…, in the order in which Docker would sort them when printing. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly timeUs: number;
}

/** How many past events are kept. @see moby daemon/events: eventsLimit */
const EVENTS_LIMIT = 256;

export class EventLog extends Emitter<{ event: [event: EngineEvent] }> {
  readonly #past = new Ring<EngineEvent>(EVENTS_LIMIT);
  readonly #nowUs: () => number;
  /** True while there is no daemon: what happens then is not recorded. */
  isSilent = false;

  constructor(nowUs: () => number) {
    super();
    this.#nowUs = nowUs;
  }

  get nowUs(): number {
    return this.#nowUs();
  }

  record(type: EventType, action: string, id: string, attributes: Readonly<Record<string, string>>): void {
    if (this.isSilent) return;
    const event: EngineEvent = { type, action, id, attributes, timeUs: this.#nowUs() };
    this.#past.push(event);
    this.emit("event", event);
  }

  /** Remembers what another one has recorded. */
  restore(past: readonly EngineEvent[]): void {
    for (const event of past) this.#past.push(event);
  }

  /** A daemon that starts knows nothing of what was. */
  forget(): void {
    this.#past.clear();
  }

  /** Oldest first. */
  past(): readonly EngineEvent[] {
    return [...this.#past];
  }

  /**
   * What is told of the past, oldest first: nothing to those who name no time, and everything up to then to those who only
   * say until when.
   *
   * @see moby daemon/events/events.go loadBufferedEvents
   */
  told({ sinceUs, untilUs }: { readonly sinceUs: number | undefined; readonly untilUs: number | undefined }) {
    if (sinceUs === undefined && untilUs === undefined) return [];
    const [fromUs, toUs] = [sinceUs ?? 0, untilUs ?? Number.POSITIVE_INFINITY];
    return this.past().filter(({ timeUs }) => timeUs >= fromUs && timeUs <= toUs);
  }
}
