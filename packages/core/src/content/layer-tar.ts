/**
 * Layers as tar archives: entries to bytes and back.
 *
 * @see OCI image-spec layer.md
 */
import { major, makedev, minor } from "../abi/index.ts";
import {
  type Bytes,
  Chunks,
  Hasher,
  NO_BYTES,
  NO_XATTRS,
  readTar,
  type TarEntry,
  type TarHeader,
  tarChunks,
} from "../lib/index.ts";
import type { Digest } from "../oci/index.ts";
import type { LayerEntry } from "./layer-entry.ts";

/** The archive of a layer: entries in their order, times in whole seconds. Large contents are not copied. */
export function layerArchive(entries: Iterable<LayerEntry<Bytes>>): Chunks {
  return Chunks.from(tarChunks(toTarEntries(entries)));
}

/** The same in one array. */
export const layerToTar = (entries: Iterable<LayerEntry<Bytes>>): Uint8Array => layerArchive(entries).whole();

/** The digest of that archive, which is nowhere whole. */
export function layerDigest(entries: Iterable<LayerEntry<Bytes>>): Digest {
  const hasher = new Hasher("sha256");
  for (const piece of tarChunks(toTarEntries(entries))) hasher.update(piece);
  return `sha256:${hasher.hex()}`;
}

/** The entries of an archive. @throws StatusError for an archive that is none. */
export function* tarToLayer(archive: Bytes): Iterable<LayerEntry> {
  for (const { header, data } of readTar(archive)) {
    const entry = toLayerEntry(header, data);
    if (entry !== undefined) yield entry;
  }
}

function* toTarEntries(entries: Iterable<LayerEntry<Bytes>>): Iterable<TarEntry<Bytes>> {
  for (const entry of entries) {
    const content = entry.content ?? NO_BYTES;
    const size = entry.type === "file" ? (entry.size ?? content.length) : 0;
    yield { header: toHeader(entry, size), data: size === content.length ? content : padded(content, size) };
  }
}

function toHeader(entry: LayerEntry<Bytes>, size: number): TarHeader {
  const { path, type, link = "", mode, uid, gid, mtimeUs, rdev = 0, xattrs = NO_XATTRS } = entry;
  return {
    name: type === "dir" && path !== "/" ? `${path}/` : path,
    type: type === "socket" ? "other" : type,
    linkName: link,
    size,
    mode,
    uid,
    gid,
    userName: "",
    groupName: "",
    mtimeUs: Math.floor(mtimeUs / 1e6) * 1e6,
    major: major(rdev),
    minor: minor(rdev),
    xattrs,
  };
}

const padded = (content: Bytes, size: number): Bytes =>
  Chunks.from([...Chunks.of(content), new Uint8Array(size - content.length)]);

/** Undefined for what no layer has. */
export function toLayerEntry<Data extends Bytes>(header: TarHeader, data: Data): LayerEntry<Data> | undefined {
  const { type, mode, uid, gid, mtimeUs, linkName, xattrs } = header;
  if (type === "other") return undefined;
  const name = withoutSlashes(header.name);
  const path = name === "." ? "" : name;
  const isPlain = type === "file" && linkName === "" && xattrs.size === 0;
  if (isPlain) return { path, type, mode, uid, gid, mtimeUs, content: data };
  const isDevice = type === "char" || type === "block";
  return {
    path,
    type,
    mode,
    uid,
    gid,
    mtimeUs,
    ...(type === "file" ? { content: data } : {}),
    ...(linkName === "" ? {} : { link: linkName }),
    ...(isDevice ? { rdev: makedev(header.major, header.minor) } : {}),
    ...(xattrs.size === 0 ? {} : { xattrs }),
  };
}

const SLASH = 0x2f;

/** Without `/` and `./` before it, and slashes behind it. */
function withoutSlashes(name: string): string {
  const text = /^[./]/.test(name) ? name.replace(/^(\.?\/)+/, "") : name;
  return text.charCodeAt(text.length - 1) === SLASH ? text.replace(/\/+$/, "") : text;
}
