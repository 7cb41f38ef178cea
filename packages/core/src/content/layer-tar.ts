/**
 * Layers as tar archives: entries to bytes and back.
 *
 * @see OCI image-spec layer.md
 */
import { major, makedev, minor } from "../abi/index.ts";
import { NO_BYTES } from "../lib/index.ts";
import { packTar, readTar, type TarEntry, type TarHeader, tarHeader } from "../lib/tar.ts";
import type { LayerEntry } from "./layer-entry.ts";

/** The archive of a layer: entries in their order, times in whole seconds. */
export function layerToTar(entries: Iterable<LayerEntry>): Uint8Array {
  return packTar(toTarEntries(entries));
}

/** The entries of an archive. @throws StatusError for an archive that is none. */
export function* tarToLayer(archive: Uint8Array): Iterable<LayerEntry> {
  for (const { header, data } of readTar(archive)) {
    const entry = toLayerEntry(header, data);
    if (entry !== undefined) yield entry;
  }
}

function* toTarEntries(entries: Iterable<LayerEntry>): Iterable<TarEntry> {
  for (const entry of entries) {
    const content = entry.content ?? NO_BYTES;
    const size = entry.type === "file" ? (entry.size ?? content.length) : 0;
    yield {
      header: tarHeader({
        name: entry.type === "dir" ? `${entry.path}/` : entry.path,
        type: entry.type === "socket" ? "other" : entry.type,
        linkName: entry.link ?? "",
        size,
        mode: entry.mode,
        uid: entry.uid,
        gid: entry.gid,
        mtimeUs: Math.floor(entry.mtimeUs / 1e6) * 1e6,
        major: entry.rdev === undefined ? 0 : major(entry.rdev),
        minor: entry.rdev === undefined ? 0 : minor(entry.rdev),
        xattrs: entry.xattrs ?? new Map(),
      }),
      data: size === content.length ? content : padded(content, size),
    };
  }
}

function padded(content: Uint8Array, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes.set(content);
  return bytes;
}

/** Undefined for what no layer has. */
export function toLayerEntry(header: TarHeader, data: Uint8Array): LayerEntry | undefined {
  if (header.type === "other") return undefined;
  const path = header.name.replace(/^(\.?\/)+/, "").replace(/\/+$/, "");
  const isDevice = header.type === "char" || header.type === "block";
  return {
    path: path === "." ? "" : path,
    type: header.type,
    mode: header.mode,
    uid: header.uid,
    gid: header.gid,
    mtimeUs: header.mtimeUs,
    ...(header.type === "file" ? { content: data } : {}),
    ...(header.linkName === "" ? {} : { link: header.linkName }),
    ...(isDevice ? { rdev: makedev(header.major, header.minor) } : {}),
    ...(header.xattrs.size === 0 ? {} : { xattrs: header.xattrs }),
  };
}
