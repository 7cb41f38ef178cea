/** Events that filters let through, and how they are told. @see moby daemon/events/filter.go */
import { sortKeys } from "../../lib/index.ts";
import type { EngineEvent, EventType } from "../events.ts";
import type { Filters } from "./filters.ts";

/** Older clients read `status`, `id` and `from`. */
export function eventDocument(event: EngineEvent) {
  const { type, action, id, attributes, timeUs } = event;
  const legacy = type === "container" || type === "image" ? { status: action, id } : {};
  const from = type === "container" && attributes["image"] !== undefined ? { from: attributes["image"] } : {};
  return {
    ...legacy,
    ...from,
    Type: type,
    Action: action,
    Actor: { ID: id, Attributes: sortKeys(attributes) },
    scope: scopeOf(event),
    time: Math.floor(timeUs / 1e6),
    timeNano: timeUs * 1000,
  };
}

const OF_SWARM: ReadonlySet<EventType> = new Set<EventType>(["node", "service", "secret", "config"]);

/** The scope of an event: `swarm` for events of a swarm, of whose networks only the name is told. */
function scopeOf({ type, attributes }: EngineEvent): "local" | "swarm" {
  const { name, type: driver } = attributes;
  const isOfSwarm = OF_SWARM.has(type) || (type === "network" && name !== undefined && driver === undefined);
  return isOfSwarm ? "swarm" : "local";
}

const OBJECTS = ["container", "volume", "network", "plugin", "daemon", "service", "node", "secret", "config"];

/**
 * Unlike everywhere else, a filter that there is not is ignored. A filter on one kind of object also lets those of other
 * kinds through whose name begins so.
 */
export function acceptsEvent(filters: Filters, event: EngineEvent): boolean {
  const { type, action, id, attributes } = event;
  const isNamed = (value: string): boolean => id.startsWith(value) || (attributes["name"] ?? "").startsWith(value);
  return (
    filters.allows("type", (value) => value === type) &&
    filters.allows("event", (value) => value === action || value === action.split(":")[0]) &&
    filters.allows("scope", (value) => value === scopeOf(event)) &&
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
