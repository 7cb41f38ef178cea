/** Floor 7: images. */
export { digestOf, documentBytes } from "../oci/index.ts";
export { chainIds, type Image, topSnapshot } from "./image.ts";
export { ImageStore } from "./image-store.ts";
