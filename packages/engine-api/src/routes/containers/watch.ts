/** What becomes of a container, from the engine's events. */
import type { Container, Engine, EngineEvent } from "@bottleship/core/engine";

/** Calls `listener` with the action of each event of this container. Returns what ends that. */
export function watch(engine: Engine, { id }: Container, listener: (action: string) => void): () => void {
  const hear = (event: EngineEvent): void => {
    if (event.id === id && event.type === "container") listener(event.action);
  };
  engine.events.on("event", hear);
  return () => engine.events.off("event", hear);
}
