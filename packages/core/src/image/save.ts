/**
 * Images as one archive, as `docker save` writes it: an OCI image layout with Docker's older documents beside it.
 *
 * @see moby image/tarexport/save.go
 */
import { type LayerEntry, layerArchive } from "../content/index.ts";
import { parseTime } from "../lib/go/index.ts";
import { assert, type Bytes, type Chunks, compareBytes, concat, encode, NO_BYTES } from "../lib/index.ts";
import {
  CONTAINERD_NAME,
  type Descriptor,
  digestOf,
  documentBytes,
  familiarName,
  familiarText,
  indexBytes,
  manifestBytes,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER,
  OCI_MANIFEST,
  parseReference,
  REF_NAME,
  referenceText,
} from "../oci/index.ts";
import type { Image } from "./image.ts";
import type { ImageStore } from "./image-store.ts";
import { v1Images } from "./v1-images.ts";

/** An image, and the names that it is saved under, written out, as they were asked for. */
export interface SavedImage {
  readonly image: Image;
  readonly names: readonly string[];
}

/** A file of the archive, by its path. */
type Files = Map<string, LayerEntry<Bytes>>;

const LAYOUT = encode('{"imageLayoutVersion": "1.0.0"}');

/** The archive, made now. Images come in the order of their first names, those without one behind them. */
export function saveImages(store: ImageStore, saved: readonly SavedImage[], nowUs: number): Chunks {
  const files: Files = new Map();
  const manifests: Descriptor[] = [];
  const documents: unknown[] = [];
  const repositories = new Map<string, Map<string, string>>();
  const inOrder = saved.toSorted((a, b) => compareBytes(a.names[0] ?? "~", b.names[0] ?? "~"));
  const all = new Set(inOrder.map(({ image }) => image));
  for (const { image, names } of inOrder) {
    const parent = store.parent(image);
    const { config, layers, manifest } = putImage(files, store, image, nowUs);
    manifests.push(...(names.length === 0 ? [manifest] : names.map((name) => named(manifest, name))));
    documents.push({
      Config: pathOf(config),
      RepoTags: names.length === 0 ? null : names.map((name) => familiarText(parseReference(name))),
      Layers: layers.map(pathOf),
      ...(parent !== undefined && all.has(parent) ? { Parent: parent.id } : {}),
      // These descriptors are of another package of Go's than those of the layout: so is their order.
      LayerSources: new Map(layers.map(({ mediaType, size, digest }) => [digest, { mediaType, size, digest }])),
    });
    const top = layers.at(-1)?.digest.slice("sha256:".length) ?? "";
    for (const name of names) noteTag(repositories, name, top);
  }
  const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests } as const;
  const lists = [
    file("index.json", indexBytes(index)),
    file("manifest.json", line(documents)),
    file("oci-layout", LAYOUT),
    ...(repositories.size === 0 ? [] : [file("repositories", line(sorted(repositories)))]),
  ];
  const blobs = [...files.values()].sort((a, b) => compareBytes(a.path, b.path));
  // The upper directory has the time of the image that was put there last.
  const lastUs = Math.max(0, ...inOrder.slice(-1).map(({ image }) => createdUs(image)));
  return layerArchive([directory("blobs", lastUs), directory("blobs/sha256", nowUs), ...blobs, ...lists]);
}

const createdUs = ({ config: { created = "" } }: Image): number => (parseTime(created)?.seconds ?? 0) * 1e6;

function putImage(files: Files, store: ImageStore, image: Image, nowUs: number) {
  const timeUs = createdUs(image);
  const put = (mediaType: string, bytes: Bytes, mtimeUs: number): Descriptor => {
    const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
    const path = pathOf(descriptor);
    if (!files.has(path)) files.set(path, file(path, bytes, mtimeUs));
    return descriptor;
  };
  const document = store.document(image);
  const v1 = v1Images(document, image.config);
  const layers = image.config.rootfs.diff_ids.map((diffId, index) => {
    const archive = store.archive(image, index);
    const isNew = !files.has(pathOf({ digest: diffId }));
    const layer = put(OCI_LAYER, archive, timeUs);
    assert(layer.digest === diffId, `layer ${index} of ${image.id} is what its diff ID says`);
    // Next to a layer that another image has brought, nobody sets the time.
    put(OCI_CONFIG, v1[index] ?? NO_BYTES, isNew ? timeUs : nowUs);
    return layer;
  });
  const config = put(OCI_CONFIG, document, timeUs);
  const manifest = manifestBytes({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers });
  return { config, layers, manifest: put(OCI_MANIFEST, manifest, 0) };
}

function named(manifest: Descriptor, name: string): Descriptor {
  const reference = parseReference(name);
  return {
    ...manifest,
    annotations: { [CONTAINERD_NAME]: referenceText(reference), [REF_NAME]: reference.tag ?? "" },
  };
}

function noteTag(repositories: Map<string, Map<string, string>>, name: string, top: string): void {
  const reference = parseReference(name);
  const repository = familiarName(reference);
  const tags = repositories.get(repository) ?? new Map<string, string>();
  repositories.set(repository, tags.set(reference.tag ?? "", top));
}

function sorted(repositories: ReadonlyMap<string, ReadonlyMap<string, string>>) {
  const inOrder = <T>(map: ReadonlyMap<string, T>) => [...map].sort(([a], [b]) => compareBytes(a, b));
  return new Map(inOrder(repositories).map(([name, tags]) => [name, new Map(inOrder(tags))]));
}

/** As Go's json.Encoder ends a document. */
const line = (document: unknown): Uint8Array => concat([documentBytes(document), encode("\n")]);

const pathOf = ({ digest }: Pick<Descriptor, "digest">): string => `blobs/${digest.replace(":", "/")}`;

const file = (path: string, content: Bytes, mtimeUs = 0): LayerEntry<Bytes> => ({
  path,
  type: "file",
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtimeUs,
  content,
});

const directory = (path: string, mtimeUs: number): LayerEntry => ({
  path,
  type: "dir",
  mode: 0o755,
  uid: 0,
  gid: 0,
  mtimeUs,
});
