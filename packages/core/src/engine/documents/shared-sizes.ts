/** What images have in common. @see moby daemon/images/image_list.go Images */
import type { Image } from "../../image/index.ts";
import type { Engine } from "../engine.ts";

/** How many bytes of an image are in layers that another image stands on as well, steps on the way to others included. */
export function sharedSizes({ images }: Engine): (image: Image) => number {
  const users = new Map<string, number>();
  const bytes = new Map<string, number>();
  for (const image of images.list()) {
    for (const layer of image.chain) {
      users.set(layer, (users.get(layer) ?? 0) + 1);
      if (!bytes.has(layer)) bytes.set(layer, images.layerBytes(layer));
    }
  }
  const shared = (layer: string): number => ((users.get(layer) ?? 0) > 1 ? (bytes.get(layer) ?? 0) : 0);
  return ({ chain }) => chain.reduce((sum, layer) => sum + shared(layer), 0);
}
