/**
 * A layer that comes from outside: its entries, with everything refused that no layer has.
 *
 * @see OCI image-spec layer.md; moby pkg/archive UnpackLayer
 */
import { byteLength, StatusError } from "../lib/index.ts";
import { readTar } from "../lib/tar.ts";
import type { LayerEntry } from "./layer-entry.ts";
import { toLayerEntry } from "./layer-tar.ts";

export interface LayerLimits {
  /** Entries. Default 1,000,000. */
  readonly entries?: number;
  /** Bytes of all files together. Default: as many as the archive has. */
  readonly bytes?: number;
}

const ENTRY_LIMIT = 1_000_000;
/** @see limits.h PATH_MAX, NAME_MAX */
const PATH_LIMIT = 4096;
const NAME_LIMIT = 255;

/**
 * The entries of an archive.
 *
 * @throws StatusError invalid-argument for a broken or cut archive, for a name that is absolute, has ".." or is too
 * long, and for a second entry of one name (directories may be told again); resource-exhausted beyond a limit.
 */
export function* checkedLayer(archive: Uint8Array, limits: LayerLimits = {}): Iterable<LayerEntry> {
  const { entries: entryLimit = ENTRY_LIMIT, bytes: byteLimit = Number.POSITIVE_INFINITY } = limits;
  const seen = new Map<string, LayerEntry["type"]>();
  let bytes = 0;
  for (const { header, data } of readTar(archive)) {
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
