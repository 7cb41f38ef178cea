/** How much a container has on the disk. */
export { rootBytes, writtenBytes } from "@bottleship/core/engine";
