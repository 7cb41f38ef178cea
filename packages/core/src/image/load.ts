/**
 * Images out of an archive: what `docker save` has written, or an OCI image layout in a tar.
 *
 * Everything is checked before any image gets a name; an image that cannot be unpacked leaves nothing.
 *
 * @see moby image/tarexport/load.go; OCI image-spec image-layout.md
 */
import { type Codecs, decompressLayer } from "../content/index.ts";
import { parseJson } from "../lib/go/index.ts";
import {
  ArchiveError,
  type Bytes,
  type Chunks,
  compareBytes,
  decode,
  encode,
  located,
  StatusError,
  ValueError,
} from "../lib/index.ts";
import { readTarInChunks } from "../lib/tar/tar.ts";
import {
  CONTAINERD_NAME,
  choosePlatform,
  type Descriptor,
  type Digest,
  digestLike,
  digestOf,
  HOST_PLATFORM,
  type HostPlatform,
  type ImageConfig,
  parseReference,
  platformMatches,
  platformText,
  REF_NAME,
  referenceProblem,
  referenceText,
  withDefaultTag,
} from "../oci/index.ts";
import { readImageConfig, readImageLayout, readIndex, readManifest } from "../oci/schema.ts";
import type { Image } from "./image.ts";
import type { ImageStore } from "./image-store.ts";
import { readManifestList } from "./manifest-list.ts";

/** One image out of an archive. */
export interface LoadedImage {
  readonly image: Image;
  /** Names that it got, written out. */
  readonly names: readonly string[];
  /** Ids of the images that had them until then, by the names. */
  readonly before: ReadonlyMap<string, Digest>;
}

export interface LoadOptions {
  readonly platform: HostPlatform;
  /** Images for another platform are passed over. */
  readonly isStrict?: boolean;
  readonly codecs?: Codecs;
}

/** An image of the archive: its parts by their paths. */
interface Found {
  readonly names: readonly string[];
  readonly config: string;
  readonly layers: readonly string[];
  /** The id of the image that it was made of; "" if that is not said. */
  readonly parent: string;
}

interface ArchivedFile {
  readonly bytes: Chunks;
  /** Where its entry begins in the archive. */
  readonly offset: number;
}

interface Files {
  readonly byPath: ReadonlyMap<string, ArchivedFile>;
  /** The directories at the top of the archive. */
  readonly directories: ReadonlySet<string>;
  /** Where the archive ends: the place of what is missing. */
  readonly end: number;
}

/**
 * Reads an archive, compressed or not. @throws StatusError invalid-argument for what is no archive of images
 *
 * @throws ArchiveError invalid-argument for an archive that holds no images, or broken ones
 */
export function loadImages(store: ImageStore, archive: Bytes, options: LoadOptions): readonly LoadedImage[] {
  const plain = decompressLayer(archive, options);
  try {
    return loadFiles(store, filesOf(plain), options);
  } catch (error) {
    throw located(error, plain.length);
  }
}

function loadFiles(store: ImageStore, files: Files, options: LoadOptions): readonly LoadedImage[] {
  const found = files.byPath.has("manifest.json")
    ? read(files, "manifest.json", readManifestList).map(({ Config, RepoTags, Layers, Parent }) => ({
        names: RepoTags.map(fullName),
        config: Config,
        layers: Layers,
        parent: Parent,
      }))
    : fromLayout(files, options.platform);
  const { platform, isStrict = false } = options;
  const prepared = found
    .map((one) => ({ ...one, ...prepare(files, one, options) }))
    .filter(({ parsed }) => !isStrict || platformMatches(platform, parsed));
  const unpacked = prepared.map(({ names, document, config: _path, parsed, archives, parent }) => {
    const image = store.unpack(parsed, archives, document);
    return { image, names, parent, before: new Map<string, Digest>() };
  });
  const byId = new Map(unpacked.map(({ image }) => [image.id as string, image]));
  for (const { image, parent } of unpacked) {
    const found = byId.get(parent);
    if (found !== undefined) setParent(store, image, found);
  }
  const loaded = unpacked.map(({ parent: _, ...one }) => one);
  for (const { image, names, before } of loaded) {
    for (const name of names) {
      const old = store.byName(name);
      if (old !== undefined && old !== image) before.set(name, old.id);
      store.tag(image, name);
    }
  }
  return loaded;
}

