/** Floor 6: blobs and layers. */
export { applyLayer } from "./apply.ts";
export { diffLayer } from "./layer-diff.ts";
export { type LayerEntry, OPAQUE_WHITEOUT, WHITEOUT_PREFIX } from "./layer-entry.ts";
export { layerToTar, tarToLayer } from "./layer-tar.ts";
