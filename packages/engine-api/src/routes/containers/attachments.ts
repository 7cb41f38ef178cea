/** Clients that are attached to a container: whoever waits for it then wants to see it run, and hears of its end last. */
import type { Container } from "@bottleship/core/engine";

const attached = new WeakMap<Container, Set<Promise<void>>>();

export function isAttached(container: Container): boolean {
  return (attached.get(container)?.size ?? 0) > 0;
}

/** Counts one more, until `work` is over: it has been given everything then. */
export function noteAttached(container: Container, work: Promise<void>): void {
  const all = attached.get(container) ?? new Set();
  attached.set(container, all);
  const over = work.then(
    () => {},
    () => {},
  );
  all.add(over);
  void over.then(() => all.delete(over));
}

/** Resolves when everybody who is attached now has been given everything. */
export async function everybodyServed(container: Container): Promise<void> {
  await Promise.all(attached.get(container) ?? []);
}
