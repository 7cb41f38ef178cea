/** Floor 8: images that the world has. */
export { NAMES as BUSYBOX_APPLETS } from "./busybox.data.ts";
export { type CatalogueImage, catalogueImage, catalogueNames } from "./catalogue.ts";
export { addDockerHub, catalogueSource, type DockerHubOptions, dockerHub, HUB_HOSTS } from "./docker-hub.ts";
