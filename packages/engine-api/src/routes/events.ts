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
import { matches } from "./images/list.ts";

export function eventsHandler(engine: Engine): Handler {
  return ({ query }): ApiReply => {
    const filters = Filters.parse(query.get("filters"));
    const { nowUs } = engine.kernel;
    const sinceUs = timeOfQuery(query, "since", nowUs);
    const untilUs = timeOfQuery(query, "until", nowUs) ?? Number.POSITIVE_INFINITY;
    if (sinceUs !== undefined && sinceUs > untilUs) {
      throw badRequest(
        `\`since\` time (${query.get("since")}) cannot be after \`until\` time (${query.get("until")})`,
      );
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

/** Unlike everywhere else, a filter that there is not is ignored. */
function accepts(filters: Filters, event: EngineEvent): boolean {
  const { type, action, attributes } = event;
  const isOf = (kind: string) => (value: string) =>
    type === kind && (value === event.id || value === attributes["name"] || event.id.startsWith(value));
  const objects = ["container", "volume", "network", "image", "daemon"].filter((kind) => filters.has(kind));
  return (
    filters.allows("type", (value) => value === type) &&
    filters.allows("event", (value) => value === action || value === action.split(":")[0]) &&
    filters.allows("scope", (value) => value === "local") &&
    filters.allowsLabels(attributes) &&
    objects.every((kind) =>
      kind === "image"
        ? acceptsImage(filters, event)
        : filters.allows(kind, isOf(kind)) || isShown(filters, kind, event),
    )
  );
}

/** Filters on volumes and networks leave each other's events in, as they do in Docker. */
function isShown(filters: Filters, kind: string, { type }: EngineEvent): boolean {
  return (kind === "volume" || kind === "network") && type !== kind && filters.has(type);
}

function acceptsImage(filters: Filters, { type, id, attributes }: EngineEvent): boolean {
  const name = type === "image" ? (attributes["name"] ?? id) : (attributes["image"] ?? "");
  return filters.allows("image", (value) => value === id || value === name || fits(name, value));
}

function fits(name: string, pattern: string): boolean {
  try {
    return name !== "" && matches(name.includes(":") ? name : `${name}:latest`, pattern);
  } catch {
    return false;
  }
}
