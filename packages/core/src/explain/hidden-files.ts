/**
 * Files of an image that nobody sees: a later layer has replaced or deleted them, and they are carried along all the same.
 *
 * @see OCI image-spec layer.md "Whiteouts"
 */
import { type LayerEntry, OPAQUE_WHITEOUT, WHITEOUT_PREFIX } from "../content/index.ts";
import { type Bytes, basename, dirname } from "../lib/index.ts";

/** A file that an image carries along for nothing. */
export interface HiddenFile {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  /** The layer that hides it, from 1. */
  readonly by: number;
}

interface Seen {
  readonly layer: number;
  readonly bytes: number;
  readonly isDirectory: boolean;
}

/** For each layer, the lowest first, what the layers above it hide of its files. */
export function hiddenFiles(layers: Iterable<Iterable<LayerEntry<Bytes>>>): readonly (readonly HiddenFile[])[] {
  const hidden: HiddenFile[][] = [];
  const visible = new Map<string, Seen>();
  let number = 0;
  for (const entries of layers) {
    number++;
    hidden.push([]);
    for (const entry of entries) apply(visible, hidden, entry, number);
  }
  return hidden;
}

function apply(
  visible: Map<string, Seen>,
  hidden: readonly HiddenFile[][],
  entry: LayerEntry<Bytes>,
  number: number,
): void {
  const hide = (path: string): void => {
    const seen = visible.get(path);
    // A layer that says something twice hides nothing of itself.
    if (seen === undefined || seen.layer === number) return;
    visible.delete(path);
    if (!seen.isDirectory) hidden[seen.layer - 1]?.push({ path: `/${path}`, bytes: seen.bytes, by: number });
  };
  const hideBelow = (directory: string): void => {
    for (const path of [...visible.keys()]) if (path.startsWith(directory)) hide(path);
  };
  const { path, type } = entry;
  const name = basename(path);
  const directory = dirname(path) === "." ? "" : `${dirname(path)}/`;
  if (name === OPAQUE_WHITEOUT) hideBelow(directory);
  else if (name.startsWith(WHITEOUT_PREFIX)) {
    const gone = directory + name.slice(WHITEOUT_PREFIX.length);
    hide(gone);
    hideBelow(`${gone}/`);
  } else {
    const isDirectory = type === "dir";
    if (!isDirectory || visible.get(path)?.isDirectory === false) hide(path);
    if (!isDirectory && visible.get(path)?.isDirectory !== false) hideBelow(`${path}/`);
    visible.set(path, { layer: number, bytes: entry.size ?? entry.content?.length ?? 0, isDirectory });
  }
}
