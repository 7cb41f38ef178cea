/** `GET /images/{name}/history`. @see moby daemon/images/image_history.go */
import type { Image } from "../../image/index.ts";
import { secondsOfTime } from "./time.ts";

/** The newest step first; only the top one has the image's ID. `layerBytes` tells the size of a layer. */
export function historyDocument(image: Image, tags: readonly string[], layerBytes: (snapshot: string) => number) {
  let layer = 0;
  const steps = image.config.history.map((step) => {
    const snapshot = step.empty_layer === true ? undefined : image.chain[layer++];
    return {
      Id: "<missing>",
      Created: secondsOfTime(step.created),
      CreatedBy: step.created_by ?? "",
      Tags: null as readonly string[] | null,
      Size: snapshot === undefined ? 0 : layerBytes(snapshot),
      Comment: step.comment ?? "",
    };
  });
  const newest = steps.at(-1);
  if (newest !== undefined) {
    newest.Id = image.id;
    newest.Tags = tags.length === 0 ? null : tags;
  }
  return steps.reverse();
}
