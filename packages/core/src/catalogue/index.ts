/** Floor 8: images that the world has. */
export { NAMES as BUSYBOX_APPLETS } from "./busybox.data.ts";
export { type CatalogueImage, catalogueImage } from "./catalogue.ts";
