/** Where the overlay2 driver would have its directories: what inspect tells of them. @see moby daemon/graphdriver/overlay2 */
import type { Image } from "../../image/index.ts";
import { rememberingEach } from "../../lib/index.ts";

const ROOT = "/var/lib/docker/overlay2";

type Data = Readonly<Record<string, string>>;

/** A container's, over a layer that is made for it, over those of its image. */
export function containerData(id: string, image: Image): Data {
  const below = imageDiffs(image);
  const init = diffOf(`${id}-init`);
  return {
    ID: id,
    LowerDir: below === "" ? init : `${init}:${below}`,
    MergedDir: mergedOf(id),
    UpperDir: diffOf(id),
    WorkDir: workOf(id),
  };
}

/** GraphDriver.Data of the uppermost layer of an image; null if it has none. */
export function imageData(image: Image): Data | null {
  const [top, ...below] = layerNames(image);
  if (top === undefined) return null;
  const own = { MergedDir: mergedOf(top), UpperDir: diffOf(top), WorkDir: workOf(top) };
  return below.length === 0 ? own : { LowerDir: below.map(diffOf).join(":"), ...own };
}

/** The directories of an image's layers, the uppermost first. */
const layerNames = ({ chain }: Image): readonly string[] => chain.map((id) => id.slice(id.indexOf(":") + 1)).reverse();

const imageDiffs = rememberingEach((image: Image) => layerNames(image).map(diffOf).join(":"));

const diffOf = (name: string): string => `${ROOT}/${name}/diff`;
const mergedOf = (name: string): string => `${ROOT}/${name}/merged`;
const workOf = (name: string): string => `${ROOT}/${name}/work`;
