/** Rules on streams of events: what is lost, repeated or late on its way to a subscriber, and streams that break. */
import type { World } from "../sim/index.ts";
import type { ContainerRef, EventFault, EventOnTheWay, HeldFault } from "./rule.ts";
import { containerScope, optionalPattern } from "./scope.ts";
import { durationOf, invalid, Trigger, type TriggerSource } from "./trigger.ts";

type PassingEvent = Omit<EventOnTheWay, "client">;

export interface EventFaultParts {
  readonly world: World;
  readonly fired: (rule: EventFault, what: string, container: ContainerRef | undefined) => void;
}

/** One subscriber's stream. */
export interface EventStream<E extends PassingEvent> {
  readonly client: string;
  take(event: E): void;
  /** The stream breaks. */
  end(): void;
}

interface Rule {
  readonly fault: EventFault;
  readonly isClient: (client: string) => boolean;
  readonly isAction: (action: string) => boolean;
  readonly isWithin: (container: ContainerRef | undefined) => boolean;
  readonly trigger: Trigger<EventOnTheWay>;
}

/** The rules about events of one engine. */
export class EventFaults {
  readonly #parts: EventFaultParts;
  readonly #rules = new Set<Rule>();

  constructor(parts: EventFaultParts) {
    this.#parts = parts;
  }

  /** @throws StatusError invalid-argument for a rule without an effect */
  add(fault: EventFault, source: TriggerSource): HeldFault {
    const { gap, disconnects, loses, duplicates, late } = fault;
    if ([gap, disconnects, loses, duplicates, late].every((effect) => effect === undefined)) {
      throw invalid("a stream of events has a gap, is disconnected, or loses, repeats or delays events");
    }
    for (const duration of [gap, late]) if (duration !== undefined) durationOf(duration);
    const rule: Rule = {
      fault,
      isClient: optionalPattern(fault.client),
      isAction: optionalPattern(fault.action),
      isWithin: containerScope(fault),
      trigger: new Trigger<EventOnTheWay>(fault, source),
    };
    this.#rules.add(rule);
    const undo = (): void => {
      this.#rules.delete(rule);
    };
    return { undo, [Symbol.dispose]: undo };
  }

  /** How events reach a stream: called for each that happens. A gap begins now. */
  subscribe<E extends PassingEvent>(stream: EventStream<E>): (event: E) => void {
    let lostUntilUs = 0;
    const { world } = this.#parts;
    for (const { fault, isClient, trigger } of this.#rules) {
      if (fault.gap === undefined || !isClient(stream.client)) continue;
      if (!trigger.takes({ type: "", action: "", id: "", attributes: {}, client: stream.client })) continue;
      this.#parts.fired(fault, `events of ${stream.client}: a gap of ${fault.gap}`, undefined);
      lostUntilUs = Math.max(lostUntilUs, world.clock.nowUs + durationOf(fault.gap));
    }
    return (event) => {
      if (world.clock.nowUs < lostUntilUs) return;
      if (this.#rules.size === 0) stream.take(event);
      else this.#deliver(stream, event);
    };
  }

  #deliver<E extends PassingEvent>(stream: EventStream<E>, event: E): void {
    const container = containerOf(event);
    for (const rule of this.#rules) {
      const { fault } = rule;
      if (fault.gap !== undefined || !rule.isClient(stream.client) || !rule.isAction(event.action)) continue;
      if (!rule.isWithin(container) || !rule.trigger.takes({ ...event, client: stream.client })) continue;
      const tell = (effect: string): void =>
        this.#parts.fired(
          fault,
          `event ${event.action} ${container?.name ?? event.id} to ${stream.client} ${effect}`,
          container,
        );
      if (fault.disconnects === true) {
        tell("met a broken stream");
        stream.end();
        return;
      }
      if (fault.loses === true) {
        tell("was lost");
        return;
      }
      if (fault.late !== undefined) {
        tell(`came ${fault.late} late`);
        this.#parts.world.clock.after(durationOf(fault.late), () => stream.take(event));
        return;
      }
      tell("came twice");
      stream.take(event);
      stream.take(event);
      return;
    }
    stream.take(event);
  }
}

function containerOf({ type, id, attributes }: PassingEvent): ContainerRef | undefined {
  if (type !== "container") return undefined;
  return { id, name: attributes["name"] ?? "", imageName: attributes["image"] ?? "" };
}