/** @throws StatusError invalid-argument for one that it cannot have been made of @see moby image/tarexport/load.go checkValidParent */
function setParent(store: ImageStore, image: Image, parent: Image): void {
  const { history } = image.config;
  const { history: earlier } = parent.config;
  const isSame = earlier.every((step, i) => JSON.stringify(step) === JSON.stringify(history[i]));
  const isOneMore = history.length - earlier.length === 1 || history.length + earlier.length === 0;
  if (!isOneMore || !isSame) throw invalid(`image ${parent.id} is not a valid parent for ${image.id}`);
  store.setParent(image, parent);
}

/** Reads and checks everything of an image. */
function prepare(files: Files, { config, layers }: Found, options: LoadOptions) {
  const document = need(files, config).whole();
  const parsed: ImageConfig = read(files, config, readLoadedConfig);
  const { diff_ids: diffIds } = parsed.rootfs;
  if (layers.length !== diffIds.length) {
    throw invalid(`invalid manifest, layers length mismatch: expected ${layers.length}, got ${diffIds.length}`);
  }
  const archives = layers.map((path, index) =>
    readChunks(files, path, (bytes) => {
      const plain = decompressLayer(bytes, options);
      const digest = digestOf(plain);
      if (digest === diffIds[index]) return plain;
      throw invalid(`invalid diffID for layer ${index}: expected "${diffIds[index]}", got "${digest}"`);
    }),
  );
  return { document, parsed, archives };
}

/**
 * What an archive does not say of its image is empty, and the system is the machine's own.
 *
 * @throws StatusError invalid-argument @see moby image/image.go NewFromJSON, CheckOS
 */
function readLoadedConfig(bytes: Uint8Array): ImageConfig {
  const json = parsed(bytes);
  if (Array.isArray(json)) throw invalid("json: cannot unmarshal array into Go value of type image.Image");
  if (typeof json !== "object" || json === null || !("rootfs" in json) || json.rootfs === null)
    throw invalid("invalid image JSON, no RootFS key");
  const os = "os" in json && json.os !== "" ? json.os : HOST_PLATFORM.os;
  if (typeof os === "string" && os.toLowerCase() !== HOST_PLATFORM.os) {
    throw invalid(`cannot load ${os} image on ${HOST_PLATFORM.os}`);
  }
  const rootfs = typeof json.rootfs === "object" ? { type: "", diff_ids: [], ...json.rootfs } : json.rootfs;
  return readImageConfig(encode(JSON.stringify({ architecture: "", ...json, os, rootfs })));
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return parseJson(decode(bytes));
  } catch (error) {
    throw error instanceof ValueError ? invalid(error.message) : error;
  }
}

function fromLayout(files: Files, platform: HostPlatform): readonly Found[] {
  if (!files.byPath.has("oci-layout")) throw noFile(files);
  read(files, "oci-layout", readImageLayout);
  const byManifest = new Map<string, Found>();
  for (const descriptor of read(files, "index.json", readIndex).manifests) {
    const found = descend(files, descriptor, platform);
    const { annotations = {} } = descriptor;
    const name = annotations[CONTAINERD_NAME] ?? annotations[REF_NAME] ?? "";
    // A tag alone, as other tools note it, says nothing about the repository.
    const isName = /[/:.]/.test(name) && referenceProblem(name) === undefined;
    const known = byManifest.get(found.config);
    const names = [...(known?.names ?? []), ...(isName ? [fullName(name)] : [])];
    byManifest.set(found.config, { ...found, names });
  }
  return [...byManifest.values()];
}

function descend(files: Files, descriptor: Descriptor, platform: HostPlatform): Omit<Found, "names"> {
  checkBlob(files, descriptor);
  const document = read(files, pathOf(descriptor), (bytes) => readManifest(bytes, descriptor.mediaType));
  if (document.kind === "manifest") {
    checkBlob(files, document.config);
    for (const layer of document.layers) checkBlob(files, layer);
    return { config: pathOf(document.config), layers: document.layers.map(pathOf), parent: "" };
  }
  const [only] = document.manifests;
  const chosen = choosePlatform(document.manifests, platform) ?? (document.manifests.length === 1 ? only : undefined);
  if (chosen === undefined) throw new StatusError("not-found", `no image for platform ${platformText(platform)}`);
  return descend(files, chosen, platform);
}

