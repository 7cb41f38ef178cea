/** Floor 8: images that the world has. */

export { NAMES as BUSYBOX_APPLETS } from "./busybox.data.ts";
export { HUB_NAMES as HUB_BUSYBOX_APPLETS } from "./busybox.ts";
export { catalogueImage, catalogueNames, catalogueWith } from "./catalogue.ts";
export type { CatalogueImage } from "./catalogue-image.ts";
export { addDockerHub, catalogueSource, type DockerHubOptions, dockerHub, HUB_HOSTS } from "./docker-hub.ts";
