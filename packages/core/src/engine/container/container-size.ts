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

/** What lists tell of it: nothing of what is nothing. */
export function sizesOf(engine: Engine, container: Container) {
  const SizeRw = writtenBytes(engine, container);
  const SizeRootFs = container.image.sizeBytes + SizeRw;
  return { ...(SizeRw === 0 ? {} : { SizeRw }), ...(SizeRootFs === 0 ? {} : { SizeRootFs }) };
}
