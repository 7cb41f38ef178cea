/** Floor 7: images. */
export { chainIds, digestOf, documentBytes, type Image, topSnapshot } from "./image.ts";
export { ImageStore } from "./image-store.ts";
