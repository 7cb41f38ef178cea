/** Floor 7: images. */
export { digestOf, documentBytes } from "../oci/index.ts";
export { chainIds, type Image, topSnapshot } from "./image.ts";
export { ImageDisk } from "./image-disk.ts";
export { type ImageKeeper, type ImageRecords, ImageStore, type LayerSource } from "./image-store.ts";
export { type LoadedImage, loadImages } from "./load.ts";
export { type SavedImage, saveImages } from "./save.ts";
export { layerArchives, unpackPulled } from "./unpack-pulled.ts";
