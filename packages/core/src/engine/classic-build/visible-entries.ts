/**
 * What there is to see of layers that lie on each other.
 *
 * @see OCI image-spec layer.md "Whiteouts"
 */
import { type LayerEntry, OPAQUE_WHITEOUT, WHITEOUT_PREFIX } from "../../content/index.ts";
import { type Bytes, basename, dirname } from "../../lib/index.ts";

/** The entries of the layers, the lowest first, without what later ones replace and delete. */
export function visibleEntries<Content extends Bytes>(
  layers: Iterable<Iterable<LayerEntry<Content>>>,
): readonly LayerEntry<Content>[] {
  const visible = new Map<string, LayerEntry<Content>>();
  const hideBelow = (directory: string): void => {
    for (const path of [...visible.keys()]) if (path.startsWith(directory)) visible.delete(path);
  };
  for (const entries of layers) {
    const added: LayerEntry<Content>[] = [];
    for (const entry of entries) {
      const name = basename(entry.path);
      const directory = dirname(entry.path) === "." ? "" : `${dirname(entry.path)}/`;
      if (name === OPAQUE_WHITEOUT) hideBelow(directory);
      else if (name.startsWith(WHITEOUT_PREFIX)) {
        const gone = directory + name.slice(WHITEOUT_PREFIX.length);
        visible.delete(gone);
        hideBelow(`${gone}/`);
      } else {
        if (entry.type !== "dir") hideBelow(`${entry.path}/`);
        added.push(entry);
      }
    }
    for (const entry of added) visible.set(entry.path, entry);
  }
  return [...visible.values()];
}
