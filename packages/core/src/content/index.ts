/** Floor 6: blobs and layers. */
export { applyLayer } from "./apply.ts";
export { applyArchive, checkedLayer, type LayerOptions } from "./checked-layer.ts";
export {
  type Codecs,
  type Compression,
  compressionOf,
  compressLayer,
  type DecompressOptions,
  type Decompressor,
  decompressLayer,
  LAYER_LIMIT,
} from "./compression.ts";
export { type ContentDisk, MemoryContentDisk } from "./content-disk.ts";
export {
  type ContentInfo,
  ContentStore,
  GC_ROOT_LABEL,
  type IngestOptions,
  type IngestStatus,
} from "./content-store.ts";
export type { Expected, Ingest } from "./ingest.ts";
export { diffLayer } from "./layer-diff.ts";
export { type LayerEntry, OPAQUE_WHITEOUT, WHITEOUT_PREFIX } from "./layer-entry.ts";
export { layerArchive, layerDigest, layerToTar, tarToLayer } from "./layer-tar.ts";
export type { LayoutIndex } from "./layout-index.ts";
export { childrenOf, reachable } from "./reachable.ts";
export { replaceFile } from "./replace-file.ts";
