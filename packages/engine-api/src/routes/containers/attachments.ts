/** How many clients are attached to a container: whoever waits for it then wants to see it run. */
import type { Container } from "@bottleship/core/engine";

const counts = new WeakMap<Container, number>();

export function isAttached(container: Container): boolean {
  return (counts.get(container) ?? 0) > 0;
}

/** Counts one more. Returns what takes it back. */
export function noteAttached(container: Container): () => void {
  counts.set(container, (counts.get(container) ?? 0) + 1);
  return () => counts.set(container, (counts.get(container) ?? 1) - 1);
}
