/** Floor 8: images that the world has. */
export { type CatalogueImage, catalogueImage } from "./catalogue.ts";
