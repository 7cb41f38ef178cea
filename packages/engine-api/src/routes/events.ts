/**
 * `GET /events`: what has happened, and what happens.
 *
 * Following does not make anything happen: time is moved by those who wait for an end.
 *
 * @see moby api/server/router/system/system_routes.go getEvents, daemon/events/filter.go
 */
import { type Engine, type EngineEvent, parseTimestamp } from "@bottleship/core/engine";
import { encode } from "@bottleship/core/lib";
import { type ApiReply, stream } from "../http/exchange.ts";
import { Filters } from "../http/filters.ts";
import { badRequest, messageOf } from "../http/problem.ts";
import type { Handler } from "../http/router.ts";
import { Channel } from "../streams/channel.ts";

export function eventsHandler(engine: Engine): Handler {
  return ({ query }): ApiReply => {
    const filters = Filters.parse(query.get("filters"));
    const { nowUs } = engine.kernel;
    const sinceUs = timeOfQuery(query, "since", nowUs);
    const untilUs = timeOfQuery(query, "until", nowUs) ?? Number.POSITIVE_INFINITY;
    if (sinceUs !== undefined && sinceUs > untilUs) {
      throw badRequest(`\`since\` time (${query.get("since")}) cannot be after \`until\` time (${query.get("until")})`);
    }
    const channel = new Channel<EngineEvent>();
    const take = (event: EngineEvent): void => {
      if (event.timeUs <= untilUs && accepts(filters, event)) channel.push(event);
    };
    if (sinceUs !== undefined) for (const event of engine.events.past()) if (event.timeUs >= sinceUs) take(event);
    return stream("application/json", async (output) => {
      engine.events.on("event", take);
      const end =
        untilUs < Number.POSITIVE_INFINITY
          ? engine.world.clock.after(untilUs - nowUs, () => channel.close())
          : undefined;
      if (untilUs <= engine.kernel.nowUs) channel.close();
      try {
        await channel.drain(output, (event) => encode(`${JSON.stringify(eventDocument(event))}\n`));
      } finally {
        engine.events.off("event", take);
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

/** Older clients read `status`, `id` and `from`. */
export function eventDocument({ type, action, id, attributes, timeUs }: EngineEvent) {
  const sorted = Object.fromEntries(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
  const legacy = type === "container" || type === "image" ? { status: action, id } : {};
  const from = type === "container" && attributes["image"] !== undefined ? { from: attributes["image"] } : {};
  return {
    ...legacy,
    ...from,
    Type: type,
    Action: action,
    Actor: { ID: id, Attributes: sorted },
    scope: "local",
    time: Math.floor(timeUs / 1e6),
    timeNano: timeUs * 1000,
  };
}

const OBJECTS = ["container", "volume", "network", "plugin", "daemon", "service", "node", "secret", "config"];

/**
 * Unlike everywhere else, a filter that there is not is ignored. A filter on one kind of object also lets those of other
 * kinds through whose name begins so.
 */
function accepts(filters: Filters, event: EngineEvent): boolean {
  const { type, action, id, attributes } = event;
  const isNamed = (value: string): boolean => id.startsWith(value) || (attributes["name"] ?? "").startsWith(value);
  return (
    filters.allows("type", (value) => value === type) &&
    filters.allows("event", (value) => value === action || value === action.split(":")[0]) &&
    filters.allows("scope", (value) => value === "local") &&
    filters.allowsLabels(attributes) &&
    OBJECTS.every((kind) => filters.allows(kind, isNamed)) &&
    acceptsImage(filters, event)
  );
}

function acceptsImage(filters: Filters, { type, id, attributes }: EngineEvent): boolean {
  const name = (type === "image" ? attributes["name"] : attributes["image"]) ?? "";
  const names = [id, name, withoutTag(id), withoutTag(name)];
  return filters.allows("image", (value) => names.includes(value));
}

const withoutTag = (name: string): string => (name.startsWith("sha256:") ? name : name.replace(/:[^:/]*$/, ""));
