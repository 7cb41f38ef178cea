/**
 * `GET /events`: what has happened, and what happens.
 *
 * Following does not make anything happen: time is moved by those who wait for an end.
 *
 * @see moby api/server/router/system/system_routes.go getEvents, daemon/events/filter.go
 */
import { acceptsEvent, type Engine, type EngineEvent, eventDocument, parseTimestamp } from "@bottleship/core/engine";
import { encode } from "@bottleship/core/lib";
import { clientOf } from "../http/client.ts";
import { type ApiReply, stream } from "../http/exchange.ts";
import { Filters } from "../http/filters.ts";
import { badRequest, messageOf } from "../http/problem.ts";
import type { Handler } from "../http/router.ts";
import { Channel } from "../streams/channel.ts";

export function eventsHandler(engine: Engine): Handler {
  return ({ query, request }): ApiReply => {
    const filters = Filters.parse(query.get("filters"));
    const { nowUs } = engine.kernel;
    const sinceUs = timeOfQuery(query, "since", nowUs);
    const untilUs = timeOfQuery(query, "until", nowUs) ?? Number.POSITIVE_INFINITY;
    if (sinceUs !== undefined && sinceUs > untilUs) {
      throw badRequest(`\`since\` time (${query.get("since")}) cannot be after \`until\` time (${query.get("until")})`);
    }
    const channel = new Channel<EngineEvent>();
    const take = (event: EngineEvent): void => {
      if (event.timeUs <= untilUs && acceptsEvent(filters, event)) channel.push(event);
    };
    if (sinceUs !== undefined) for (const event of engine.events.past()) if (event.timeUs >= sinceUs) take(event);
    return stream("application/json", async (output) => {
      const client = clientOf(request);
      const deliver = engine.faults.events.subscribe<EngineEvent>({ client, take, end: () => channel.close() });
      engine.events.on("event", deliver);
      const end =
        untilUs < Number.POSITIVE_INFINITY
          ? engine.world.clock.after(untilUs - nowUs, () => channel.close())
          : undefined;
      if (untilUs <= engine.kernel.nowUs) channel.close();
      try {
        await channel.drain(output, (event) => encode(`${JSON.stringify(eventDocument(event))}\n`));
      } finally {
        engine.events.off("event", deliver);
        end?.cancel();
      }
    });
  };
}

/** Microseconds. */
function timeOfQuery(query: URLSearchParams, name: string, nowUs: number): number | undefined {
  const text = query.get(name) ?? "";
  if (text === "") return undefined;
  try {
    const { seconds, nanoseconds } = parseTimestamp(text, nowUs / 1e6);
    return seconds * 1e6 + Math.floor(nanoseconds / 1000);
  } catch (error) {
    throw badRequest(messageOf(error));
  }
}
