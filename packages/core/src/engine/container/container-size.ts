/** How much a container has on the disk. */

import type { Engine } from "../engine.ts";
import type { Container } from "./container.ts";

/** Bytes of what it has changed. */
export function writtenBytes({ images }: Engine, container: Container): number {
  return images.layerBytes(container.id);
}

/** The same with all that it has from its image. */
export function rootBytes(engine: Engine, container: Container): number {
  return container.image.sizeBytes + writtenBytes(engine, container);
}
