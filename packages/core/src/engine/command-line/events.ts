/** `docker events`. @see docker/cli cli/command/system/events.go */
import { StatusError } from "../../lib/index.ts";
import { WaitQueue } from "../../sim/index.ts";
import { compileTemplate, GoValue, renderTemplate } from "../docker/format.ts";
import { EVENT_MESSAGE } from "../docker/inspected/event.ts";
import type { RequestOf } from "../docker/request.ts";
import { pointer } from "../docker/template/type.ts";
import { logTimeOf } from "../documents/time.ts";
import type { EngineEvent } from "../events.ts";
import { acceptsEvent, eventDocument } from "../select/events.ts";
import { Filters } from "../select/filters.ts";
import type { Session } from "./session.ts";
import { timeUs } from "./times.ts";

/** What has happened since a time, and what happens until another. Watching alone makes nothing happen. */
export async function printEvents(session: Session, request: RequestOf<"events">): Promise<number> {
  const { events, kernel } = session.engine;
  const sinceUs = timeUs(request.since, kernel.nowUs);
  const untilUs = timeUs(request.until, kernel.nowUs);
  if (sinceUs !== undefined && untilUs !== undefined && sinceUs > untilUs) {
    const between = `\`since\` time (${sentTime(request.since, sinceUs)}) cannot be after \`until\` time (${sentTime(request.until, untilUs)})`;
    throw new StatusError("invalid-argument", between);
  }
  const filters = Filters.of(request.filters);
  const format = formatter(request.format);
  const show = (event: EngineEvent): void => {
    if (event.timeUs <= (untilUs ?? event.timeUs) && acceptsEvent(filters, event)) session.lines([format(event)]);
  };
  for (const event of events.told({ sinceUs, untilUs })) show(event);
  if (untilUs !== undefined && untilUs <= kernel.nowUs) return 0;
  await follow(session, untilUs, show);
  return 0;
}

/** A time as the client sends it: numbers as they were given. @see moby api/types/time/timestamp.go: GetTimestamp */
function sentTime(text: string, timeUs: number): string {
  if (/^[\d.]+$/.test(text)) return text;
  const second = Math.floor(timeUs / 1e6);
  return `${second}.${String((timeUs - second * 1e6) * 1000).padStart(9, "0")}`;
}

/**
 * Shows what happens until a time, or until the stream breaks. Each time that something has, whoever reads the output
 * goes on before the world does.
 */
async function follow(
  session: Session,
  untilUs: number | undefined,
  show: (event: EngineEvent) => void,
): Promise<void> {
  const { daemon, events, faults, kernel, life, world } = session.engine;
  const changed = new WaitQueue("events");
  const arrived: EngineEvent[] = [];
  let isOver = false;
  const wake = (): void => {
    changed.wakeAll();
    world.wake();
  };
  const end = (): void => {
    isOver = true;
    wake();
  };
  const take = (event: EngineEvent): void => {
    arrived.push(event);
    wake();
  };
  const deliver = faults.events.subscribe<EngineEvent>({ client: session.name, take, end });
  const timer = untilUs === undefined ? undefined : world.clock.after(untilUs - kernel.nowUs, end);
  const options = { follows: untilUs === undefined, on: changed, what: "the last event", ...session.interruptible };
  events.on("event", deliver);
  daemon.on("ended", wake);
  try {
    while (!isOver) {
      await life.until(() => isOver || arrived.length > 0, options);
      for (const event of arrived.splice(0)) show(event);
    }
  } finally {
    events.off("event", deliver);
    daemon.off("ended", wake);
    timer?.cancel();
  }
}

function formatter(format: string): (event: EngineEvent) => string {
  if (format === "") return eventLine;
  const template = compileTemplate(format === "json" ? "{{json .}}" : format);
  return (event) => renderTemplate(template, new GoValue(pointer(EVENT_MESSAGE), eventDocument(event)));
}

/** `TIME container create ID (image=busybox, name=web)` */
function eventLine(event: EngineEvent): string {
  const { Actor, Type, Action } = eventDocument(event);
  const attributes = Object.entries(Actor.Attributes).map(([name, value]) => `${name}=${value}`);
  const about = attributes.length === 0 ? "" : ` (${attributes.join(", ")})`;
  return `${logTimeOf(event.timeUs)} ${Type} ${Action} ${Actor.ID}${about}`;
}
