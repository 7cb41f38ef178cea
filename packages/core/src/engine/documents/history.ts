/** `GET /images/{name}/history`. @see moby daemon/images/image_history.go */
import type { Image } from "../../image/index.ts";
import type { ImageService } from "../images.ts";
import { secondsOfTime } from "./time.ts";

/** The newest step first. Steps have the IDs of the images that they made, as far as those are here. */
export function historyDocument(image: Image, images: ImageService) {
  let layer = 0;
  const steps = image.config.history.map((step) => {
    const snapshot = step.empty_layer === true ? undefined : image.chain[layer++];
    return {
      Id: "<missing>",
      Created: secondsOfTime(step.created),
      CreatedBy: step.created_by ?? "",
      Tags: null as readonly string[] | null,
      Size: snapshot === undefined ? 0 : images.layerBytes(snapshot),
      Comment: step.comment ?? "",
    };
  });
  const newestFirst = steps.reverse();
  for (const [index, one] of images.line(image).entries()) {
    const step = newestFirst[index];
    if (step === undefined) break;
    const tags = images.tags(one);
    step.Id = one.id;
    step.Tags = tags.length === 0 ? null : tags;
  }
  return newestFirst;
}
