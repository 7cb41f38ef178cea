/** Floor 8: images that the world has. */
export { NAMES as BUSYBOX_APPLETS } from "./busybox.data.ts";
export { catalogueImage, catalogueNames } from "./catalogue.ts";
export type { CatalogueImage } from "./catalogue-image.ts";
export { addDockerHub, catalogueSource, type DockerHubOptions, dockerHub, HUB_HOSTS } from "./docker-hub.ts";
