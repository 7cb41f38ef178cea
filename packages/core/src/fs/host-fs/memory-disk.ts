/**
 * The default disk: memfs, which leaves nothing behind.
 *
 * Apart from the index of this floor, for loading memfs takes longer than loading all of it.
 */
import { Volume } from "memfs";
import type { HostDisk } from "./host-disk.ts";

/** An empty volume, or one with these files: contents by absolute path, `null` for an empty directory. */
export function memoryDisk(files: Readonly<Record<string, string | null>> = {}): HostDisk & Volume {
  const volume = new Volume();
  volume.fromJSON({ ...files }, "/");
  return volume;
}
