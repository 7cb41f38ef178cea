/** What is told of a container: events with its image, its name and its labels. @see moby daemon/events.go */
import type { EventLog } from "../events.ts";
import type { Container } from "./container.ts";

export class ContainerEvents {
  readonly #log: EventLog;

  constructor(log: EventLog) {
    this.#log = log;
  }

  record(container: Container, action: string, more: Readonly<Record<string, string>> = NOTHING): void {
    const { config, imageName: image, name } = container;
    const own = more === NOTHING ? { image, name } : withImage(more, image, name);
    // Most have no labels, and then there is nothing to put together.
    const isBare = Object.keys(config.Labels ?? NOTHING).length === 0;
    this.#log.record("container", action, container.id, isBare ? own : { ...config.Labels, ...own });
  }
}

const NOTHING: Readonly<Record<string, string>> = {};

/** Name by name: V8 adds to what it has spread from objects of several kinds ten times as slowly. */
function withImage(more: Readonly<Record<string, string>>, image: string, name: string) {
  const attributes: Record<string, string> = {};
  for (const key in more) attributes[key] = more[key] ?? "";
  attributes.image = image;
  attributes.name = name;
  return attributes;
}
