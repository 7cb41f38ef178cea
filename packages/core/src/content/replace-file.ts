/** Files that are there as a whole, the old or the new, whenever the process is killed. */
import type { ContentDisk } from "./content-disk.ts";

/** How the name of a new one ends until it is complete. */
export const NEW = ".new";

/** Writes a file beside the old one, and puts it in its place. */
export function replaceFile(disk: ContentDisk, path: string, bytes: Uint8Array): void {
  writeFile(disk, path + NEW, bytes);
  disk.renameSync(path + NEW, path);
}

/** All of it is on the disk when it returns. */
export function writeFile(disk: ContentDisk, path: string, bytes: Uint8Array): void {
  const fd = disk.openSync(path, "w");
  try {
    for (let rest = bytes; rest.length > 0; ) rest = rest.subarray(disk.writeSync(fd, rest));
    disk.fsyncSync(fd);
  } finally {
    disk.closeSync(fd);
  }
}
