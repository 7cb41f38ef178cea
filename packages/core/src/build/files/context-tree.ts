/**
 * A build context as a file tree: the entries of its source, less what .dockerignore says.
 *
 * @see BuildKit client/llb/source.go Local, fsutil filter.go
 */
import { applyLayer, type LayerEntry } from "../../content/index.ts";
import { MemoryFs } from "../../fs/index.ts";
import type { Kernel } from "../../kernel/index.ts";
import type { IgnoreMatcher } from "./ignore.ts";

/** What files that a build brings along lie on: a disk, as a container that they are mounted into can see. */
export function diskLike(kernel: Kernel): MemoryFs {
  return new MemoryFs(kernel, { type: kernel.disk.type, source: kernel.disk.source, mode: 0o755 });
}

/** A file system with these entries, not to be changed any more. */
export function treeOf(kernel: Kernel, entries: Iterable<LayerEntry>): MemoryFs {
  const fileSystem = diskLike(kernel);
  applyLayer(fileSystem.root, entries, { arePlain: true });
  fileSystem.root.sealed = true;
  return fileSystem;
}

/**
 * What is not ignored. A directory that is ignored comes along if something below it does not stay behind; of a file with
 * several names the first one that comes along is the file.
 */
export function* withoutIgnored(
  entries: Iterable<LayerEntry>,
  ignore: IgnoreMatcher | undefined,
): Iterable<LayerEntry> {
  const waiting: LayerEntry[] = [];
  const left = new Map<string, LayerEntry>();
  for (const given of entries) {
    const other = given.type === "hardlink" ? left.get(given.link ?? "") : undefined;
    const entry = other === undefined ? given : { ...other, path: given.path };
    while (waiting.length > 0 && !entry.path.startsWith(`${waiting[waiting.length - 1]?.path}/`)) waiting.pop();
    if (ignore?.matches(entry.path) !== true) {
      yield* waiting.splice(0);
      yield entry;
      if (other?.type === "file") left.set(other.path, { ...given, link: given.path });
    } else if (entry.type === "dir") waiting.push(entry);
    else if (given.type === "file") left.set(given.path, given);
  }
}
