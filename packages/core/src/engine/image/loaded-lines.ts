/** What the daemon tells of an image that has come out of an archive. @see moby image/tarexport/load.go */
import type { LoadedImage } from "../../image/index.ts";
import { familiarText, parseReference } from "../../oci/index.ts";

/** The lines that `docker load` prints for an image. */
export function loadedLines({ image, names, before }: LoadedImage): readonly string[] {
  if (names.length === 0) return [`Loaded image ID: ${image.id}`];
  return names.flatMap((name) => {
    const shown = familiarText(parseReference(name));
    const old = before.get(name);
    const renaming = `The image ${shown} already exists, renaming the old one with ID ${old} to empty string`;
    return [...(old === undefined ? [] : [renaming]), `Loaded image: ${shown}`];
  });
}