/** A blob of a layout has the digest and the size that it is said to have. */
function checkBlob(files: Files, descriptor: Descriptor): void {
  readChunks(files, pathOf(descriptor), (bytes) => {
    const found = digestLike(descriptor.digest, bytes);
    if (found === descriptor.digest && bytes.length === descriptor.size) return;
    throw invalid(`invalid blob ${descriptor.digest}: its ${bytes.length} bytes have digest ${found}`);
  });
}

/** Regular files by their paths; symbolic links, which older archives share layers by, stand for what they name. */
function filesOf(archive: Chunks): Files {
  const files = new Map<string, ArchivedFile>();
  const directories = new Set<string>();
  const links: (readonly [path: string, target: string])[] = [];
  for (const { header, data, offset = 0 } of readTarInChunks(archive)) {
    const path = at(offset, () => normalized(header.name));
    if (files.has(path)) throw located(invalid(`duplicate archive entry: ${header.name}`), offset);
    const [top = "", below] = path.split("/");
    if (header.type === "dir" || below !== undefined) directories.add(top);
    if (header.type === "file") files.set(path, { bytes: data, offset });
    else if (header.type === "symlink") links.push([path, `${path}/../${header.linkName}`]);
    else if (header.type === "hardlink") links.push([path, header.linkName]);
  }
  for (const [path, target] of links) {
    const file = files.get(normalized(target));
    if (file !== undefined) files.set(path, file);
  }
  return { byPath: files, directories, end: archive.length };
}

/** What is wrong belongs to a place of the archive. */
function at<T>(offset: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw located(error, offset);
  }
}

/** A document, `readChunks` in one array. */
const read = <T>(files: Files, path: string, work: (bytes: Uint8Array) => T): T =>
  readChunks(files, path, (bytes) => work(bytes.whole()));

/** What is wrong with the content of a file belongs to where the file lies. */
function readChunks<T>(files: Files, path: string, work: (bytes: Chunks) => T): T {
  const bytes = need(files, path);
  // A place within the file is none of the archive's.
  const offset = files.byPath.get(normalized(path))?.offset ?? files.end;
  try {
    return work(bytes);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw new ArchiveError(error.kind, error.message, offset, { cause: error });
  }
}

/** Without "." and ".."; what would lead out of the archive is refused. */
function normalized(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) throw invalid(`archive entry outside of the archive: ${path}`);
  }
  return parts.join("/");
}

const need = (files: Files, path: string): Chunks => {
  const inside = normalized(path);
  const file = files.byPath.get(inside);
  if (file !== undefined) return file.bytes;
  const place = unpackedTo(files);
  if (inside === "" || files.directories.has(inside)) {
    throw located(invalid(`read ${`${place}/${inside}`.replace(/\/$/, "")}: is a directory`), files.end);
  }
  throw located(invalid(`open ${place}/${inside}: no such file or directory`), files.end);
};

/**
 * An archive without a list of its images is taken for one of the oldest kind, with a directory for each layer.
 *
 * @see moby image/tarexport/load.go: legacyLoad
 */
function noFile(files: Files): StatusError {
  const first = [...files.directories].sort(compareBytes)[0];
  const path = first === undefined ? "repositories" : `${first}/json`;
  return invalid(`open ${unpackedTo(files)}/${path}: no such file or directory`);
}

/** The daemon unpacks an archive into a directory that chance has named. */
const unpackedTo = ({ end }: Files): string =>
  `/var/lib/docker/tmp/docker-import-${1_000_000_000 + (end % 1_000_000_000)}`;

const pathOf = ({ digest }: Descriptor): string => `blobs/${digest.replace(":", "/")}`;
const fullName = (name: string): string => referenceText(withDefaultTag(parseReference(name)));
const invalid = (message: string): StatusError => new StatusError("invalid-argument", message);
