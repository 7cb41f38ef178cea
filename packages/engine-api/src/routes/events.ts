/**
 * `GET /events`: what has happened, and what happens.
 *
 * Following does not make anything happen: time is moved by those who wait for an end.
 *
 * @see moby api/server/router/system/system_routes.go getEvents, daemon/events/filter.go
 */
import { acceptsEvent, type Engine, type EngineEvent, eventDocument } from "@bottleship/core/engine";
import { encode } from "@bottleship/core/lib";
import { clientOf } from "../http/client.ts";
import { type ApiReply, stream } from "../http/exchange.ts";
import { Filters } from "../http/filters.ts";
import { badRequest } from "../http/problem.ts";
import { unixTime } from "../http/query.ts";
import type { Handler } from "../http/router.ts";
import { Channel } from "../streams/channel.ts";

export function eventsHandler(engine: Engine): Handler {
  return ({ query, request }): ApiReply => {
    const filters = Filters.parse(query.get("filters"));
    const { nowUs } = engine.kernel;
    const sinceUs = unixTime(query, "since");
    const untilUs = unixTime(query, "until");
    if (sinceUs !== undefined && untilUs !== undefined && sinceUs > untilUs) {
      throw badRequest(`\`since\` time (${query.get("since")}) cannot be after \`until\` time (${query.get("until")})`);
    }
    const channel = new Channel<EngineEvent>();
    const take = (event: EngineEvent): void => {
      if (event.timeUs <= (untilUs ?? event.timeUs) && acceptsEvent(filters, event)) channel.push(event);
    };
    for (const event of engine.events.told({ sinceUs, untilUs })) take(event);
    return stream("application/json", async (output) => {
      const client = clientOf(request);
      const deliver = engine.faults.events.subscribe<EngineEvent>({ client, take, end: () => channel.close() });
      engine.events.on("event", deliver);
      const end = untilUs === undefined ? undefined : engine.world.clock.after(untilUs - nowUs, () => channel.close());
      if (untilUs !== undefined && untilUs <= engine.kernel.nowUs) channel.close();
      try {
        await channel.drain(output, (event) => encode(`${JSON.stringify(eventDocument(event))}\n`));
      } finally {
        engine.events.off("event", deliver);
        end?.cancel();
      }
    });
  };
}
