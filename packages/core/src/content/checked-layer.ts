/**
 * A layer that comes from outside: its entries, with everything refused that no layer has.
 *
 * @see OCI image-spec layer.md; moby pkg/archive UnpackLayer
 */
import type { MemoryDirectory } from "../fs/index.ts";
import { type Bytes, byteLength, type Chunks, located, StatusError } from "../lib/index.ts";
import { readTarInChunks } from "../lib/tar/tar.ts";
import { applyLayer } from "./apply.ts";
import type { LayerEntry } from "./layer-entry.ts";
import { toLayerEntry } from "./layer-tar.ts";

/** What a layer may have at most. */
export interface LayerOptions {
  /** Entries. Default 1,000,000. */
  readonly entries?: number;
  /** Bytes of all files together. Default: as many as the archive has. */
  readonly bytes?: number;
  /** Hears where each entry begins, before it is looked at. */
  readonly onEntry?: (offset: number) => void;
}

const ENTRY_LIMIT = 1_000_000;
/** @see limits.h PATH_MAX, NAME_MAX */
const PATH_LIMIT = 4096;
const NAME_LIMIT = 255;

/**
 * The entries of an archive.
 *
 * @throws ArchiveError invalid-argument for a broken or cut archive, for a name that is absolute, has ".." or is too
 * long, and for a second entry of one name (directories may be told again); resource-exhausted beyond a limit.
 */
export function* checkedLayer(archive: Bytes, options: LayerOptions = {}): Iterable<LayerEntry<Chunks>> {
  let at = 0;
  const onEntry = (offset: number): void => {
    at = offset;
    options.onEntry?.(offset);
  };
  try {
    yield* checkedEntries(archive, { ...options, onEntry });
  } catch (error) {
    throw located(error, at);
  }
}

/**
 * Unpacks an archive from outside into a directory. If it throws, what was done so far is there still.
 *
 * @throws ArchiveError as `checkedLayer` and `applyLayer`
 */
export function applyArchive(root: MemoryDirectory, archive: Bytes): void {
  let at = 0;
  const onEntry = (offset: number): void => {
    at = offset;
  };
  try {
    applyLayer(root, checkedLayer(archive, { onEntry }));
  } catch (error) {
    throw located(error, at);
  }
}

function* checkedEntries(
  archive: Bytes,
  { entries: entryLimit = ENTRY_LIMIT, bytes: byteLimit = Number.POSITIVE_INFINITY, onEntry }: LayerOptions,
): Iterable<LayerEntry<Chunks>> {
  const seen = new Map<string, LayerEntry["type"]>();
  let bytes = 0;
  for (const { header, data, offset = 0 } of readTarInChunks(archive)) {
    onEntry?.(offset);
    checkName(header.name);
    const entry = toLayerEntry(header, data);
    if (entry === undefined) continue;
    const path = entry.path
      .split("/")
      .filter((part) => part !== "" && part !== ".")
      .join("/");
    const before = seen.get(path);
    if (before !== undefined && !(before === "dir" && entry.type === "dir")) {
      throw invalid(`duplicate archive entry: ${header.name}`);
    }
    seen.set(path, entry.type);
    bytes += data.length;
    if (seen.size > entryLimit) throw exhausted(`archive has more than ${entryLimit} entries`);
    if (bytes > byteLimit) throw exhausted(`archive has more than ${byteLimit} bytes of files`);
    yield entry;
  }
}

function checkName(name: string): void {
  const parts = name.split("/");
  if (name.startsWith("/") && name !== "/") throw invalid(`archive entry with an absolute name: ${name}`);
  if (parts.includes("..")) throw invalid(`archive entry outside of the layer: ${name}`);
  if (name.includes("\0")) throw invalid(`archive entry with a NUL in its name: ${JSON.stringify(name)}`);
  if (byteLength(name) > PATH_LIMIT || parts.some((part) => byteLength(part) > NAME_LIMIT)) {
    throw invalid(`archive entry with too long a name: ${name.slice(0, NAME_LIMIT)}`);
  }
}

const invalid = (message: string): StatusError => new StatusError("invalid-argument", message);
const exhausted = (message: string): StatusError => new StatusError("resource-exhausted", message);
