/** How much a container has on the disk. */

import type { Engine } from "../engine.ts";
import type { Container } from "./container.ts";

/** Bytes of what it has changed. */
export function writtenBytes({ containers }: Engine, container: Container): number {
  let total = 0;
  for (const { bytes } of containers.changes(container)) total += bytes;
  return total;
}

/** The same with all that it has from its image. */
export function rootBytes(engine: Engine, container: Container): number {
  return container.image.sizeBytes + writtenBytes(engine, container);
}
