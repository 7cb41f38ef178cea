/** Volumes that filters let through, and how much is in them. @see moby volume/service */
import { MemoryDirectory } from "../../fs/index.ts";
import type { Engine } from "../engine.ts";
import type { Volume } from "../volumes.ts";
import type { Filters } from "./filters.ts";

/** What lists of volumes can be filtered by. */
export const VOLUME_FILTERS = ["dangling", "driver", "label", "name"];

/** The volumes that filters let through. */
export function selectVolumes({ volumes }: Engine, filters: Filters): readonly Volume[] {
  const dangling = filters.flag("dangling");
  return volumes.list().filter(({ name, driver, labels }) => {
    if (dangling !== undefined && dangling !== (volumes.users(name).length === 0)) return false;
    return (
      filters.allows("driver", (value) => value === driver) &&
      filters.matches("name", name) &&
      filters.allowsLabels(labels)
    );
  });
}

/** What is in a volume. */
export function volumeBytes({ volumes }: Engine, volume: Volume): number {
  return treeBytes(volumes.directory(volume));
}

function treeBytes(directory: MemoryDirectory): number {
  let total = 0;
  for (const inode of directory.entries.values()) {
    total += inode instanceof MemoryDirectory ? treeBytes(inode) : inode.stat().size;
  }
  return total;
}
