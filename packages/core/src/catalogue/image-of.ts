/** From layers and a configuration to an image, with a history as a build would have left it. */
import { layerToTar } from "../content/index.ts";
import { digestOf } from "../image/index.ts";
import type { History, ImageConfig, ImageRunConfig } from "../oci/index.ts";
import type { CatalogueImage } from "./catalogue-image.ts";
import { CREATED, type RootFs } from "./root-fs.ts";

/** A step of the history: with a layer, or without one. */
export interface Step {
  readonly by: string;
  readonly layer?: RootFs;
  readonly comment?: string;
}

/** Archives by their layer: images that share a layer share its bytes. */
const archives = new WeakMap<RootFs, Uint8Array>();

export function imageOf(config: ImageRunConfig, steps: readonly Step[]): CatalogueImage {
  const layers = steps.flatMap(({ layer }) => (layer === undefined ? [] : [archiveOf(layer)]));
  const document: ImageConfig = {
    architecture: "amd64",
    config,
    created: CREATED,
    history: steps.map(historyOf),
    os: "linux",
    rootfs: { type: "layers", diff_ids: layers.map(digestOf) },
  };
  return { config: document, layers };
}

function historyOf({ by, layer, comment }: Step): History {
  return {
    created: CREATED,
    created_by: by,
    ...(comment === undefined ? {} : { comment }),
    ...(layer === undefined ? { empty_layer: true } : {}),
  };
}

function archiveOf(layer: RootFs): Uint8Array {
  const known = archives.get(layer);
  if (known !== undefined) return known;
  const archive = layerToTar(layer.entries());
  archives.set(layer, archive);
  return archive;
}

/** The steps that BuildKit leaves of instructions without files. */
export const instruction = (by: string): Step => ({ by, comment: "buildkit.dockerfile.v0" });
